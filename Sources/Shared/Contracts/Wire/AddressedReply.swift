/// A reply with the number its asker knows the question by.
public struct AddressedReply: Sendable, Equatable {
    public let token: UInt64
    public let reply: Reply

    public init(token: UInt64, reply: Reply) {
        self.token = token
        self.reply = reply
    }

    func encoded() -> [UInt8] {
        var writer = BinaryWriter()
        writer.bytes.reserveCapacity(reply.body.count + 128)
        writer.word(token)
        reply.encode(to: &writer)
        return writer.bytes
    }

    init(encoded bytes: ArraySlice<UInt8>) throws {
        var reader = BinaryReader(bytes)
        token = try reader.word()
        reply = try Reply(from: &reader)
    }
}

extension Reply {
    /// The reply as bytes, as the inbox stores it.
    public func encoded() -> [UInt8] {
        var writer = BinaryWriter()
        encode(to: &writer)
        return writer.bytes
    }

    /// - Throws: ``BundleFormatError``.
    public init(encoded bytes: [UInt8]) throws {
        var reader = BinaryReader(bytes[...])
        self = try Reply(from: &reader)
    }

    func encode(to writer: inout BinaryWriter) {
        writer.variable(UInt64(status))
        writer.text(contentType)
        writer.variable(UInt64(headers.count))
        for (name, value) in headers {
            writer.text(name)
            writer.text(value)
        }
        writer.data(body)
    }

    init(from reader: inout BinaryReader) throws {
        let status = Int(try reader.variable())
        let contentType = try reader.text()
        var headers: [String: String] = [:]
        for _ in 0..<(try reader.variable()) { headers[try reader.text()] = try reader.text() }
        self.init(status: status, headers: headers, contentType: contentType, body: try reader.data())
    }
}
