import Postgres
import Testing

@Suite("Endpoints") struct EndpointTests {
    @Test func readsTheParts() throws {
        let endpoint = try PostgresEndpoint(url: "postgres://us%40er:p%2Fw%3A@db.example:6432/shop?sslmode=verify-full")
        #expect(endpoint.user == "us@er")
        #expect(endpoint.host == "db.example")
        #expect(endpoint.port == "6432")
        #expect(endpoint.database == "shop")
        #expect(endpoint.urlWithPassword() == "postgres://us%40er:p%2Fw%3A@db.example:6432/shop?sslmode=verify-full")
    }

    @Test func neverShowsThePassword() throws {
        let endpoint = try PostgresEndpoint(url: "postgres://u:s3cret@h1:1,[::1]:2/d?connect_timeout=3")
        #expect("\(endpoint)" == "postgres://u:***@h1:1,[::1]:2/d?connect_timeout=3")
        #expect(!String(reflecting: endpoint).contains("s3cret"))
        #expect(try PostgresEndpoint(url: endpoint.urlWithPassword()) == endpoint)
    }

    @Test(arguments: [
        "mysql://u:s3cret@h/d", "host=h password=s3cret", "postgres://u:s3cret@[::1/d", "postgres://u:s3cret%zz@h/d",
        "postgres://u:s3cret@h/d?colour=red", "",
    ])
    func refusesOthersWithoutQuotingThem(url: String) {
        let error = #expect(throws: PostgresError.self) { try PostgresEndpoint(url: url) }
        #expect(error?.code == .badURL)
        #expect(error?.classification == .bug)
        #expect("\(String(describing: error))".contains("s3cret") == false)
    }

    @Test func replacesParts() throws {
        let base = try PostgresEndpoint(url: "postgres://oms:oms@127.0.0.1:5432/oms")
        let other = base.replacing(user: "order", password: "o/1", database: "x y", query: ["sslmode": "require"])
        #expect(other.urlWithPassword() == "postgres://order:o%2F1@127.0.0.1:5432/x%20y?sslmode=require")
        #expect(base.replacing() == base)
    }
}
