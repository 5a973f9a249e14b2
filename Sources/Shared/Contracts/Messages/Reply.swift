/// An answer as the client will see it. The worker writes it once; the gateway passes it on.
public struct Reply: Sendable, Equatable {
    public var status: Int
    /// Header fields beyond Content-Type, for instance `ETag` and `Location`.
    public var headers: [String: String]
    public var contentType: String
    public var body: [UInt8]

    public static let json = "application/json"
    public static let problemJSON = "application/problem+json"

    public init(status: Int, headers: [String: String] = [:], contentType: String = Reply.json, body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.contentType = contentType
        self.body = body
    }

    public var isSuccess: Bool { status < 400 }
}
