/// What a client asks for with `Prefer` (RFC 7240): an answer at once, or a longer wait.
struct Preference: Equatable {
    private(set) var isAsync = false
    /// Seconds, 1 to 10.
    private(set) var wait: Int?

    /// - Parameter values: The header's values; preferences that are not known are ignored.
    init(_ values: [String]) {
        for preference in values.flatMap({ $0.split(separator: ",") }) {
            let parts = preference.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
            guard let name = parts.first?.trimmed.lowercased() else { continue }
            if name == "respond-async" { isAsync = true }
            if name == "wait", parts.count == 2, let seconds = Int(parts[1].trimmed), (1...10).contains(seconds) {
                wait = seconds
            }
        }
        if isAsync { wait = nil }
    }

    /// The part that is obeyed, for `Preference-Applied`.
    var applied: String? { isAsync ? "respond-async" : wait.map { "wait=\($0)" } }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let start = drop { $0 == " " || $0 == "\t" }
        return start.prefix { $0 != " " && $0 != "\t" }
    }
}
