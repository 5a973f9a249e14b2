import Contracts
import CurlHTTP
import Hummingbird

/// Core over HTTP: the products API that the fleet asks for prices, and a list for people.
struct CoreRoutes: Sendable {
    /// The contract's limit of ids in one call.
    static let idLimit = 100

    let catalogue: Catalogue
    let faults: FaultBoard

    func add(to router: Router<BasicRequestContext>) {
        router.get("core/api/v1/products") { request, _ in
            try await faults.around(.core, "products") { products(request) }
        }
        router.get("core/products") { request, _ in page(request) }
    }

    /// With `ids` what those ids are; without, a page by `offset` and `limit`.
    private func products(_ request: Request) -> Response {
        guard let query = request.query else { return .failure(.badRequest, "invalid_query", "broken encoding") }
        guard let asked = query["ids"] else {
            let (offset, limit) = Self.window(query["offset"], query["limit"])
            let page = catalogue.page(offset: offset, limit: limit)
            return list(page.products, total: page.total)
        }
        let ids = asked.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard !ids.contains("") else { return .failure(.badRequest, "invalid_ids", "an id is empty") }
        guard ids.count <= Self.idLimit else {
            return .failure(.badRequest, "too_many_ids", "at most \(Self.idLimit) ids in one call")
        }
        return list(catalogue.products(ids), total: nil)
    }

    private func list(_ products: [Product], total: Int?) -> Response {
        .json(
            JSONWriter.object(capacity: 256 * products.count) {
                $0.member("data", array: products)
                $0.member("total", total)
            })
    }

    private static func window(_ offset: String?, _ limit: String?) -> (Int, Int) {
        (max(0, offset.flatMap(Int.init) ?? 0), min(1000, max(1, limit.flatMap(Int.init) ?? 50)))
    }

    private func page(_ request: Request) -> Response {
        let (offset, limit) = Self.window(request.query?["offset"], request.query?["limit"])
        let page = catalogue.page(offset: offset, limit: limit)
        let rows = page.products.map {
            "<tr><td>\(HTML.escape($0.id))</td><td>\(HTML.escape($0.name))</td><td>\($0.price) \($0.price.currency)</td>"
                + "<td>\($0.taxRate?.description ?? "–") %</td><td>\($0.weightGrams) г</td></tr>"
        }
        let next =
            offset + limit < page.total
            ? "<p><a href=\"?offset=\(offset + limit)&amp;limit=\(limit)\">Далі</a></p>" : ""
        return .html(
            HTML.page(
                "Каталог",
                "<h1>Каталог: \(page.total) товарів</h1><table>\(rows.joined(separator: "\n"))</table>\(next)"))
    }
}
