import Contracts
import Hummingbird

extension Request {
    /// Names that workers know other things by: a client may not set those.
    private static let reserved: Set<String> = ["id", "code", "accept", "if-match", "if-none-match"]

    /// Query parameters by name. Without `known` the worker tells which it knows.
    ///
    /// - Throws: ``GatewayProblem`` 400 when a parameter is given twice, or is none of the operation.
    func queryParameters(_ known: Set<String>? = nil) throws -> [String: String] {
        var parameters: [String: String] = [:]
        for (name, value) in uri.queryParameters {
            guard known?.contains(String(name)) ?? !Self.reserved.contains(String(name)) else {
                throw GatewayProblem(.unknownParameter(String(name)))
            }
            guard parameters.updateValue(String(value), forKey: String(name)) == nil else {
                throw GatewayProblem(
                    .invalidParameter, "A parameter is given twice.", parameter: String(name), fault: "duplicate",
                    "Is given twice.")
            }
        }
        return parameters
    }

    /// For operations that have no query parameters, or only those that were passed on.
    ///
    /// - Throws: ``GatewayProblem`` 400 for any other.
    func refuseParameters(but known: [String: String]) throws {
        guard uri.query?.isEmpty == false else { return }
        for (name, value) in uri.queryParameters where known[String(name)] != String(value) {
            throw GatewayProblem(.unknownParameter(String(name)))
        }
    }
}
