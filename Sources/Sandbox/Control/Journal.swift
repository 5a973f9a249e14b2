import Contracts

/// What a stand-in did, in the order it did it, for tests that compare books. Keeps the last 100 000 entries.
struct Journal: Sendable {
    private static let limit = 100_000

    private var entries: [JSON] = []
    private var count: Int64 = 0

    /// Adds an entry; `n` (from 1, without gaps) and `at` are put before its members.
    mutating func add(_ time: Timestamp, _ members: () -> JSON) {
        count += 1
        guard case .object(let rest) = members() else { return }
        entries.append(.object([JSON.Member("n", .int(count)), JSON.Member("at", .time(time))] + rest))
        if entries.count > Self.limit { entries.removeFirst(Self.limit / 10) }
    }

    var json: JSON { .array(entries) }
}
