/// One step of a schema, applied once and never changed afterwards.
public struct Migration: Sendable, Equatable {
    /// As in `0007_promo_codes`; the order of names is the order of application.
    public let name: String
    /// One or several statements, without BEGIN or COMMIT: the migrator puts each migration in a transaction.
    public let sql: String

    public init(_ name: String, sql: String) {
        self.name = name
        self.sql = sql
    }

    /// From a file compiled in as bytes.
    public init(_ name: String, bytes: [UInt8]) {
        self.init(name, sql: String(decoding: bytes, as: UTF8.self))
    }

    /// Tells an edited file from the applied one: 64-bit FNV-1a over its UTF-8, which guards against mistakes, not
    /// against malice.
    public var checksum: Int64 {
        Int64(bitPattern: sql.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
    }
}

/// Why a schema could not be brought up to date. Those before the named migration are applied; of itself nothing is,
/// unless it ended its own transaction.
public enum MigrationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Was edited after it had been applied. Restore it and write a new one.
    case changed(name: String)
    /// Comes before one that is applied already, or the list isn't in ascending order of names. Rename it.
    case outOfOrder(name: String)
    /// Contains COMMIT, ROLLBACK or the like, and so took itself out of its transaction: it may be applied in part, and
    /// is not recorded.
    case endedTransaction(name: String)
    case failed(name: String, PostgresError)
    /// Another process has been migrating this schema for longer than we wait. Try again.
    case busy(schema: String)

    public var description: String {
        switch self {
        case .changed(let name): "migration \(name) was changed after it had been applied"
        case .outOfOrder(let name): "migration \(name) is out of order: names ascend, and new ones come last"
        case .endedTransaction(let name): "migration \(name) ends its own transaction"
        case .failed(let name, let error): "migration \(name) failed: \(error)"
        case .busy(let schema): "another process is migrating schema \(schema)"
        }
    }
}
