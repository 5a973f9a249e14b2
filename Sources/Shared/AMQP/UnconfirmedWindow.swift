/// The messages sent on one connection and not confirmed yet, by sequence number. A ring: its head is the oldest open one.
struct UnconfirmedWindow {
    struct Slot {
        /// `nil`: settled, or given up by its submitter while the broker still owes the confirm.
        var ticket: LinkTicket?
        var sentAt: Int64
        var returnedCode: UInt16?
        var isSettled = false
    }

    private var slots: [Slot?]
    private let mask: UInt64
    /// Sequence numbers: oldest open one, and the one the next publish gets.
    private(set) var head: UInt64 = 1
    private(set) var next: UInt64 = 1

    /// - Parameter capacity: Rounded up to a power of two.
    init(capacity: Int) {
        var size = 1
        while size < capacity { size *= 2 }
        slots = Array(repeating: nil, count: size)
        mask = UInt64(size - 1)
    }

    var count: Int { Int(next - head) }
    var isEmpty: Bool { next == head }
    var oldestSentAt: Int64? { isEmpty ? nil : slots[index(head)]?.sentAt }

    mutating func append(_ ticket: LinkTicket, sequence: UInt64, at now: Int64) {
        slots[index(sequence)] = Slot(ticket: ticket, sentAt: now)
        next = sequence + 1
    }

    /// Settles one message, or all open ones up to it. Numbers that are not open are passed over.
    mutating func settle(_ sequence: UInt64, multiple: Bool, _ body: (Slot) -> Void) {
        guard sequence >= head, sequence < next else { return }
        for number in (multiple ? head : sequence)...sequence {
            guard let slot = slots[index(number)], !slot.isSettled else { continue }
            slots[index(number)]?.isSettled = true
            slots[index(number)]?.ticket = nil
            body(slot)
        }
        while head < next, slots[index(head)]?.isSettled == true {
            slots[index(head)] = nil
            head += 1
        }
    }

    /// Notes that a message came back. Returns carry no number but come in the order of publishing and before the confirm, so it
    /// is the first open one that looks the same.
    mutating func markReturned(code: UInt16, where matches: (LinkTicket) -> Bool) {
        for number in head..<next {
            guard let slot = slots[index(number)], slot.returnedCode == nil, let ticket = slot.ticket, matches(ticket)
            else {
                continue
            }
            slots[index(number)]?.returnedCode = code
            return
        }
    }

    /// Takes the open messages out, oldest first, but leaves their numbers awaiting a confirm.
    mutating func abandon() -> [LinkTicket] {
        (head..<next).compactMap { number in
            defer { slots[index(number)]?.ticket = nil }
            return slots[index(number)]?.ticket
        }
    }

    /// Starts over for a new connection.
    ///
    /// - Returns: What was open, oldest first.
    mutating func reset() -> [LinkTicket] {
        let open = abandon()
        for number in head..<next { slots[index(number)] = nil }
        head = 1
        next = 1
        return open
    }

    /// Restarts the time of all open messages: while the broker was blocked it owed no confirm.
    mutating func restartTimes(at now: Int64) {
        for number in head..<next { slots[index(number)]?.sentAt = now }
    }

    private func index(_ sequence: UInt64) -> Int { Int(sequence & mask) }
}
