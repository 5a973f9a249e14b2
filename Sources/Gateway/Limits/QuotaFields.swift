import Contracts
import HTTPTypes

/// What a call is told of its quota.
struct QuotaFields: Sendable {
    let quota: Quota
    let verdict: Quota.Verdict

    init(_ quota: Quota, _ verdict: Quota.Verdict) {
        self.quota = quota
        self.verdict = verdict
    }

    func write(to headers: inout HTTPFields) {
        headers[.rateLimitPolicy] = quota.policyField
        headers[.rateLimit] = quota.field(verdict)
    }

    /// The refusal of a call that is not admitted.
    var problem: GatewayProblem {
        GatewayProblem(
            .rateLimited, "The quota of \(quota.calls) calls in \(quota.seconds) seconds is used up.",
            retryAfter: verdict.wait)
    }
}
