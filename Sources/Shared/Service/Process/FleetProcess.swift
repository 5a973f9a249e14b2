package import Logging
package import ServiceLifecycle

/// One kind of process of the fleet: what it is called and where it listens by default.
package struct FleetProcess: Sendable {
    /// As it stands in logs: `payment-worker`.
    package let name: String
    package let version: String
    /// What its own settings begin with: `PAYMENT`.
    package let settingsPrefix: String
    package let adminPort: Int

    package init(name: String, version: String, settingsPrefix: String, adminPort: Int) {
        self.name = name
        self.version = version
        self.settingsPrefix = settingsPrefix
        self.adminPort = adminPort
    }

    /// What the parts of a running process share.
    package struct Context: Sendable {
        package let logger: Logger
        package let readiness: Readiness
        package let metrics: PrometheusRegistry
        package let settings: ProcessSettings
    }

    /// How a process ended.
    package enum ExitCode: Int32, Sendable {
        case ok = 0
        /// A service failed, or shutting down took longer than `SHUTDOWN_GRACE_SECONDS`.
        case failure = 1
        /// The settings are wrong; starting again gives the same (`EX_CONFIG`).
        case configuration = 78
    }

    /// Makes the process's services. They stop in reverse order; the first to end, well or not, ends the process.
    package typealias Build<Group: SettingsGroup> = @Sendable (Group, Context) async throws -> [any Service]

    /// The table of all settings of the process, for `--help`.
    package func settingsTable<Group: SettingsGroup>(_ group: Group.Type) -> String {
        SettingDeclaration.table(
            SettingsReader.declarations(of: ProcessGroup<Group>.self, prefix: settingsPrefix, adminPort: adminPort))
    }
}
