import Contracts
import Postgres
import TestSupport
import Testing

@testable import OrderWorker
@testable import Worker

/// A schema of the order worker, written with the worker's own statements, at times that the test chooses.
final class OrderTables {
    let connection: PostgresConnection
    static let cursors = CursorKey(secret: "a secret of the tests, 32 bytes.")
    static let staff = Actor(.staff, id: "staff_7")
    private let queries: OrderQueries

    init(_ configure: (inout PostgresOptions) -> Void = { _ in }) throws {
        let (name, connection) = try TestDatabase.schema(configure)
        self.connection = connection
        let kyiv = try #require(BusinessTimeZone("Europe/Kyiv"))
        queries = OrderQueries(cursors: Self.cursors, figures: FiguresTerms(currency: .uah, timeZone: kyiv))
        let migrations = RuntimeSchema.migrations + OrderApplication.migrations
        _ = try PostgresMigrator(schema: name, migrations: migrations).migrate(connection)
    }

    func insert(_ orders: [Order]) throws {
        _ = try connection.pipeline(OrderStore.save(.init(inserted: orders), at: Sample.now))
    }

    func hear(_ order: Order, _ events: [Event]) throws {
        _ = try connection.run(OrderStore.hear(events.map { (order.id, $0) }))
    }

    func append(_ events: [Event]) throws {
        for event in events {
            _ = try connection.run(
                Statement(
                    """
                    INSERT INTO events (event_id, type, tenant_id, subject, sequence, time, actor_type, actor_id, is_public,
                                        body, request_id)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '')
                    """,
                    [
                        .id(event.id), .text(event.type), .text(event.tenant), .text(event.subject),
                        .int64(event.sequence), .time(event.time), .text(event.actor.type.rawValue),
                        .optional(event.actor.id), .bool(event.isPublic), .json(event.body),
                    ]))
        }
    }

    /// Makes an order at its time of creation.
    func create(_ order: Order) throws -> Order {
        let context = Sample.context(by: .system, at: order.createdAt)
        return try apply(OrderRules.test.creation(order), nil, context)
    }

    /// Decides about a stored order and stores what comes of it.
    func run(_ command: OrderCommand, _ order: Order, by actor: Actor = .system, at time: Timestamp) throws -> Order {
        let context = Sample.context(by: actor, parameters: ["id": order.id.description], at: time)
        let decision = OrderRules.test.decide(command, .order(order), context)
        return try apply(decision.changes, order, context)
    }

    private func apply(_ changes: [OrderChange], _ before: Order?, _ context: DecisionContext) throws -> Order {
        var state = before.map { OrderState.order($0) }
        var events: [Event] = []
        for change in changes {
            let next = OrderRules.test.evolve(state, change, context)
            events += OrderEvents().events(for: change, next, context)
            state = next
        }
        var order = try #require(state?.order)
        var stored = OrderStore.Changes()
        if before == nil { stored.inserted = [order] } else { stored.updated = [order] }
        _ = try connection.pipeline(OrderStore.save(stored, at: context.now))
        if !order.returns.isEmpty {
            _ = try connection.run(ReturnStore.save(order.returns.map { (order, $0) }))
        }
        if !order.heard.isEmpty { try hear(order, order.heard) }
        order.heard = []
        try append(events)
        return order
    }

    func ask(
        _ type: String, _ parameters: [String: String], by actor: Actor = staff, tenant: String = "default"
    ) throws -> Reply {
        let query = Message(
            id: .new(), type: type, tenant: tenant, actor: actor, path: "/api/v1/asked", parameters: parameters)
        return try #require(try queries.answer([query]) { try connection.pipeline($0) }.first)
    }
}
