import Contracts
import Foundation
import Yams

/// docs/openapi.yaml, as far as tests read it.
public struct APIDocument: Sendable {
    public let root: JSON
    public let operations: [APIOperation]

    /// Reads a document. Throws when it is no YAML or no OpenAPI.
    public init(yaml: String) throws {
        guard let node = try Yams.compose(yaml: yaml) else { throw TestSupportError("an empty document") }
        root = Self.json(node)
        operations = try Self.operations(in: root)
    }

    /// The contract of this repository.
    public static func contract() throws -> APIDocument {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../docs/openapi.yaml").standardized
        return try APIDocument(yaml: try String(contentsOf: file, encoding: .utf8))
    }

    public func operation(_ id: String) throws -> APIOperation {
        guard let operation = operations.first(where: { $0.id == id }) else {
            throw TestSupportError("openapi.yaml has no operation \(id)")
        }
        return operation
    }

    /// What a `$ref` names, or the value itself.
    public func resolved(_ value: JSON) throws -> JSON {
        guard let reference = value["$ref"]?.string else { return value }
        return try resolved(try Self.target(of: reference, in: root))
    }

    static func target(of reference: String, in root: JSON) throws -> JSON {
        guard reference.hasPrefix("#/") else { throw TestSupportError("not in this document: \(reference)") }
        var value = root
        for name in reference.dropFirst(2).split(separator: "/") {
            guard let next = value[String(name)] else { throw TestSupportError("names nothing: \(reference)") }
            value = next
        }
        return value
    }

    // MARK: Reading

    private static let methods = ["get", "put", "post", "delete", "patch"]

    private static func operations(in root: JSON) throws -> [APIOperation] {
        guard case .object(let paths)? = root["paths"] else { throw TestSupportError("no paths") }
        return try paths.flatMap { path in
            try methods.compactMap { method in
                try path.value[method].map {
                    try APIOperation(path: path.name, method: method, $0, shared: path.value["parameters"], root)
                }
            }
        }
    }

    /// YAML 1.2 as OpenAPI means it: plain scalars are null, booleans and numbers where they look so, all else is text.
    private static func json(_ node: Node) -> JSON {
        switch node {
        case .mapping(let mapping):
            .object(mapping.map { JSON.Member($0.key.string ?? "", json($0.value)) })
        case .sequence(let sequence): .array(sequence.map { json($0) })
        case .scalar(let scalar): scalar.style == .plain ? json(plain: scalar.string) : .string(scalar.string)
        case .alias: .null
        }
    }

    private static func json(plain text: String) -> JSON {
        switch text {
        case "null", "~", "": .null
        case "true": .bool(true)
        case "false": .bool(false)
        default: (try? JSONParser.parse(text)) ?? .string(text)
        }
    }
}
