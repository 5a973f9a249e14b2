import Glibc
import Synchronization

private let given = Mutex<Set<Int>>([])

/// A TCP port of 127.0.0.1 nobody listens on at present, and another each time. Another process may take it before the
/// caller does, which is unlikely: there are thousands.
public func freePort() throws -> Int {
    while true {
        let port = try unboundPort()
        if given.withLock({ $0.insert(port).inserted }) { return port }
    }
}

private func unboundPort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port: 0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
        }
    }
    guard bound else { throw SystemError("bind") }
    return Int(UInt16(bigEndian: address.sin_port))
}

/// A socket that listens on a port of 127.0.0.1; the caller closes it.
public func listenOnLoopback(port: Int) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = loopback(port: port)
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) == 0 }
    }
    guard bound, listen(descriptor, 16) == 0 else {
        close(descriptor)
        throw SystemError("listen")
    }
    return descriptor
}

/// 127.0.0.1 with a port, as the socket calls take it.
func loopback(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
}

/// A system call that failed, with the system's reason.
public struct SystemError: Error, CustomStringConvertible {
    public let description: String

    public init(_ call: String) {
        description = "\(call): \(String(cString: strerror(errno)))"
    }
}
