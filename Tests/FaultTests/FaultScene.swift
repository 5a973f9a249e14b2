import AMQP
import Bus
import Contracts
import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

/// The servers that all fault tests share: starting them for each test would take longer than the tests. Each test has
/// a tenant of its own, starts its own workers, and leaves none running. What a fault test does to broker and database
/// would disturb others at the same time, which is why all suites of this target are nested in one serialized suite.
@Suite(.serialized, .keepsFleetLogs, .timeLimit(.minutes(3))) struct FaultTests {}

/// One test's view of the shared servers.
struct FaultScene {
    let fleet: Fleet
    let gateway: Fleet.Member
    let sandbox: Fleet.Member
    let sink: EventSink
    let tenant: String
    let audit: FleetAudit

    static func begin(_ name: String = #function) async throws -> FaultScene {
        let servers = try await Servers.shared.value()
        let tenant = "t-\(name.prefix { $0.isLetter })-\(UInt32.random(in: .min ... .max))"
        return FaultScene(
            fleet: servers.fleet, gateway: servers.gateway, sandbox: servers.sandbox, sink: servers.sink,
            tenant: tenant,
            audit: FleetAudit(servers.fleet, tenant: tenant))
    }

    func load(limit: Int, pause: Duration = .milliseconds(20), gateways: [Fleet.Member] = []) -> OrderLoad {
        OrderLoad(fleet, [gateway] + gateways, tenant: tenant, limit: limit, pause: pause)
    }

    /// Waits until so many orders more than `count` are accepted.
    func wait(for more: Int, after count: Int = 0, _ load: OrderLoad, within limit: Duration = .seconds(60))
        async throws
    {
        let reached = try await eventually(within: limit) { load.tally.accepted.count >= count + more }
        #expect(reached, "orders are not accepted: \(load.tally)")
    }

    // MARK: What must hold after every fault

    /// Every accepted order exists once with its whole, gap-free history, and other services have seen all of it.
    func expectNothingLost(_ tally: OrderLoad.Tally) async throws {
        #expect(tally.unexpected.isEmpty, "\(tally.unexpected.prefix(5))")
        #expect(tally.contradicted.isEmpty)
        #expect(tally.accepted.count == tally.begun, "an order has no outcome")
        try await expectOrders(Set(tally.accepted.values), count: tally.begun)
    }

    /// - `ids`: Of the orders that were accepted; nil when nobody was told.
    func expectOrders(_ ids: Set<String>?, count: Int) async throws {
        // Core answers each order, so each has two events: created, and the news of its stock.
        let isSettled = try await eventually(within: .seconds(60)) {
            guard try await audit.events().count >= 2 * count else { return false }
            return try await audit.count("oms_order.outbox") == 0
        }
        #expect(isSettled)
        let orders = try await audit.orders()
        #expect(orders.count == count)
        if let ids { #expect(Set(orders.keys) == ids) }
        #expect(Set(orders.values) == ["pending"])

        let log = try await audit.events()
        let histories = Dictionary(grouping: log, by: \.subject)
        #expect(Set(histories.keys) == Set(orders.keys))
        for (order, events) in histories {
            #expect(events.map(\.sequence) == [1, 2], "\(order): \(events.map(\.type))")
            #expect(events.map(\.type) == ["order.created", "order.changed"])
        }
        try await expectAllSeen()
    }

    /// After de-duplication by id, other services have seen exactly the public events of a worker, in order for each
    /// aggregate.
    func expectAllSeen(of schema: String = "oms_order") async throws {
        let source = "/oms/\(schema.dropFirst("oms_".count))"
        var ids: Set<String> = []
        let isComplete = try await eventually(within: .seconds(30)) {
            ids = Set(try await audit.events(schema: schema).filter(\.isPublic).map(\.id))
            return Set(seen(source).map(\.messageID)) == ids
        }
        #expect(isComplete)
        var known: Set<String> = []
        let first = seen(source).filter { known.insert($0.messageID).inserted }
        #expect(known == ids)
        for (subject, entries) in Dictionary(grouping: first, by: \.subject) {
            let sequences = entries.map(\.sequence)
            #expect(sequences == sequences.sorted(), "\(subject): \(sequences)")
        }
    }

    private func seen(_ source: String) -> [EventSink.Entry] {
        sink.entries(tenant: tenant).filter { $0.source == source }
    }

    /// Until nothing was told for a while and all that was told is published: what was told may lead to more.
    func settle(for calm: Duration = .milliseconds(500)) async throws {
        func sum(_ table: String) -> String {
            FleetProgram.workers.compactMap(\.schema).map { "(SELECT count(*) FROM \($0).\(table))" }
                .joined(separator: " + ")
        }
        let sql = "SELECT \(sum("events")), \(sum("outbox"))"
        var (told, since) = (Int64(-1), ContinuousClock.now)
        let isCalm = try await eventually(within: .seconds(60)) {
            let (events, open) = try await fleet.query(sql) { rows in
                let row = try rows.only()
                return (try row.int64(0), try row.int64(1))
            }
            if events != told || open > 0 { (told, since) = (events, .now) }
            return ContinuousClock.now - since > calm
        }
        #expect(isCalm)
    }

    /// Ends the workers in order and looks whether anything is left behind.
    ///
    /// - `parked`: Ids of the messages that must be in the parked queue; they are taken out of it.
    func endOfScene(_ workers: [Fleet.Member], parked: Set<String> = []) async throws {
        try await settle()
        let queues = ["oms.order.commands", "oms.order.events", "oms.order.solo"] + RetryStep.allCases.map(\.exchange)
        for queue in queues {
            #expect(try await eventually(within: .seconds(30)) { try await audit.messages(in: queue) == 0 }, "\(queue)")
        }
        for worker in workers { #expect(try await worker.process.terminate() == .exited(0)) }
        for queue in queues {
            #expect(try await audit.messages(in: queue) == 0, "\(queue) is not empty")
        }
        let found = try await audit.drain("oms.order.parked")
        #expect(Set(found.compactMap(\.properties.messageID)) == parked)
        #expect(found.count == parked.count)
    }
}

/// Starts the shared servers once.
private actor Servers {
    struct Value: Sendable {
        let fleet: Fleet
        let gateway: Fleet.Member
        let sandbox: Fleet.Member
        let sink: EventSink
    }

    static let shared = Servers()
    private var task: Task<Value, any Error>?

    func value() async throws -> Value {
        let task =
            task
            ?? Task {
                let fleet = try await Fleet.start(FleetProgram.workers)
                FailedFleets.all.withLock { $0.append(fleet) }
                let sink = try await EventSink.start(url: fleet.broker.url)
                let sandbox = try await fleet.run(.sandbox)
                let gateway = try await fleet.runPublicGateway()
                return Value(fleet: fleet, gateway: gateway, sandbox: sandbox, sink: sink)
            }
        self.task = task
        return try await task.value
    }
}

private enum FailedFleets {
    static let all = Mutex<[Fleet]>([])
}

extension Trait where Self == IssueHandlingTrait {
    /// Leaves the processes' logs when something fails, and says where.
    static var keepsFleetLogs: Self {
        .compactMapIssues { issue in
            var issue = issue
            for fleet in FailedFleets.all.withLock({ $0 }) {
                fleet.keepLogs()
                issue.comments.append("logs: \(fleet.folder)")
            }
            return issue
        }
    }
}
