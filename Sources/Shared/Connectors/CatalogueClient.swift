import Contracts
import CurlHTTP
import Logging

/// Asks Core for products over HTTP (events.md section 5.1).
public struct CatalogueClient: Sendable {
    /// As many as Core takes in one call.
    public static let idsPerCall = 100

    private let url: String
    private let services: ShopServices
    private let logger: Logger

    /// `url` is `CORE_SERVICE_URL`.
    public init(url: String, services: ShopServices, logger: Logger) {
        self.url = url
        self.services = services
        self.logger = logger
    }

    /// The products of at most ``idsPerCall`` ids that `message`'s tenant can sell; nil when the catalogue gave no usable
    /// answer. An entry that breaks the contract counts as absent and is logged as a fault of the catalogue.
    public func products(_ ids: [String], for message: Message, tries: Int) async -> [String: Product]? {
        let list = ids.map { PercentEncoding.encode($0) }.joined(separator: ",")
        let answers = await services.get([("\(url)/api/v1/products?ids=\(list)", message)], tries: tries)
        switch answers.first {
        case .success(let response)?:
            guard response.status == 200, let entries = (try? JSONParser.parse(response.body))?["data"]?.array else {
                return away("unreadable: \(response)")
            }
            return products(entries, asked: Set(ids))
        case .failure(let fault)?: return away(fault.detail)
        case nil: return nil
        }
    }

    private func products(_ entries: [JSON], asked: Set<String>) -> [String: Product] {
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

    private func away(_ detail: String) -> [String: Product]? {
        logger.warning("catalogue away", metadata: ["error": "\(detail)"])
        return nil
    }
}
