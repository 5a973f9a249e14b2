/// The messages waiting to be sent, in order.
struct LinkBacklog {
    private var tickets: [LinkTicket] = []
    private var head = 0

    var isEmpty: Bool { head == tickets.count }
    var first: LinkTicket? { isEmpty ? nil : tickets[head] }

    mutating func append(_ batch: LinkBatch) {
        for index in batch.messages.indices { tickets.append(LinkTicket(batch: batch, index: index)) }
    }

    /// Puts messages before all others; they were sent before and go again.
    mutating func prepend(_ earlier: [LinkTicket]) {
        guard !earlier.isEmpty else { return }
        tickets.replaceSubrange(0..<head, with: earlier)
        head = 0
    }

    mutating func removeFirst() {
        head += 1
        // Moves the rest down only when at least as much is gone as is left, so each message is moved about once.
        guard head * 2 >= tickets.count else { return }
        tickets.removeFirst(head)
        head = 0
    }
}
