import Contracts
import CurlHTTP
import TestSupport
import Testing

/// Idempotency keys, asynchronous answers and conditional reads, over HTTP.
@Suite("Repeated requests", .keepsFleetLogs, .timeLimit(.minutes(2))) struct RepeatedRequestTests {
    private let path = "/api/v1/orders"

    private func key() -> String { "key-\(Identifier.new())" }

    @Test func sameKeySameAnswer() async throws {
        let client = try await ShopFleet.start().client()
        let key = key()
        let first = try await client.post(path, OrderBody.simple(), headers: ["Idempotency-Key": key])
        #expect(first.status == 201)
        #expect(first.headers["Idempotent-Replayed"] == nil)
        // Quoted and bare forms are one key.
        let again = try await client.post(path, OrderBody.simple(), headers: ["Idempotency-Key": "\"\(key)\""])
        #expect(again.status == 201)
        #expect(again.headers["Idempotent-Replayed"] == "true")
        #expect(again.body == first.body)
        #expect(again.headers["Location"] == first.headers["Location"])
        #expect(first.headers["Location"] == first.json?["id"]?.string.map { "\(path)/\($0)" })
    }

    @Test func sameKeyAnotherBody() async throws {
        let client = try await ShopFleet.start().client()
        let key = key()
        _ = try await client.post(path, OrderBody.simple(), headers: ["Idempotency-Key": key])
        let other = try await client.post(path, OrderBody.simple(quantity: 3), headers: ["Idempotency-Key": key])
        #expect(other.status == 422)
        #expect(other.problem == "idempotency_key_reused")
    }

    @Test func keysBelongToTheirCaller() async throws {
        let shop = try await ShopFleet.start()
        let key = key()
        let mine = try await shop.client().post(path, OrderBody.simple(), headers: ["Idempotency-Key": key])
        let yours = try await shop.client(subject: "cust_43").post(
            path, OrderBody.simple(), headers: ["Idempotency-Key": key])
        #expect(mine.status == 201 && yours.status == 201)
        #expect(mine.json?["id"] != yours.json?["id"])
    }

    @Test func refusalsAreRepeatedToo() async throws {
        let client = try await ShopFleet.start().client()
        let key = key()
        let body = OrderBody.simple(product: "prod_nowhere")
        let first = try await client.post(path, body, headers: ["Idempotency-Key": key])
        let again = try await client.post(path, body, headers: ["Idempotency-Key": key])
        #expect(first.status == 422)
        #expect(first.problem == "product_not_found")
        #expect(again.body == first.body)
    }

    @Test func twentyAtOnceMakeOneOrder() async throws {
        let shop = try await ShopFleet.start()
        let client = shop.client(tenant: "crowd")
        let key = key()
        let ids = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    let answer = try? await client.post(
                        "/api/v1/orders", OrderBody.simple(), headers: ["Idempotency-Key": key, "Prefer": "wait=10"])
                    return answer?.status == 201 ? answer?.json?["id"]?.string : nil
                }
            }
            return await group.reduce(into: [String]()) { if let id = $1 { $0.append(id) } }
        }
        #expect(ids.count == 20)
        #expect(Set(ids).count == 1)
        #expect(try await FleetAudit(shop.fleet, tenant: "crowd").orders().count == 1)
    }

    @Test func takenReference() async throws {
        let client = try await ShopFleet.start().client()
        let reference = "web-\(UInt32.random(in: .min ... .max))"
        #expect(try await client.post(path, OrderBody.simple(reference: reference)).status == 201)
        let second = try await client.post(path, OrderBody.simple(reference: reference))
        #expect(second.status == 409)
        #expect(second.problem == "reference_taken")
    }

    @Test func respondAsync() async throws {
        let shop = try await ShopFleet.start()
        let client = shop.client()
        let accepted = try await client.post(path, OrderBody.simple(), headers: ["Prefer": "respond-async"])
        #expect(accepted.status == 202)
        #expect(accepted.headers["Preference-Applied"] == "respond-async")
        let location = try #require(accepted.headers["Location"])
        let operation = try await client.get(location, headers: ["Prefer": "wait=5"])
        #expect(operation.status == 200)
        #expect(operation.json?["status"]?.string == "succeeded")
        let order = try #require(operation.json?["resource"]?.string)
        #expect(try await client.get(order).status == 200)
        // Others of the shop do not see it, staff does.
        #expect(try await shop.client(subject: "cust_43").get(location).json?["resource"] == nil)
        #expect(try await shop.client(role: "staff", subject: "s").get(location).json?["resource"]?.string == order)
        #expect(
            try await shop.client(role: "staff", subject: "s", tenant: "other").get(location).json?["resource"] == nil)
    }

    @Test func failedOperation() async throws {
        let client = try await ShopFleet.start().client()
        let accepted = try await client.post(path, "{}", headers: ["Prefer": "respond-async"])
        #expect(accepted.status == 202)
        let operation = try await client.get(
            try #require(accepted.headers["Location"]), headers: ["Prefer": "wait=5"])
        #expect(operation.json?["status"]?.string == "failed")
        #expect(operation.json?["problem"]?["code"]?.string == "validation_failed")
    }

    @Test func unknownOperation() async throws {
        let client = try await ShopFleet.start().client()
        let old = Identifier.new(at: Timestamp(milliseconds: 1_600_000_000_000))
        #expect(try await client.get("/api/v1/operations/\(old)").status == 404)
        #expect(try await client.get("/api/v1/operations/nothing").status == 404)
    }

    @Test func whoSeesAnOrder() async throws {
        let shop = try await ShopFleet.start()
        let created = try await shop.client().post(path, OrderBody.simple())
        let location = try #require(created.headers["Location"])
        let read = try await shop.client().get(location)
        #expect(read.status == 200)
        #expect(read.json?["total"]?.string == "1500.00")
        #expect(try await shop.client(subject: "cust_43").get(location).status == 404)
        #expect(try await shop.client(role: "admin", subject: "a").get(location).status == 200)
        #expect(try await shop.client(role: "admin", subject: "a", tenant: "other").get(location).status == 404)
    }

    @Test func unchangedOrderIsNotSentAgain() async throws {
        let shop = try await ShopFleet.start()
        let client = shop.client(subject: "cust_44")
        let location = try #require(try await client.post(path, OrderBody.simple()).headers["Location"])
        // The news of the stock makes a second version; wait for it.
        #expect(try await eventually { try await client.get(location).headers["ETag"] == "\"2\"" })
        let tag = try #require(try await client.get(location).headers["ETag"])
        let unchanged = try await client.get(location, headers: ["If-None-Match": tag])
        #expect(unchanged.status == 304)
        #expect(unchanged.body.isEmpty)
        #expect(try await client.get(location, headers: ["If-None-Match": "\"1\""]).status == 200)
    }
}
