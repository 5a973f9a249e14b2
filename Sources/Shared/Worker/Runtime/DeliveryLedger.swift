/// A delivery of one connection; after a reconnect its tag means nothing any more.
struct DeliveryID: Hashable, Sendable {
    let epoch: Int
    let tag: UInt64
}

/// Which deliveries of the present connection are settled: a delivery is when each of its messages is. Deliveries are
/// acknowledged from the oldest on, so that one acknowledgement covers many; behind one that takes long, each by itself.
struct DeliveryLedger {
    /// Most settled deliveries that one which is not holds back: half of what may be delivered ahead from a queue, so that
    /// the broker goes on delivering.
    private static let patience = 16

    private(set) var epoch = 0
    /// Settled when no message is left; below zero: acknowledged.
    private var unsettled: [(tag: UInt64, messages: Int)] = []
    private var firstUnsettled = 0

    var isEmpty: Bool { firstUnsettled == unsettled.count }

    /// A new connection: everything unacknowledged will be delivered again.
    mutating func reset() {
        epoch += 1
        unsettled = []
        firstUnsettled = 0
    }

    mutating func add(_ tag: UInt64, messages: Int) -> DeliveryID {
        unsettled.append((tag, messages))
        return DeliveryID(epoch: epoch, tag: tag)
    }

    mutating func settle(_ id: DeliveryID) {
        guard id.epoch == epoch, let index = index(of: id.tag) else { return }
        unsettled[index].messages -= 1
    }

    /// The tag up to which everything can be acknowledged now, once, and how many deliveries that settles.
    mutating func takeAcknowledgeable() -> (tag: UInt64, count: Int)? {
        var last: UInt64?
        var count = 0
        while firstUnsettled < unsettled.count, unsettled[firstUnsettled].messages <= 0 {
            // A tag that was acknowledged by itself is unknown to the broker.
            if unsettled[firstUnsettled].messages == 0 {
                last = unsettled[firstUnsettled].tag
                count += 1
            }
            firstUnsettled += 1
        }
        if firstUnsettled > 1024 {
            unsettled.removeFirst(firstUnsettled)
            firstUnsettled = 0
        }
        return last.map { ($0, count) }
    }

    /// Tags of settled deliveries that have waited long enough for an older one; each is to be acknowledged by itself, once.
    mutating func takeHeldBack() -> [UInt64] {
        let behind = unsettled.indices.dropFirst(firstUnsettled).filter { unsettled[$0].messages == 0 }
        guard behind.count >= Self.patience else { return [] }
        for index in behind { unsettled[index].messages = -1 }
        return behind.map { unsettled[$0].tag }
    }

    /// Tags of one channel grow.
    private func index(of tag: UInt64) -> Int? {
        var low = firstUnsettled
        var high = unsettled.count
        while low < high {
            let middle = (low + high) / 2
            if unsettled[middle].tag < tag { low = middle + 1 } else { high = middle }
        }
        return low < unsettled.count && unsettled[low].tag == tag ? low : nil
    }
}
