import Contracts
import Foundation
import Testing

/// One line of the case tables in docs/rules.md: every member but `expect` is input.
struct RulesCase: Sendable, CustomTestStringConvertible {
    let id: String
    let kind: String
    let json: JSON

    var testDescription: String { id }

    static func all(kind: String) -> [RulesCase] {
        guard let url = Bundle.module.url(forResource: "rules", withExtension: "jsonl", subdirectory: "Fixtures"),
            let text = try? String(contentsOf: url, encoding: .utf8)
        else { return [] }
        return text.split(separator: "\n").compactMap { line in
            guard let json = try? JSONParser.parse(String(line)), json["kind"]?.string == kind else { return nil }
            return RulesCase(id: json["id"]?.string ?? "?", kind: kind, json: json)
        }
    }
}
