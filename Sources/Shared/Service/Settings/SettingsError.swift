/// All that is wrong with the settings, found in one pass. The process ends with exit code 78 (`EX_CONFIG`).
public struct SettingsError: Error, CustomStringConvertible {
    /// One line each, `NAME: must be ..., got "..."`. Values of secrets are left out.
    public let problems: [String]

    public var description: String { problems.joined(separator: "\n") }
}
