import Bus
import Postgres
import Service

/// A worker's executable: which worker it is, its settings, and how it is put together.
public protocol WorkerApplication: Sendable {
    associatedtype Settings: SettingsGroup

    static var name: WorkerName { get }
    /// Default of `ADMIN_PORT`.
    static var adminPort: Int { get }
    /// The worker's own tables, in order of their names.
    static var migrations: [Migration] { get }
    static func build(_ settings: Settings, _ context: FleetProcess.Context) async throws -> WorkerDefinition
}

extension WorkerApplication {
    static var process: FleetProcess {
        FleetProcess(
            name: "\(name.rawValue)-worker", version: Release.version, settingsPrefix: name.rawValue.uppercased(),
            adminPort: adminPort)
    }
}

/// The settings of every worker, and its own.
struct WorkerSettings<Own: SettingsGroup>: SettingsGroup {
    let own: Own
    let database: Redacted<String>
    let broker: Redacted<String>

    init(from reader: SettingsReader) {
        database = reader.databaseURL()
        broker = reader.rabbitmqURL()
        own = Own(from: reader)
    }
}
