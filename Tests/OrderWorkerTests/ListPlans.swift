import Contracts
import Foundation
import Postgres
import TestSupport
import Testing

@testable import OrderWorker
@testable import Worker

/// What pages cost at 1,000,000 orders of 50 tenants: prints the plan and the median time of each way through the lists.
/// Off unless `OMS_LIST_PLANS` is set, for it fills a gigabyte.
@Suite("Plans of lists", .enabled(if: ProcessInfo.processInfo.environment["OMS_LIST_PLANS"] != nil))
struct ListPlans {
    private static let filters: [[String: String]] = [
        [:], ["sort": "created_at"], ["limit": "100"], ["customer_id": "cust_7"], ["reference": "WEB-1000"],
        ["promo_code": "SUMMER20"], ["promo_code": "RARE"], ["status": "delivered"], ["status": "refunded"],
        ["status": "pending"], ["status": "pending", "sort": "created_at"], ["status": "pending,confirmed"],
        ["status": "confirmed,processing,shipped", "sort": "created_at"], ["payment_status": "partially_refunded"],
        ["payment_status": "unpaid"], ["payment_status": "paid", "fulfilment_status": "unfulfilled"],
        ["fulfilment_status": "partially_shipped"], ["fulfilment_status": "unfulfilled"],
        ["status": "delivered", "payment_status": "partially_refunded"],
        ["created_from": "2025-03-01T00:00:00Z", "created_to": "2025-03-02T00:00:00Z"],
        ["status": "cancelled", "created_from": "2025-03-01T00:00:00Z", "created_to": "2025-03-08T00:00:00Z"],
    ]

    @Test(.timeLimit(.minutes(10))) func pages() throws {
        let tables = try OrderTables {
            $0.statementTimeout = nil
            $0.replyTimeout = nil
        }
        try Self.fill(tables.connection)
        print("| filter | median ms | slowest ms | rows | plan | buffers |")
        print("|---|---|---|---|---|---|")
        for filter in Self.filters {
            let query = Message(
                id: .new(), type: "order.list", tenant: "tenant_7", actor: OrderTables.staff,
                path: "/api/v1/orders", parameters: filter)
            let statement = OrderListQuery.statement(try OrderFilter(query, OrderTables.cursors))
            var times: [Duration] = []
            var count = 0
            // The first of them are planned for their values, the later ones with the plan that is kept.
            for _ in 0..<15 {
                let started = ContinuousClock.now
                count = try tables.connection.run(statement).count
                times.append(ContinuousClock.now - started)
            }
            let plan = try tables.connection.run(
                Statement("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) " + statement.sql, statement.parameters))
            let lines = try plan.map { try $0.text(0) }
            let scans = Set(
                lines.compactMap { line in line.range(of: "using ").map { line[$0.upperBound...].prefix { $0 != " " } }
                })
            let buffers = lines.first { $0.contains("Buffers:") }?.trimmingCharacters(in: .whitespaces) ?? ""
            let sorted = times.sorted()
            let text = filter.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
            print(
                "| \(text) | \(milliseconds(sorted[7])) | \(milliseconds(sorted[14])) | \(count) |"
                    + " \(scans.sorted().joined(separator: ", ")) | \(buffers) |")
            if ProcessInfo.processInfo.environment["OMS_LIST_PLANS"] == "all" { print(lines.joined(separator: "\n")) }
            #expect(sorted[7] < .milliseconds(50))
        }
        try figures(tables)
    }

    /// 20,000 confirmed and paid orders of one tenant within a month.
    private func figures(_ tables: OrderTables) throws {
        for group in ["day", "month"] {
            let started = ContinuousClock.now
            let reply = try tables.ask(
                "order.figures",
                ["from": "2025-06-01T00:00:00Z", "to": "2025-07-01T00:00:00Z", "group_by": group], tenant: "tenant_7")
            print("figures by \(group): \(milliseconds(ContinuousClock.now - started)) ms, \(reply.body.count) bytes")
            #expect(reply.status == 200)
        }
    }

    private func milliseconds(_ duration: Duration) -> String {
        String(format: "%.2f", duration.inSeconds * 1000)
    }

