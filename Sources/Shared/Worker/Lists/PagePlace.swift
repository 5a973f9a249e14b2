import Contracts

/// A place in a list that is sorted by time: a page begins after it. `sequence` parts what has one time, before `id`
/// does; lists that do not sort by it leave it 0.
public struct PagePlace: Hashable, Sendable {
    public let time: Timestamp
    public let sequence: Int64
    public let id: Identifier

    public init(time: Timestamp, sequence: Int64 = 0, id: Identifier) {
        self.time = time
        self.sequence = sequence
        self.id = id
    }

    /// Before everything there may be.
    public static let first = PagePlace(
        time: Timestamp(milliseconds: -62_135_596_800_000), id: Identifier(high: 0, low: 0))
    /// After everything there may be: the end of the year 9999.
    public static let last = PagePlace(
        time: Timestamp(milliseconds: 253_402_300_799_999), sequence: .max, id: Identifier(high: .max, low: .max))
}
