/// One message of a submission on its way through the link's thread.
struct LinkTicket {
    let batch: LinkBatch
    let index: Int

    var message: AMQPMessage { batch.messages[index] }
}

/// One submission: done when each of its messages has an outcome. Confined to the link's thread.
final class LinkBatch {
    let messages: [AMQPMessage]
    private let completion: @Sendable ([AMQPPublishOutcome]) -> Void
    private var outcomes: [AMQPPublishOutcome]
    private var open: Int

    init(_ submission: LinkInbox.Submission) {
        messages = submission.messages
        completion = submission.completion
        outcomes = Array(repeating: .unknown, count: messages.count)
        open = messages.count
    }

    /// - Returns: Whether it was the last one; then call ``complete()``.
    func settle(_ index: Int, _ outcome: AMQPPublishOutcome) -> Bool {
        outcomes[index] = outcome
        open -= 1
        return open == 0
    }

    func complete() { completion(outcomes) }
}
