import Connectors
import Contracts
import Synchronization
import Worker

/// Products of Core, asked for in the background and remembered for half a minute (events.md section 5.1).
///
/// One call a tenant is under way at a time; what is wanted meanwhile goes into the next. A call has room for a hundred
/// products, so what is about to be forgotten is asked for along with what is wanted.
final class Catalogue: Sendable {
    enum Finding: Sendable {
        indirect case found(Product)
        /// It does not exist or cannot be sold.
        case absent
        /// The catalogue gave no usable answer.
        case away
        /// It was asked for; the answer is on its way.
        case asked
    }

    private let client: CatalogueClient
    private let recall: Recall
    private let shelves = Mutex<[String: CatalogueShelf]>([:])

    /// `recall` is called when answers have come.
    init(client: CatalogueClient, recall: Recall) {
        self.client = client
        self.recall = recall
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
            let ids = shelves.withLock { $0[message.tenant]?.take(CatalogueClient.idsPerCall, at: .now) ?? [] }
            guard !ids.isEmpty else { return }
            let products = await client.products(ids, for: message, tries: 2)
            shelves.withLock { $0[message.tenant]?.put(products, asked: ids, at: .now) }
            recall()
        }
    }
}
