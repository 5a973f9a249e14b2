import HTTPTypes

/// Which methods each path has. The router tells neither which methods a path would have had nor that there is such a path;
/// this is asked when it found nothing.
struct PathTable: Sendable {
    private struct Template: Sendable {
        /// nil stands for any word.
        let words: [Substring?]
        var methods: [HTTPRequest.Method]

        func matches(_ path: [Substring]) -> Bool {
            words.count == path.count && zip(words, path).allSatisfy { $0 == nil || $0 == $1 }
        }
    }

    private let templates: [Template]

    /// - `routes`: Paths in which `{name}` stands for any word, each with one of its methods.
    init(_ routes: [(path: String, method: HTTPRequest.Method)]) {
        var byPath: [String: [HTTPRequest.Method]] = [:]
        for route in routes { byPath[route.path, default: []].append(route.method) }
        templates = byPath.map { path, methods in
            Template(
                words: path.split(separator: "/").map { $0.hasPrefix("{") ? nil : $0 },
                methods: Self.completed(methods))
        }
        // Words go before templates, as in the router.
        .sorted { left, right in left.words.count { $0 == nil } < right.words.count { $0 == nil } }
    }

    /// With HEAD where GET is, and OPTIONS everywhere.
    private static func completed(_ methods: [HTTPRequest.Method]) -> [HTTPRequest.Method] {
        let all = methods + (methods.contains(.get) ? [.head, .options] : [.options])
        return Set(all).sorted { $0.rawValue < $1.rawValue }
    }

    /// Methods of a path; empty when there is no such path.
    func methods(at path: String) -> [HTTPRequest.Method] {
        let words = path.split(separator: "/")
        return templates.first { $0.matches(words) }?.methods ?? []
    }
}
