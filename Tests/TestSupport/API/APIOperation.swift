import Contracts

/// One operation of the API, references resolved one level deep.
public struct APIOperation: Sendable, CustomStringConvertible {
    public let id: String
    public let path: String
    /// In upper case.
    public let method: String
    public let roles: Set<String>
    /// Whether it works without a token.
    public let isOpen: Bool
    /// Parameters in the path and the query and header fields, by name.
    public let headers: Set<String>
    public let queryParameters: Set<String>
    /// Media types of the body; empty when it has none.
    public let bodyTypes: [String]
    /// Schema of the JSON body.
    public let bodySchema: JSON?
    /// The responses by status.
    public let responses: [Int: JSON]

    public var description: String { "\(method) \(path)" }

    init(path: String, method: String, _ json: JSON, shared: JSON?, _ root: JSON) throws {
        func resolved(_ value: JSON) throws -> JSON {
            guard let reference = value["$ref"]?.string else { return value }
            return try resolved(try APIDocument.target(of: reference, in: root))
        }
        guard let id = json["operationId"]?.string, case .object(let responses)? = json["responses"] else {
            throw TestSupportError("\(method) \(path) has no id or no responses")
        }
        self.id = id
        self.path = path
        self.method = method.uppercased()
        roles = Set(json["x-roles"]?.array?.compactMap(\.string) ?? [])
        isOpen = json["security"]?.array.map { $0.isEmpty || $0.contains(.object([])) } ?? false
        let parameters = try ((shared?.array ?? []) + (json["parameters"]?.array ?? [])).map { try resolved($0) }
        func names(_ place: String) -> Set<String> {
            Set(parameters.filter { $0["in"]?.string == place }.compactMap { $0["name"]?.string })
        }
        headers = names("header")
        queryParameters = names("query")
        let body = try json["requestBody"].map { try resolved($0) }
        if case .object(let content)? = body?["content"] { bodyTypes = content.map(\.name) } else { bodyTypes = [] }
        bodySchema = body?["content"]?[Reply.json]?["schema"]
        self.responses = try Dictionary(
            uniqueKeysWithValues: responses.map { member in
                guard let status = Int(member.name) else { throw TestSupportError("status \(member.name)") }
                return (status, try resolved(member.value))
            })
    }

    /// The path with its parameters filled in.
    public func path(_ parameters: [String: String]) -> String {
        parameters.reduce(path) { $0.replacing("{\($1.key)}", with: $1.value) }
    }

    public var hasPathParameters: Bool { path.contains("{") }
    public var isChange: Bool { responses[202] != nil }
}
