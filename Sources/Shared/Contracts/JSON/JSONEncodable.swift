/// A value with one form in JSON.
public protocol JSONEncodable {
    func write(to writer: inout JSONWriter)
}

extension JSONEncodable {
    public var jsonBytes: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }
}

extension String: JSONEncodable {
    public func write(to writer: inout JSONWriter) { writer.string(self) }
}

extension Bool: JSONEncodable {
    public func write(to writer: inout JSONWriter) { writer.bool(self) }
}

extension Int64: JSONEncodable {
    public func write(to writer: inout JSONWriter) { writer.number(self) }
}

extension Int: JSONEncodable {
    public func write(to writer: inout JSONWriter) { writer.number(Int64(self)) }
}

extension Money: JSONEncodable {
    public func write(to writer: inout JSONWriter) { writer.quoted { appendText(to: &$0) } }
}

extension Percent: JSONEncodable {
    public func write(to writer: inout JSONWriter) { writer.string(description) }
}

extension Currency: JSONEncodable {
    public func write(to writer: inout JSONWriter) { writer.string(code) }
}

extension Identifier: JSONEncodable {
    public func write(to writer: inout JSONWriter) { writer.quoted { appendText(to: &$0) } }
}

extension Timestamp: JSONEncodable {
    public func write(to writer: inout JSONWriter) { writer.quoted { appendText(to: &$0) } }
}

extension CalendarDate: JSONEncodable {
    public func write(to writer: inout JSONWriter) { writer.quoted { appendText(to: &$0) } }
}

/// Words of an enumeration are their raw values.
extension JSONEncodable where Self: RawRepresentable, RawValue == String {
    public func write(to writer: inout JSONWriter) { writer.string(rawValue) }
}

extension JSON: JSONEncodable {
    public func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .number(let text): writer.raw(text.utf8)
        case .string(let text): writer.string(text)
        case .array(let values): writer.array(values) { $1.write(to: &$0) }
        case .object(let members):
            writer.object { object in
                for member in members {
                    object.name(member.name)
                    member.value.write(to: &object)
                }
            }
        }
    }
}

extension JSONWriter {
    /// As ``name(_:)`` for a name that is data.
    public mutating func name(_ name: String) {
        string(name)
        colon()
    }
}
