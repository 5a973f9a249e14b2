import Contracts
import Worker

/// Reads what people ask of an order or a return that the path names, or of an order that the body names.
enum OrderIntake {
    static func read(_ message: Message) -> Intake<Identifier, OrderCommand> {
        let isReturn = message.type == "return.set_status"
        guard let id = message.pathID else { return .refusal(.notFound(isReturn ? "return" : "order")) }
        switch message.json {
        case .failure(let refusal): return .refusal(refusal.problem)
        case .success(let body):
            switch command(message.type, body, id) {
            case .failure(let refusal): return .refusal(refusal.problem)
            // The order of a return is looked up later.
            case .success(let command): return .command(id, command)
            }
        }
    }

    /// - `command`: What is asked; it notes what is wrong with the rest of the body.
    static func named(
        _ message: Message, _ command: (Input) -> OrderCommand?
    ) -> Intake<Identifier, OrderCommand> {
        switch message.json {
        case .failure(let refusal): return .refusal(refusal.problem)
        case .success(let body):
            let input = Input(body)
            input.object()
            let wish = command(input)
            let id = input["order_id"].required().text(1...64)
            guard input.faults.isEmpty, let wish, let id else { return .refusal(.validationFailed(input.faults)) }
            guard let order = Identifier(id) else { return .refusal(.notFound("order")) }
            return .command(order, wish)
        }
    }

    private static func command(_ type: String, _ body: JSON, _ id: Identifier) -> Result<OrderCommand, Refusal> {
        switch type {
        case "order.set_status": setStatus(body)
        case "order.cancel": cancel(body)
        case "return.request": ReturnRequest.read(body).map { .requestReturn($0) }
        default: ReturnDecision.read(body).map { .setReturnStatus(id, $0) }
        }
    }

    private static func setStatus(_ body: JSON) -> Result<OrderCommand, Refusal> {
        let input = Input(body)
        input.object()
        let status: OrderStatus? = input["status"].required().word()
        let reason = input["reason"].text(1...500)
        guard input.faults.isEmpty, let status else { return .failure(Refusal(.validationFailed(input.faults))) }
        return .success(.setStatus(status, reason: reason))
    }

    private static func cancel(_ body: JSON) -> Result<OrderCommand, Refusal> {
        let input = Input(body)
        input.object()
        let reason = input["reason"].text(1...500)
        guard input.faults.isEmpty else { return .failure(Refusal(.validationFailed(input.faults))) }
        return .success(.cancel(reason: reason))
    }
}
