/// Whoever waits for an outcome that other workers decide; answered when it is known.
public struct Asker: Sendable, Equatable {
    /// The command, which is the operation's id too.
    public let id: Identifier
    /// When it came.
    public let at: Timestamp

    public init(id: Identifier, at: Timestamp) {
        self.id = id
        self.at = at
    }

    /// The answer to others who ask for the same meanwhile: the operation that is under way.
    public var operation: Reply {
        Reply(
            status: 202, headers: ["Location": "/api/v1/operations/\(id)", "Retry-After": "1"],
            body: JSONWriter.object {
                $0.member("id", id)
                $0.member("status", "accepted")
                $0.member("created_at", at)
            })
    }
}

extension Asker: JSONEncodable {
    public func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("id", id)
            $0.member("at", at)
        }
    }

    public init(json: JSON) throws { self.init(id: try json.id("id"), at: try json.time("at")) }
}
