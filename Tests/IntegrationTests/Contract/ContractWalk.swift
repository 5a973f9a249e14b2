import Contracts
import CurlHTTP
import TestSupport
import Testing

/// Calls operations and keeps what they answered.
struct ContractWalk {
    let shop: ShopFleet
    let log: ContractLog
    let shopper: Shopper
    static let tenant = "walk"

    init(_ shop: ShopFleet, _ document: APIDocument) throws {
        self.shop = shop
        log = ContractLog(document)
        shopper = shop.shopper(tenant: Self.tenant)
    }

    func client(_ role: String = "admin", subject: String = "a", tenant: String = tenant) -> FleetClient {
        shop.client(role: role, subject: role == "customer" ? "cust_42" : subject, tenant: tenant)
    }

    /// Calls an operation and compares the answer with the contract. Without `body` it is one that is right in form.
    @discardableResult func call(
        _ id: String, _ client: FleetClient? = nil, _ parameters: [String: String] = Contract.nowhere(),
        query: String = "", body: String? = nil, headers: HTTPHeaders = [:]
    ) async throws -> FleetClient.Answer {
        guard let operation = Contract.operations.first(where: { $0.id == id }) else {
            throw TestSupportError("\(id) is not served")
        }
        return try await call(operation, client, parameters, query: query, body: body, headers: headers)
    }

    @discardableResult func call(
        _ operation: APIOperation, _ client: FleetClient? = nil, _ parameters: [String: String] = Contract.nowhere(),
        query: String = "", body: String? = nil, headers: HTTPHeaders = [:]
    ) async throws -> FleetClient.Answer {
        let answer = try await (client ?? self.client()).call(
            operation, parameters, query: query, body: body ?? Contract.body(of: operation), headers: headers)
        try log.note(answer, of: operation)
        return answer
    }

    /// Another gateway of the same fleet, for as long as the work takes.
    private func withGateway(
        _ settings: [String: String], until path: String = "/health/ready",
        _ work: (Fleet.Member) async throws -> Void
    ) async throws {
        let gateway = try await shop.fleet.run(.gateway, settings: settings, until: path)
        try await work(gateway)
        #expect(try await gateway.process.terminate() == .exited(0))
    }

    private func client(of gateway: Fleet.Member, role: String = "admin") -> FleetClient {
        FleetClient(shop.fleet, gateway, token: TestToken.signed(role: role, subject: "a", tenant: Self.tenant))
    }

    // MARK: What is alike everywhere

    /// 400, 401, 403, 404, 413 and 415 of every operation; 202 of every change.
    func sweep() async throws {
        var anonymous = client()
        anonymous.token = nil
        let large = #"{"notes":"\#(String(repeating: "x", count: 300_000))"}"#
        for operation in Contract.operations where operation.responses[400] != nil || operation.responses[401] != nil {
            try await call(operation, query: "?surprise=1")
            if !operation.isOpen { try await call(operation, anonymous) }
            var wrong = client()
            wrong.token = "nonsense"
            try await call(operation, wrong)
            if operation.hasPathParameters { try await call(operation) }
            for role in Contract.roles where !operation.roles.contains(role) && !operation.isOpen {
                try await call(operation, client(role))
            }
            guard !operation.bodyTypes.isEmpty else { continue }
            try await call(operation, body: large)
            try await call(operation, body: "{}", headers: ["Content-Type": "text/csv"])
            try await call(operation, body: "[1")
            try await call(operation, body: "[]")
            if operation.isChange { try await call(operation, headers: ["Prefer": "respond-async"]) }
        }
    }

    /// 503 of every operation, at once.
    func withoutBroker() async throws {
        let settings = ["RABBITMQ_URL": "amqp://127.0.0.1:1", "REPLY_TIMEOUT_MILLISECONDS": "10000"]
        try await withGateway(settings, until: "/health/live") { gateway in
            let client = client(of: gateway)
            for operation in Contract.operations where operation.responses[503] != nil {
                let started = ContinuousClock.now
                let answer = try await call(operation, client)
                #expect(answer.status == 503)
                #expect(ContinuousClock.now - started < .seconds(5), "\(operation) was awaited")
            }
        }
    }

    /// 429 of every operation.
    func overTheQuota() async throws {
        let names = ["READS", "WRITES", "PROMO_VALIDATIONS", "ANONYMOUS_PROMO_VALIDATIONS", "CALLBACKS"]
        let settings = Dictionary(uniqueKeysWithValues: names.map { ("QUOTA_\($0)", "1") })
        try await withGateway(settings) { gateway in
            let client = client(of: gateway)
            for operation in Contract.operations where operation.responses[429] != nil {
                try await call(operation, client)
                let answer = try await call(operation, client)
                #expect(answer.status == 429)
            }
        }
    }

    /// 400 and 428 of a tenant that demands what is optional elsewhere.
    func strictTenant() async throws {
        try await withGateway(["STRICT_TENANTS": Self.tenant]) { gateway in
            let client = client(of: gateway)
            for operation in Contract.operations where operation.isChange {
                let answer = try await call(operation, client)
                let takesKey = operation.headers.contains("Idempotency-Key")
                #expect(answer.problem == (takesKey ? "idempotency_key_required" : "precondition_required"))
                guard operation.responses[428] != nil else { continue }
                let conditional = try await call(operation, client, headers: ["Idempotency-Key": "strict"])
                #expect(conditional.problem == "precondition_required")
            }
        }
    }
}
