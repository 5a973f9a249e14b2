import ArgumentParser
import Foundation

/// The settings of a command.
enum Environment {
    /// - Throws: A message that names the variable, which the command line prints.
    static func required(_ name: String) throws -> String {
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
            throw ValidationError("\(name) is not set. In the local fleet: set -a; . .local/env")
        }
        return value
    }
}
