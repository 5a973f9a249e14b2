import CLibPQ

/// Where a database is and who logs in: the parts of a connection URL.
///
/// `postgres://user:password@host:port/database?sslmode=verify-full&sslrootcert=/path/ca.pem`. Several hosts may be
/// given (`host1:port1,host2:port2`); they are tried in order. Every parameter libpq knows may stand in the query.
/// Without `sslmode` libpq takes TLS if the server offers it and checks no certificate: a URL that leaves the machine
/// should say `sslmode=verify-full`.
///
/// `description` never shows the password.
public struct PostgresEndpoint: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    /// libpq's connection parameters by keyword, only those that were given.
    private(set) var parameters: [String: String]

    /// Reads a `postgres://` or `postgresql://` URL.
    ///
    /// - Throws: ``PostgresError`` `.badURL`; its message quotes nothing that could be a password.
    public init(url: String) throws(PostgresError) {
        guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") else {
            throw PostgresError(.badURL, "a database URL starts with postgres:// or postgresql://")
        }
        guard !url.utf8.contains(0) else { throw PostgresError(.badURL, "the URL contains a zero byte") }
        var reason: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &reason) else {
            // libpq quotes the URL in most of its messages; only this one is short of secrets and worth passing on.
            let text = reason.map { String(cString: $0) } ?? ""
            PQfreemem(reason)
            let safe = text.hasPrefix("invalid URI query parameter")
            throw PostgresError(.badURL, safe ? text.trimmed : "not a valid PostgreSQL connection URL")
        }
        defer { PQconninfoFree(options) }
        parameters = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { parameters[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
    }

    public var user: String? { parameters["user"] }
    public var database: String? { parameters["dbname"] }
    public var host: String? { parameters["host"] }
    public var port: String? { parameters["port"] }

    /// The same server, entered in another way: by another role, into another database, or with a query parameter
    /// (`sslmode`, …) set. What is nil stays.
    public func replacing(
        user: String? = nil, password: String? = nil, host: String? = nil, port: Int? = nil, database: String? = nil,
        query: [String: String] = [:]
    ) -> PostgresEndpoint {
        var copy = self
        if let user { copy.parameters["user"] = user }
        if let password { copy.parameters["password"] = password }
        if let host { copy.parameters["host"] = host }
        if let port { copy.parameters["port"] = String(port) }
        if let database { copy.parameters["dbname"] = database }
        copy.parameters.merge(query) { $1 }
        return copy
    }

    /// The URL with the password in clear, to hand to another process. Not for logs.
    public func urlWithPassword() -> String { url(password: parameters["password"].map { Self.escape($0) }) }

    public var description: String { url(password: parameters["password"] == nil ? nil : "***") }
    public var debugDescription: String { description }

    /// One set of parameters per host, as libpq's own rule pairs hosts with ports: one port serves all hosts.
    var hosts: [[String: String]] {
        guard let host, host.contains(","), parameters["hostaddr"] == nil else { return [parameters] }
        let names = host.split(separator: ",", omittingEmptySubsequences: false)
        let ports = (port ?? "").split(separator: ",", omittingEmptySubsequences: false)
        return names.indices.map { index in
            var one = parameters
            one["host"] = String(names[index])
            one["port"] = ports.count == 1 ? String(ports[0]) : index < ports.count ? String(ports[index]) : nil
            return one
        }
    }

    private func url(password: String?) -> String {
        var url = "postgres://"
        if let user {
            url += Self.escape(user)
            if let password { url += ":\(password)" }
            url += "@"
        }
        // A pair per host; colons of an IPv6 address need brackets.
        url += hosts.map { one in
            let name = one["host"] ?? ""
            let port = one["port"].map { ":\($0)" } ?? ""
            return (name.contains(":") ? "[\(name)]" : Self.escape(name)) + port
        }.joined(separator: ",")
        url += "/" + Self.escape(database ?? "")
        let named: Set = ["user", "password", "host", "port", "dbname", "sslpassword"]
        let query = parameters.filter { !named.contains($0.key) }.sorted { $0.key < $1.key }
        if !query.isEmpty {
            url += "?" + query.map { "\($0.key)=\(Self.escape($0.value))" }.joined(separator: "&")
        }
        return url
    }

    private static func escape(_ text: String) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var escaped: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                escaped.append(byte)
            default:
                escaped += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }
}

extension String {
    /// Without white space around it; libpq ends its messages with line breaks.
    var trimmed: String {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text.drop { $0.isWhitespace })
    }
}
