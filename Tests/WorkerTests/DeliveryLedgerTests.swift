import Testing

@testable import Worker

@Suite struct DeliveryLedgerTests {
    @Test func acknowledgesUpToTheFirstUnsettled() {
        var ledger = DeliveryLedger()
        let first = ledger.add(1, messages: 2)
        let second = ledger.add(2, messages: 1)
        let third = ledger.add(5, messages: 1)
        ledger.settle(second)
        #expect(ledger.takeAcknowledgeable()?.tag == nil)
        ledger.settle(first)
        #expect(ledger.takeAcknowledgeable()?.tag == nil, "one message of the bundle is still open")
        ledger.settle(first)
        #expect(ledger.takeAcknowledgeable()?.tag == 2)
        #expect(ledger.takeAcknowledgeable()?.tag == nil, "once")
        #expect(!ledger.isEmpty)
        ledger.settle(third)
        #expect(ledger.takeAcknowledgeable()?.tag == 5)
        #expect(ledger.isEmpty)
    }

    @Test func forgetsDeliveriesOfALostConnection() {
        var ledger = DeliveryLedger()
        let old = ledger.add(1, messages: 1)
        ledger.reset()
        let new = ledger.add(1, messages: 1)
        ledger.settle(old)
        #expect(ledger.takeAcknowledgeable()?.tag == nil, "the tag is the same, the connection is not")
        ledger.settle(new)
        #expect(ledger.takeAcknowledgeable()?.tag == 1)
    }

    @Test func anEmptyBundleIsSettled() {
        var ledger = DeliveryLedger()
        _ = ledger.add(3, messages: 0)
        #expect(ledger.takeAcknowledgeable()?.tag == 3)
    }

    /// One that takes long holds back sixteen at most; they are acknowledged once, and the rest as ever.
    @Test func behindOneThatTakesLong() {
        var ledger = DeliveryLedger()
        let slow = ledger.add(1, messages: 1)
        let others = (2...40).map { ledger.add($0, messages: 1) }
        for id in others.prefix(15) { ledger.settle(id) }
        #expect(ledger.takeAcknowledgeable() == nil)
        #expect(ledger.takeHeldBack().isEmpty)
        ledger.settle(others[20])
        #expect(ledger.takeHeldBack() == Array(2...16) + [22])
        #expect(ledger.takeHeldBack().isEmpty, "once")
        ledger.settle(slow)
        #expect(
            ledger.takeAcknowledgeable().map { [Int($0.tag), $0.count] } == [1, 1], "16 is unknown to the broker now")
        for id in others[15..<20] + others[21...] { ledger.settle(id) }
        #expect(ledger.takeAcknowledgeable().map { [Int($0.tag), $0.count] } == [40, 23])
        #expect(ledger.isEmpty)
    }

    /// Settled in any order, every delivery is acknowledged exactly once, and never one with an open message.
    @Test(arguments: 0..<20) func anyOrder(seed: UInt64) {
        var random = Seeded(seed)
        var ledger = DeliveryLedger()
        var open: [UInt64: Int] = [:]
        var pending: [DeliveryID] = []
        var acknowledged: Set<UInt64> = []
        var known: Set<UInt64> = []
        var tag: UInt64 = 0
        for _ in 0..<4000 {
            if Bool.random(using: &random) || pending.isEmpty, tag < 2000 {
                tag += UInt64.random(in: 1...3, using: &random)
                let messages = Int.random(in: 1...4, using: &random)
                known.insert(tag)
                let id = ledger.add(tag, messages: messages)
                open[tag] = messages
                pending += Array(repeating: id, count: messages)
            } else if !pending.isEmpty {
                let id = pending.remove(at: Int.random(in: pending.indices, using: &random))
                ledger.settle(id)
                open[id.tag]? -= 1
            }
            if let (upTo, count) = ledger.takeAcknowledgeable() {
                #expect(!acknowledged.contains(upTo))
                let new = known.filter { $0 <= upTo && !acknowledged.contains($0) }
                #expect(new.count == count)
                #expect(new.allSatisfy { open[$0] == 0 })
                acknowledged.formUnion(new)
            }
            let alone = ledger.takeHeldBack()
            #expect(alone.allSatisfy { open[$0] == 0 && acknowledged.insert($0).inserted })
        }
        for id in pending { ledger.settle(id) }
        if let upTo = ledger.takeAcknowledgeable()?.tag { acknowledged.formUnion(known.filter { $0 <= upTo }) }
        #expect(ledger.isEmpty)
        #expect(acknowledged == known)
    }
}

/// The same numbers for the same seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
