import Contracts
import CurlHTTP
import Foundation
import Postgres
import TestSupport
import Testing

/// What every operation does alike, read from docs/openapi.yaml, against the live fleet.
@Suite("Conventions", .keepsFleetLogs, .timeLimit(.minutes(3))) struct ConventionTests {
    private func key() -> String { "key-\(Identifier.new())" }

    @Test func theContractIsRead() {
        #expect(Contract.operations.count >= 38)
        #expect(!Contract.keyed.isEmpty)
    }

    @Test(arguments: Contract.secured) func withoutAToken(operation: APIOperation) async throws {
        var client = try await ShopFleet.start().client()
        for token in [nil, "nonsense"] {
            client.token = token
            let answer = try await client.call(operation, body: Contract.body(of: operation))
            #expect(answer.status == 401)
            #expect(answer.problem == (token == nil ? "unauthenticated" : "invalid_token"))
        }
    }

    /// The roles of the contract may call, all others may not.
    @Test(arguments: Contract.secured) func roles(operation: APIOperation) async throws {
        let shop = try await ShopFleet.start()
        for role in Contract.roles {
            let answer = try await shop.client(role: role, subject: "r", tenant: "roles").call(
                operation, body: operation.bodyTypes.isEmpty ? nil : "{}")
            if operation.roles.contains(role) {
                #expect(answer.status != 403 && answer.status != 401, "\(role): \(answer.text)")
            } else {
                #expect(answer.problem == "forbidden", "\(role): \(answer.text)")
            }
        }
    }

    @Test(arguments: Contract.operations.filter { $0.responses[400] != nil && !$0.path.contains("callback") })
    func unknownParameter(operation: APIOperation) async throws {
        let shop = try await ShopFleet.start()
        let client = shop.client(role: "admin", subject: "a", tenant: Purchases.tenant)
        let parameters = try await Purchases.shared.one(shop).parameters(of: operation)
        for query in ["?surprise=1", "?id=1", "?if-none-match=1"] {
            let answer = try await client.call(operation, parameters, query: query, body: Contract.body(of: operation))
            #expect(answer.status == 400, "\(answer.text)")
            #expect(answer.problem == "unknown_parameter")
            #expect(
                answer.json?["errors"]?.array?.first?["parameter"]?.string
                    == String(query.dropFirst().prefix { $0 != "=" }))
        }
    }

    @Test(arguments: Dictionary(grouping: Contract.operations, by: \.path).map(\.key).sorted())
    func otherMethods(path: String) async throws {
        let client = try await ShopFleet.start().client(role: "admin", subject: "a")
        let methods = Contract.operations.filter { $0.path == path }.map(\.method)
        let allowed = Set(methods + (methods.contains("GET") ? ["HEAD", "OPTIONS"] : ["OPTIONS"]))
        for method in ["GET", "PUT", "POST", "PATCH", "DELETE"] where !allowed.contains(method) {
            let method = try #require(HTTPRequest.Method(rawValue: method))
            let place = path.replacing("{id}", with: "x").replacing("{provider}", with: "mono")
                .replacing("{code}", with: "X1")
            let answer = try await client.send(method, place, nil, [:])
            #expect(answer.status == 405, "\(answer.text)")
            #expect(answer.problem == "method_not_allowed")
            #expect(answer.headers["Allow"] == allowed.sorted().joined(separator: ", "))
        }
    }

    /// The first outcome is answered again, whatever it was.
    @Test(arguments: Contract.keyed) func repeatedKey(operation: APIOperation) async throws {
        let shop = try await ShopFleet.start()
        let client = shop.client(role: "admin", subject: "repeats", tenant: "repeats")
        let (key, parameters) = (key(), Contract.nowhere())
        let body = try #require(Contract.body(of: operation))
        let first = try await client.call(operation, parameters, body: body, headers: ["Idempotency-Key": key])
        #expect(operation.responses[first.status] != nil, "\(first.text)")
        #expect(first.headers["Idempotent-Replayed"] == nil)
        let again = try await client.call(
            operation, parameters, body: " " + body, headers: ["Idempotency-Key": "\"\(key)\""])
        #expect(again.status == first.status)
        #expect(again.body == first.body)
        #expect(again.headers["Idempotent-Replayed"] == "true")

        let other = try await client.call(
            operation, parameters, body: #"{"other":1}"#, headers: ["Idempotency-Key": key])
        #expect(other.problem == "idempotency_key_reused", "\(other.text)")
        #expect(other.status == 422)
        let elsewhere = try await shop.client(role: "admin", subject: "repeats", tenant: "repeats-2").call(
            operation, parameters, body: body, headers: ["Idempotency-Key": key])
        #expect(elsewhere.headers["Idempotent-Replayed"] == nil, "keys belong to their tenant")
        if operation.hasPathParameters {
            var parameters = parameters
            parameters["id"] = Identifier.new().description
            let path = try await client.call(operation, parameters, body: body, headers: ["Idempotency-Key": key])
            #expect(path.problem == "idempotency_key_reused")
        }
    }

    @Test(arguments: Contract.keyed) func withoutAKey(operation: APIOperation) async throws {
        let client = try await ShopFleet.start().client(role: "admin", subject: "a", tenant: "no-keys")
        let parameters = Contract.nowhere()
        for _ in 0..<2 {
            let answer = try await client.call(operation, parameters, body: "{}")
            #expect(operation.responses[answer.status] != nil)
            #expect(answer.headers["Idempotent-Replayed"] == nil)
        }
    }

    @Test(arguments: Contract.operations.filter { $0.headers.contains("Idempotency-Key") })
    func keysThatAreNone(operation: APIOperation) async throws {
        let client = try await ShopFleet.start().client(role: "admin", subject: "a")
        for key in ["", "\"\"", "a b", String(repeating: "k", count: 256)] {
            let answer = try await client.call(
                operation, body: Contract.body(of: operation), headers: ["Idempotency-Key": key])
            #expect(answer.problem == "invalid_parameter", "\(key): \(answer.text)")
            #expect(answer.json?["errors"]?.array?.first?["parameter"]?.string == "Idempotency-Key")
        }
    }

    /// While the first call with a key runs, a second is told so, or waits for it when it asks to.
    @Test func keyInFlight() async throws {
        let shop = try await ShopFleet.start()
        let client = shop.client(tenant: "in-flight")
        // The delivery has to be priced, and who does that stands still.
        let shipping = try #require(shop.workers.first { $0.program == .shipping }).process
        try shipping.freeze()
        defer { shipping.thaw() }
        let (key, body) = (key(), Shopper.body(promoCode: nil))
        let first = try await client.post(
            "/api/v1/orders", body, headers: ["Idempotency-Key": key, "Prefer": "respond-async"])
        #expect(first.status == 202)
        // Accepted is not yet begun: a second request that comes now might be handled first.
        let isRunning = try await eventually {
            try await shop.fleet.query("SELECT count(*) FROM oms_order.drafts WHERE tenant_id = 'in-flight'") {
                try $0.only().int64(0)
            } == 1
        }
        #expect(isRunning)
        let second = try await client.post("/api/v1/orders", body, headers: ["Idempotency-Key": key])
        #expect(second.status == 409)
        #expect(second.problem == "idempotency_in_flight")
        #expect(second.headers["Retry-After"] != nil)
        shipping.thaw()
        let joined = try await client.post(
            "/api/v1/orders", body, headers: ["Idempotency-Key": key, "Prefer": "wait=10"])
        #expect(joined.status == 201)
        let operation = try await client.get(try #require(first.headers["Location"]))
        #expect(operation.json?["resource"]?.string == joined.headers["Location"])
    }

    /// What belongs to another shop is not there, whoever asks.
    @Test func otherTenants() async throws {
        let shop = try await ShopFleet.start()
        let purchase = try await Purchases.shared.one(shop)
        let stranger = shop.client(role: "admin", subject: "a", tenant: "strangers")
        let other = shop.client(subject: "cust_43", tenant: Purchases.tenant)
        for operation in Contract.operations where operation.path.contains("{id}") {
            let parameters = purchase.parameters(of: operation)
            let answer = try await stranger.call(operation, parameters, body: Contract.body(of: operation))
            #expect(answer.status == 404, "\(operation): \(answer.text)")
            guard operation.roles.contains("customer") else { continue }
            let denied = try await other.call(operation, parameters, body: Contract.body(of: operation))
            #expect(denied.status == 404, "\(operation): \(denied.text)")
        }
    }

    @Test func invoiceOfAnUnknownOrder() async throws {
        let client = try await ShopFleet.start().client()
        for id in [Identifier.new().description, "nothing"] {
            let answer = try await client.get("/api/v1/orders/\(id)/invoice")
            #expect(answer.status == 404)
            #expect(answer.problem == "not_found")
        }
        let order = try #require(try await client.post("/api/v1/orders", OrderBody.simple()).json?["id"]?.string)
        let early = try await client.get("/api/v1/orders/\(order)/invoice")
        #expect(early.problem == "invoice_not_issued")
        #expect(early.headers["Retry-After"] == nil, "it is not confirmed yet")
    }
}

extension APIOperation: CustomTestStringConvertible {
    public var testDescription: String { id }
}
