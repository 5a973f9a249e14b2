/// A whole answer. Any status is an answer, 3xx (never followed), 4xx and 5xx too.
package struct HTTPResponse: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    package let status: Int
    package let headers: HTTPHeaders
    package let body: [UInt8]

    package init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The status and the size: an answer's headers and body may hold secrets.
    package var description: String { "HTTP \(status), \(body.count) bytes" }
    package var debugDescription: String { description }
}
