import Contracts
import Hummingbird

extension Request {
    /// Query parameters by name.
    ///
    /// - Throws: ``GatewayProblem`` 400 when a parameter is given twice.
    func queryParameters() throws -> [String: String] {
        var parameters: [String: String] = [:]
        for (name, value) in uri.queryParameters {
            guard parameters.updateValue(String(value), forKey: String(name)) == nil else {
                throw GatewayProblem(
                    Problem(
                        .invalidParameter, "A parameter is given twice.",
                        errors: [FieldError(parameter: String(name), code: "duplicate", detail: "Is given twice.")]))
            }
        }
        return parameters
    }
}
