import Contracts
import Hummingbird

/// A client's key of one change. Quoted and bare forms of one text are the same key.
struct IdempotencyKey: Equatable {
    let text: String

    /// - Throws: ``GatewayProblem`` 400 for a key that is no key.
    init?(_ request: Request) throws {
        guard let header = request.headers.value(of: .idempotencyKey) else { return nil }
        let isQuoted = header.utf8.count >= 2 && header.hasPrefix("\"") && header.hasSuffix("\"")
        text = isQuoted ? String(header.dropFirst().dropLast()) : header
        guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw GatewayProblem(
                .invalidParameter, "The Idempotency-Key is not valid.", parameter: "Idempotency-Key",
                fault: "invalid_format", "Must be 1 to 255 visible ASCII characters.")
        }
    }

    /// The same key of the same caller for the same operation names the same message, so that a repeated request meets
    /// its own result.
    func messageID(_ caller: Caller, _ method: String, _ route: String) -> Identifier {
        .derived(
            from: "key", caller.tenant, caller.actor.type.rawValue, caller.actor.id ?? "", method, route, text)
    }
}
