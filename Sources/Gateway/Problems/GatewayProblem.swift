import Contracts
import HTTPTypes
import Hummingbird
import NIOCore

/// A refusal by the gateway itself, before any worker saw the request.
struct GatewayProblem: Error {
    let problem: Problem

    init(_ problem: Problem) { self.problem = problem }

    init(_ code: ProblemCode, _ detail: String, retryAfter: Int? = nil) {
        problem = Problem(code, detail, retryAfter: retryAfter)
    }

    /// The broker did not take the request: nothing was accepted.
    static let unavailable = GatewayProblem(.unavailable, "Nothing was accepted; try again.", retryAfter: 2)

    func response(path: String, requestID: String) -> Response {
        var response = Response(problem.reply(path: path, requestID: requestID))
        if problem.code.status == 401 {
            let error = problem.code == .unauthenticated ? "" : ", error=\"invalid_token\""
            response.headers[.wwwAuthenticate] = "Bearer realm=\"oms\"\(error)"
        }
        return response
    }
}

extension Response {
    /// A worker's reply as it is.
    init(_ reply: Reply) {
        var fields = HTTPFields()
        fields.reserveCapacity(reply.headers.count + 2)
        if reply.status != 304 { fields[.contentType] = reply.contentType }
        for (name, value) in reply.headers {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        self.init(
            status: HTTPResponse.Status(code: reply.status), headers: fields,
            body: reply.body.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body)))
    }
}
