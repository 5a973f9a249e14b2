import AMQP
import Foundation
import TestSupport
import Testing

/// One broker that these tests harm one after the other, and leave running.
@Suite("Broker faults", .serialized, .timeLimit(.minutes(4))) struct BrokerFaultTests {
    private static func settings(_ policy: AMQPLink.Policy) async throws -> AMQPLink.Settings {
        AMQPLink.Settings(endpoint: try await FaultyBroker.endpoint(), name: "link", policy: policy)
    }

    private static func connectedLink(
        _ settings: AMQPLink.Settings, states: Box<[AMQPLinkState]> = Box([]), queue: String
    ) async throws -> AMQPLink {
        let link = try AMQPLink(
            settings, logger: quietLogger(),
            topology: { try $0.declareQueue(queue, arguments: ["x-queue-type": "quorum"]) },
            onStateChange: { state in states.change { $0.append(state) } })
        try #require(try await eventually(within: .seconds(30)) { link.state == .connected })
        return link
    }

    /// Lets a new quorum queue survive a kill. The broker writes the name of a new queue's log to disk a second after it has
    /// answered the declaration; killed before, it comes back with the queue empty and without a leader, for ever.
    private static func awaitThatItIsSaved(_ queue: String) async throws {
        let broker = try await FaultyBroker.broker()
        try #require(try await eventually(within: .seconds(30)) { broker.hasSaved(quorumQueue: queue) })
    }

    /// Takes the broker's memory away, and waits until it refuses to take more: that it does so a moment after the command has ended.
    private static func raiseMemoryAlarm() async throws {
        let queue = uniqueName("alarm")
        let probe = try await connectedLink(try await settings(.resend), queue: queue)
        try await FaultyBroker.broker().control("set_vm_memory_high_watermark", "0")
        let isRaised = try await eventually(within: .seconds(30)) {
            probe.submit([message(queue, 0)]) { _ in }
            return probe.state == .blocked
        }
        #expect(isRaised)
        await probe.close(drain: .zero)
    }

    /// The numbers in a queue, which is deleted.
    private static func drain(_ queue: String, atLeast count: Int) async throws -> [Int] {
        let endpoint = try await FaultyBroker.endpoint()
        return try await onThread {
            let connection = try AMQPConnection(endpoint, name: "auditor")
            try connection.consume(queue)
            var numbers: [Int] = []
            while case let events = try connection.receive(
                wait: numbers.count < count ? .seconds(10) : .seconds(3)),
                !events.isEmpty
            {
                for case .delivery(let delivery) in events {
                    numbers += [delivery.number].compactMap(\.self)
                    try connection.ack(delivery.deliveryTag)  // unacknowledged, 2,000 are all a quorum queue hands out
                }
            }
            try connection.deleteQueue(queue)
            connection.close()
            return numbers
        }
    }

    @Test func resendsWhatAKilledBrokerLost() async throws {
        let queue = uniqueName("survivors")
        let states = Box<[AMQPLinkState]>([])
        let link = try await Self.connectedLink(try await Self.settings(.resend), states: states, queue: queue)
        try await Self.awaitThatItIsSaved(queue)
        let confirmed = Box<Set<Int>>([])
        let isEnough = Box(false)
        let submitting = Task {
            var submitted = 0
            while !isEnough.value {
                guard submitted - confirmed.value.count < 1000 else {
                    try await Task.sleep(for: .milliseconds(1))
                    continue
                }
                let numbers = submitted..<submitted + 10
                link.submit(numbers.map { message(queue, $0) }) { outcomes in
                    confirmed.change { set in
                        for (number, outcome) in zip(numbers, outcomes) where outcome == .confirmed {
                            set.insert(number)
                        }
                    }
                }
                submitted += 10
            }
            return submitted
        }
        try #require(try await eventually { confirmed.value.count > 300 })
        try await FaultyBroker.broker().kill()
        let beforeTheKill = confirmed.value
        try await FaultyBroker.broker().start()
        #expect(try await eventually(within: .seconds(60)) { confirmed.value.count > beforeTheKill.count + 2000 })
        isEnough.change { $0 = true }
        let submitted = try await submitting.value
        #expect(try await eventually(within: .seconds(60)) { confirmed.value.count == submitted })
        #expect(states.value.contains { if case .disconnected = $0 { true } else { false } })
        let stored = Set(try await Self.drain(queue, atLeast: submitted))
        #expect(beforeTheKill.subtracting(stored).count == 0, "confirmed before the kill and lost")
        #expect(Set(0..<submitted).subtracting(stored).count == 0, "lost")
        await link.close(drain: .seconds(5))
    }

    @Test func answersFastWhileTheBrokerIsAway() async throws {
        let queue = uniqueName("fast")
        let settings = try await Self.settings(.failFast)
        let link = try await Self.connectedLink(settings, queue: queue)
        #expect(await link.publish([message(queue, 1)]) == [.confirmed])
        try await Self.awaitThatItIsSaved(queue)
        try await FaultyBroker.broker().freeze()
        // Sent to nobody who would confirm it: known to be unknown when the broker is dead.
        let inFlight = Box<[AMQPPublishOutcome]>([])
        link.submit([message(queue, 2)]) { outcomes in inFlight.change { $0 = outcomes } }
        // Messages go in order, and one that is too long is refused by the link itself: after that, 2 has been sent.
        var long = message(queue, 2)
        long.body = Array(repeating: 0, count: settings.bodyLimit + 1)
        #expect(await link.publish([long]) == [.notSent(.invalid("a body of \(long.body.count) bytes"))])
        #expect(inFlight.value.isEmpty)
        try await FaultyBroker.broker().kill()
        try #require(try await eventually { link.state != .connected })
        #expect(try await eventually { inFlight.value == [.unknown] })
        let time = await ContinuousClock().measure {
            for number in 3..<103 { #expect(await link.publish([message(queue, number)]) == [.notSent(.disconnected)]) }
        }
        #expect(time < .seconds(10))
        try await FaultyBroker.broker().start()
        try #require(try await eventually(within: .seconds(30)) { link.state == .connected })
        #expect(await link.publish([message(queue, 104)]) == [.confirmed])
        await link.close(drain: .seconds(5))
        #expect(try await Self.drain(queue, atLeast: 2).contains(104))
    }

    @Test func leavesAFrozenBroker() async throws {
        let queue = uniqueName("thawed")
        var settings = try await Self.settings(.resend)
        settings.confirmTimeout = .seconds(2)
        let link = try await Self.connectedLink(settings, queue: queue)
        #expect(await link.publish([message(queue, 0)]) == [.confirmed])
        try await FaultyBroker.broker().freeze()
        let outcomes = Box<[AMQPPublishOutcome]>([])
        // Far more than the sockets hold: no write may wait for the frozen reader.
        let messages = (1...150).map { number in
            var large = message(queue, number)
            large.properties.headers["padding"] = .bytes(Array(repeating: 0, count: 100_000))
            return large
        }
        let frozen = ContinuousClock.now
        link.submit(messages) { result in outcomes.change { $0 = result } }
        try #require(try await eventually { link.state != .connected })
        #expect(frozen.duration(to: .now) < .seconds(6))
        #expect(outcomes.value.isEmpty)
        try await FaultyBroker.broker().thaw()
        #expect(try await eventually(within: .seconds(60)) { outcomes.value.count == 150 })
        #expect(outcomes.value.allSatisfy { $0 == .confirmed })
        await link.close(drain: .seconds(5))
        #expect(Set(try await Self.drain(queue, atLeast: 151)) == Set(0...150))
    }

    @Test func noticesASilentBrokerByItsHeartbeats() async throws {
        let endpoint = try await FaultyBroker.endpoint()
        let broker = try await FaultyBroker.broker()
        let (error, time) = try await onThread { () -> (AMQPError?, Duration) in
            let connection = try AMQPConnection(endpoint, name: "test", heartbeat: 1)
            let connected = ContinuousClock.now
            try broker.freeze()
            let error = failure { _ = try connection.receive(wait: .seconds(30)) }
            let time = ContinuousClock.now - connected
            try broker.thaw()
            return (error, time)
        }
        #expect(error?.code == .connectionLost)
        #expect(time > .seconds(1) && time < .seconds(15))
    }

    @Test func holdsMessagesWhileTheBrokerIsOutOfMemory() async throws {
        let queue = uniqueName("held")
        let states = Box<[AMQPLinkState]>([])
        let worker = try await Self.connectedLink(try await Self.settings(.resend), states: states, queue: queue)
        let gateway = try await Self.connectedLink(try await Self.settings(.failFast), queue: queue)
        let broker = try await FaultyBroker.broker()
        try await Self.raiseMemoryAlarm()
        // Only who publishes is told; what was sent by then is lost in the sockets or confirmed.
        let outcomes = Box<[AMQPPublishOutcome]>([])
        worker.submit([message(queue, 0)]) { batch in outcomes.change { $0 += batch } }
        _ = await gateway.publish([message(queue, 1)])
        try #require(try await eventually { worker.state == .blocked && gateway.state == .blocked })
        for number in 2..<100 { worker.submit([message(queue, number)]) { batch in outcomes.change { $0 += batch } } }
        let time = await ContinuousClock().measure {
            for number in 100..<200 { #expect(await gateway.publish([message(queue, number)]) == [.notSent(.blocked)]) }
        }
        #expect(time < .seconds(10))
        try await Task.sleep(for: .milliseconds(500))
        #expect(outcomes.value.count <= 1)  // that of message 0
        try await broker.control("set_vm_memory_high_watermark", "absolute", "512MB")
        #expect(try await eventually(within: .seconds(30)) { outcomes.value.count == 99 })
        #expect(outcomes.value.allSatisfy { $0 == .confirmed })
        #expect(try await eventually { gateway.state == .connected })
        #expect(await gateway.publish([message(queue, 1000)]) == [.confirmed])
        #expect(states.value == [.connected, .blocked, .connected])
        await worker.close(drain: .seconds(5))
        await gateway.close(drain: .seconds(5))
        let stored = Set(try await Self.drain(queue, atLeast: 100))
        #expect(stored.isSuperset(of: [0] + Array(2..<100) + [1000]))
        #expect(stored.isDisjoint(with: 100..<200))
    }

    @Test func closesABlockedLinkWithoutWaiting() async throws {
        let queue = uniqueName("blocked-close")
        let link = try await Self.connectedLink(try await Self.settings(.resend), queue: queue)
        let broker = try await FaultyBroker.broker()
        try await Self.raiseMemoryAlarm()
        link.submit([message(queue, 0)]) { _ in }
        try #require(try await eventually { link.state == .blocked })
        let rest = Box<[AMQPPublishOutcome]>([])
        link.submit([message(queue, 1)]) { outcomes in rest.change { $0 = outcomes } }
        let time = await ContinuousClock().measure { await link.close(drain: .milliseconds(500)) }
        #expect(time < .seconds(10))
        #expect(rest.value == [.notSent(.closed)])
        try await broker.control("set_vm_memory_high_watermark", "absolute", "512MB")
    }

    @Test func agreesToTheBrokersStop() async throws {
        let endpoint = try await FaultyBroker.endpoint()
        let isConnected = try WakeSignal()
        let client = Task {
            try await onThread { () -> AMQPError? in
                let connection = try AMQPConnection(endpoint, name: "test")
                isConnected.signal()
                return failure { _ = try connection.receive(wait: .seconds(60)) }
            }
        }
        try await onThread { isConnected.wait(.seconds(20)) }
        try await FaultyBroker.broker().stop()
        let error = try await client.value
        #expect(error?.code == .connectionLost)
        #expect(error?.replyCode == 320, "\(String(describing: error))")
        try await FaultyBroker.broker().start()
    }

    // MARK: TLS

    private static func secureEndpoint(host: String = "localhost", _ tls: AMQPEndpoint.TLS) async throws -> AMQPEndpoint
    {
        var endpoint = try await FaultyBroker.endpoint()
        endpoint.host = host
        endpoint.port = try #require(try await FaultyBroker.broker().tlsPort)
        endpoint.tls = tls
        return endpoint
    }

    @Test func speaksTLS() async throws {
        let files = try await FaultyBroker.certificates()
        let endpoint = try await Self.secureEndpoint(AMQPEndpoint.TLS(authorityFile: files.broker.authority))
        try await onThread {
            let connection = try AMQPConnection(endpoint, name: "test")
            let queue = try connection.declareQueue("", exclusive: true)
            try connection.confirmSelect()
            try connection.consume(queue, noAck: true)
            // 20 MB, and answered while they are sent.
            var sent: [AMQPMessage] = (0..<200).map { message(queue, $0) }
            for index in sent.indices {
                sent[index].body = Array(repeating: UInt8(index), count: 100_000 + index)
                sent[index].properties.headers = ["n": .int64(Int64(index))]
                try connection.publish(sent[index])
            }
            let received = try connection.deliveries(200)
            #expect(received.map(\.body) == sent.map(\.body))
            #expect(received.map(\.properties) == sent.map(\.properties))
            connection.close()
        }
    }

    @Test func publishesOverTLS() async throws {
        let queue = uniqueName("secure")
        var settings = try await Self.settings(.resend)
        let files = try await FaultyBroker.certificates()
        settings.endpoint = try await Self.secureEndpoint(AMQPEndpoint.TLS(authorityFile: files.broker.authority))
        let link = try await Self.connectedLink(settings, queue: queue)
        let outcomes = await link.publish((0..<500).map { message(queue, $0) })
        #expect(outcomes == Array(repeating: .confirmed, count: 500))
        await link.close(drain: .seconds(5))
        #expect(try await Self.drain(queue, atLeast: 500) == Array(0..<500))
    }

    @Test func refusesACertificateItCannotTrust() async throws {
        let files = try await FaultyBroker.certificates()
        let strange = try await Self.secureEndpoint(AMQPEndpoint.TLS(authorityFile: files.strangeAuthority))
        let system = try await Self.secureEndpoint(AMQPEndpoint.TLS())
        let otherName = try await Self.secureEndpoint(
            host: "127.0.0.1", AMQPEndpoint.TLS(authorityFile: files.broker.authority))
        let absent = try await Self.secureEndpoint(AMQPEndpoint.TLS(authorityFile: "/nonexistent.pem"))
        for endpoint in [strange, system, otherName, absent] {
            #expect(failure { _ = try AMQPConnection(endpoint, name: "test") }?.code == .tls)
        }
        let careless = try await Self.secureEndpoint(host: "127.0.0.1", AMQPEndpoint.TLS(verifiesPeer: false))
        let connection = try AMQPConnection(careless, name: "test")
        #expect(try connection.declareQueue("", exclusive: true).isEmpty == false)
        connection.close()
    }
}
