import AMQP
import Testing

@testable import Worker

@Suite struct PublicationGateTests {
    private func publication(_ batch: Int64, _ count: Int = 1) -> PublicationGate.Publication {
        let message = AMQPMessage(exchange: "e", routingKey: "k", properties: AMQPProperties(), body: [])
        return PublicationGate.Publication(batch: batch, messages: Array(repeating: message, count: count))
    }

    @Test func theFirstAfterAPauseGoesAtOnceAndTheNextWaits() {
        var gate = PublicationGate(patience: .seconds(60))
        #expect(gate.timeLeft == nil)
        gate.add(publication(1))
        #expect(gate.take(isDue: false).map(\.batch) == [1])
        gate.add(publication(2))
        gate.add(publication(3))
        #expect(gate.take(isDue: false).isEmpty)
        #expect(gate.timeLeft.map { $0 > .zero } == true)
        #expect(gate.take(isDue: true).map(\.batch) == [2, 3])
        #expect(gate.take(isDue: true).isEmpty, "once")
        #expect(gate.timeLeft == nil)
    }

    @Test func enoughGoesAtOnce() {
        var gate = PublicationGate(patience: .seconds(60))
        gate.add(publication(1))
        _ = gate.take(isDue: false)
        gate.add(publication(2, 255))
        #expect(gate.take(isDue: false).isEmpty)
        gate.add(publication(3))
        #expect(gate.take(isDue: false).map(\.batch) == [2, 3])
    }
}
