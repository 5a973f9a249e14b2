import Connectors
import Contracts
import CurlHTTP
import Logging
import Synchronization
import Worker

/// Customers of CRM, remembered for five minutes (events.md section 5.2).
final class CustomerDirectory: Sendable {
    struct Key: Hashable {
        let tenant: String
        let customer: String
        /// Whether the customer itself asks; then an unknown one is no fault.
        let isVouchedFor: Bool

        init(_ order: (message: Message, customer: String)) {
            tenant = order.message.tenant
            customer = order.customer
            isVouchedFor = order.message.actor.id == order.customer
        }
    }

    typealias Memory = LookupMemory<Key, Customer>

    private static let life: Duration = .seconds(300)
    /// A customer whom somebody else names may just have been entered.
    private static let absenceLife: Duration = .seconds(1)
    /// One order waits for a CRM that is away; those of this time do without it.
    private static let pause: Duration = .seconds(5)

    private let url: String?
    private let services: ShopServices
    private let recall: Recall
    private let logger: Logger
    private let memory = Memory()
    private let awayUntil = Mutex<ContinuousClock.Instant?>(nil)

    /// `url` is `CRM_SERVICE_URL`; nil: the shop has no CRM. `recall` is called when answers have come.
    init(url: String?, services: ShopServices, recall: Recall, logger: Logger) {
        self.url = url
        self.services = services
        self.recall = recall
        self.logger = logger
    }

    /// What is known of the customers whom orders are for, one finding for each. Who is not known is asked for in the
    /// background.
    func find(_ orders: [(message: Message, customer: String)]) -> [Memory.Finding] {
        guard let url else { return orders.map { _ in .away } }
        var messages: [Key: Message] = [:]
        for order in orders { messages[Key(order)] = order.message }
        let (findings, missing) = memory.look(up: Set(messages.keys))
        let questions = missing.compactMap { key in messages[key].map { (key: key, message: $0) } }
        if isAway {
            memory.learn(missing.map { ($0, .away, Self.pause) })
        } else if !questions.isEmpty {
            Task { await ask(url, questions) }
        }
        return orders.map { order in
            let finding = findings[Key(order)] ?? .away
            if case .asked = finding, isAway { return .away }
            return finding
        }
    }

    private var isAway: Bool { awayUntil.withLock { $0.map { $0 > .now } ?? false } }

    private func ask(_ url: String, _ questions: [(key: Key, message: Message)]) async {
        let calls = questions.map { ("\(url)/api/v1/customers/\(PercentEncoding.encode($0.key.customer))", $0.message) }
        let answers = await services.get(calls, tries: 1)
        memory.learn(
            zip(questions, answers).map { question, answer in
                switch finding(answer) {
                case .found(let customer): (question.key, .found(customer), Self.life)
                case .absent: (question.key, .absent, question.key.isVouchedFor ? Self.life : Self.absenceLife)
                case .away, .asked: (question.key, .away, Self.pause)
                }
            })
        recall()
    }

    private func finding(_ answer: Result<HTTPResponse, ShopServices.Away>) -> Memory.Finding {
        switch answer {
        case .success(let response) where response.status == 404: return .absent
        case .success(let response) where response.status == 200:
            if let customer = try? Customer(json: JSONParser.parse(response.body)) { return .found(customer) }
            logger.error("customer of CRM refused", metadata: ["bytes": "\(response.body.count)"])
            return .away
        case .success(let response): return away("\(response)")
        case .failure(let fault): return away(fault.detail)
        }
    }

    private func away(_ detail: String) -> Memory.Finding {
        logger.warning("CRM away", metadata: ["error": "\(detail)"])
        awayUntil.withLock { $0 = .now + Self.pause }
        return .away
    }
}
