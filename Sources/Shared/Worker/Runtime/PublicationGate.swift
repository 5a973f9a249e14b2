import AMQP

/// Lets public events leave together: a message costs the broker half as much when many come at once. The first after a
/// pause leaves at once, and so do those of a worker that has little to do.
struct PublicationGate {
    /// The public events of an outbox row.
    struct Publication {
        let batch: Int64
        let messages: [AMQPMessage]
    }

    /// What the link sends without awaiting a confirm.
    private static let enough = 256

    private let patience: Duration
    private var waiting: [Publication] = []
    private var count = 0
    private var earliest = ContinuousClock.now

    init(patience: Duration = .milliseconds(20)) { self.patience = patience }

    mutating func add(_ publication: Publication) {
        waiting.append(publication)
        count += publication.messages.count
    }

    /// How long what waits has to wait on; nil: nothing waits.
    var timeLeft: Duration? { waiting.isEmpty ? nil : max(.zero, earliest - .now) }

    /// What leaves now, in the order it came in.
    mutating func take(isDue: Bool) -> [Publication] {
        guard !waiting.isEmpty, isDue || count >= Self.enough || earliest <= .now else { return [] }
        let leaving = waiting
        waiting = []
        count = 0
        earliest = .now + patience
        return leaving
    }
}