    private static func fill(_ connection: PostgresConnection) throws {
        let order = Sample.order()
        let document = String(decoding: order.document, as: UTF8.self).replacing("'", with: "''")
        let memory = String(decoding: order.memory, as: UTF8.self)
        try connection.simple("SET synchronous_commit = off; SET maintenance_work_mem = '256MB'; SET lock_timeout = 0")
        try connection.simple(
            """
            DROP INDEX orders_tenant, orders_customer, orders_reference, orders_expires_at, orders_status,
                orders_payment_status, orders_fulfilment_status, orders_promo_code;
            WITH made AS (
                SELECT n, timestamptz '2025-12-31' - n * interval '31.536 seconds' AS created_at, abs(hashint8(n)::bigint) % 1000 AS dice
                FROM generate_series(1::bigint, 1000000) AS n
            )
            INSERT INTO orders (id, tenant_id, customer_id, version, status, payment_status, fulfilment_status, reference,
                                promo_code, created_at, expires_at, document, memory, currency)
            SELECT gen_random_uuid(), 'tenant_' || n % 50, 'cust_' || n / 50 % 2000, 3, state.status,
                CASE state.status WHEN 'pending' THEN 'unpaid' WHEN 'cancelled' THEN 'unpaid' WHEN 'refunded' THEN 'refunded'
                    ELSE CASE WHEN dice % 200 = 0 THEN 'partially_refunded' ELSE 'paid' END END,
                CASE state.status WHEN 'delivered' THEN 'delivered' WHEN 'shipped' THEN 'shipped'
                    WHEN 'processing' THEN CASE WHEN dice % 2 = 0 THEN 'partially_shipped' ELSE 'unfulfilled' END
                    ELSE 'unfulfilled' END,
                CASE WHEN n % 10 = 0 THEN 'WEB-' || n END,
                CASE WHEN dice < 100 THEN 'SUMMER20' WHEN dice = 100 AND n < 50000 THEN 'RARE' END,
                created_at, CASE WHEN state.status = 'pending' THEN created_at + interval '1 day' END,
                '\(document)', '\(memory)', 'UAH'
            FROM made CROSS JOIN LATERAL (
                SELECT CASE WHEN n < 2740 AND dice % 2 = 0 THEN 'pending'
                    WHEN n < 30000 AND dice < 300 THEN 'confirmed' WHEN n < 30000 AND dice < 500 THEN 'processing'
                    WHEN n < 60000 AND dice < 800 THEN 'shipped' WHEN dice < 150 THEN 'cancelled'
                    WHEN dice < 160 THEN 'refunded' ELSE 'delivered' END AS status
            ) AS state
            """)
        for index in ["orders_tenant", "orders_customer", "orders_reference", "orders_expires_at"] {
            try connection.simple(try #require(try Self.statement(making: index, in: "0001_orders")))
        }
        for index in ["orders_status", "orders_payment_status", "orders_fulfilment_status", "orders_promo_code"] {
            try connection.simple(try #require(try Self.statement(making: index, in: "0004_order_lists")))
        }
        let created = OrderEvents().events(
            for: .confirmed(paymentID: nil, by: .system, reason: nil), .order(order), Sample.context())
        let confirmed = String(decoding: try #require(created.first).body, as: UTF8.self).replacing("'", with: "''")
        try connection.simple(
            """
            INSERT INTO events (event_id, type, tenant_id, subject, sequence, time, actor_type, is_public, body, request_id)
            SELECT gen_random_uuid(), 'order.confirmed', 'tenant_7', gen_random_uuid(), 3,
                timestamptz '2025-06-01' + n * interval '2 minutes', 'system', true, '\(confirmed)', ''
            FROM generate_series(1, 20000) AS n;
            INSERT INTO heard_events (order_id, event_id, type, tenant_id, subject, sequence, time, actor_type, body)
            SELECT md5(n::text)::uuid, gen_random_uuid(), type, 'tenant_7', 'p' || n, 1,
                timestamptz '2025-06-01' + n * interval '2 minutes', 'system',
                '{"provider": "liqpay", "currency": "UAH", "amount": "1500.00", "surplus_amount": "0.00"}'
            FROM generate_series(1, 20000) AS n, (VALUES ('payment.created'), ('payment.completed')) AS of (type);
            ANALYZE;
            """)
    }

    /// The statement of a migration that makes an index.
    private static func statement(making index: String, in migration: String) throws -> String? {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources/OrderWorker/Migrations/\(migration).sql")
        return try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("--") }.joined(separator: "\n").split(separator: ";").map(String.init)
            .first { $0.contains(" \(index) ON ") }
    }
}
