/// What a token may do.
public enum Role: String, Sendable, Hashable, CaseIterable, JSONEncodable {
    case customer, staff, admin, service, anonymous
}

/// Who did something.
public struct Actor: Hashable, Sendable, JSONEncodable {
    public enum Kind: String, Sendable, Hashable, JSONEncodable {
        case customer, staff, admin, service, system, anonymous
    }

    public let type: Kind
    /// `sub` of the token; nil for `system` and `anonymous`.
    public let id: String?

    public init(_ type: Kind, id: String? = nil) {
        self.type = type
        self.id = id
    }

    /// What follows by itself.
    public static let system = Actor(.system)
    public static let anonymous = Actor(.anonymous)

    public init(role: Role, subject: String) {
        self.init(Kind(rawValue: role.rawValue) ?? .customer, id: subject)
    }

    /// May work for all customers of its tenant.
    public var isStaff: Bool { type == .staff || isAdmin }

    /// May do what staff may and what needs an admin's word. `system` may do everything.
    public var isAdmin: Bool { type == .admin || type == .service || type == .system }

    /// Whether the actor may see what belongs to a customer: the customer itself and those who work for the shop.
    public func maySee(customer: String) -> Bool { isStaff || (type == .customer && id == customer) }

    public func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("type", type)
            $0.member("id", id)
        }
    }

    public init(json: JSON) throws {
        self.init(try json.word("type"), id: json["id"]?.string)
    }
}
