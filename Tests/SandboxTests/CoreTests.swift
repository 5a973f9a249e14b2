import Contracts
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Sandbox

@Suite("Core") struct CoreTests {
    @Test func showsProductsAsTheContractSays() async throws {
        let world = try TestWorld.make()
        try await TestWorld.application(world).test(.router) { client in
            let example = try await client.execute(uri: "/core/api/v1/products?ids=prod_123", method: .get) {
                String(buffer: $0.body)
            }
            #expect(
                example == """
                    {"data":[{"id":"prod_123","sku":"HP-100","name":"Wireless headphones","price":"750.00","currency":"UAH",\
                    "categories":["audio"],"weight_grams":300,"tax_rate":"20.00"}]}
                    """)
            let some = try await client.json("/core/api/v1/products?ids=prod_10%2Cprod_9999,prod_1,prod_1")
            #expect(try some.list("data").map { try $0.text("id") } == ["prod_10", "prod_1"])
            #expect(try some.list("data")[0].percent("tax_rate") == Percent(hundredths: 700))
        }
    }

    @Test func everyProductKeepsTheTable() async throws {
        let world = try TestWorld.make()
        try await TestWorld.application(world).test(.router) { client in
            let all = try await client.json("/core/api/v1/products?limit=1000&offset=0")
            let rest = try await client.json("/core/api/v1/products?limit=1000&offset=1000")
            let products = try all.list("data") + rest.list("data")
            #expect(products.count == 1200)
            for product in products {
                #expect(try product.money("price", .uah) > .zero(.uah))
                #expect((0...1_000_000).contains(try product.int("weight_grams")))
                #expect((1...64).contains(try product.text("sku").count))
            }
        }
    }

    @Test func takesAHundredIdsAtMost() async throws {
        let world = try TestWorld.make()
        try await TestWorld.application(world).test(.router) { client in
            for (count, status) in [(100, HTTPResponse.Status.ok), (101, .badRequest)] {
                let ids = (1...count).map { "prod_\($0)" }.joined(separator: ",")
                try await client.execute(uri: "/core/api/v1/products?ids=\(ids)", method: .get) {
                    #expect($0.status == status)
                }
            }
        }
    }

    @Test func sellsWhatItIsTold() async throws {
        let world = try TestWorld.make()
        try await TestWorld.application(world).test(.router) { client in
            _ = try await client.json("/_sandbox/core/products/prod_5", .put, "{\"price\":\"0.10\",\"tax_rate\":\"7\"}")
            let changed = try await client.json("/core/api/v1/products?ids=prod_5")
            #expect(try changed.list("data")[0].text("price") == "0.10")
            #expect(try changed.list("data")[0].text("tax_rate") == "7.00")
            _ = try await client.json("/_sandbox/core/products/prod_5", .delete)
            #expect(try await client.json("/core/api/v1/products?ids=prod_5")["data"] == .array([]))
            _ = try await client.json("/_sandbox/reset", .post)
            #expect(try await client.json("/core/api/v1/products?ids=prod_5").list("data").count == 1)
        }
    }

    @Test func knowsCustomers() async throws {
        let world = try TestWorld.make()
        try await TestWorld.application(world).test(.router) { client in
            let customer = try await client.execute(uri: "/crm/api/v1/customers/cust_42", method: .get) {
                String(buffer: $0.body)
            }
            #expect(
                customer == """
                    {"id":"cust_42","first_name":"Олена","last_name":"Коваль","middle_name":"Петрівна",\
                    "email":"olena@example.com","phone":"+380671112233","company":null,"tax_id":null,"language":"uk"}
                    """)
            for id in ["nobody", "cust_", "cust_01", "cust_x"] {
                try await client.execute(uri: "/crm/api/v1/customers/\(id)", method: .get) {
                    #expect($0.status == .notFound)
                }
            }
            #expect(try await client.json("/no/such/route")["error"]?["code"]?.string == "not_found")
        }
    }
}
