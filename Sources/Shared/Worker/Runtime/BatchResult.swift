import Contracts

/// What became of a batch once it is committed.
struct BatchResult<H: Handler> {
    /// What the loop does with one message. Large cases lie in boxes: most are settled.
    enum Verdict {
        /// Its outcome is committed, or there was none: acknowledge.
        case settled
        /// Not decided yet: it is kept and prepared anew later.
        case wait
        /// A copy climbs the retry ladder; refused with the problem when there is no further step.
        indirect case retry(reason: String, atLast: Problem?)
        /// A copy goes to the parked queue.
        case park(reason: String)
        /// It goes on to another worker in this form.
        indirect case forward(Message)
    }

    /// One for each message, in order.
    var verdicts: [Verdict]
    /// What the messages that wait were read as, by index: they are not read again.
    var aside: [Int: Work<H.Key, H.Rules.Command>] = [:]
    var replies: [(queue: String, reply: AddressedReply)] = []
    var events: [Event] = []
    var sends: [Message] = []
    /// Effects that were committed as being sent by this process.
    var leased: [Effect] = []
    /// The outbox row that holds the events and sends; nil when there are none.
    var outboxBatch: Int64?
    /// Earlier events of the same aggregates wait in another process: the relay publishes these in order.
    var mustWait = false
}
