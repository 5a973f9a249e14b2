/// Which statements a connection has prepared, by SQL text and parameter types; the least recently used one goes when
/// it is full.
///
/// What goes is only noted: it is deallocated on the server before the next pipeline that starts outside a transaction
/// (`DEALLOCATE` fails in an aborted transaction, and as a first statement it would fix the snapshot of a serializable
/// one). A name is never used twice, so a statement still under way keeps its meaning.
struct StatementCache {
    struct Key: Hashable {
        let sql: String
        let types: [UInt32]

        init(_ statement: Statement) {
            sql = statement.sql
            types = statement.parameters.map { $0.type.rawValue }
        }
    }

    struct Entry {
        /// With its terminating zero.
        let name: ContiguousArray<CChar>
        var lastUse: UInt64
    }

    private let limit: Int
    private var entries: [Key: Entry] = [:]
    private var uses: UInt64 = 0
    private var names: UInt64 = 0
    private var evicted: [String] = []
    private var distrusted = false

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    var count: Int { entries.count }

    /// The server's name for the statement, and whether it still has to be prepared under it.
    mutating func name(for key: Key) -> (name: ContiguousArray<CChar>, isNew: Bool) {
        uses += 1
        if let index = entries.index(forKey: key) {
            entries.values[index].lastUse = uses
            return (entries.values[index].name, false)
        }
        if entries.count >= limit { evictOldest() }
        names += 1
        let name = "s\(names)".utf8CString
        entries[key] = Entry(name: name, lastUse: uses)
        return (name, true)
    }

    /// Its preparation failed or was skipped: the server does not know it.
    mutating func forget(_ key: Key) {
        entries[key] = nil
    }

    /// The server no longer has what is noted here, or not in a usable form: all are prepared anew.
    mutating func distrust() {
        distrusted = true
        entries.removeAll(keepingCapacity: true)
    }

    /// The SQL that removes what is no longer wanted; empty when nothing is. The caller sends all of it.
    mutating func takeDeallocations() -> [String] {
        if distrusted {
            distrusted = false
            evicted.removeAll()
            entries.removeAll(keepingCapacity: true)
            return ["DEALLOCATE ALL"]
        }
        guard !evicted.isEmpty else { return [] }
        defer { evicted.removeAll() }
        return evicted.map { "DEALLOCATE \($0)" }
    }

    private mutating func evictOldest() {
        guard let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
        entries[oldest.key] = nil
        evicted.append(
            oldest.value.name.withUnsafeBufferPointer {
                String(decoding: $0.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            })
    }
}
