import Contracts

/// Which roles may call an operation (`x-roles` of openapi.yaml).
struct Roles: OptionSet {
    let rawValue: UInt8

    static let customer = Roles(rawValue: 1)
    static let staff = Roles(rawValue: 2)
    static let admin = Roles(rawValue: 4)
    static let service = Roles(rawValue: 8)

    static let everyone: Roles = [.customer, .staff, .admin, .service]
    /// Those who work for the shop.
    static let shop: Roles = [.staff, .admin, .service]
    static let administrators: Roles = [.admin, .service]

    func allow(_ actor: Actor) -> Bool {
        switch actor.type {
        case .customer: contains(.customer)
        case .staff: contains(.staff)
        case .admin: contains(.admin)
        case .service: contains(.service)
        case .system, .anonymous: false
        }
    }
}
