/// Several messages or replies in one message of the broker.
///
/// The bundle is the unit of publish, confirm, delivery and acknowledgement; the message within is the unit of
/// de-duplication, decision, reply, retry and parking. Layout: a format byte, then each entry with its length before
/// it.
public enum Bundle {
    /// Content type of a bundle at the broker.
    public static let messages = "application/vnd.oms.messages"
    public static let replies = "application/vnd.oms.replies"

    /// Most entries of one bundle.
    public static let countLimit = 64
    /// Most bytes of one bundle, unless a single message is larger.
    public static let byteLimit = 256 * 1024

    private static let format: UInt8 = 1

    /// Packs as many bundles as the limits need, keeping the order.
    public static func pack(_ messages: some Sequence<Message>) -> [[UInt8]] {
        pack(messages.lazy.map { $0.encoded() })
    }

    public static func pack(_ replies: some Sequence<AddressedReply>) -> [[UInt8]] {
        pack(replies.lazy.map { $0.encoded() })
    }

    private static func pack(_ entries: some Sequence<[UInt8]>) -> [[UInt8]] {
        var bundles: [[UInt8]] = []
        var writer = BinaryWriter()
        var count = 0
        for entry in entries {
            if count == countLimit || (count > 0 && writer.bytes.count + entry.count > byteLimit) {
                bundles.append(writer.bytes)
                writer = BinaryWriter()
                count = 0
            }
            if count == 0 { writer.byte(format) }
            writer.data(entry)
            count += 1
        }
        if count > 0 { bundles.append(writer.bytes) }
        return bundles
    }

    /// - Throws: ``BundleFormatError``.
    public static func unpackMessages(_ bytes: [UInt8]) throws -> [Message] {
        try unpack(bytes) { try Message(encoded: $0) }
    }

    /// - Throws: ``BundleFormatError``.
    public static func unpackReplies(_ bytes: [UInt8]) throws -> [AddressedReply] {
        try unpack(bytes) { try AddressedReply(encoded: $0) }
    }

    /// How many entries a bundle of our own holds.
    public static func count(_ bytes: [UInt8]) -> Int {
        (try? unpack(bytes) { _ in () }.count) ?? 0
    }

    private static func unpack<Entry>(_ bytes: [UInt8], _ decode: (ArraySlice<UInt8>) throws -> Entry) throws -> [Entry]
    {
        var reader = BinaryReader(bytes[...])
        guard try reader.byte() == format else { throw BundleFormatError() }
        var entries: [Entry] = []
        while !reader.isAtEnd { entries.append(try decode(try reader.slice())) }
        return entries
    }
}
