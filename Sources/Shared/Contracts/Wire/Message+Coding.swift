extension Message {
    /// Which optional members follow.
    private struct Present: OptionSet {
        let rawValue: UInt64
        static let reply = Present(rawValue: 1)
        static let trace = Present(rawValue: 2)
        static let cause = Present(rawValue: 4)
        static let subject = Present(rawValue: 8)
        static let deadline = Present(rawValue: 16)
        static let actorID = Present(rawValue: 32)
        static let retried = Present(rawValue: 64)
    }

    /// The message as bytes: a bundle's entry, and what the retry ladder and the parked queue hold.
    public func encoded() -> [UInt8] {
        var present: Present = []
        if replyTo != nil { present.insert(.reply) }
        if traceparent != nil { present.insert(.trace) }
        if causationID != nil { present.insert(.cause) }
        if !subject.isEmpty { present.insert(.subject) }
        if deadline != nil { present.insert(.deadline) }
        if actor.id != nil { present.insert(.actorID) }
        if attempt > 0 { present.insert(.retried) }

        var writer = BinaryWriter()
        writer.bytes.reserveCapacity(body.count + 256)
        writer.variable(present.rawValue)
        writer.byte(repeats.rawValue)
        writer.id(id)
        writer.text(type)
        writer.text(tenant)
        writer.text(actor.type.rawValue)
        writer.text(requestID)
        writer.text(path)
        writer.word(UInt64(bitPattern: sentAt.milliseconds))
        writer.variable(UInt64(parameters.count))
        for (name, value) in parameters {
            writer.text(name)
            writer.text(value)
        }
        if let replyTo {
            writer.text(replyTo.queue)
            writer.word(replyTo.token)
        }
        if let traceparent { writer.text(traceparent) }
        if let causationID { writer.id(causationID) }
        if present.contains(.subject) {
            writer.text(subject)
            writer.variable(UInt64(sequence))
        }
        if let deadline { writer.word(UInt64(bitPattern: deadline.milliseconds)) }
        if let actorID = actor.id { writer.text(actorID) }
        if attempt > 0 { writer.variable(UInt64(attempt)) }
        writer.data(body)
        return writer.bytes
    }

    /// - Throws: ``BundleFormatError``.
    public init(encoded bytes: some Collection<UInt8>) throws {
        var reader = BinaryReader(ArraySlice(bytes))
        let present = Present(rawValue: try reader.variable())
        let repeats = Repeat(rawValue: try reader.byte())
        let id = try reader.id()
        let type = try reader.text()
        let tenant = try reader.text()
        guard let kind = Actor.Kind(rawValue: try reader.text()) else { throw BundleFormatError() }
        self.init(id: id, type: type, tenant: tenant, repeats: repeats, sentAt: Timestamp(milliseconds: 0))
        requestID = try reader.text()
        path = try reader.text()
        sentAt = Timestamp(milliseconds: Int64(bitPattern: try reader.word()))
        for _ in 0..<(try reader.variable()) { parameters[try reader.text()] = try reader.text() }
        if present.contains(.reply) { replyTo = ReplyAddress(queue: try reader.text(), token: try reader.word()) }
        if present.contains(.trace) { traceparent = try reader.text() }
        if present.contains(.cause) { causationID = try reader.id() }
        if present.contains(.subject) {
            subject = try reader.text()
            sequence = Int64(truncatingIfNeeded: try reader.variable())
        }
        if present.contains(.deadline) { deadline = Timestamp(milliseconds: Int64(bitPattern: try reader.word())) }
        actor = Actor(kind, id: present.contains(.actorID) ? try reader.text() : nil)
        if present.contains(.retried) { attempt = Int(try reader.variable()) }
        body = try reader.data()
    }
}
