import Connectors
import Contracts
import Worker

/// Has deliveries priced: `shipment.quotes`. Nothing is stored.
struct QuoteDesk: Sendable {
    let policy: ShippingPolicy
    let prices: CarrierPrices
    let catalogue: CatalogueClient

    func begin(_ inquiry: Message) -> Inquiry {
        do throws(Refusal) {
            let wish = try QuoteWish(inquiry.body)
            // The catalogue need not be asked for what is refused anyhow.
            if let refusal = policy.refusal(of: wish) { throw Refusal(refusal) }
            return .asking { .known(await answer(wish, inquiry)) }
        } catch {
            return .known(error.problem.reply(to: inquiry))
        }
    }

    private func answer(_ wish: QuoteWish, _ inquiry: Message) async -> Reply {
        do throws(Refusal) {
            let plan = try QuotePlan(wish, await products(of: wish, for: inquiry), policy)
            let shown = try plan.prices(await prices.prices(plan.consignments))
            return Reply(status: 200, body: CarrierPrice.list(shown))
        } catch {
            return error.problem.reply(to: inquiry)
        }
    }

    private func products(of wish: QuoteWish, for inquiry: Message) async throws(Refusal) -> [String: Product] {
        let ids = wish.products
        guard !ids.isEmpty else { return [:] }
        guard let products = await catalogue.products(ids, for: inquiry, tries: 1) else {
            throw Refusal(Problem(.catalogueUnavailable, "The catalogue could not be asked.", retryAfter: 5))
        }
        return products
    }
}
