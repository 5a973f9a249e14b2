import Contracts
import CurlHTTP
import Foundation
import Logging
import Synchronization

/// Products of Core, asked for a whole batch at once and remembered for half a minute (events.md section 5.1).
final class Catalogue: Sendable {
    /// The catalogue gave no usable answer.
    struct Away: Error {
        let detail: String
    }

    private struct Entry {
        /// nil: does not exist or cannot be sold.
        let product: Product?
        let freshUntil: ContinuousClock.Instant
    }

    private struct CacheKey: Hashable {
        let tenant: String
        let product: String
    }

    private static let life: Duration = .seconds(30)
    private static let idsPerCall = 100
    /// A product that does not exist is remembered for a moment only, so that a new one can be sold soon.
    private static let absenceLife: Duration = .seconds(1)

    private let url: String
    private let http: HTTPClient
    private let logger: Logger
    private let cache = Mutex<[CacheKey: Entry]>([:])

    /// `url` is `CORE_SERVICE_URL`.
    init(url: String, http: HTTPClient, logger: Logger) {
        self.url = url
        self.http = http
        self.logger = logger
    }

    /// The products by id; those that do not exist are left out. Blocks the calling thread for about 5 s at most.
    /// Throws ``Away``.
    func products(_ ids: Set<String>, tenant: String) throws -> [String: Product] {
        var found: [String: Product] = [:]
        var missing: [String] = []
        let now = ContinuousClock.now
        cache.withLock { cache in
            for id in ids {
                guard let entry = cache[CacheKey(tenant: tenant, product: id)], entry.freshUntil > now else {
                    missing.append(id)
                    continue
                }
                if let product = entry.product { found[id] = product }
            }
        }
        missing.sort { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        for start in stride(from: 0, to: missing.count, by: Self.idsPerCall) {
            let chunk = Array(missing[start..<min(start + Self.idsPerCall, missing.count)])
            let products = try fetch(chunk, tenant: tenant)
            remember(chunk, products, tenant: tenant)
            found.merge(products) { $1 }
        }
        return found
    }

    private func remember(_ ids: [String], _ products: [String: Product], tenant: String) {
        let now = ContinuousClock.now
        cache.withLock { cache in
            if cache.count > 100_000 { cache = cache.filter { $0.value.freshUntil > now } }
            for id in ids {
                let life = products[id] == nil ? Self.absenceLife : Self.life
                cache[CacheKey(tenant: tenant, product: id)] = Entry(product: products[id], freshUntil: now + life)
            }
        }
    }

    private func fetch(_ ids: [String], tenant: String) throws -> [String: Product] {
        let query = ids.map { PercentEncoding.encode($0) }.joined(separator: ",")
        let request = HTTPRequest(
            .get, "\(url)/api/v1/products?ids=\(query)",
            headers: ["Accept": "application/json", "X-Tenant-ID": tenant],
            timeout: .seconds(2))
        var lastFault = ""
        for attempt in 0..<2 {
            if attempt > 0 { Thread.sleep(forTimeInterval: Double.random(in: 0...0.1)) }
            do {
                let response = try http.sendAndWait(request)
                if response.status == 200 { return try read(response.body, asked: Set(ids)) }
                lastFault = "HTTP \(response.status)"
                guard response.status == 429 || response.status >= 500 else { break }
            } catch let error as HTTPClientError {
                lastFault = "\(error)"
            }
        }
        logger.warning("catalogue away", metadata: ["error": "\(lastFault)"])
        throw Away(detail: lastFault)
    }

    /// An entry that breaks the contract is treated as absent and logged as a fault of the catalogue.
    private func read(_ body: [UInt8], asked: Set<String>) throws -> [String: Product] {
        guard let entries = (try? JSONParser.parse(body))?["data"]?.array else {
            throw Away(detail: "unreadable answer")
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
