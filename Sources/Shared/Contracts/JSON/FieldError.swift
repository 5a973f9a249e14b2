/// One fault of a request: the place and what is wrong there.
public struct FieldError: Sendable, Equatable, JSONEncodable {
    /// JSON Pointer into the body; nil when `parameter` says where.
    public var pointer: String?
    /// Name of the query parameter or header; of a client's own name the first 64 characters, `?` for an empty one.
    public var parameter: String?
    public var code: String
    public var detail: String
    public var missing: Money?
    public var missingQuantity: Int64?
    public var availableQuantity: Int64?

    public init(
        pointer: String? = nil, parameter: String? = nil, code: String, detail: String, missing: Money? = nil,
        missingQuantity: Int64? = nil, availableQuantity: Int64? = nil
    ) {
        self.pointer = pointer
        self.parameter = parameter.map { $0.isEmpty ? "?" : $0.limited(to: 64) }
        self.code = code
        self.detail = detail
        self.missing = missing
        self.missingQuantity = missingQuantity
        self.availableQuantity = availableQuantity
    }

    public func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("pointer", pointer)
            $0.member("parameter", parameter)
            $0.member("code", code)
            $0.member("detail", detail)
            $0.member("missing", missing)
            $0.member("missing_quantity", missingQuantity)
            $0.member("available_quantity", availableQuantity)
        }
    }
}
