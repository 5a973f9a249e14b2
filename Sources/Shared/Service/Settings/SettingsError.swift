/// All that is wrong with the settings, found in one pass. The process ends with exit code 78 (`EX_CONFIG`).
package struct SettingsError: Error, CustomStringConvertible {
    /// One line each, `NAME: must be ..., got "..."`. Values of secrets are left out.
    package let problems: [String]

    package var description: String { problems.joined(separator: "\n") }
}
