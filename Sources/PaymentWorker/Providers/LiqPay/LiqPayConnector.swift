import Connectors
import Contracts
import CurlHTTP

/// Calls LiqPay. Runs with no transaction open.
struct LiqPayConnector: Sendable {
    let http: any HTTPSending
    let requests: LiqPayRequests
    let replies: LiqPayReplies

    init(http: any HTTPSending, account: LiqPayAccount) {
        self.http = http
        requests = LiqPayRequests(account: account)
        replies = LiqPayReplies(account: account)
    }

    /// How a payment stands, as LiqPay's own document without personal data.
    func status(of payment: Identifier) async throws(ProviderError) -> JSON {
        LiqPayReplies.redacted(try await send(requests.status(of: payment)))
    }

    /// Gives money back. LiqPay knows no idempotency key: when an earlier call may have had an effect, the sum that
    /// went back is looked at first.
    ///
    /// - Throws: ``ProviderError`` `.unreachable` when certainly nothing happened; any other failure is an answer.
    func refund(_ call: RefundCall, mayHaveHappened: Bool) async throws(ProviderError) -> RefundAnswer {
        if mayHaveHappened {
            let state: JSON
            do {
                state = try await send(requests.status(of: call.payment))
            } catch {
                return .unknown
            }
            if let earlier = replies.earlierRefund(state, call) { return earlier }
            if call.isAccepted { return .accepted }
        }
        do {
            return replies.refund(try await send(requests.refund(call.amount, of: call.payment)))
        } catch {
            if error.disposition == .retry { throw error }
            return .unknown
        }
    }

    private func send(_ request: HTTPRequest) async throws(ProviderError) -> JSON {
        let response: HTTPResponse
        do {
            response = try await http.send(request)
        } catch {
            throw ProviderError(error, provider: "liqpay")
        }
        guard response.status == 200 else {
            throw ProviderError(.outcomeUnknown, provider: "liqpay", "HTTP \(response.status)")
        }
        do {
            return try JSONParser.parse(response.body)
        } catch {
            throw ProviderError(.badReply, provider: "liqpay", "\(response.body.count) bytes that are no JSON")
        }
    }
}
