import Contracts

/// The content of an answer, and its envelope.
struct NovaPoshtaAnswer: Sendable {
    var data: [JSON]
    var warnings: [JSON] = []
    /// An empty array, or an object such as `{"totalCount":1}`.
    var info: JSON = .array([])

    init(_ data: [JSON], warnings: [JSON] = [], info: JSON = .array([])) {
        self.data = data
        self.warnings = warnings
        self.info = info
    }

    /// Rows of a directory, cut to the page asked for.
    init(rows: [JSON], page properties: NovaPoshtaProperties) {
        let limit = min(500, max(1, Int(properties.text("Limit")) ?? 500))
        let page = max(1, Int(properties.text("Page")) ?? 1)
        self.init(
            Array(rows.dropFirst((page - 1) * limit).prefix(limit)),
            info: .members(["totalCount": .int(rows.count)]))
    }

    var json: JSON { Self.envelope(true, data, [], [], warnings, info) }

    static func refusal(_ fault: NovaPoshtaFault) -> JSON {
        envelope(false, [], [.string(fault.text)], [.string(fault.code)], [], .array([]))
    }

    private static func envelope(
        _ success: Bool, _ data: [JSON], _ errors: [JSON], _ codes: [JSON], _ warnings: [JSON], _ info: JSON
    ) -> JSON {
        .members([
            "success": .bool(success), "data": .array(data), "errors": .array(errors), "warnings": .array(warnings),
            "info": info, "messageCodes": .array([]), "errorCodes": .array(codes), "warningCodes": .array([]),
            "infoCodes": .array([]),
        ])
    }
}

/// `methodProperties`: numbers and texts are used alike, absent and empty are the same.
struct NovaPoshtaProperties: Sendable {
    let json: JSON

    init(_ json: JSON?) { self.json = json ?? .object([]) }

    func text(_ name: String) -> String { json[name]?.scalarText ?? "" }

    /// - Throws: A refusal of the field when it is empty.
    func required(_ name: String) throws(NovaPoshtaFault) -> String {
        let value = text(name)
        guard !value.isEmpty else { throw .field(name) }
        return value
    }

    func list(_ name: String) -> [NovaPoshtaProperties] { (json[name]?.array ?? []).map(NovaPoshtaProperties.init) }
}
