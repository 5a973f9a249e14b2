import AMQP
import Glibc
import TestSupport
import Testing

@Suite("AMQP connection", .timeLimit(.minutes(2))) struct AMQPConnectionTests {
    private static func connect(heartbeat: Int = 20) async throws -> AMQPConnection {
        try AMQPConnection(AMQPEndpoint(url: await SharedBroker.url()), name: "test", heartbeat: heartbeat)
    }

    private static let everyValue: AMQPHeaders = [
        "text": "ї — 🧾", "empty": "", "int32": .int32(.min), "int64": .int64(.max), "yes": true, "no": false,
        "double": .double(-1.5e300), "time": .timestamp(1_700_000_000), "bytes": .bytes([0, 255, 206]), "null": .null,
        "list": .array([1, "two", .array([]), .table(["a": .null])]),
        "table": .table(["inner": .table(["deep": .double(0.1)]), "none": .table([:])]),
    ]

    private static let everyProperty = AMQPProperties(
        contentType: "application/json", contentEncoding: "identity", headers: everyValue,
        deliveryMode: AMQPProperties.transient, priority: 3, correlationID: "c-1", replyTo: "somewhere",
        expiration: "60000", messageID: String(repeating: "m", count: 255), timestamp: 1_700_000_000,
        type: "order.create",
        userID: "guest", appID: "tests")

    /// 131,064 bytes fill one frame exactly.
    @Test(arguments: [0, 1, 131_063, 131_064, 131_065, 400_000])
    func roundTrip(size: Int) async throws {
        let connection = try await Self.connect()
        let queue = try connection.declareQueue("", exclusive: true)
        let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try connection.publish(
            AMQPMessage(exchange: "", routingKey: queue, properties: Self.everyProperty, body: body))
        try connection.publish(AMQPMessage(exchange: "", routingKey: queue, body: body))
        try connection.consume(queue, tag: "reader", noAck: true)
        let deliveries = try connection.deliveries(2)
        let (full, bare) = (try #require(deliveries.first), try #require(deliveries.last))
        #expect(full.properties == Self.everyProperty)
        #expect(full.body == body)
        #expect(full.consumerTag == "reader")
        #expect(full.exchange == "")
        #expect(full.routingKey == queue)
        #expect(full.redelivered == false)
        #expect(bare.properties == AMQPProperties())
        #expect(bare.body == body)
        connection.close()
    }

    @Test func confirmsReturnsAndRefusals() async throws {
        let connection = try await Self.connect()
        let queue = uniqueName("full")
        try connection.declareQueue(
            queue, exclusive: true, arguments: ["x-max-length": 1, "x-overflow": "reject-publish"])
        #expect(try connection.publish(message(queue, 0)) == 0)  // before confirms are asked for
        try connection.purgeQueue(queue)
        try connection.confirmSelect()
        #expect(try connection.publish(message("nobody-reads-this", 1)) == 1)
        #expect(try connection.publish(message("nobody-reads-this", 2, mandatory: false)) == 2)
        #expect(try connection.publish(message(queue, 3)) == 3)
        var events: [String] = []
        var settled = 0
        while settled < 3 {
            for event in try connection.receive(wait: .seconds(5)) {
                switch event {
                case .returned(let message, let code, _):
                    events.append("returned \(message.properties.messageID ?? "") \(code) \(message.body)")
                case .confirmed(let sequence, let multiple):
                    settled = multiple ? Int(sequence) : settled + 1
                    events.append("confirmed")
                default: Issue.record("unexpected \(event)")
                }
            }
        }
        #expect(events.first == "returned 1 312 \(Array("1".utf8))")
        #expect(events.filter { $0.hasPrefix("returned") }.count == 1)

        // The limit counts what is ready, which a classic queue may exceed by a message or two in flight.
        var refused: Set<UInt64> = []
        for number in 4..<24 { try connection.publish(message(queue, number)) }
        settled = 3
        while settled < 23 {
            for event in try connection.receive(wait: .seconds(5)) {
                switch event {
                case .rejected(let sequence, let multiple):
                    let first = multiple ? UInt64(settled + 1) : sequence
                    refused.formUnion(first...sequence)
                    settled += Int(sequence - first) + 1
                case .confirmed(let sequence, let multiple):
                    settled = multiple ? max(settled, Int(sequence)) : settled + 1
                default: Issue.record("unexpected \(event)")
                }
            }
        }
        #expect(refused.contains(23))
        #expect(refused.count >= 15)
        connection.close()
    }

    @Test func quorumQueueCountsDeliveries() async throws {
        let queue = uniqueName("counted")
        let first = try await Self.connect()
        try first.declareQueue(queue, arguments: ["x-queue-type": "quorum"])
        try first.confirmSelect()
        for number in 0..<6 { try first.publish(message(queue, number)) }
        try first.awaitConfirms(1...6)
        try first.prefetch(4)
        try first.consume(queue, tag: "one")
        let batch = try first.deliveries(4)
        #expect(batch.map(\.number) == [0, 1, 2, 3])
        #expect(batch.allSatisfy { $0.deliveryCount == 0 && !$0.redelivered })
        #expect(try first.receive(wait: .milliseconds(200)).isEmpty)  // no more than the prefetch
        try first.ack(batch[1].deliveryTag, multiple: true)
        try first.reject(batch[2].deliveryTag, requeue: false)
        let rest = try first.deliveries(2)
        #expect(rest.map(\.number) == [4, 5])
        try first.cancel("one")
        first.close()

        let second = try await Self.connect()
        try second.consume(queue)
        let again = try second.deliveries(3)
        #expect(again.map(\.number).sorted { ($0 ?? 0) < ($1 ?? 0) } == [3, 4, 5])
        #expect(again.allSatisfy { $0.redelivered && $0.deliveryCount == 1 })
        try second.ack(again.map(\.deliveryTag).max() ?? 0, multiple: true)
        #expect(try second.deleteQueue(queue) == 0)
        second.close()
    }

    @Test func topology() async throws {
        let connection = try await Self.connect()
        let (exchange, target, queue) = (uniqueName("x"), uniqueName("y"), uniqueName("q"))
        try connection.declareExchange(exchange, .topic, arguments: ["alternate-exchange": .string(target)])
        try connection.declareExchange(target, .fanout, autoDelete: true)
        try connection.declareQueue(queue, durable: false, autoDelete: true, arguments: ["x-message-ttl": 60_000])
        try connection.declareQueue(queue, durable: false, autoDelete: true, arguments: ["x-message-ttl": 60_000])
        try connection.bind(queue: queue, exchange: exchange, routingKey: "order.*")
        try connection.confirmSelect()
        for key in ["order.a", "order.b", "order.a.b", "payment.a"] {
            try connection.publish(AMQPMessage(exchange: exchange, routingKey: key, body: []))
        }
        // Asked before they are confirmed, a queue may answer before it has taken them.
        try connection.awaitConfirms(1...4)
        #expect(try connection.counts(ofQueue: queue) == (2, 0))
        try connection.unbind(queue: queue, exchange: exchange, routingKey: "order.*")
        try connection.publish(AMQPMessage(exchange: exchange, routingKey: "order.a", body: []))
        try connection.awaitConfirms(5...5)
        #expect(try connection.purgeQueue(queue) == 2)
        try connection.consume(queue, exclusive: true)
        #expect(try connection.counts(ofQueue: queue) == (0, 1))
        try connection.deleteExchange(exchange)
        #expect(try connection.deleteQueue(queue) == 0)
        connection.close()
        #expect(failure { try connection.publish(message(queue, 1)) }?.code == .connectionLost)
    }

    @Test func cancelsTheConsumerOfADeletedQueue() async throws {
        let (reader, other) = (try await Self.connect(), try await Self.connect())
        let queue = try reader.declareQueue(uniqueName("doomed"))
        try reader.consume(queue, tag: "watcher")
        try other.deleteQueue(queue)
        let cancelled = try reader.collect(1) { if case .consumerCancelled(let tag) = $0 { tag } else { nil } }
        #expect(cancelled == ["watcher"])
        #expect(try reader.declareQueue(queue) == queue)  // the connection lives on
        try reader.deleteQueue(queue)
    }

    @Test func channelErrorsSurface() async throws {
        let queue = uniqueName("declared")
        let creator = try await Self.connect()
        try creator.declareQueue(queue, arguments: ["x-max-length": 5])

        let other = try await Self.connect()
        let mismatch = failure { try other.declareQueue(queue, arguments: ["x-max-length": 6]) }
        #expect(mismatch?.code == .channelClosed)
        #expect(mismatch?.replyCode == 406)
        #expect(mismatch?.detail.contains("x-max-length") == true)
        #expect(failure { _ = try other.receive(wait: .zero) } == mismatch)  // it stays dead

        let missing = try await Self.connect()
        let notFound = failure { _ = try missing.counts(ofQueue: uniqueName("missing")) }
        #expect(notFound?.code == .channelClosed)
        #expect(notFound?.replyCode == 404)

        // Not at once but with what is received later, after what came before it.
        let publisher = try await Self.connect()
        try publisher.confirmSelect()
        try publisher.publish(message(queue, 1))
        try publisher.publish(AMQPMessage(exchange: uniqueName("missing"), routingKey: "", body: []))
        #expect(failureWhileReceiving(publisher)?.replyCode == 404)

        let consumer = try await Self.connect()
        try consumer.ack(77)
        #expect(failureWhileReceiving(consumer)?.replyCode == 406)
        try creator.deleteQueue(queue)
        creator.close()
    }

    @Test func refusesWrongCredentials() async throws {
        var endpoint = try AMQPEndpoint(url: await SharedBroker.url())
        endpoint.password = "wrong"
        let login = failure { _ = try AMQPConnection(endpoint, name: "test") }
        #expect(login?.code == .refused)
        #expect(login?.replyCode == 403)
        endpoint = try AMQPEndpoint(url: await SharedBroker.url())
        endpoint.virtualHost = "nowhere"
        #expect(failure { _ = try AMQPConnection(endpoint, name: "test") }?.code == .refused)
        endpoint.port = 1
        #expect(failure { _ = try AMQPConnection(endpoint, name: "test") }?.code == .connectionLost)
    }

    @Test func whatCannotBeSentHurtsNobodyElse() async throws {
        let connection = try await Self.connect()
        let queue = try connection.declareQueue("", exclusive: true)
        try connection.confirmSelect()
        try connection.publish(message(queue, 1))
        let long = String(repeating: "k", count: 256)
        #expect(failure { try connection.publish(message(long, 2)) }?.code == .invalid)
        #expect(failure { try connection.declareQueue(long) }?.code == .invalid)
        var heavy = message(queue, 3)
        heavy.properties.headers["blob"] = .bytes(Array(repeating: 0, count: 140_000))
        #expect(failure { try connection.publish(heavy) }?.code == .invalid)
        #expect(try connection.publish(message(queue, 4)) == 2)
        try connection.consume(queue, noAck: true)
        #expect(try connection.deliveries(2).map(\.number) == [1, 4])
    }

    @Test func waitsAsLongAsAskedOrUntilWoken() async throws {
        let connection = try await Self.connect()
        let clock = ContinuousClock()
        let full = try clock.measure { _ = try connection.receive(wait: .milliseconds(300)) }
        #expect(full >= .milliseconds(300) && full < .seconds(10))

        let wake = try WakeSignal()
        wake.signal()
        wake.signal()
        let raised = try clock.measure { _ = try connection.receive(wait: .seconds(20), wake: wake) }
        #expect(raised < .seconds(10))
        // Lowered by that: the next one waits again.
        let lowered = try clock.measure { _ = try connection.receive(wait: .milliseconds(200), wake: wake) }
        #expect(lowered >= .milliseconds(200))
        var pipeEnds: [Int32] = [0, 0]
        #expect(pipe(&pipeEnds) == 0 && write(pipeEnds[1], "x", 1) == 1)
        defer { for end in pipeEnds { close(end) } }
        let readable = try clock.measure { _ = try connection.receive(wait: .seconds(20), other: pipeEnds[0]) }
        #expect(readable < .seconds(10))

        let url = try await SharedBroker.url()
        let isWaiting = try WakeSignal()
        let waiter = Task {
            try await onThread { () -> Duration in
                let connection = try AMQPConnection(AMQPEndpoint(url: url), name: "test")
                isWaiting.signal()
                return try ContinuousClock().measure { _ = try connection.receive(wait: .seconds(20), wake: wake) }
            }
        }
        try await onThread { isWaiting.wait(.seconds(20)) }
        wake.signal()
        #expect(try await waiter.value < .seconds(10))
    }

    @Test func keepsAnIdleConnectionAlive() async throws {
        let url = try await SharedBroker.url()
        let alive = try await onThread { () -> Bool in
            // The broker hangs up after two to three silent heartbeats.
            let connection = try AMQPConnection(AMQPEndpoint(url: url), name: "test", heartbeat: 3)
            let events = try connection.receive(wait: .seconds(13))
            return try events.isEmpty && !connection.declareQueue("", exclusive: true).isEmpty
        }
        #expect(alive)
    }

    @Test func givesUpOnAPeerThatNeverAnswers() async throws {
        let listener = try SilentListener()
        let endpoint = try AMQPEndpoint(url: "amqp://127.0.0.1:\(listener.port)")
        let (error, time) = try await onThread { () -> (AMQPError?, Duration) in
            var error: AMQPError?
            let time = ContinuousClock().measure { error = failure { _ = try AMQPConnection(endpoint, name: "test") } }
            return (error, time)
        }
        #expect(error?.code == .timeout)
        #expect(time >= .seconds(4) && time < .seconds(9))
    }

    /// A burst far larger than all buffers between us and the broker, with a consumer on the same channel.
    @Test func burstsBeyondAllBuffers() async throws {
        let url = try await SharedBroker.url()
        let received = try await onThread { () -> Int in
            let connection = try AMQPConnection(AMQPEndpoint(url: url), name: "test")
            let queue = try connection.declareQueue("", exclusive: true)
            try connection.consume(queue, noAck: true)
            let body = [UInt8](repeating: 7, count: 100_000)
            var received = 0
            func count(_ events: [AMQPEvent]) {
                for case .delivery(let delivery) in events where delivery.body == body { received += 1 }
            }
            for index in 0..<600 {
                try connection.publish(AMQPMessage(exchange: "", routingKey: queue, body: body))
                if index % 200 == 0 { count(try connection.receive(wait: .zero)) }
            }
            while received < 600 {
                let events = try connection.receive(wait: .seconds(10))
                guard !events.isEmpty else { break }
                count(events)
            }
            return received
        }
        #expect(received == 600)
    }
}
