/// So many calls in so many seconds, spent and regained evenly (generic cell rate algorithm): a caller may use the whole
/// quota at once, and gets it back call by call. Pure; what it remembers of a caller is one instant.
struct Quota: Equatable, Sendable {
    /// As it stands in `RateLimit`.
    let name: String
    let calls: Int
    let seconds: Int

    /// What one call was told.
    struct Verdict: Equatable, Sendable {
        let isAdmitted: Bool
        /// Calls that would be admitted now.
        let remaining: Int
        /// Seconds until the whole quota is there again, rounded up.
        let reset: Int
        /// Seconds until the next call is admitted, rounded up; 0 when one is admitted now.
        let wait: Int
    }

    /// Nanoseconds that one call takes to come back.
    private var cost: Int64 { Int64(seconds) * 1_000_000_000 / Int64(calls) }
    private var window: Int64 { cost * Int64(calls) }

    /// Judges a call at `now`, in nanoseconds of any clock that does not go back, and books it when it is admitted.
    /// `whole` is the instant when the caller's quota is whole again; one in the past is a caller never seen.
    func take(_ whole: inout Int64, at now: Int64) -> Verdict {
        let before = max(whole, now)
        let after = before + cost
        guard after - now <= window else {
            return Verdict(
                isAdmitted: false, remaining: 0, reset: Self.seconds(before - now),
                wait: max(1, Self.seconds(after - now - window)))
        }
        whole = after
        let remaining = Int((window - (after - now)) / cost)
        return Verdict(
            isAdmitted: true, remaining: remaining, reset: Self.seconds(after - now),
            wait: remaining > 0 ? 0 : Self.seconds(after + cost - now - window))
    }

    private static func seconds(_ nanoseconds: Int64) -> Int { Int((nanoseconds + 999_999_999) / 1_000_000_000) }

    /// The fields that tell of it (draft-ietf-httpapi-ratelimit-headers).
    var policyField: String { "\"\(name)\";q=\(calls);w=\(seconds)" }
    func field(_ verdict: Verdict) -> String { "\"\(name)\";r=\(verdict.remaining);t=\(verdict.reset)" }
}
