import AMQP
import ArgumentParser
import Bus
import Foundation
import Logging
import Postgres
import Service

/// The command line of a worker: `run` (the default), `migrate` and `settings`.
public struct WorkerCommand<App: WorkerApplication>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "\(App.name.rawValue)-worker", abstract: "The \(App.name.rawValue) worker of the fleet.",
            version: Release.version, subcommands: [Run.self, Migrate.self, ListSettings.self],
            defaultSubcommand: Run.self)
    }

    public init() {}

    struct Run: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(commandName: "run", abstract: "Consume until SIGTERM, then drain and exit.")
        }

        func run() async throws {
            await App.process.runAndExit(WorkerSettings<App.Settings>.self) { settings, context in
                WorkerMetrics.describe(in: context.metrics)
                for component in ["broker", "database"] { context.readiness.register(component) }
                let readiness = context.readiness
                let health = WorkerHealth { component, isAvailable in
                    readiness.set(component, isAvailable ? .ok : .unavailable("away"))
                }
                return [
                    WorkerProcess(
                        try await App.build(settings.own, context),
                        broker: try AMQPEndpoint(url: settings.broker.revealed),
                        database: try PostgresEndpoint(url: settings.database.revealed), health: health,
                        logger: context.logger)
                ]
            }
        }
    }

    struct Migrate: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(commandName: "migrate", abstract: "Bring the worker's schema up to date.")
        }

        func run() async throws {
            let settings = try SettingsReader.load(
                MigrationSettings.self, prefix: App.name.rawValue.uppercased(),
                environment: ProcessInfo.processInfo.environment)
            let applied = try WorkerMigration(schema: App.name.schema, migrations: App.migrations)
                .run(on: PostgresEndpoint(url: settings.database.revealed))
            print(
                applied.isEmpty
                    ? "\(App.name.schema): up to date"
                    : "\(App.name.schema): applied \(applied.joined(separator: ", "))")
        }
    }

    struct ListSettings: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(commandName: "settings", abstract: "List all settings with their defaults.")
        }

        func run() async throws { print(App.process.settingsTable(WorkerSettings<App.Settings>.self)) }
    }
}

struct MigrationSettings: SettingsGroup {
    let database: Redacted<String>

    init(from reader: SettingsReader) { database = reader.databaseURL() }
}
