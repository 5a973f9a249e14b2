import Contracts
import CurlHTTP

/// Compares whole answers with the contract: status, media type, body, and header fields.
public struct AnswerChecker {
    private let document: APIDocument
    private let validator: SchemaValidator

    /// Fields without which an answer is of no use, where the operation has them for the status.
    private static let needed: [Int: Set<String>] = [
        201: ["Location"], 202: ["Location", "Retry-After"], 304: ["ETag"], 401: ["WWW-Authenticate"],
        429: ["Retry-After", "RateLimit", "RateLimit-Policy"], 503: ["Retry-After"],
    ]

    public init(_ document: APIDocument) {
        self.document = document
        validator = SchemaValidator(document)
    }

    /// What is wrong with an answer; empty when it is as the contract says.
    public func faults(in answer: FleetClient.Answer, of operation: APIOperation) throws -> [String] {
        guard let response = operation.responses[answer.status] else { return ["is not documented"] }
        return try headerFaults(answer, response) + bodyFaults(answer, response)
    }

    private func headerFaults(_ answer: FleetClient.Answer, _ response: JSON) throws -> [String] {
        guard case .object(let headers)? = response["headers"] else { return [] }
        return try headers.flatMap { header -> [String] in
            guard let text = answer.headers[header.name] else {
                let isNeeded =
                    header.name == "X-Request-ID" || Self.needed[answer.status]?.contains(header.name) == true
                return isNeeded ? ["header \(header.name) is missing"] : []
            }
            guard let schema = try document.resolved(header.value)["schema"] else {
                return ["\(header.name): no schema"]
            }
            let value: JSON = schema["type"]?.string == "integer" ? .number(text) : .string(text)
            return validator.faults(in: value, schema, at: "header \(header.name)")
        }
    }

    private func bodyFaults(_ answer: FleetClient.Answer, _ response: JSON) throws -> [String] {
        guard case .object(let content)? = response["content"] else {
            return answer.body.isEmpty ? [] : ["has a body"]
        }
        let type = String((answer.headers["Content-Type"] ?? "").prefix { $0 != ";" })
        guard let media = content.first(where: { $0.name == type }) else { return ["is of type \(type)"] }
        guard let schema = media.value["schema"] else { return answer.body.isEmpty ? ["has no body"] : [] }
        guard type.hasSuffix("json") else { return validator.faults(in: .string(answer.text), schema) }
        guard let json = answer.json else { return ["is no JSON"] }
        var faults = validator.faults(in: json, schema)
        if type == Reply.problemJSON, json["status"]?.int != Int64(answer.status) {
            faults.append("/status: is not that of the answer")
        }
        return faults
    }
}
