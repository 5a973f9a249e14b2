import Contracts
import CurlHTTP
import Logging
import Synchronization
import Worker

/// Products of Core, asked for in the background and remembered for half a minute (events.md section 5.1).
///
/// One call a tenant is under way at a time; what is wanted meanwhile goes into the next. A call has room for a hundred
/// products, so what is about to be forgotten is asked for along with what is wanted.
final class Catalogue: Sendable {
    enum Finding: Sendable {
        case found(Product)
        /// It does not exist or cannot be sold.
        case absent
        /// The catalogue gave no usable answer.
        case away
        /// It was asked for; the answer is on its way.
        case asked
    }

    private static let idsPerCall = 100

    private let url: String
    private let services: ShopServices
    private let recall: Recall
    private let logger: Logger
    private let shelves = Mutex<[String: CatalogueShelf]>([:])

    /// `url` is `CORE_SERVICE_URL`; `recall` is called when answers have come.
    init(url: String, services: ShopServices, recall: Recall, logger: Logger) {
        self.url = url
        self.services = services
        self.recall = recall
        self.logger = logger
    }

    /// What is known of each product of `message`'s tenant. What is not known is asked for on behalf of `message`.
    func find(_ ids: Set<String>, for message: Message) -> [String: Finding] {
        let (findings, mustAsk) = shelves.withLock { shelves in
            shelves[message.tenant, default: CatalogueShelf()].find(ids, at: .now)
        }
        if mustAsk { Task { await ask(for: message) } }
        return findings
    }

    /// Asks until nothing more is wanted.
    private func ask(for message: Message) async {
        while true {
            let ids = shelves.withLock { $0[message.tenant]?.take(Self.idsPerCall, at: .now) ?? [] }
            guard !ids.isEmpty else { return }
            let list = ids.map { PercentEncoding.encode($0) }.joined(separator: ",")
            let answers = await services.get([("\(url)/api/v1/products?ids=\(list)", message)], tries: 2)
            let products = answers.first.flatMap { read($0, asked: Set(ids)) }
            shelves.withLock { $0[message.tenant]?.put(products, asked: ids, at: .now) }
            recall()
        }
    }

    /// The products of an answer; nil when the catalogue is away. An entry that breaks the contract is treated as absent
    /// and logged as a fault of the catalogue.
    private func read(_ answer: Result<HTTPResponse, ShopServices.Away>, asked: Set<String>) -> [String: Product]? {
        switch answer {
        case .failure(let away):
            logger.warning("catalogue away", metadata: ["error": "\(away.detail)"])
            return nil
        case .success(let response):
            guard response.status == 200, let entries = (try? JSONParser.parse(response.body))?["data"]?.array else {
                logger.warning("catalogue away", metadata: ["error": "unreadable: \(response)"])
                return nil
            }
            var products: [String: Product] = [:]
            for entry in entries {
                guard let product = try? Product(json: entry), asked.contains(product.id) else {
                    logger.error("catalogue entry refused", metadata: ["id": "\(entry["id"]?.string ?? "?")"])
                    continue
                }
                products[product.id] = product
            }
            return products
        }
    }
}

extension Product {
    fileprivate init(json: JSON) throws {
        let input = Input(json)
        let currency = input["currency"].required().currency() ?? .uah
        let id = input["id"].required().externalID()
        let sku = input["sku"].required().text(1...64)
        let name = input["name"].required().text(1...255)
        let price = input["price"].required().money(currency)
        let categories = input["categories"].required().array(0...50)?.compactMap { $0.externalID() }
        let weight = input["weight_grams"].required().integer(0...1_000_000)
        let taxRate = input["tax_rate"].percent()
        guard input.faults.isEmpty, let id, let sku, let name, let price, let categories, let weight else {
            throw StoredFormatError(input.faults.first?.pointer ?? "product")
        }
        self.init(
            id: id, sku: sku, name: name, price: price, categories: categories, weightGrams: weight, taxRate: taxRate)
    }
}
