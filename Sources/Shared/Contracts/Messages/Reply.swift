/// An answer as the client will see it. The worker writes it once; the gateway passes it on.
package struct Reply: Sendable, Equatable {
    package var status: Int
    /// Header fields beyond Content-Type, for instance `ETag` and `Location`.
    package var headers: [String: String]
    package var contentType: String
    package var body: [UInt8]

    package static let json = "application/json"
    package static let problemJSON = "application/problem+json"

    package init(status: Int, headers: [String: String] = [:], contentType: String = Reply.json, body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.contentType = contentType
        self.body = body
    }

    package var isSuccess: Bool { status < 400 }
}
