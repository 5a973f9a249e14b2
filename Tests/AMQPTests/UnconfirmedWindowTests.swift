import Testing

@testable import AMQP

@Suite("Unconfirmed window") struct UnconfirmedWindowTests {
    private func batch(_ count: Int) -> LinkBatch {
        let messages = (0..<count).map {
            AMQPMessage(
                exchange: "e", routingKey: "k", mandatory: true, properties: AMQPProperties(messageID: "\($0)"),
                body: [])
        }
        return LinkBatch(LinkInbox.Submission(messages: messages) { _ in })
    }

    /// A window holding messages 0, 1, … under the numbers 1, 2, ….
    private func window(_ count: Int, capacity: Int = 8) -> UnconfirmedWindow {
        var window = UnconfirmedWindow(capacity: capacity)
        let batch = batch(count)
        for index in 0..<count {
            window.append(LinkTicket(batch: batch, index: index), sequence: UInt64(index + 1), at: Int64(index))
        }
        return window
    }

    private func settle(_ window: inout UnconfirmedWindow, _ sequence: UInt64, multiple: Bool) -> [Int] {
        var settled: [Int] = []
        window.settle(sequence, multiple: multiple) { slot in settled.append(slot.ticket?.index ?? -1) }
        return settled
    }

    @Test func settlesOutOfOrderAndEachOnce() {
        var window = window(6)
        #expect(settle(&window, 3, multiple: false) == [2])
        #expect(window.count == 6)  // the room is free only when the oldest is settled
        #expect(settle(&window, 3, multiple: false) == [])
        #expect(settle(&window, 4, multiple: true) == [0, 1, 3])
        #expect(window.count == 2)
        #expect(window.oldestSentAt == 4)
        #expect(settle(&window, 2, multiple: true) == [])  // before the oldest
        #expect(settle(&window, 7, multiple: true) == [])  // never sent
        #expect(settle(&window, 6, multiple: true) == [4, 5])
        #expect(window.isEmpty)
        #expect(window.oldestSentAt == nil)
    }

    @Test func goesRoundTheRing() {
        var window = UnconfirmedWindow(capacity: 3)  // four places
        let batch = batch(100)
        for index in 0..<100 {
            window.append(LinkTicket(batch: batch, index: index), sequence: UInt64(index + 1), at: 0)
            if index % 4 == 3 {
                #expect(settle(&window, UInt64(index + 1), multiple: true) == Array(index - 3...index))
            }
        }
        #expect(window.isEmpty)
    }

    @Test func returnsMarkTheFirstThatMatches() {
        var window = window(3)
        window.markReturned(code: 312) { $0.message.routingKey == "k" }
        window.markReturned(code: 313) { $0.message.properties.messageID == "2" }
        var codes: [UInt16?] = []
        window.settle(3, multiple: true) { codes.append($0.returnedCode) }
        #expect(codes == [312, nil, 313])
    }

    @Test func startsOverWithTheOpenOnesInOrder() {
        var window = window(5)
        _ = settle(&window, 2, multiple: false)
        #expect(window.reset().map(\.index) == [0, 2, 3, 4])
        #expect(window.isEmpty)
        #expect(window.next == 1)
        #expect(window.reset().isEmpty)
    }

    @Test func abandonedOnesKeepTheirNumbers() {
        var window = window(3)
        #expect(window.abandon().map(\.index) == [0, 1, 2])
        #expect(window.count == 3)
        #expect(settle(&window, 3, multiple: true) == [-1, -1, -1])
        #expect(window.isEmpty)
    }

    @Test func backlogSendsAgainBeforeWhatWaits() {
        var backlog = LinkBacklog()
        let (first, second) = (batch(4), batch(2))
        backlog.append(first)
        backlog.append(second)
        for _ in 0..<3 { backlog.removeFirst() }
        backlog.prepend([LinkTicket(batch: first, index: 1), LinkTicket(batch: first, index: 2)])
        var order: [Int] = []
        while let ticket = backlog.first {
            order.append(ticket.batch === first ? ticket.index : 10 + ticket.index)
            backlog.removeFirst()
        }
        #expect(order == [1, 2, 3, 10, 11])
    }
}
