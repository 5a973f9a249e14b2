import Hummingbird

/// Gives errors of the router itself (no such route, body too large) the JSON form of the other errors.
struct ErrorMiddleware: RouterMiddleware {
    typealias Context = BasicRequestContext

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError {
            let code = error.status == .notFound ? "not_found" : "http_\(error.status.code)"
            return .failure(error.status, code, error.body ?? error.status.reasonPhrase)
        }
    }
}
