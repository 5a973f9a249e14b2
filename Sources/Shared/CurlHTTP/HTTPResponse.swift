/// A whole answer. Any status is an answer, 3xx (never followed), 4xx and 5xx too.
public struct HTTPResponse: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    public let status: Int
    public let headers: HTTPHeaders
    public let body: [UInt8]

    public init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The status and the size: an answer's headers and body may hold secrets.
    public var description: String { "HTTP \(status), \(body.count) bytes" }
    public var debugDescription: String { description }
}
