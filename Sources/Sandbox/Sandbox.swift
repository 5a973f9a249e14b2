import ArgumentParser
import FoundationEssentials
import Hummingbird
import Logging

/// The services around the fleet, played on one machine: catalogue and stock, customers, payment provider, carrier,
/// notification.
@main struct Sandbox: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Sandbox",
        abstract: "Plays the services outside the fleet. Settings are environment variables; state is in memory only.")

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        var logger = Logger(label: "sandbox")
        logger.logLevel = environment["LOG_LEVEL"].flatMap { Logger.Level(rawValue: $0) } ?? .info
        let settings: SandboxSettings
        do throws(SandboxSettings.Fault) {
            settings = try SandboxSettings(environment: environment)
        } catch {
            throw ValidationError(error.description)
        }
        // Ends in order on SIGTERM and SIGINT.
        try await Self.application(settings, logger: logger).runService()
    }
}
