import Contracts

/// What a customer wants to send back: the body of `requestReturn`, checked in itself.
struct ReturnRequest: Sendable, Equatable {
    struct Item: Sendable, Equatable {
        let line: Identifier
        let quantity: Int64
    }

    let items: [Item]
    let reason: ReturnReason
    let comment: String?

    static let lineLimit = 100

    /// Reads a body; the problem names every fault.
    static func read(_ body: JSON) -> Result<ReturnRequest, Refusal> {
        let input = Input(body)
        guard input.object() != nil else { return .failure(Refusal(.validationFailed(input.faults))) }
        var items: [Item] = []
        for entry in input["items"].required().array(1...lineLimit) ?? [] {
            entry.object()
            let line = entry["order_item_id"].required().identifier()
            let quantity = entry["quantity"].required().integer(1...OrderRequest.quantityLimit)
            guard let line, let quantity else { continue }
            if items.contains(where: { $0.line == line }) {
                entry["order_item_id"].note("duplicate", "Each line once.")
            }
            items.append(Item(line: line, quantity: quantity))
        }
        let reason: ReturnReason? = input["reason"].required().word()
        let comment = input["comment"].text(1...1000)
        guard input.faults.isEmpty, let reason else { return .failure(Refusal(.validationFailed(input.faults))) }
        return .success(ReturnRequest(items: items, reason: reason, comment: comment))
    }
}

/// What staff decide about a return: the body of `setReturnStatus`, checked in itself.
struct ReturnDecision: Sendable, Equatable {
    /// `approved`, `rejected` or `received`.
    let status: ReturnStatus
    let reason: String?
    /// With `received`, the units accepted.
    let accepted: [Return.Receipt.Accepted]

    private static let settable: Set<ReturnStatus> = [.approved, .rejected, .received]

    static func read(_ body: JSON) -> Result<ReturnDecision, Refusal> {
        let input = Input(body)
        guard input.object() != nil else { return .failure(Refusal(.validationFailed(input.faults))) }
        let word = input["status"].required()
        let status: ReturnStatus? = word.word()
        if let status, !settable.contains(status) { word.note("unknown_value", "Cannot be set.") }
        let reason = input["reason"].text(1...500)
        var accepted: [Return.Receipt.Accepted] = []
        for entry in input["items"].array(1...ReturnRequest.lineLimit) ?? [] {
            entry.object()
            let line = entry["order_item_id"].required().identifier()
            let quantity = entry["quantity"].required().integer(0...OrderRequest.quantityLimit)
            let restock = entry["restock"].bool()
            guard let line, let quantity else { continue }
            if accepted.contains(where: { $0.line == line }) {
                entry["order_item_id"].note("duplicate", "Each line once.")
            }
            accepted.append(.init(line: line, quantity: quantity, restock: restock ?? true))
        }
        guard input.faults.isEmpty, let status else { return .failure(Refusal(.validationFailed(input.faults))) }
        return .success(ReturnDecision(status: status, reason: reason, accepted: accepted))
    }
}
