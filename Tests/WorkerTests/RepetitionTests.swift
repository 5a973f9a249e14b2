import Contracts
import Testing

@testable import Worker

/// The whole table of what a repeated message is answered.
@Suite struct RepetitionTests {
    private static let reply = Reply(status: 201, headers: ["Location": "/x"], body: Array("{}".utf8))

    private func message(token: UInt64? = 7, repeats: Message.Repeat = .keyed, body: String = "{}") -> Message {
        Message(
            id: .new(), type: "order.create", tenant: "t", body: Array(body.utf8),
            replyTo: token.map { .init(queue: "amq.rabbitmq.reply-to.x", token: $0) }, path: "/p", repeats: repeats)
    }

    private func repetition(_ message: Message, token: UInt64, stored: Reply?, hasCompleted: Bool = true) -> Repetition
    {
        Repetition(
            of: message, fingerprint: message.fingerprint, token: token, stored: stored, hasCompleted: hasCompleted)
    }

    @Test func redeliveryGetsTheAnswerAsItWas() {
        #expect(repetition(message(token: 7), token: 7, stored: Self.reply) == .answer(Self.reply))
    }

    @Test func clientsRepeatIsMarked() {
        var marked = Self.reply
        marked.headers["Idempotent-Replayed"] = "true"
        #expect(repetition(message(token: 8), token: 7, stored: Self.reply) == .answer(marked))
    }

    @Test func nobodyWaits() {
        #expect(repetition(message(token: nil), token: 7, stored: Self.reply) == .nothing)
        #expect(repetition(message(token: nil), token: 0, stored: nil, hasCompleted: false) == .nothing)
    }

    @Test func completedWithoutAnswer() {
        #expect(repetition(message(token: 8), token: 7, stored: nil) == .nothing)
    }

    static let joining: [(UInt64, Message.Repeat)] = [(7, .keyed), (8, [.keyed, .joins])]

    @Test(arguments: joining)
    func joins(token: UInt64, repeats: Message.Repeat) {
        #expect(
            repetition(message(token: token, repeats: repeats), token: 7, stored: nil, hasCompleted: false) == .join)
    }

    @Test func inFlight() throws {
        guard case .answer(let reply) = repetition(message(token: 8), token: 7, stored: nil, hasCompleted: false) else {
            Issue.record("no answer")
            return
        }
        #expect(reply.status == 409)
        #expect(reply.headers["Retry-After"] == "1")
    }

    /// A key that is used for another request is refused whatever became of the first.
    @Test(arguments: [true, false]) func reusedKey(hasCompleted: Bool) {
        let message = message(token: 8)
        let stored = hasCompleted ? Self.reply : nil
        let repetition = Repetition(
            of: message, fingerprint: message.fingerprint &+ 1, token: 7, stored: stored, hasCompleted: hasCompleted)
        guard case .answer(let reply) = repetition else {
            Issue.record("no answer")
            return
        }
        #expect(reply.status == 422)
    }

    /// Without a key the body is not compared: the id alone names the message.
    @Test func unkeyedIsNotCompared() {
        let message = message(token: 8, repeats: [])
        let repetition = Repetition(of: message, fingerprint: 99, token: 7, stored: Self.reply, hasCompleted: true)
        guard case .answer(let reply) = repetition else {
            Issue.record("no answer")
            return
        }
        #expect(reply.status == 201)
    }

    @Test func fingerprintIsOfPathAndMeaning() {
        let one = message(body: #"{"a":1,"b":[true,null]}"#)
        #expect(one.fingerprint == message(body: #" {"b":[true , null],"a":1}"#).fingerprint)
        #expect(one.fingerprint != message(body: #"{"a":1.0,"b":[true,null]}"#).fingerprint)
        #expect(one.fingerprint != message(body: #"{"a":1,"b":[null,true]}"#).fingerprint)
        var elsewhere = one
        elsewhere.path = "/q"
        #expect(one.fingerprint != elsewhere.fingerprint)
        #expect(message(repeats: []).fingerprint == 0)
    }
}
