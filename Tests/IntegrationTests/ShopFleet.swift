import Synchronization
import TestSupport
import Testing

/// One fleet for all integration tests, started at the first call. Tests keep apart by tenant or customer.
struct ShopFleet: Sendable {
    let fleet: Fleet
    let gateway: Fleet.Member
    /// One of each kind; the first is the order worker.
    let workers: [Fleet.Member]
    let sandbox: Fleet.Member

    static func start() async throws -> ShopFleet { try await Starter.shared.value() }

    func client(
        role: String = "customer", subject: String = "cust_42", tenant: String = "default"
    ) -> FleetClient {
        FleetClient(fleet, gateway, token: TestToken.signed(role: role, subject: subject, tenant: tenant))
    }

    static let started = Mutex<[Fleet]>([])
}

private actor Starter {
    static let shared = Starter()
    private var task: Task<ShopFleet, any Error>?

    func value() async throws -> ShopFleet {
        let task =
            task
            ?? Task {
                let fleet = try await Fleet.start(FleetProgram.workers)
                ShopFleet.started.withLock { $0.append(fleet) }
                let sandbox = try await fleet.run(.sandbox)
                var workers: [Fleet.Member] = []
                for worker in FleetProgram.workers { workers.append(try await fleet.run(worker)) }
                // Where a slow machine needs more than the usual two seconds, tests want the answer all the same.
                let gateway = try await fleet.runPublicGateway(settings: ["REPLY_TIMEOUT_MILLISECONDS": "10000"])
                return ShopFleet(fleet: fleet, gateway: gateway, workers: workers, sandbox: sandbox)
            }
        self.task = task
        return try await task.value
    }
}

extension Trait where Self == IssueHandlingTrait {
    /// Leaves the processes' logs when something fails, and says where.
    static var keepsFleetLogs: Self {
        .compactMapIssues { issue in
            var issue = issue
            for fleet in ShopFleet.started.withLock({ $0 }) {
                fleet.keepLogs()
                issue.comments.append("logs: \(fleet.folder)")
            }
            return issue
        }
    }
}
