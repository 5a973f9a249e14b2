extension JSON {
    /// A hash of the value in canonical form: the order of members, spaces and escapes do not count, the text of
    /// numbers does. Used to tell a repeated request from another one with the same idempotency key.
    public var fingerprint: UInt64 {
        var hash = FNV128()
        add(to: &hash)
        return hash.low
    }

    private func add(to hash: inout FNV128) {
        switch self {
        case .null: hash.add(CollectionOfOne(1))
        case .bool(let value): hash.add([2, value ? 1 : 0])
        case .number(let text): Self.add(3, text, to: &hash)
        case .string(let text): Self.add(4, text, to: &hash)
        case .array(let values):
            hash.add(CollectionOfOne(5))
            for value in values { value.add(to: &hash) }
            hash.add(CollectionOfOne(6))
        case .object(let members):
            hash.add(CollectionOfOne(7))
            for member in members.sorted(by: { $0.name < $1.name }) {
                Self.add(4, member.name, to: &hash)
                member.value.add(to: &hash)
            }
            hash.add(CollectionOfOne(8))
        }
    }

    private static func add(_ kind: UInt8, _ text: String, to hash: inout FNV128) {
        hash.add(CollectionOfOne(kind))
        hash.add(text.utf8)
        hash.add(CollectionOfOne(0))
    }
}
