import Logging
import ServiceLifecycle

/// One kind of process of the fleet: what it is called and where it listens by default.
public struct FleetProcess: Sendable {
    /// As it stands in logs: `payment-worker`.
    public let name: String
    public let version: String
    /// What its own settings begin with: `PAYMENT`.
    public let settingsPrefix: String
    public let adminPort: Int

    public init(name: String, version: String, settingsPrefix: String, adminPort: Int) {
        self.name = name
        self.version = version
        self.settingsPrefix = settingsPrefix
        self.adminPort = adminPort
    }

    /// What the parts of a running process share.
    public struct Context: Sendable {
        public let logger: Logger
        public let readiness: Readiness
        public let metrics: PrometheusRegistry
        public let settings: ProcessSettings
    }

    /// How a process ended.
    public enum ExitCode: Int32, Sendable {
        case ok = 0
        /// A service failed, or shutting down took longer than `SHUTDOWN_GRACE_SECONDS`.
        case failure = 1
        /// The settings are wrong; starting again gives the same (`EX_CONFIG`).
        case configuration = 78
    }

    /// Makes the process's services. They stop in reverse order; the first to end, well or not, ends the process.
    public typealias Build<Group: SettingsGroup> = @Sendable (Group, Context) async throws -> [any Service]

    /// The table of all settings of the process, for `--help`.
    public func settingsTable<Group: SettingsGroup>(_ group: Group.Type) -> String {
        SettingDeclaration.table(
            SettingsReader.declarations(of: ProcessGroup<Group>.self, prefix: settingsPrefix, adminPort: adminPort))
    }
}
