import Contracts
import HTTPTypes
import Hummingbird
import NIOCore

/// A refusal by the gateway itself, before any worker saw the request.
struct GatewayProblem: Error {
    let problem: Problem
    /// Told with the refusal, where one is set.
    var quota: QuotaFields?

    init(_ problem: Problem) { self.problem = problem }

    init(_ code: ProblemCode, _ detail: String, retryAfter: Int? = nil) {
        problem = Problem(code, detail, retryAfter: retryAfter)
    }

    /// One fault of a query parameter or a header.
    init(_ code: ProblemCode, _ detail: String, parameter: String, fault: String, _ faultDetail: String) {
        problem = Problem(
            code, detail, errors: [FieldError(parameter: parameter, code: fault, detail: faultDetail)])
    }

    /// The broker did not take the request: nothing was accepted.
    static let unavailable = GatewayProblem(.unavailable, "Nothing was accepted; try again.", retryAfter: 2)

    /// The broker was lost before it said whether it took the request.
    static let uncertain = GatewayProblem(
        .unavailable, "Whether it was accepted is not known; try again with the same Idempotency-Key.", retryAfter: 2)

    static let bodyTooLarge = GatewayProblem(.contentTooLarge, "The body is larger than 256 KiB.")

    func response(to request: Request, _ context: GatewayContext) -> Response {
        var response = Response(problem.reply(path: request.uri.path, requestID: context.requestID))
        if problem.code.status == 401 {
            let error = problem.code == .unauthenticated ? "" : ", error=\"invalid_token\""
            response.headers[.wwwAuthenticate] = "Bearer realm=\"oms\"\(error)"
        }
        quota?.write(to: &response.headers)
        return request.method == .head ? response.createHeadResponse() : response
    }
}

extension Response {
    /// A worker's reply as it is.
    init(_ reply: Reply) {
        var fields = HTTPFields()
        fields.reserveCapacity(reply.headers.count + 4)
        for (name, value) in reply.headers {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        guard reply.status != 304 else {
            self.init(status: .notModified, headers: fields)
            headers[.contentLength] = nil
            return
        }
        fields[.contentType] = reply.contentType
        self.init(
            status: HTTPResponse.Status(code: reply.status), headers: fields,
            body: reply.body.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body)))
    }
}
