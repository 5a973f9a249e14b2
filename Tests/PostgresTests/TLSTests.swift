import Foundation
import Postgres
import TestSupport
import Testing

@Suite("TLS") struct TLSTests {
    @Test func aCertificateOfOurAuthorityIsAccepted() async throws {
        try await onThread {
            let server = try TLSServer.shared.get()
            let connection = try PostgresConnection(server.endpoint(authority: "ca"))
            #expect(connection.isEncrypted)
            let row = try connection.run(
                Statement("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
            ).only()
            #expect(try row.bool(0))
        }
    }

    @Test func aCertificateOfAStrangerIsRefused() async throws {
        try await onThread {
            let server = try TLSServer.shared.get()
            let error = #expect(throws: PostgresError.self) {
                try PostgresConnection(server.endpoint(authority: "stranger"))
            }
            #expect(error?.code == .connectFailed(sqlState: nil))
            #expect(error?.message.contains("certificate verify failed") == true)
        }
    }

    @Test func aCertificateForAnotherHostIsRefused() async throws {
        try await onThread {
            let server = try TLSServer.shared.get()
            let error = #expect(throws: PostgresError.self) {
                try PostgresConnection(server.endpoint(authority: "ca").replacing(host: "localhost"))
            }
            #expect(error?.message.contains("does not match host name") == true)
        }
    }

    @Test func aServerWithoutTLSIsRefused() async throws {
        try await onThread {
            let plain = try TestDatabase.shared().replacing(query: [
                "sslmode": "verify-full", "sslrootcert": "/dev/null",
            ])
            let error = #expect(throws: PostgresError.self) { try PostgresConnection(plain) }
            #expect(error?.classification == .databaseAway)
        }
    }

    /// Answers of many sizes, whose records arrive in pieces that end anywhere.
    @Test(.timeLimit(.minutes(5)), arguments: [65_536, 5000, 333])
    func bigAnswersArriveWhole(slice: Int) async throws {
        try await onThread {
            let server = try TLSServer.shared.get()
            let proxy = try TestProxy(to: server.postgres.port, .init(slice: slice))
            defer { proxy.stop() }
            var options = PostgresOptions()
            options.replyTimeout = .seconds(60)
            let connection = try PostgresConnection(
                server.endpoint(authority: "ca").replacing(port: proxy.port), options: options)
            for size in stride(from: 1, through: 60_000, by: 1777) {
                let texts = (0..<8).map { String(repeating: "\($0)", count: size) }
                let rows = try connection.pipeline(texts.map { Statement("SELECT $1", [.text($0)]) })
                for (index, text) in texts.enumerated() { try #require(try rows[index].only().text(0) == text) }
            }
        }
    }
}

/// A server with a certificate for 127.0.0.1, made with `openssl`.
private struct TLSServer: Sendable {
    static let shared = Result { try TLSServer() }

    let postgres: PrivatePostgres
    private let folder: String
    private let cleanup: ExitGuard

    init() throws {
        folder = try makeScratchFolder("tls")
        cleanup = try ExitGuard(#"rm -rf "$1""#, [folder])
        let script = """
            set -e
            cd "$1"
            for name in ca stranger; do
                openssl req -x509 -newkey rsa:2048 -nodes -keyout $name.key -out $name.pem -days 2 -subj "/CN=$name"
            done
            openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=server
            printf 'subjectAltName=IP:127.0.0.1' > names
            openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile names
            chmod 644 ca.pem stranger.pem server.pem
            chmod 600 server.key
            if [ "$(id -u)" = 0 ]; then chown postgres server.key; fi
            """
        let process = try startProgram(["/bin/sh", "-c", script, "make", folder], quiet: true)
        try #require(waitForProgram(process) == 0)
        postgres = try PrivatePostgres(
            settings: "-c ssl=on -c ssl_cert_file=\(folder)/server.pem -c ssl_key_file=\(folder)/server.key")
    }

    func endpoint(authority: String) throws -> PostgresEndpoint {
        try postgres.endpoint().replacing(
            query: ["sslmode": "verify-full", "sslrootcert": "\(folder)/\(authority).pem"])
    }
}
