/// What a token may do.
package enum Role: String, Sendable, Hashable, CaseIterable, JSONEncodable {
    case customer, staff, admin, service, anonymous
}

/// Who did something.
package struct Actor: Hashable, Sendable, JSONEncodable {
    package enum Kind: String, Sendable, Hashable, JSONEncodable {
        case customer, staff, admin, service, system, anonymous
    }

    package let type: Kind
    /// `sub` of the token; nil for `system` and `anonymous`.
    package let id: String?

    package init(_ type: Kind, id: String? = nil) {
        self.type = type
        self.id = id
    }

    /// What follows by itself.
    package static let system = Actor(.system)
    package static let anonymous = Actor(.anonymous)

    package init(role: Role, subject: String) {
        self.init(Kind(rawValue: role.rawValue) ?? .customer, id: subject)
    }

    /// May work for all customers of its tenant.
    package var isStaff: Bool { type == .staff || isAdmin }

    /// May do what staff may and what needs an admin's word. `system` may do everything.
    package var isAdmin: Bool { type == .admin || type == .service || type == .system }

    /// Whether the actor may see what belongs to a customer: the customer itself and those who work for the shop.
    package func maySee(customer: String) -> Bool { isStaff || (type == .customer && id == customer) }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("type", type)
            $0.member("id", id)
        }
    }

    package init(json: JSON) throws {
        self.init(try json.word("type"), id: json["id"]?.string)
    }
}
