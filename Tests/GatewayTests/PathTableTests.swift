import HTTPTypes
import Testing

@testable import Gateway

@Suite("Paths and methods") struct PathTableTests {
    private let table = PathTable([
        ("/api/v1/orders", .get), ("/api/v1/orders", .post), ("/api/v1/orders/{id}", .get),
        ("/api/v1/promo/{code}", .get), ("/api/v1/promo/{code}", .patch), ("/api/v1/promo/validate", .post),
    ])

    @Test(
        arguments: [
            ("/api/v1/orders", "GET HEAD OPTIONS POST"), ("/api/v1/orders/", "GET HEAD OPTIONS POST"),
            ("/api/v1/orders/x", "GET HEAD OPTIONS"), ("/api/v1/promo/X", "GET HEAD OPTIONS PATCH"),
            ("/api/v1/promo/validate", "OPTIONS POST"), ("/api/v1/orders/x/y", ""), ("/", ""), ("", ""),
            ("/api/v1", ""), ("/api/v1/ORDERS", ""),
        ])
    func methods(path: String, expected: String) {
        #expect(table.methods(at: path).map(\.rawValue).joined(separator: " ") == expected)
    }
}
