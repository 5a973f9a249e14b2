/// Where the broker is and who we are to it.
public struct AMQPEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// How a TLS session is made; at least TLS 1.2 always.
    public struct TLS: Sendable, Hashable {
        /// PEM file of the authorities to trust; `nil` for those of the system.
        public var authorityFile: String?
        /// Check the certificate and that it names the host. Host names only: librabbitmq before 0.14 does not match an address
        /// with the certificate's address entries, so a URL with an address is refused unless it is the common name.
        public var verifiesPeer: Bool

        public init(authorityFile: String? = nil, verifiesPeer: Bool = true) {
            self.authorityFile = authorityFile
            self.verifiesPeer = verifiesPeer
        }
    }

    public var host: String
    public var port: UInt16
    public var user: String
    public var password: String
    public var virtualHost: String
    /// `nil`: no TLS.
    public var tls: TLS?

    /// Reads `amqp://user:password@host:port/vhost` or `amqps://…`.
    ///
    /// Every part may be percent-encoded. Left out: user and password `guest`, port 5672 (5671 with TLS), virtual host `/`.
    /// Two of RabbitMQ's query parameters are understood: `cacertfile=/path.pem` and `verify=verify_none` (or `verify_peer`).
    ///
    /// - Throws: ``AMQPError`` `.invalid`, whose text does not repeat the URL, as that holds the password.
    public init(url: String) throws {
        guard let schemeEnd = url.firstRange(of: "://") else { throw Self.invalid("no scheme") }
        let secure: Bool
        switch url[..<schemeEnd.lowerBound].lowercased() {
        case "amqp": secure = false
        case "amqps": secure = true
        default: throw Self.invalid("the scheme is neither amqp nor amqps")
        }
        let (rest, query) = url[schemeEnd.upperBound...].split(at: "?")
        let (authority, path) = rest.split(at: "/")
        let address: Substring
        if let at = authority.lastIndex(of: "@") {
            let (user, password) = authority[..<at].split(at: ":")
            self.user = try Self.decode(user)
            self.password = try Self.decode(password ?? "")
            address = authority[authority.index(after: at)...]
        } else {
            user = "guest"
            password = "guest"
            address = authority
        }
        let portText: Substring?
        if address.first == "[" {
            guard let end = address.firstIndex(of: "]") else { throw Self.invalid("the address has no ]") }
            host = String(address[address.index(after: address.startIndex)..<end])
            portText = address[end...].split(at: ":").1
        } else {
            let (name, port) = address.split(at: ":")
            host = try Self.decode(name)
            portText = port
        }
        if host.isEmpty { host = "localhost" }
        if let portText {
            guard let port = UInt16(portText), port > 0 else { throw Self.invalid("the port is no number") }
            self.port = port
        } else {
            port = secure ? 5671 : 5672
        }
        let virtualHost = try Self.decode(path ?? "")
        self.virtualHost = virtualHost.isEmpty ? "/" : virtualHost
        tls = secure ? try Self.tls(query: query ?? "") : nil
    }

    /// Without the password.
    public var description: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(tls == nil ? "amqp" : "amqps")://\(user)@\(name):\(port)/\(virtualHost == "/" ? "" : virtualHost)"
    }

    private static func tls(query: Substring) throws -> TLS {
        var tls = TLS()
        for part in query.split(separator: "&") {
            let (name, value) = part.split(at: "=")
            switch (name, try decode(value ?? "")) {
            case ("cacertfile", let file): tls.authorityFile = file
            case ("verify", "verify_none"): tls.verifiesPeer = false
            case ("verify", "verify_peer"): tls.verifiesPeer = true
            case ("verify", _): throw invalid("verify is neither verify_peer nor verify_none")
            default: break
            }
        }
        return tls
    }

    private static func decode(_ text: Substring) throws -> String {
        var bytes: [UInt8] = []
        var source = text.utf8.makeIterator()
        while let byte = source.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = source.next().flatMap(hexValue), let low = source.next().flatMap(hexValue) else {
                throw invalid("a % is not followed by two hexadecimal digits")
            }
            bytes.append(high << 4 | low)
        }
        // A zero byte would end the text early in C.
        guard !bytes.contains(0), let decoded = String(validating: bytes, as: UTF8.self) else {
            throw invalid("a percent-encoded part is no text")
        }
        return decoded
    }

    private static func hexValue(_ digit: UInt8) -> UInt8? {
        Character(Unicode.Scalar(digit)).hexDigitValue.map(UInt8.init)
    }

    private static func invalid(_ reason: String) -> AMQPError { AMQPError(.invalid, "broker URL: \(reason)") }
}

extension Substring {
    /// What stands before the first such character, and after it where there is one.
    fileprivate func split(at separator: Character) -> (Substring, Substring?) {
        guard let index = firstIndex(of: separator) else { return (self, nil) }
        return (self[..<index], self[self.index(after: index)...])
    }
}

extension AMQPEndpoint: CustomDebugStringConvertible, CustomReflectable {
    public var debugDescription: String { description }
    /// `dump` and string interpolation of a value holding this one show no password either.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
