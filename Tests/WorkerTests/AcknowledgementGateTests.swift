import Testing

@testable import Worker

@Suite struct AcknowledgementGateTests {
    @Test func littleWaitsForMore() {
        var gate = AcknowledgementGate(patience: .seconds(60))
        #expect(gate.timeLeft == nil)
        gate.add((tag: 3, count: 2))
        #expect(gate.take(isDue: false) == nil)
        #expect(gate.timeLeft.map { $0 > .zero } == true)
        gate.add(nil)
        gate.add((tag: 9, count: 6))
        #expect(gate.take(isDue: false) == 9, "enough has gathered")
        #expect(gate.take(isDue: true) == nil, "once")
        #expect(gate.timeLeft == nil)
    }

    @Test func whatIsDueGoes() {
        var gate = AcknowledgementGate(patience: .seconds(60))
        gate.add((tag: 1, count: 1))
        #expect(gate.take(isDue: true) == 1)
    }
}
