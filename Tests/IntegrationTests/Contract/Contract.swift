import Contracts
import CurlHTTP
import TestSupport

/// The contract as the tests read it.
enum Contract {
    /// Read once; a document that cannot be read has no operations, which `ContractTests` does not let pass.
    static let document = try? APIDocument.contract()

    static let operations = document?.operations ?? []
    /// Those that need a token.
    static let secured = operations.filter { !$0.isOpen }
    /// Those that store an outcome under an Idempotency-Key.
    static let keyed = operations.filter { $0.headers.contains("Idempotency-Key") && $0.isChange }

    static let roles = ["customer", "staff", "admin", "service"]

    /// Parameters of a path that name nothing.
    static func nowhere() -> [String: String] {
        [
            "id": Identifier.new(at: Timestamp(milliseconds: 1_600_000_000_000)).description, "code": "NOWHERE",
            "provider": "liqpay",
        ]
    }

    /// A request of an operation that is right in form.
    static func body(of operation: APIOperation) -> String? {
        guard !operation.bodyTypes.isEmpty else { return nil }
        let id = Identifier.new()
        return switch operation.id {
        case "createOrder": OrderBody.simple()
        case "createPayment", "createShipment": #"{"order_id":"\#(id)"}"#
        case "validatePromo": #"{"code":"NOWHERE","order_total":"10.00"}"#
        case "createPromo":
            """
            {"code":"C-\(UInt32.random(in: .min ... .max))","type":"percentage","value":"5",\
            "valid_from":"2025-06-01T00:00:00Z","valid_until":"2125-06-01T00:00:00Z"}
            """
        case "updatePromo": #"{"active":false}"#
        case "setOrderStatus": #"{"status":"processing"}"#
        case "setReturnStatus": #"{"status":"approved"}"#
        case "applyPromo": #"{"code":"NOWHERE","order_id":"\#(id)"}"#
        case "requestReturn": #"{"items":[{"order_item_id":"\#(id)","quantity":1}],"reason":"other"}"#
        case "quoteShipment": #"{"service":"branch","city":"Lviv","weight_grams":600}"#
        default: "{}"
        }
    }
}

extension FleetClient {
    /// Calls an operation.
    func call(
        _ operation: APIOperation, _ parameters: [String: String] = Contract.nowhere(), query: String = "",
        body: String? = nil, headers: HTTPHeaders = [:]
    ) async throws -> Answer {
        guard let method = HTTPRequest.Method(rawValue: operation.method) else {
            throw TestSupportError("no client for \(operation.method)")
        }
        return try await send(method, operation.path(parameters) + query, body, headers)
    }
}
