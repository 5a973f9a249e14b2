import Contracts
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The outermost layer: gives every call its id, and makes every fault a problem document.
struct EdgeMiddleware: RouterMiddleware {
    private static let requestIDField = HTTPField.Name("X-Request-ID")

    func handle(
        _ request: Request, context: GatewayContext, next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestID = Self.requestID(of: request)
        var response: Response
        do {
            response = try await next(request, context)
        } catch let problem as GatewayProblem {
            response = problem.response(path: request.uri.path, requestID: context.requestID)
        } catch is NIOTooManyBytesError {
            response = GatewayProblem(.contentTooLarge, "The body is larger than 256 KiB.")
                .response(path: request.uri.path, requestID: context.requestID)
        } catch let error as HTTPError {
            response = Self.problem(for: error).response(path: request.uri.path, requestID: context.requestID)
        } catch {
            context.logger.error(
                "request failed", metadata: ["error": "\(error)", "request_id": "\(context.requestID)"])
            response = GatewayProblem(.internalError, "The request could not be handled.")
                .response(path: request.uri.path, requestID: context.requestID)
        }
        if let field = Self.requestIDField { response.headers[field] = context.requestID }
        return response
    }

    private static func requestID(of request: Request) -> String {
        if let field = requestIDField, let sent = request.headers[field], isValid(sent) { return sent }
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

    private static func problem(for error: HTTPError) -> GatewayProblem {
        switch error.status {
        case .notFound: GatewayProblem(.notFound, "There is no such path.")
        case .contentTooLarge: GatewayProblem(.contentTooLarge, "The body is larger than 256 KiB.")
        case .methodNotAllowed: GatewayProblem(.methodNotAllowed, "The path has no such method.")
        default:
            error.status.code < 500
                ? GatewayProblem(.malformedRequest, error.body ?? "The request cannot be read.")
                : GatewayProblem(.internalError, "The request could not be handled.")
        }
    }
}
