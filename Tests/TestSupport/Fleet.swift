import CurlHTTP
import Foundation
import Postgres
import Synchronization

/// A fleet of a test's own: servers and processes on free ports of this machine, everything they write in one temporary
/// folder. All of it goes with the test process; the folder stays when ``keepLogs()`` was called.
public final class Fleet: Sendable {
    /// One running process of the fleet.
    public struct Member: Sendable {
        public let program: FleetProgram
        public let process: ChildProcess
        /// Where it serves the API; nil for a worker.
        public let url: String?
        /// Where it serves health and metrics.
        public let adminURL: String
        /// Where its failpoint tells that it has fired.
        public let failpointLog: String

        /// Whether the failpoint that it was started with has fired.
        public var hasFailed: Bool { FileManager.default.fileExists(atPath: failpointLog) }
    }

    public static let jwtSecret = "a secret of the tests, 32 bytes."
    public let folder: String
    public let broker: PrivateBroker
    public let postgres: PrivatePostgres
    public let http: HTTPClient
    private let sandboxPort: Int
    /// Where the API is, as providers see it.
    private let publicPort: Int
    private let running = Mutex<[ChildProcess]>([])
    /// Database URLs of the workers by the name of their setting.
    private let roles = Mutex<[String: String]>([:])
    private let cleanup: ExitGuard

    /// Starts the servers, gives each worker its role and schema, and migrates.
    ///
    /// - `workers`: Those that the test will run.
    public static func start(_ workers: [FleetProgram]) async throws -> Fleet {
        let fleet = try await onThread { try Fleet() }
        try await fleet.broker.start()
        try await onThread { try fleet.provision() }
        for worker in workers { try await fleet.migrate(worker) }
        return fleet
    }

