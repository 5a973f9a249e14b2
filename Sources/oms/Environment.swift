import Foundation

/// The settings of a command.
enum Environment {
    /// A variable that is not there; the command line prints it and ends.
    struct Missing: Error, CustomStringConvertible {
        let name: String

        var description: String { "\(name) is not set. In the local fleet: set -a; . .local/fleet.env" }
    }

    static func required(_ name: String) throws(Missing) -> String {
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else { throw Missing(name: name) }
        return value
    }
}
