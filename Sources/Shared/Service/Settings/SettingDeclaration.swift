/// What a listing shows of one setting.
public struct SettingDeclaration: Sendable, Equatable {
    public let name: String
    public let requirement: String
    /// Nil: there is none, the setting is required unless `isOptional`.
    public let defaultText: String?
    public let meaning: String
    public let isSecret: Bool
    public let isOptional: Bool
    /// The worker's own name that wins over `name`, for settings several workers share.
    public let ownName: String?

    /// The declarations as a text table, one row a setting, in order of declaration.
    public static func table(_ declarations: [SettingDeclaration]) -> String {
        let head = ["NAME", "DEFAULT", "VALUE", "MEANING"]
        let rows =
            [head]
            + declarations.map { setting in
                let name = setting.ownName.map { "\(setting.name) (\($0))" } ?? setting.name
                let fallback = setting.defaultText ?? (setting.isOptional ? "-" : "required")
                return [name, fallback, setting.requirement + (setting.isSecret ? " (secret)" : ""), setting.meaning]
            }
        let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            zip(row, widths).dropLast().map { $0 + String(repeating: " ", count: $1 - $0.count + 2) }.joined()
                + row[row.count - 1]
        }
        return lines.joined(separator: "\n")
            + "\n\nEach <NAME> may be given as <NAME>_FILE: the path of a file that holds the value.\n"
    }
}