    private init() throws {
        folder = try makeScratchFolder("fleet")
        broker = try PrivateBroker()
        postgres = try PrivatePostgres()
        http = try HTTPClient()
        sandboxPort = try freePort()
        publicPort = try freePort()
        cleanup = try ExitGuard(
            #"""
            while read -r pid; do
                case $(readlink "/proc/$pid/exe") in "$2"/*) kill -9 "$pid" ;; esac
            done < "$1/pids"
            [ -e "$1/keep" ] || rm -rf "$1"
            """#, [folder, Self.buildFolder])
    }

    /// Where the test bundle lies, and the executables beside it.
    private static let buildFolder: String = {
        let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: path).deletingLastPathComponent().path
    }()

    // MARK: Database

    /// Makes roles and schemas as an operator would.
    private func provision() throws {
        let printed = try ShellCommand(
            "\(Self.buildFolder)/oms", ["provision"],
            environment: ["DATABASE_URL": postgres.url, "DATABASE_ROLE_SECRET": Self.jwtSecret]
        ).run()
        for line in printed.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { roles.withLock { $0[String(parts[0])] = String(parts[1]) } }
        }
    }

    /// The way in of a worker's role.
    private func databaseURL(of program: FleetProgram) -> String? {
        guard let schema = program.schema else { return nil }
        return roles.withLock { $0["\(schema.dropFirst("oms_".count).uppercased())_DATABASE_URL"] }
    }

    /// Runs one statement as a superuser and gives what `read` makes of its rows.
    public func query<Result: Sendable>(
        _ sql: String, _ parameters: [PostgresValue] = [], _ read: @escaping @Sendable (Rows) throws -> Result
    ) async throws -> Result {
        let endpoint = try postgres.endpoint()
        return try await onThread {
            let connection = try PostgresConnection(endpoint)
            defer { connection.close() }
            return try read(try connection.run(Statement(sql, parameters)))
        }
    }

    private func migrate(_ worker: FleetProgram) async throws {
        let process = try spawn(worker, ["migrate"], [:])
        guard try await process.waitForEnd(within: .seconds(60)) == .exited(0) else {
            throw TestSupportError("\(worker.rawValue) migrate failed: \(tail(of: process.log))")
        }
    }

    /// What the operator's command line prints, here about the fleet's broker. Throws what it complained about.
    public func oms(_ arguments: String...) async throws -> String {
        let command = ShellCommand(
            "\(Self.buildFolder)/oms", arguments, environment: ["RABBITMQ_URL": broker.url])
        return try await onThread { try command.run() }
    }

    // MARK: Processes

    /// Starts one process and waits until it is ready, or until its failpoint has ended it.
    ///
    /// - `failpoints`: As `OMS_FAILPOINTS` takes them: `after-commit:3:kill`.
    /// - `settings`: More environment variables.
    /// - `until`: What has to answer 200; a process that shall lack something is at best alive.
    public func run(
        _ program: FleetProgram, failpoints: String? = nil, settings: [String: String] = [:],
        until path: String = "/health/ready"
    ) async throws -> Member {
        let adminPort = try freePort()
        let httpPort = try settings["HTTP_PORT"].flatMap { Int($0) } ?? (program == .sandbox ? sandboxPort : freePort())
        var environment = settings
        environment["ADMIN_PORT"] = String(adminPort)
        if program.schema == nil { environment["HTTP_PORT"] = String(httpPort) }
        let failpointLog = "\(folder)/failpoint-\(UUID().uuidString)"
        if let failpoints {
            environment["OMS_FAILPOINTS"] = failpoints
            environment["OMS_FAILPOINT_LOG"] = failpointLog
        }
        let process = try spawn(program, [], environment)
        let url = program.schema == nil ? "http://127.0.0.1:\(httpPort)" : nil
        let member = Member(
            program: program, process: process, url: url,
            adminURL: program == .sandbox ? url ?? "" : "http://127.0.0.1:\(adminPort)", failpointLog: failpointLog)
        try await wait(for: path, member)
        return member
    }

    public func isReady(_ member: Member) async -> Bool { await answers("/health/ready", member) }

    private func answers(_ path: String, _ member: Member) async -> Bool {
        let request = HTTPRequest(.get, "\(member.adminURL)\(path)", timeout: .seconds(1))
        return (try? await http.send(request))?.status == 200
    }

    private func wait(for path: String, _ member: Member) async throws {
        let isReady = try await eventually(within: .seconds(60)) {
            guard member.process.isRunning else { return true }
            return await self.answers(path, member)
        }
        guard isReady, member.process.isRunning || member.hasFailed else {
            throw TestSupportError("\(member.program.rawValue) is not ready: \(tail(of: member.process.log))")
        }
    }

    private func spawn(
        _ program: FleetProgram, _ arguments: [String], _ settings: [String: String]
    ) throws -> ChildProcess {
        let number = running.withLock { $0.count }
        let process = try ChildProcess(
            program.rawValue, executable: "\(Self.buildFolder)/\(program.rawValue)", arguments: arguments,
            environment: environment(of: program).merging(settings) { $1 },
            log: "\(folder)/\(number)-\(program.rawValue).log")
        running.withLock { $0.append(process) }
        // The guard reads it when this process is gone.
        let list = FileHandle(forWritingAtPath: try pidFile())
        list?.seekToEndOfFile()
        list?.write(Data("\(process.pid)\n".utf8))
        try list?.close()
        return process
    }

    private func pidFile() throws -> String {
        let path = "\(folder)/pids"
        if !FileManager.default.fileExists(atPath: path) {
            guard FileManager.default.createFile(atPath: path, contents: nil) else { throw SystemError(path) }
        }
        return path
    }

    private func environment(of program: FleetProgram) -> [String: String] {
        let sandbox = "http://127.0.0.1:\(sandboxPort)"
        var settings = [
            "PATH": "/usr/bin:/bin", "HOME": folder, "LANG": "C.UTF-8", "TZ": "UTC",
            "LOG_FORMAT": "text", "LOG_LEVEL": "info", "ADMIN_HOST": "127.0.0.1", "HTTP_HOST": "127.0.0.1",
            "RABBITMQ_URL": broker.url,
            "JWT_SECRET": Self.jwtSecret, "CURSOR_SECRET": Self.jwtSecret, "CORE_SERVICE_URL": "\(sandbox)/core",
            "CRM_SERVICE_URL": "\(sandbox)/crm",
            "LIQPAY_PUBLIC_KEY": "sandbox_i00000000000",
            "LIQPAY_PRIVATE_KEY": "sandbox_Kq3vN8xTz1uRw5yAe7cGh9jLm2pQs4dF",
            "LIQPAY_API_URL": "\(sandbox)/liqpay/api",
            "NOVAPOSHTA_API_KEY": "0123456789abcdef0123456789abcdef",
            "NOVAPOSHTA_API_URL": "\(sandbox)/novaposhta/v2.0/json/", "NOVAPOSHTA_PRINT_URL": "\(sandbox)/novaposhta",
            "SANDBOX_URL": sandbox,
            "SANDBOX_NP_STEP_SECONDS": "0.2", "NOVAPOSHTA_POLL_SECONDS": "1",
            "PUBLIC_URL": "http://127.0.0.1:\(publicPort)",
            "DOCS_PATH": Self.repository.appendingPathComponent("docs").path,
        ]
        settings["DATABASE_URL"] = databaseURL(of: program)
        return settings
    }

    /// The gateway that providers call: it listens where `PUBLIC_URL` says.
    public func runPublicGateway(settings: [String: String] = [:]) async throws -> Member {
        try await run(.gateway, settings: settings.merging(["HTTP_PORT": String(publicPort)]) { $1 })
    }

    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Kills what still runs of processes and servers, before the end of the test process.
    public func stop() async {
        for process in running.withLock({ $0 }) { try? await process.kill() }
        try? await broker.remove()
        postgres.remove()
    }

    // MARK: Logs

    /// Leaves the folder with the logs when the tests are over.
    public func keepLogs() { _ = FileManager.default.createFile(atPath: "\(folder)/keep", contents: nil) }

    private func tail(of log: String) -> String {
        guard let text = try? String(contentsOfFile: log, encoding: .utf8) else { return "no log" }
        return text.split(separator: "\n").suffix(15).joined(separator: "\n")
    }
}
