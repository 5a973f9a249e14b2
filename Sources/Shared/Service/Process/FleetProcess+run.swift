import CoreMetrics
import FoundationEssentials
import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

extension FleetProcess {
    /// Runs the process to its end and leaves it with an ``ExitCode``: the last line of a `main`.
    public func runAndExit<Group: SettingsGroup>(_ group: Group.Type, _ build: @escaping Build<Group>) async -> Never {
        exit(await run(group, environment: ProcessInfo.processInfo.environment, build).rawValue)
    }

    /// Reads the settings, sets up logs and metrics (both are global: once a process), builds the services and runs
    /// them with the admin server until one ends or SIGTERM or SIGINT comes.
    ///
    /// - `onStuck`: Called when services still run 2 seconds after they were cut off; ends the process.
    public func run<Group: SettingsGroup>(
        _ group: Group.Type, environment: [String: String],
        onStuck: @escaping @Sendable () -> Void = { _exit(ExitCode.failure.rawValue) }, _ build: @escaping Build<Group>
    ) async -> ExitCode {
        let settings: ProcessGroup<Group>
        do throws(SettingsError) {
            settings = try SettingsReader.load(
                ProcessGroup<Group>.self, prefix: settingsPrefix, adminPort: adminPort, environment: environment)
        } catch {
            let errorOutput = LogSink()
            errorOutput.write(Array("\(name) cannot start, its settings are wrong:\n\(error)\n".utf8))
            errorOutput.flush()
            return .configuration
        }
        _ = signal(SIGPIPE, SIG_IGN)
        let sink = Logs.start(service: name, settings: settings.process)
        defer { sink.flush() }
        let logger = Logger(label: name)
        let metrics = PrometheusRegistry()
        MetricsSystem.bootstrap(metrics)
        ProcessMetrics.register(in: metrics)
        let context = Context(
            logger: logger, readiness: Readiness(), metrics: metrics, settings: settings.process)
        let leave: @Sendable () -> Void = {
            logger.critical("services still run after they were cut off; leaving them")
            sink.flush()
            onStuck()
        }
        return await serve(settings.own, context, onStuck: leave, build)
    }

    func serve<Group: SettingsGroup>(
        _ own: Group, _ context: Context, onStuck: @escaping @Sendable () -> Void, _ build: Build<Group>
    ) async -> ExitCode {
        let logger = context.logger
        let gate = ShutdownGate(readiness: context.readiness, grace: context.settings.shutdownGrace, onStuck: onStuck)
        do {
            logger.info("starting", metadata: ["version": "\(version)"])
            let admin = AdminServer(
                host: context.settings.adminHost, port: context.settings.adminPort, readiness: context.readiness,
                metrics: context.metrics)
            let services: [any Service] = [admin] + (try await build(own, context)) + [gate]
            var configuration = ServiceGroupConfiguration(
                services: services.map {
                    .init(
                        service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "services"))
            // More than the gate allows, so that what is cut off counts as overdue however late the gate heard of it.
            configuration.maximumGracefulShutdownDuration = context.settings.shutdownGrace + .seconds(1)
            try await ServiceGroup(configuration: configuration).run()
        } catch {
            logger.error("stopped by an error", metadata: ["error": "\(error)"])
            return .failure
        }
        if gate.isOverdue {
            logger.error("stopped, but not within SHUTDOWN_GRACE_SECONDS; unfinished work was cut off")
            return .failure
        }
        logger.info("stopped")
        return .ok
    }
}
