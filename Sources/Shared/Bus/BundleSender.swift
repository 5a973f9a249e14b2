import AMQP
import Contracts
import Synchronization

/// Sends messages with natural batching: what gathers for one type while earlier ones are on their way travels as the
/// next bundle (``BundleLane``). Nothing waits longer than ``patience`` for company, but for a confirm.
public final class BundleSender: Sendable {
    public typealias Completion = @Sendable (AMQPPublishOutcome) -> Void

    private typealias Entry = (message: Message, completion: Completion)

    private struct Lane {
        var bundles = BundleLane<Entry>()
        /// Since when the first of those that wait does.
        var since = ContinuousClock.now
        var hasTimer = false
    }

    private static let patience: Duration = .milliseconds(4)

    private let link: AMQPLink
    private let pack: @Sendable ([Message]) -> [AMQPMessage]
    private let lanes = Mutex<[String: Lane]>([:])

    /// `pack` is ``Message/commandBundles(_:)``, ``Message/requestBundles(_:)`` or ``Message/queryBundles(_:)``.
    public init(link: AMQPLink, pack: @escaping @Sendable ([Message]) -> [AMQPMessage]) {
        self.link = link
        self.pack = pack
    }

    /// `completion` is called once, on the link's thread, with what became of the bundle that carried the message.
    /// `isQuestion`: ``settled(_:count:)`` will be called for it.
    public func send(_ message: Message, isQuestion: Bool, completion: @escaping Completion) {
        let type = message.type
        let (ready, needsTimer) = lanes.withLock { lanes in
            Self.add((message, completion), isQuestion: isQuestion, to: &lanes[type, default: Lane()])
        }
        publish(ready, type: type)
        if needsTimer { Task { await runTimer(type) } }
    }

    /// Questions of a type were answered or given up.
    public func settled(_ type: String, count: Int) {
        publish(update(type) { $0.settle(count) }, type: type)
    }

    /// Sees to it that nothing waits too long, until nothing waits.
    private func runTimer(_ type: String) async {
        var wait: Duration? = Self.patience
        while let duration = wait {
            try? await Task.sleep(for: duration)
            let (ready, next) = lanes.withLock { lanes in Self.look(&lanes[type, default: Lane()]) }
            publish(ready, type: type)
            wait = next
        }
    }

    /// What has waited long enough, and when to look again.
    private static func look(_ lane: inout Lane) -> (overdue: [Entry], again: Duration?) {
        let age = ContinuousClock.now - lane.since
        let overdue = lane.bundles.take(isOverdue: age >= patience)
        lane.hasTimer = !lane.bundles.isEmpty
        // What is overdue and still here waits for a confirm, which may be long in coming.
        let again = age < patience ? patience - age : patience
        return (overdue, lane.hasTimer ? again : nil)
    }

    private static func add(_ entry: Entry, isQuestion: Bool, to lane: inout Lane) -> ([Entry], needsTimer: Bool) {
        if lane.bundles.isEmpty { lane.since = .now }
        lane.bundles.add(entry, isQuestion: isQuestion)
        let ready = lane.bundles.take()
        let needsTimer = ready.isEmpty && !lane.hasTimer
        lane.hasTimer = lane.hasTimer || needsTimer
        return (ready, needsTimer)
    }

    /// Changes a lane and takes what may leave then.
    private func update(_ type: String, _ change: (inout BundleLane<Entry>) -> Void) -> [Entry] {
        lanes.withLock { lanes in
            change(&lanes[type, default: Lane()].bundles)
            return lanes[type, default: Lane()].bundles.take()
        }
    }

    private func publish(_ entries: [Entry], type: String) {
        guard !entries.isEmpty else { return }
        let bundles = pack(entries.map(\.message))
        // Bundles keep the order of the entries, and are cut by number and by bytes; the last holds what is left.
        let sizes = bundles.dropLast().map { Bundle.count($0.body) }
        link.submit(bundles) { [self] outcomes in
            publish(update(type) { $0.confirm() }, type: type)
            var rest = entries[...]
            for (index, outcome) in outcomes.enumerated() {
                let size = index < sizes.count ? sizes[index] : rest.count
                for entry in rest.prefix(size) { entry.completion(outcome) }
                rest = rest.dropFirst(size)
            }
        }
    }
}
