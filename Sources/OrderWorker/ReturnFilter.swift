import Contracts
import Postgres
import Worker

/// What a list of returns is narrowed to, read from query parameters, and the page that is wanted of it.
struct ReturnFilter: Sendable {
    let limit: Int
    private let tenant: String
    private let customerID: String?
    private let orderID: Identifier?
    private let statuses: [String]?
    private let createdFrom: Timestamp
    private let createdTo: Timestamp
    private let isAscending: Bool
    private let after: Place
    private let parameters: [String: String]

    /// Where a page begins: after the return of this time and id.
    private struct Place: Sendable {
        let time: Timestamp
        let id: Identifier
    }

    private static let known: Set<String> = [
        "status", "order_id", "customer_id", "created_from", "created_to", "sort", "limit", "cursor",
    ]
    private static let first = Timestamp(milliseconds: 0)
    private static let last = Timestamp(milliseconds: 253_402_300_799_999)

    /// The page as one statement: one entry more than is shown, so that it is known whether another page follows.
    var statement: Statement {
        let comparison = isAscending ? ">" : "<"
        let direction = isAscending ? "ASC" : "DESC"
        return Statement(
            """
            SELECT \(ReturnStore.columns) FROM returns
            WHERE tenant_id = $1 AND (created_at, return_id) \(comparison) ($2, $3)
              AND created_at >= $4 AND created_at < $5
              AND ($6::text[] IS NULL OR status = ANY($6))
              AND ($7::uuid IS NULL OR order_id = $7)
              AND ($8::text IS NULL OR customer_id = $8)
            ORDER BY created_at \(direction), return_id \(direction) LIMIT $9
            """,
            [
                .text(tenant), .time(after.time), .id(after.id), .time(createdFrom), .time(createdTo),
                statuses.map { .texts($0) } ?? .null(.textArray), orderID.map { .id($0) } ?? .null(.uuid),
                .optional(customerID), .int64(Int64(limit + 1)),
            ])
    }

    static func read(_ query: Message) -> Result<ReturnFilter, Refusal> {
        let parameters = query.parameters
        if let unknown = parameters.keys.sorted().first(where: { !known.contains($0) }) {
            return refused(.unknownParameter, "There is no parameter \(unknown).", [fault(unknown, "not_allowed")])
        }
        var faults: [FieldError] = []
        func time(_ name: String) -> Timestamp? {
            guard let text = parameters[name] else { return nil }
            let time = Timestamp(text)
            if time == nil { faults.append(fault(name, "invalid_format")) }
            return time
        }
        let statuses = parameters["status"]?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        if statuses?.contains(where: { ReturnStatus(rawValue: $0) == nil }) == true {
            faults.append(fault("status", "unknown_value"))
        }
        let orderID = parameters["order_id"].flatMap { Identifier($0) }
        if parameters["order_id"] != nil, orderID == nil { faults.append(fault("order_id", "invalid_format")) }
        let sort = parameters["sort"] ?? "-created_at"
        if sort != "created_at", sort != "-created_at" { faults.append(fault("sort", "unknown_value")) }
        let limit = parameters["limit"].map { Int($0) ?? 0 } ?? 20
        if !(1...100).contains(limit) { faults.append(fault("limit", "invalid_format")) }
        let customer = parameters["customer_id"]
        if let customer, !ExternalID.isValid(customer) { faults.append(fault("customer_id", "invalid_format")) }
        let (from, to) = (time("created_from") ?? first, time("created_to") ?? last)
        guard faults.isEmpty else { return refused(.invalidParameter, "A parameter is not valid.", faults) }
        if !query.actor.isStaff, let customer, customer != query.actor.id {
            return refused(.forbidden, "The role customer sees its own returns only.", [])
        }
        let isAscending = sort == "created_at"
        let beginning = Place(
            time: isAscending ? first : last,
            id: Identifier(high: isAscending ? 0 : .max, low: isAscending ? 0 : .max))
        guard let after = parameters["cursor"].map({ place($0, parameters) }) ?? beginning else {
            return refused(
                .invalidCursor, "The cursor was not made for this query.", [fault("cursor", "invalid_format")])
        }
        return .success(
            ReturnFilter(
                limit: limit, tenant: query.tenant, customerID: query.actor.isStaff ? customer : query.actor.id ?? "",
                orderID: orderID, statuses: statuses, createdFrom: from, createdTo: to, isAscending: isAscending,
                after: after, parameters: parameters))
    }

    private static func fault(_ parameter: String, _ code: String) -> FieldError {
        FieldError(parameter: parameter, code: code, detail: "Is not valid here.")
    }

    private static func refused(
        _ code: ProblemCode, _ detail: String, _ errors: [FieldError]
    ) -> Result<ReturnFilter, Refusal> {
        .failure(Refusal(Problem(code, detail, errors: errors)))
    }

    // MARK: Cursors

    /// `<milliseconds>-<query>-<id>`: a cursor is good for the query it was made for.
    func cursor(after row: Row) throws -> String {
        let time = Timestamp(microseconds: try row.timestamp("created_at"))
        let id = Identifier(try row.uuid("return_id"))
        return "\(String(time.milliseconds, radix: 36))-\(Self.mark(parameters))-\(id)"
    }

    private static func place(_ cursor: String, _ parameters: [String: String]) -> Place? {
        let parts = cursor.split(separator: "-", maxSplits: 2)
        guard parts.count == 3, parts[1] == mark(parameters), let milliseconds = Int64(parts[0], radix: 36),
            let id = Identifier(parts[2])
        else { return nil }
        return Place(time: Timestamp(milliseconds: milliseconds), id: id)
    }

    /// Stands for filter and order; the size of a page may change from one to the next.
    private static func mark(_ parameters: [String: String]) -> String {
        let pairs = parameters.filter { $0.key != "cursor" && $0.key != "limit" }.sorted { $0.key < $1.key }
        return String(
            Identifier.derived(from: pairs.map { "\($0.key)=\($0.value)" }.joined(separator: "&")).low % 46_656,
            radix: 36)
    }

    /// The path of the page after `cursor`.
    func link(_ path: String, cursor: String) -> String {
        var pairs = parameters.filter { $0.key != "cursor" }.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        pairs.append("cursor=\(cursor)")
        return "\(path)?\(pairs.joined(separator: "&"))"
    }
}
