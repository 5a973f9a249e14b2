import Contracts

/// What a list of orders is narrowed to, read from query parameters.
struct OrderFilter: Sendable {
    let tenant: String
    let customerID: String?
    let statuses: [String]?
    let reference: String?
    let createdFrom: Timestamp
    let createdTo: Timestamp
    let isAscending: Bool
    let limit: Int
    let after: PageCursor
    private let parameters: [String: String]

    private static let known: Set<String> = [
        "status", "customer_id", "reference", "created_from", "created_to", "sort", "limit", "cursor",
    ]
    private static let first = Timestamp(milliseconds: 0)
    private static let last = Timestamp(milliseconds: 253_402_300_799_999)

    static func read(_ query: Message) -> Result<OrderFilter, Refusal> {
        var faults: [FieldError] = []
        func refuse(_ name: String, _ code: String, _ detail: String) {
            faults.append(FieldError(parameter: name, code: code, detail: detail))
        }
        let parameters = query.parameters
        if let unknown = parameters.keys.sorted().first(where: { !known.contains($0) }) {
            return .failure(
                Refusal(
                    Problem(
                        .unknownParameter, "There is no parameter \(unknown).",
                        errors: [FieldError(parameter: unknown, code: "not_allowed", detail: "Is not known here.")])))
        }
        func time(_ name: String) -> Timestamp? {
            guard let text = parameters[name] else { return nil }
            guard let time = Timestamp(text) else {
                refuse(name, "invalid_format", "Must be an RFC 3339 date and time.")
                return nil
            }
            return time
        }
        let statuses = parameters["status"]?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        if let statuses, statuses.contains(where: { OrderStatus(rawValue: $0) == nil }) {
            refuse("status", "unknown_value", "Is not one of the order statuses.")
        }
        let sort = parameters["sort"] ?? "-created_at"
        if sort != "created_at", sort != "-created_at" {
            refuse("sort", "unknown_value", "Must be created_at or -created_at.")
        }
        let limit = parameters["limit"].map { Int($0) ?? 0 } ?? 20
        if !(1...100).contains(limit) { refuse("limit", "invalid_format", "Must be a number from 1 to 100.") }
        let from = time("created_from") ?? first
        let to = time("created_to") ?? last
        let isAscending = sort == "created_at"
        let customer = parameters["customer_id"]
        guard faults.isEmpty else {
            return .failure(Refusal(Problem(.invalidParameter, "A parameter is not valid.", errors: faults)))
        }
        if !query.actor.isStaff, let customer, customer != query.actor.id {
            return .failure(Refusal(Problem(.forbidden, "The role customer sees its own orders only.")))
        }
        var after = PageCursor(
            time: isAscending ? first : last, id: Identifier(high: isAscending ? 0 : .max, low: isAscending ? 0 : .max))
        if let text = parameters["cursor"] {
            guard let cursor = PageCursor(text) else {
                return .failure(
                    Refusal(
                        Problem(
                            .invalidCursor, "The cursor was not made for this query.",
                            errors: [
                                FieldError(
                                    parameter: "cursor", code: "invalid_format",
                                    detail: "The cursor was not made for this query.")
                            ])))
            }
            after = cursor
        }
        return .success(
            OrderFilter(
                tenant: query.tenant, customerID: query.actor.isStaff ? customer : query.actor.id ?? "",
                statuses: statuses,
                reference: parameters["reference"], createdFrom: from, createdTo: to, isAscending: isAscending,
                limit: limit,
                after: after, parameters: parameters))
    }

    /// The path of the page after `cursor`.
    func link(_ path: String, cursor: String) -> String {
        var pairs = parameters.filter { $0.key != "cursor" }.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        pairs.append("cursor=\(cursor)")
        return "\(path)?\(pairs.joined(separator: "&"))"
    }
}
