import Contracts
import Testing

/// What goes into a bundle comes out of it.
@Suite struct BundleTests {
    @Test(arguments: 0..<20) func messagesRoundTrip(seed: UInt64) throws {
        var random = Seeded(seed)
        let messages = (0..<Int.random(in: 1...200, using: &random)).map { _ in Self.message(&random) }
        let bundles = Bundle.pack(messages)
        #expect(bundles.count == (messages.count + 63) / 64)
        #expect(try bundles.flatMap { try Bundle.unpackMessages($0) } == messages)
    }

    @Test(arguments: 0..<10) func repliesRoundTrip(seed: UInt64) throws {
        var random = Seeded(seed)
        let replies = (0..<Int.random(in: 1...150, using: &random)).map { _ in
            AddressedReply(
                token: random.next(),
                reply: Reply(
                    status: Int.random(in: 200...599, using: &random),
                    headers: Bool.random(using: &random) ? [:] : ["ETag": "\"1\"", "Location": "/а"],
                    contentType: Reply.problemJSON, body: Self.bytes(300, &random)))
        }
        #expect(try Bundle.pack(replies).flatMap { try Bundle.unpackReplies($0) } == replies)
        for entry in replies { #expect(try Reply(encoded: entry.reply.encoded()) == entry.reply) }
    }

    @Test func limits() throws {
        func message(_ size: Int) -> Message {
            Message(id: .new(), type: "t", tenant: "t", body: [UInt8](repeating: 1, count: size))
        }
        #expect(Bundle.pack([Message]()).isEmpty)
        #expect(Bundle.pack((0..<65).map { _ in message(1) }).count == 2)
        let large = Bundle.pack((0..<5).map { _ in message(100_000) })
        #expect(large.count == 3)
        #expect(large.allSatisfy { $0.count <= Bundle.byteLimit })
        // One that is larger than the limit travels alone.
        let huge = Bundle.pack([message(1), message(300_000), message(1)])
        #expect(try huge.map { try Bundle.unpackMessages($0).count } == [1, 1, 1])
        #expect(large.map { Bundle.count($0) } == [2, 2, 1])
    }

    @Test func refusesWhatIsNoBundle() throws {
        let whole = Bundle.pack([Message(id: .new(), type: "order.create", tenant: "t", body: [1, 2, 3])])[0]
        for length in 0..<whole.count where length != 1 {
            #expect(throws: BundleFormatError.self) { try Bundle.unpackMessages(Array(whole[..<length])) }
        }
        #expect(throws: BundleFormatError.self) { try Bundle.unpackMessages([9] + whole.dropFirst()) }
        #expect(throws: BundleFormatError.self) {
            try Bundle.unpackMessages([1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
        }
    }

    /// Damaged bundles are refused or read as something, but never end the process.
    @Test(arguments: 0..<20) func damaged(seed: UInt64) {
        var random = Seeded(seed)
        let whole = Bundle.pack((0..<5).map { _ in Self.message(&random) })[0]
        for _ in 0..<200 {
            var bytes = whole
            bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            if let messages = try? Bundle.unpackMessages(bytes) { #expect(messages.count <= bytes.count) }
        }
    }

    private static func bytes(_ most: Int, _ random: inout Seeded) -> [UInt8] {
        (0..<Int.random(in: 0...most, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    private static func text(_ random: inout Seeded) -> String {
        String(
            (0..<Int.random(in: 0...20, using: &random)).map { _ in
                ["a", "Ї", "😀", "\0", "\"", " "].randomElement(using: &random) ?? "x"
            })
    }

    private static func message(_ random: inout Seeded) -> Message {
        let kinds: [Actor.Kind] = [.customer, .staff, .admin, .service, .system, .anonymous]
        let subject = text(&random)
        func maybe<Value>(_ value: Value) -> Value? { Bool.random(using: &random) ? value : nil }
        var parameters: [String: String] = [:]
        for _ in 0..<Int.random(in: 0...4, using: &random) { parameters[text(&random)] = text(&random) }
        return Message(
            id: Identifier(high: random.next(), low: random.next()), type: text(&random), tenant: text(&random),
            actor: Actor(kinds.randomElement(using: &random) ?? .system, id: maybe(text(&random))),
            body: bytes(400, &random), replyTo: maybe(.init(queue: text(&random), token: random.next())),
            requestID: text(&random), path: text(&random), parameters: parameters,
            repeats: Message.Repeat(rawValue: UInt8.random(in: 0...3, using: &random)),
            traceparent: maybe(text(&random)), causationID: maybe(Identifier(high: random.next(), low: random.next())),
            subject: subject, sequence: subject.isEmpty ? 0 : Int64.random(in: 0...Int64.max, using: &random),
            sentAt: Timestamp(milliseconds: Int64.random(in: -1_000_000...253_402_300_799_999, using: &random)),
            deadline: maybe(Timestamp(milliseconds: Int64.random(in: 0...253_402_300_799_999, using: &random))),
            attempt: Int.random(in: 0...5, using: &random))
    }
}
