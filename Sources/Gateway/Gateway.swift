import ArgumentParser
import Foundation
import Service

@main
struct Gateway: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway", abstract: "The HTTP face of the fleet.", subcommands: [Run.self, ListSettings.self],
        defaultSubcommand: Run.self)

    static let process = FleetProcess(name: "gateway", version: "0.1.0", settingsPrefix: "GATEWAY", adminPort: 9100)

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "run", abstract: "Serve until SIGTERM.")

        func run() async throws {
            await Gateway.process.runAndExit(GatewaySettings.self) { settings, context in
                try await GatewayBuild(settings: settings, context: context).services()
            }
        }
    }

    struct ListSettings: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "settings", abstract: "List all settings with their defaults.")

        func run() async throws { print(Gateway.process.settingsTable(GatewaySettings.self)) }
    }
}
