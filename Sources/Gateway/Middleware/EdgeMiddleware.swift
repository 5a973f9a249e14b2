import Contracts
import CoreMetrics
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The outermost layer: gives every call its id, and makes every fault a problem document.
struct EdgeMiddleware: RouterMiddleware {
    let paths: PathTable
    /// nil: pages of other origins get nothing.
    let crossOrigin: CrossOrigin?

    func handle(
        _ request: Request, context: GatewayContext, next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestID = Self.requestID(of: request)
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = answer(to: error, request, context)
        }
        response.headers[.xRequestID] = context.requestID
        if let crossOrigin {
            crossOrigin.write(to: &response.headers, for: request.headers)
            if crossOrigin.varies { response.headers.append(HTTPField(name: .vary, value: "Origin")) }
        }
        return response
    }

    private static func requestID(of request: Request) -> String {
        if let sent = request.headers.value(of: .xRequestID), isValid(sent) { return sent }
        return Identifier.new().description
    }

    private static func isValid(_ id: String) -> Bool {
        (1...128).contains(id.utf8.count)
            && id.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    // MARK: Faults

    private func answer(to error: any Error, _ request: Request, _ context: GatewayContext) -> Response {
        if let error = error as? HTTPError, error.status == .notFound {
            let methods = paths.methods(at: request.uri.path)
            if !methods.isEmpty { return otherMethod(request, context, methods) }
        }
        let problem = (error as? GatewayProblem) ?? Self.problem(for: error)
        Counter(label: "oms_gateway_refused_total", dimensions: [("code", problem.problem.code.rawValue)]).increment()
        if problem.problem.code == .internalError {
            context.logger.error(
                "request failed", metadata: ["error": "\(error)", "request_id": "\(context.requestID)"])
        }
        return problem.response(to: request, context)
    }

    /// Of a path that there is, with a method that it does not have. OPTIONS tells which it has.
    private func otherMethod(
        _ request: Request, _ context: GatewayContext, _ methods: [HTTPRequest.Method]
    ) -> Response {
        let allowed = methods.map(\.rawValue).joined(separator: ", ")
        var response: Response
        if request.method == .options {
            response = Response(status: .noContent)
            crossOrigin?.writePreflight(to: &response.headers, for: request.headers, methods: allowed)
        } else {
            let names = "\(request.method.rawValue) is not possible here; \(allowed) is."
            response = GatewayProblem(.methodNotAllowed, names).response(to: request, context)
        }
        response.headers[.allow] = allowed
        return response
    }

    private static func problem(for error: any Error) -> GatewayProblem {
        guard let error = error as? HTTPError else {
            return error is NIOTooManyBytesError
                ? .bodyTooLarge : GatewayProblem(.internalError, "The request could not be handled.")
        }
        switch error.status {
        case .notFound: return GatewayProblem(.notFound, "There is no such path.")
        case .contentTooLarge: return .bodyTooLarge
        default:
            return error.status.code < 500
                ? GatewayProblem(.malformedRequest, error.body ?? "The request cannot be read.")
                : GatewayProblem(.internalError, "The request could not be handled.")
        }
    }
}
