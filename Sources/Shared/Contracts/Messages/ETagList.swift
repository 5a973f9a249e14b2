/// The value of `If-Match` or `If-None-Match`: entity tags with commas between them, or `*`.
public struct ETagList: Sendable {
    private let tags: [Substring]

    public init(_ value: String) {
        tags = value.split(separator: ",").map { tag in
            let trimmed = tag.drop { $0 == " " || $0 == "\t" }
            let end = trimmed.lastIndex { $0 != " " && $0 != "\t" }.map { trimmed.index(after: $0) } ?? trimmed.endIndex
            return trimmed[..<end]
        }
    }

    public func contains(_ tag: String) -> Bool {
        tags.contains { $0 == "*" || $0 == tag || $0.dropFirst(2) == tag && $0.hasPrefix("W/") }
    }
}
