import Glibc
import Synchronization

/// A blocking HTTP peer on a free port of 127.0.0.1, one thread a connection, that can misbehave as a test wants.
final class LoopbackServer: Sendable {
    struct Counts {
        var accepted = 0
        var open = 0
        var mostOpen = 0
        var requests = 0
    }

    /// One accepted connection, given to the behaviour of the test.
    struct Connection {
        let server: LoopbackServer
        let number: Int
        fileprivate let descriptor: Int32

        /// Reads one request with its body. Nil if the peer has closed.
        func readRequest() -> String? {
            var bytes: [UInt8] = []
            var needed: Int?
            while needed.map({ bytes.count < $0 }) ?? true {
                var chunk = [UInt8](repeating: 0, count: 65536)
                let count = recv(descriptor, &chunk, chunk.count, 0)
                guard count > 0 else { return nil }
                bytes += chunk[..<count]
                let text = String(decoding: bytes, as: UTF8.self)
                if needed == nil, let end = text.firstRange(of: "\r\n\r\n") {
                    let head = text[..<end.upperBound].utf8.count
                    let length = text.firstMatch(of: /(?i)content-length: *([0-9]+)/).flatMap { Int($0.1) }
                    needed = head + (length ?? 0)
                }
            }
            server.counts.withLock { $0.requests += 1 }
            return String(decoding: bytes, as: UTF8.self)
        }

        func write(_ text: String) {
            var bytes = Array(text.utf8)
            while !bytes.isEmpty {
                let count = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                guard count > 0 else { return }
                bytes.removeFirst(count)
            }
        }

        func answer(_ body: String, status: String = "200 OK", headers: String = "") {
            write("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
        }

        /// Makes the coming close a TCP reset.
        func reset() {
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }

        /// Blocks until the peer closes or sends more.
        func waitForPeer() {
            var byte: UInt8 = 0
            recv(descriptor, &byte, 1, 0)
        }
    }

    let port: UInt16
    private let listener: Int32
    private let counts = Mutex(Counts())
    private let behaviour: @Sendable (Connection) -> Void

    var seen: Counts { counts.withLock { $0 } }
    var url: String { "http://127.0.0.1:\(port)" }

    /// Runs `behaviour` for each connection on a thread; returning closes it.
    init(_ behaviour: @escaping @Sendable (Connection) -> Void) throws {
        self.behaviour = behaviour
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        port = try Self.bindFree(listener)
        listen(listener, 512)
        let listener = listener
        try Self.startThread { [weak self] in
            var number = 0
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0, let self else { break }
                number += 1
                self.serve(Connection(server: self, number: number, descriptor: descriptor))
            }
            close(listener)
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// A peer that answers every request of every connection.
    static func answering(_ answer: @escaping @Sendable (Connection, String) -> Void) throws -> LoopbackServer {
        try LoopbackServer { connection in
            while let request = connection.readRequest() { answer(connection, request) }
        }
    }

    /// A port nobody listens on.
    static func closedPort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        return try bindFree(descriptor)
    }

    private func serve(_ connection: Connection) {
        counts.withLock {
            $0.accepted += 1
            $0.open += 1
            $0.mostOpen = max($0.mostOpen, $0.open)
        }
        try? Self.startThread {
            self.behaviour(connection)
            self.counts.withLock { $0.open -= 1 }
            close(connection.descriptor)
        }
    }

    private static func bindFree(_ descriptor: Int32) throws -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let outcome = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) | getsockname(descriptor, $0, &size)
            }
        }
        guard outcome == 0 else { throw ServerError() }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func startThread(_ body: @escaping @Sendable () -> Void) throws {
        let box = Unmanaged.passRetained(Box(body))
        var thread = pthread_t()
        let outcome = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        guard outcome == 0 else { throw ServerError() }
        pthread_detach(thread)
    }

    private final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    struct ServerError: Error {}
}
