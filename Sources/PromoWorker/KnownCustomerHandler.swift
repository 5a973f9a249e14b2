import Contracts
import Postgres
import Worker

/// Remembers the customers with an order that was ever confirmed (`order.confirmed`): first-order codes are not theirs.
struct KnownCustomerHandler: Handler {
    static let types = ["order.confirmed"]

    struct Key: Hashable, Comparable, Sendable {
        let tenant: String
        let customerID: String

        static func < (left: Key, right: Key) -> Bool {
            (left.tenant, left.customerID) < (right.tenant, right.customerID)
        }
    }

    /// A customer is known from its first confirmed order on; nothing more ever changes.
    struct Rules: Decider {
        struct Confirmed: Sendable {}

        func decide(_ command: Confirmed, _ state: Confirmed?, _ context: DecisionContext) -> Decision<Confirmed> {
            state == nil ? .accept([command]) : .ignore
        }

        func evolve(_ state: Confirmed?, _ change: Confirmed, _ context: DecisionContext) -> Confirmed { change }
    }

    let rules = Rules()

    func intake(_ message: Message) throws -> Intake<Key, Rules.Confirmed> {
        let body = try JSONParser.parse(message.body)
        return .command(Key(tenant: message.tenant, customerID: try body.text("customer_id")), Rules.Confirmed())
    }

    func load(_ batch: [Work<Key, Rules.Confirmed>]) -> [Statement] { [] }

    func states(_ rows: [Rows], _ batch: [Work<Key, Rules.Confirmed>]) throws -> [Key: Rules.Confirmed] { [:] }

    func save(_ changed: [Changed<Key, Rules.Confirmed>]) -> [Saving] {
        [
            Saving(
                Statement(
                    """
                    INSERT INTO known_customers (tenant_id, customer_id)
                    SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING
                    """, [.texts(changed.lazy.map(\.key.tenant)), .texts(changed.lazy.map(\.key.customerID))]))
        ]
    }

    func events(for change: Rules.Confirmed, _ state: Rules.Confirmed, _ context: DecisionContext) -> [Event] { [] }

    func reply(status: Int, _ state: Rules.Confirmed, to message: Message) -> Reply { Reply(status: status, body: []) }
}
