import AMQP
import Foundation
import TestSupport

/// The broker of ``BrokerFaultTests``, which also listens with TLS; started at first use.
actor FaultyBroker {
    struct Certificates: Sendable {
        let broker: PrivateBroker.Certificate
        /// An authority that signed nothing.
        let strangeAuthority: String
        let cleanup: ExitGuard
    }

    private static let instance = FaultyBroker()
    private var starting: Task<(PrivateBroker, Certificates), any Error>?

    static func broker() async throws -> PrivateBroker { try await instance.started().0 }
    static func certificates() async throws -> Certificates { try await instance.started().1 }
    static func endpoint() async throws -> AMQPEndpoint { try AMQPEndpoint(url: await broker().url) }

    private func started() async throws -> (PrivateBroker, Certificates) {
        let task =
            starting
            ?? Task {
                let certificates = try await onThread { try Self.makeCertificates() }
                let broker = try PrivateBroker(certificate: certificates.broker)
                try await broker.start()
                return (broker, certificates)
            }
        starting = task
        return try await task.value
    }

    private static func makeCertificates() throws -> Certificates {
        let folder = try makeScratchFolder("certificates")
        let cleanup = try ExitGuard(#"rm -rf "$1""#, [folder])
        func file(_ name: String) -> String { "\(folder)/\(name)" }
        func openssl(_ arguments: String...) throws { try ShellCommand("/usr/bin/openssl", arguments).run() }
        func authority(_ name: String) throws {
            try openssl(
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", "/CN=\(name)", "-keyout", file("\(name).key"), "-out", file("\(name).pem"))
        }
        try authority("authority")
        try authority("stranger")
        try "subjectAltName=DNS:localhost\n".write(toFile: file("names"), atomically: true, encoding: .utf8)
        try openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=broker",
            "-keyout", file("broker.key"), "-out", file("broker.csr"))
        try openssl(
            "x509", "-req", "-in", file("broker.csr"), "-CA", file("authority.pem"), "-CAkey", file("authority.key"),
            "-CAcreateserial", "-days", "2", "-extfile", file("names"), "-out", file("broker.pem"))
        return Certificates(
            broker: PrivateBroker.Certificate(
                authority: file("authority.pem"), certificate: file("broker.pem"), key: file("broker.key")),
            strangeAuthority: file("stranger.pem"), cleanup: cleanup)
    }
}
