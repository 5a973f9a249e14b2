import AMQP
import TestSupport
import Testing

@Suite("AMQP link", .timeLimit(.minutes(2))) struct AMQPLinkTests {
    private static func settings(_ policy: AMQPLink.Policy = .resend) async throws -> AMQPLink.Settings {
        AMQPLink.Settings(endpoint: try AMQPEndpoint(url: await SharedBroker.url()), name: "link", policy: policy)
    }

    private static func connection() async throws -> AMQPConnection {
        try AMQPConnection(AMQPEndpoint(url: await SharedBroker.url()), name: "test")
    }

    @Test func answersForEachMessage() async throws {
        let (open, full) = (uniqueName("open"), uniqueName("full"))
        let link = try AMQPLink(try await Self.settings(), logger: quietLogger()) { connection in
            try connection.declareQueue(open, autoDelete: true)
            try connection.declareQueue(
                full, arguments: ["x-queue-type": "quorum", "x-max-length": 0, "x-overflow": "reject-publish"])
        }
        var huge = message(open, 4)
        huge.body = Array(repeating: 0, count: (1 << 20) + 1)
        // A quorum queue lets some through before it knows that it is full.
        var first: AMQPPublishOutcome = .unknown
        for _ in 0..<100 where first != .refused { first = await link.publish([message(full, 0)])[0] }
        #expect(first == .refused)
        let outcomes = await link.publish([
            message(open, 1), message(uniqueName("nowhere"), 2), message(full, 3), huge,
            message(String(repeating: "k", count: 256), 5), message(open, 6),
            message(uniqueName("nowhere"), 7, mandatory: false),
        ])
        #expect(outcomes[0...2] == [.confirmed, .returned(code: 312), .refused])
        guard case .notSent(.invalid) = outcomes[3], case .notSent(.invalid) = outcomes[4] else {
            Issue.record("\(outcomes)")
            return
        }
        #expect(outcomes[5...] == [.confirmed, .confirmed])
        let connection = try await Self.connection()
        #expect(try connection.counts(ofQueue: open).messages == 2)
        try connection.deleteQueue(open)
        try connection.deleteQueue(full)
        await link.close(drain: .seconds(5))
        #expect(link.state == .closed)
        #expect(await link.publish([message(open, 8)]) == [.notSent(.closed)])
        #expect(await link.publish([]) == [])
    }

    @Test func keepsOrderAcrossManySubmissions() async throws {
        let queue = uniqueName("ordered")
        var settings = try await Self.settings()
        settings.window = 16
        let link = try AMQPLink(settings, logger: quietLogger()) { try $0.declareQueue(queue) }
        let outcomes = Box<[AMQPPublishOutcome]>([])
        for start in stride(from: 0, to: 3000, by: 3) {
            link.submit((start..<start + 3).map { message(queue, $0) }) { batch in outcomes.change { $0 += batch } }
        }
        // Closing waits for all of it.
        await link.close(drain: .seconds(20))
        #expect(outcomes.value.count == 3000)
        #expect(outcomes.value.allSatisfy { $0 == .confirmed })
        let connection = try await Self.connection()
        try connection.consume(queue)
        #expect(try connection.deliveries(3000).map(\.number) == Array(0..<3000))
        try connection.deleteQueue(queue)
    }

    @Test func refusesMoreThanItMayHold() async throws {
        var settings = try await Self.settings()
        settings.endpoint.port = 1  // nobody there, so everything waits
        settings.queueLimit = 10
        let link = try AMQPLink(settings, logger: quietLogger())
        let queue = uniqueName("waiting")
        let waiting = Box<[AMQPPublishOutcome]>([])
        link.submit((0..<8).map { message(queue, $0) }) { outcomes in waiting.change { $0 = outcomes } }
        #expect(
            await link.publish([1, 2, 3].map { message(queue, $0) })
                == Array(repeating: .notSent(.overloaded), count: 3))
        #expect(waiting.value.isEmpty)
        await link.close(drain: .milliseconds(100))
        #expect(waiting.value == Array(repeating: .notSent(.closed), count: 8))
    }

    /// What the broker closes the channel for must not keep its neighbours from arriving.
    @Test func findsTheMessageTheBrokerClosesTheChannelFor() async throws {
        let queue = uniqueName("neighbours")
        let link = try AMQPLink(try await Self.settings(), logger: quietLogger()) { try $0.declareQueue(queue) }
        var messages = (0..<30).map { message(queue, $0) }
        messages[7] = AMQPMessage(exchange: uniqueName("missing"), routingKey: "", body: [])
        messages[20] = messages[7]
        let outcomes = await link.publish(messages)
        for (index, outcome) in outcomes.enumerated() {
            if index == 7 || index == 20 {
                guard case .notSent(.invalid(let reason)) = outcome else {
                    Issue.record("\(index): \(outcome)")
                    continue
                }
                #expect(reason.contains("404"))
            } else {
                #expect(outcome == .confirmed, "\(index)")
            }
        }
        let connection = try await Self.connection()
        try connection.consume(queue)
        let arrived = Set(
            try connection.collect(28) { if case .delivery(let delivery) = $0 { delivery.number } else { nil } })
        #expect(arrived.isSubset(of: Set(0..<30).subtracting([7, 20])))
        try connection.deleteQueue(queue)
        await link.close(drain: .seconds(5))
    }

    @Test func asksAndIsAnswered() async throws {
        let url = try await SharedBroker.url()
        let queue = uniqueName("questions")
        let serving = try WakeSignal()
        let count = 200
        let server = Task {
            try await onThread {
                let connection = try AMQPConnection(AMQPEndpoint(url: url), name: "server")
                try connection.declareQueue(queue, autoDelete: true)
                try connection.consume(queue)
                serving.signal()
                var answered = 0
                while answered < count {
                    for case .delivery(let question) in try connection.receive(wait: .seconds(10)) {
                        let address = question.properties.replyTo ?? ""
                        guard address.hasPrefix(AMQPLink.replyAddress + ".") else {
                            throw TestSupportError("asked from \(address)")
                        }
                        try connection.publish(
                            AMQPMessage(
                                exchange: "", routingKey: address,
                                properties: AMQPProperties(correlationID: question.properties.correlationID),
                                body: question.body.reversed()))
                        try connection.ack(question.deliveryTag)
                        answered += 1
                    }
                }
                try connection.flush()
                connection.close()
            }
        }
        try await onThread { serving.wait(.seconds(20)) }

        let replies = Box<[String: [UInt8]]>([:])
        let link = try AMQPLink(
            try await Self.settings(.failFast), logger: quietLogger(),
            replies: { deliveries in
                replies.change { replies in
                    for delivery in deliveries { replies[delivery.properties.correlationID ?? ""] = delivery.body }
                }
            })
        try #require(try await eventually { link.state == .connected })
        let questions = (0..<count).map { number in
            var question = message(queue, number)
            question.properties.replyTo = AMQPLink.replyAddress
            question.properties.correlationID = "question-\(number)"
            question.body = Array("hello \(number)".utf8)
            return question
        }
        #expect(await link.publish(questions) == Array(repeating: .confirmed, count: count))
        #expect(try await eventually { replies.value.count == count })
        #expect(replies.value["question-17"] == Array("71 olleh".utf8))
        try await server.value
        await link.close(drain: .seconds(5))
    }

    @Test func reportsItsState() async throws {
        let states = Box<[AMQPLinkState]>([])
        let link = try AMQPLink(
            try await Self.settings(), logger: quietLogger(),
            onStateChange: { state in states.change { $0.append(state) } })
        #expect(try await eventually { link.state == .connected })
        await link.close(drain: .seconds(5))
        #expect(states.value == [.connected, .closed])
    }

    @Test func endsItsThreadWhenDropped() async throws {
        let states = Box<[AMQPLinkState]>([])
        var link: AMQPLink? = try AMQPLink(
            try await Self.settings(), logger: quietLogger(),
            onStateChange: { state in states.change { $0.append(state) } })
        #expect(try await eventually { link?.state == .connected })
        link = nil
        #expect(try await eventually { states.value.last == .closed })
    }
}
