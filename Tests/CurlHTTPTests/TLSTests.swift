import Foundation
import Testing

@testable import CurlHTTP

/// Against `openssl s_server` with a certificate nobody signed.
@Suite("TLS", .timeLimit(.minutes(1))) struct TLSTests {
    @Test func refusesAnUnknownAuthorityAndTakesANamedOne() async throws {
        let server = try TLSServer(name: "IP:127.0.0.1")
        defer { server.stop() }
        let request = HTTPRequest(.post, "https://127.0.0.1:\(server.port)/")
        let error = await #expect(throws: HTTPClientError.self) { try await HTTPClient().send(request) }
        #expect(error?.code == .notSent)
        #expect(error?.wasSent == false)
        let response = try await HTTPClient(.init(caFile: server.certificate)).send(HTTPRequest(.get, request.url))
        #expect(response.status == 200)
    }

    @Test func refusesTheNameOfAnotherHost() async throws {
        let server = try TLSServer(name: "DNS:shop.example")
        defer { server.stop() }
        let client = try HTTPClient(.init(caFile: server.certificate))
        let error = await #expect(throws: HTTPClientError.self) {
            try await client.send(HTTPRequest(.get, "https://127.0.0.1:\(server.port)/"))
        }
        #expect(error?.code == .notSent)
    }

    @Test func refusesTLS11() async throws {
        let server = try TLSServer(name: "IP:127.0.0.1", flags: ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
        defer { server.stop() }
        let client = try HTTPClient(.init(caFile: server.certificate))
        let error = await #expect(throws: HTTPClientError.self) {
            try await client.send(HTTPRequest(.get, "https://127.0.0.1:\(server.port)/"))
        }
        #expect(error?.code == .notSent)
    }
}

private struct TLSServer {
    let port: Int
    let certificate: String
    private let process: Process
    private let folder: URL

    init(name: String, flags: [String] = []) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        certificate = folder.appending(path: "cert.pem").path
        let key = folder.appending(path: "key.pem").path
        let making = try Self.openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=test", "-addext", "subjectAltName=\(name)", "-keyout", key, "-out", certificate,
        ])
        making.waitUntilExit()
        let output = Pipe()
        process = try Self.openssl(
            ["s_server", "-accept", "127.0.0.1:0", "-www", "-cert", certificate, "-key", key] + flags, output: output)
        var text = ""
        while !text.contains(/ACCEPT .*\n/) {
            let more = output.fileHandleForReading.availableData
            try #require(!more.isEmpty, "the TLS server ended")
            text += String(decoding: more, as: UTF8.self)
        }
        port = try #require(text.firstMatch(of: /ACCEPT .*:([0-9]+)/).flatMap { Int($0.1) })
    }

    func stop() {
        kill(process.processIdentifier, SIGKILL)  // its threads' inherited mask holds a SIGTERM back
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    private static func openssl(_ arguments: [String], output: Pipe? = nil) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardOutput = output ?? Pipe()
        process.standardError = Pipe()
        process.standardInput = Pipe()
        try process.run()
        return process
    }
}
