import Contracts

/// What a client wants to change of a code (schema `PromoUpdate`), checked in itself.
struct PromoPatch: Sendable, Equatable {
    /// A member that `null` takes away.
    enum Limit<Value: Sendable & Equatable>: Sendable, Equatable {
        case kept
        case removed
        case set(Value)

        func applied(to value: Value?) -> Value? {
            switch self {
            case .kept: value
            case .removed: nil
            case .set(let new): new
            }
        }
    }

    var isActive: Bool?
    var validFrom: Timestamp?
    var validUntil: Timestamp?
    var maxUses = Limit<Int64>.kept
    var maxUsesPerCustomer = Limit<Int64>.kept
    var note = Limit<String>.kept

    /// Members that say what the code grants and to whom, and those that only we write.
    private static let immutable: Set<String> = [
        "code", "tenant_id", "type", "value", "currency", "buy_quantity", "get_quantity", "max_repeats",
        "min_order_value", "max_discount", "current_uses", "categories", "products", "customer_ids", "is_first_order",
        "version", "created_at", "updated_at",
    ]

    /// Reads a merge patch (RFC 7396): a member that is absent stays, `null` takes it away.
    ///
    /// - Returns: The patch, or the problem that tells all faults at once.
    static func read(_ body: JSON) -> Result<PromoPatch, Refusal> {
        let input = Input(body)
        guard input.object() != nil, case .object(let members) = body else {
            if case .null = body { input.note("invalid_type", "Must be an object.") }
            return .failure(Refusal(.validationFailed(input.faults)))
        }
        let fixed = immutable.intersection(members.lazy.map(\.name)).sorted()
        guard fixed.isEmpty else { return .failure(Refusal(.immutable(fixed))) }
        if members.isEmpty { input.note("too_few_items", "Must change something.") }
        let removed = Set(members.lazy.filter { $0.value == .null }.map(\.name))
        for name in ["active", "valid_from", "valid_until"] where removed.contains(name) {
            input[name].note("required", "Cannot be taken away.")
        }
        func limit<Value>(_ name: String, _ read: (Input) -> Value?) -> Limit<Value> {
            removed.contains(name) ? .removed : read(input[name]).map { .set($0) } ?? .kept
        }
        let patch = PromoPatch(
            isActive: input["active"].bool(), validFrom: input["valid_from"].timestamp(),
            validUntil: input["valid_until"].timestamp(),
            maxUses: limit("max_uses") { $0.integer(PromoDraft.uses) },
            maxUsesPerCustomer: limit("max_uses_per_customer") { $0.integer(PromoDraft.usesPerCustomer) },
            note: limit("description") { $0.text(PromoDraft.noteLength) })
        guard input.faults.isEmpty else { return .failure(Refusal(.validationFailed(input.faults))) }
        return .success(patch)
    }

    /// The code as it would be, its version and times apart.
    func applied(to code: PromoCode) -> PromoCode {
        var patched = code
        patched.isActive = isActive ?? code.isActive
        patched.validFrom = validFrom ?? code.validFrom
        patched.validUntil = validUntil ?? code.validUntil
        patched.maxUses = maxUses.applied(to: code.maxUses)
        patched.maxUsesPerCustomer = maxUsesPerCustomer.applied(to: code.maxUsesPerCustomer)
        patched.note = note.applied(to: code.note)
        return patched
    }

    /// What is wrong with the window that the code would have; nil when nothing is.
    func windowFault(of code: PromoCode) -> Problem? {
        let patched = applied(to: code)
        guard patched.validUntil <= patched.validFrom else { return nil }
        let fault =
            validUntil != nil
            ? FieldError(pointer: "/valid_until", code: "too_small", detail: "Must be later than valid_from.")
            : FieldError(pointer: "/valid_from", code: "too_large", detail: "Must be earlier than valid_until.")
        return .validationFailed([fault])
    }
}

extension Problem {
    fileprivate static func immutable(_ names: [String]) -> Problem {
        let detail = "Cannot be changed: make another code."
        return Problem(
            .immutableField, "\(names.joined(separator: ", ")) cannot be changed.",
            errors: names.map {
                FieldError(pointer: "/\($0)", code: ProblemCode.immutableField.rawValue, detail: detail)
            })
    }
}
