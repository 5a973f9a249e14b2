import Contracts
import Synchronization

/// The public events that were seen, newest last: what a notification service would act on.
final class EventLog: Sendable {
    struct Entry: Sendable {
        let messageID: String
        let type: String
        let subject: String
        let tenantID: String
        /// Nil when the sender gave none.
        let sequence: Int64?
        let time: String
        /// JSON text as it came; read only when someone asks for it.
        let body: [UInt8]
    }

    /// Which events are wanted; nil members do not restrict.
    struct Filter: Sendable {
        /// A type, or a family such as `order.*`.
        var type: String?
        var subject: String?
        var tenantID: String?
        /// Only what came after this number.
        var after: Int64 = 0
        var limit = 1000

        func matches(_ entry: Entry) -> Bool {
            if let type, type != entry.type {
                guard type.hasSuffix("*"), entry.type.hasPrefix(type.dropLast()) else { return false }
            }
            return (subject ?? entry.subject) == entry.subject && (tenantID ?? entry.tenantID) == entry.tenantID
        }
    }

    /// Older events are forgotten.
    static let capacity = 10_000

    private struct State {
        /// Numbered from `first`.
        var entries: [Entry] = []
        var first: Int64 = 1
        var known: Set<String> = []
        var duplicates: Int64 = 0

        var last: Int64 { first + Int64(entries.count) - 1 }
    }

    private let state = Mutex(State())

    /// Keeps an event, unless one of its `message_id` is kept already.
    func add(_ entry: Entry) {
        state.withLock { state in
            guard state.known.insert(entry.messageID).inserted else {
                state.duplicates += 1
                return
            }
            state.entries.append(entry)
            // Cut in steps: taking one off the front for each new one would move all the others.
            guard state.entries.count > Self.capacity + Self.capacity / 10 else { return }
            let surplus = state.entries.count - Self.capacity
            for old in state.entries.prefix(surplus) { state.known.remove(old.messageID) }
            state.entries.removeFirst(surplus)
            state.first += Int64(surplus)
        }
    }

    var count: Int64 { state.withLock { $0.last } }

    /// `data` with the matching events in order, `last` with the number of the newest event of all (to pass as `after`),
    /// `duplicates` with how many repeats were dropped.
    func json(_ filter: Filter) -> JSON {
        state.withLock { state in
            var rows: [JSON] = []
            let skip = Int(max(0, filter.after - state.first + 1))
            for (index, entry) in state.entries.enumerated().dropFirst(skip) where filter.matches(entry) {
                rows.append(Self.row(state.first + Int64(index), entry))
                if rows.count == filter.limit { break }
            }
            return .members([
                "data": .array(rows), "last": .int(state.last), "duplicates": .int(state.duplicates),
            ])
        }
    }

    private static func row(_ number: Int64, _ entry: Entry) -> JSON {
        .members([
            "n": .int(number), "type": .string(entry.type), "subject": .string(entry.subject),
            "sequence": entry.sequence.map(JSON.int) ?? .null, "tenant_id": .string(entry.tenantID),
            "message_id": .string(entry.messageID), "time": .string(entry.time),
            "body": (try? JSONParser.parse(entry.body)) ?? .null,
        ])
    }

    func reset() {
        state.withLock { state in
            let next = state.last + 1
            state = State()
            state.first = next
        }
    }
}
