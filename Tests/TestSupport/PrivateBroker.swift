import Foundation
import Glibc

/// A RabbitMQ of the test's own: on a free port, everything it writes in a temporary folder, gone with the test process.
public final class PrivateBroker: Sendable {
    /// Files of a certificate, in PEM.
    public struct Certificate: Sendable {
        public let authority: String
        public let certificate: String
        public let key: String

        public init(authority: String, certificate: String, key: String) {
            self.authority = authority
            self.certificate = certificate
            self.key = key
        }
    }

    public let port: UInt16
    public let tlsPort: UInt16?
    private let directory: String
    private let environment: [String: String]

    public var url: String { "amqp://guest:guest@127.0.0.1:\(port)" }

    /// Chooses port and folder; ``start()`` starts it. What is left of it when this process ends is cleared away by the script.
    ///
    /// - Parameter certificate: Listen with TLS too, on ``tlsPort``.
    /// - Throws: ``TestSupportError`` when no port is free.
    public init(certificate: Certificate? = nil) throws {
        let port = try Self.freePort()
        self.port = port
        directory = try makeScratchFolder("broker")
        var environment = ["OWNER_PID": "\(getpid())"]
        if let certificate {
            let tlsPort = try Self.freePort(otherThan: port)
            self.tlsPort = tlsPort
            environment["TLS_PORT"] = "\(tlsPort)"
            environment["TLS_CA"] = certificate.authority
            environment["TLS_CERT"] = certificate.certificate
            environment["TLS_KEY"] = certificate.key
        } else {
            tlsPort = nil
        }
        self.environment = environment
    }

    /// Starts it, or starts it again with what it had stored, and waits until it speaks AMQP.
    public func start() async throws { _ = try await onThread { try self.run("start") } }

    /// Stops it in order.
    public func stop() async throws { _ = try await onThread { try self.run("stop") } }

    /// Ends it as a power cut would.
    public func kill() async throws { _ = try await onThread { try self.run("kill") } }

    /// Kills it and removes what it wrote, before the end of the process.
    public func remove() async throws {
        try await kill()
        try FileManager.default.removeItem(atPath: directory)
    }

    /// SIGSTOP: all its threads stand still when this returns, its sockets stay open and silent.
    public func freeze() throws { try awaitFrozen(try signal(SIGSTOP)) }

    public func thaw() throws { try signal(SIGCONT) }

    /// Whether the name of a quorum queue's log has reached the disk.
    public func hasSaved(quorumQueue name: String) -> Bool {
        let node = "rabbit-\(port)@localhost"
        let names = FileManager.default.contents(atPath: "\(directory)/mnesia/\(node)/quorum/\(node)/names.dets")
        return names?.range(of: Data("%2F_\(name)".utf8)) != nil
    }

    /// Runs `rabbitmqctl` against it, which takes a second or two.
    @discardableResult public func control(_ arguments: String...) async throws -> String {
        try await onThread { try self.run("ctl", arguments) }
    }

    @discardableResult private func run(_ verb: String, _ arguments: [String] = []) throws -> String {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../deploy/local/rabbitmq").standardized.path
        return try ShellCommand(script, [verb, directory, "\(port)"] + arguments, environment: environment).run()
    }

    @discardableResult private func signal(_ number: Int32) throws -> pid_t {
        guard let pid = try run("status").split(separator: " ").last.flatMap({ pid_t($0) }) else {
            throw TestSupportError("the broker is not running")
        }
        guard Glibc.kill(pid, number) == 0 else { throw TestSupportError("cannot signal \(pid)") }
        return pid
    }

    // MARK: Ports

    /// A port that is free now, and so is the one 20,000 above it, which the broker takes for itself. Both lie below the range the
    /// kernel gives to outgoing connections.
    private static func freePort(otherThan taken: UInt16? = nil) throws -> UInt16 {
        for _ in 0..<200 {
            let port = UInt16.random(in: 10_000...12_700)
            if port != taken, isFree(port), isFree(port + 20_000) { return port }
        }
        throw TestSupportError("no free port for a broker")
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
