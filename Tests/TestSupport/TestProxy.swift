import Foundation
import Synchronization

/// A TCP proxy on 127.0.0.1 that makes a bad network of a good one: thin slices, delay, held answers, a cut.
public final class TestProxy: Sendable {
    public struct Network: Sendable {
        /// Largest piece forwarded at once.
        public var slice = 65_536
        /// Pause before each piece, in microseconds.
        public var delay: UInt32 = 0
        /// Answers stay in the proxy; requests pass.
        public var holdsAnswers = false

        public init(slice: Int = 65_536, delay: UInt32 = 0, holdsAnswers: Bool = false) {
            self.slice = slice
            self.delay = delay
            self.holdsAnswers = holdsAnswers
        }
    }

    public let port: Int
    private let target: Int
    private let listener: Int32
    private let network: Mutex<Network>
    private let connections = Mutex<[Int32]>([])
    private let answered = Mutex<Int>(0)

    public init(to target: Int, _ network: Network = Network()) throws {
        self.target = target
        self.network = Mutex(network)
        port = try freePort()
        listener = try listenOnLoopback(port: port)
        Thread { [self] in acceptAll() }.start()
    }

    public func change(_ change: (inout Network) -> Void) { network.withLock { change(&$0) } }

    /// Bytes that came from the target, held ones included: shows that a fault has met real traffic.
    public var answeredBytes: Int { answered.withLock { $0 } }

    /// Resets all connections; new ones are accepted.
    public func cut() {
        connections.withLock { all in
            for descriptor in all { shutdown(descriptor, Int32(SHUT_RDWR)) }
            all.removeAll()
        }
    }

    public func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        cut()
    }

    private func acceptAll() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { break }
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            var address = loopback(port: target)
            let size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let connected = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(server, $0, size) == 0 }
            }
            guard connected else {
                close(client)
                close(server)
                continue
            }
            connections.withLock { $0 += [client, server] }
            let open = SharedDescriptors(2, closing: [client, server])
            Thread { [self] in forward(client, server, isAnswer: false, open) }.start()
            Thread { [self] in forward(server, client, isAnswer: true, open) }.start()
        }
        close(listener)
    }

    private func forward(_ source: Int32, _ sink: Int32, isAnswer: Bool, _ open: SharedDescriptors) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let network = network.withLock { $0 }
            let count = recv(source, &buffer, min(buffer.count, max(1, network.slice)), 0)
            guard count > 0 else { break }
            if network.delay > 0 { usleep(network.delay) }
            if isAnswer {
                answered.withLock { $0 += count }
                while self.network.withLock({ $0.holdsAnswers }) && connections.withLock({ $0.contains(sink) }) {
                    usleep(1000)
                }
            }
            guard sendAll(sink, buffer[..<count]) else { break }
        }
        shutdown(sink, Int32(SHUT_RDWR))
        shutdown(source, Int32(SHUT_RDWR))
        connections.withLock { $0.removeAll { $0 == source || $0 == sink } }
        open.leave()
    }

    private func sendAll(_ sink: Int32, _ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = send(
                    sink, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }
}

/// Closes both descriptors of a connection when its second direction has ended: a number closed earlier might be given
/// to another socket while it is still used.
private final class SharedDescriptors: Sendable {
    private let users: Mutex<Int>
    private let descriptors: [Int32]

    init(_ users: Int, closing descriptors: [Int32]) {
        self.users = Mutex(users)
        self.descriptors = descriptors
    }

    func leave() {
        let left = users.withLock { users in
            users -= 1
            return users
        }
        if left == 0 { for descriptor in descriptors { close(descriptor) } }
    }
}
