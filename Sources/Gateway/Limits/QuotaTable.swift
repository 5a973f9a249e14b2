import Synchronization

/// What is left of one quota for each caller. Bounded: callers whose quota is whole again are forgotten, and when there are
/// more others than it has places for, those without a place share one.
final class QuotaTable<Key: Hashable & Sendable>: Sendable {
    private struct Contents {
        var wholeAt: [Key: Int64] = [:]
        /// Of all that found no place.
        var othersWholeAt: Int64 = 0
        var sweptAt: Int64 = .min
    }

    let quota: Quota
    private let limit: Int
    private let contents = Mutex(Contents())

    init(_ quota: Quota, limit: Int = 50_000) {
        self.quota = quota
        self.limit = limit
    }

    /// How many callers are remembered.
    var count: Int { contents.withLock { $0.wholeAt.count } }

    /// Judges a call of `key`, in nanoseconds of a clock that does not go back.
    func take(_ key: Key, at now: Int64) -> Quota.Verdict {
        contents.withLock { contents in
            if contents.wholeAt[key] == nil, contents.wholeAt.count >= limit {
                sweep(&contents, now)
                guard contents.wholeAt.count < limit else { return quota.take(&contents.othersWholeAt, at: now) }
            }
            return quota.take(&contents.wholeAt[key, default: now], at: now)
        }
    }

    /// Forgets those whose quota is whole again. At most once a second: it looks at every caller.
    private func sweep(_ contents: inout Contents, _ now: Int64) {
        guard contents.sweptAt == .min || now - contents.sweptAt >= 1_000_000_000 else { return }
        contents.sweptAt = now
        contents.wholeAt = contents.wholeAt.filter { $0.value > now }
    }
}
