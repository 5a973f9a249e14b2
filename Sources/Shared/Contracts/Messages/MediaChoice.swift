/// Chooses a representation by the value of `Accept` (RFC 9110, section 12.5.1).
public struct MediaChoice {
    private struct Range {
        let type: Substring
        let subtype: Substring
        let quality: Double

        /// How closely the range names the type; nil when it does not cover it.
        func precision(for offer: String) -> Int? {
            let parts = offer.split(separator: "/")
            if type == "*" { return subtype == "*" ? 0 : nil }
            guard parts.count == 2, type == parts[0] else { return nil }
            if subtype == "*" { return 1 }
            return subtype == parts[1] ? 2 : nil
        }
    }

    private let ranges: [Range]

    public init(accept: String) {
        let ranges = accept.lowercased().split(separator: ",").compactMap { entry -> Range? in
            let parts = entry.split(separator: ";").map { $0.trimming(" \t") }
            guard let names = parts.first?.split(separator: "/"), names.count == 2 else { return nil }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            return Range(type: names[0], subtype: names[1], quality: quality)
        }
        self.ranges =
            accept.allSatisfy { " \t,".contains($0) } ? [Range(type: "*", subtype: "*", quality: 1)] : ranges
    }

    /// - Parameter offers: Media types, the dearest first.
    /// - Returns: The one that is wanted most; nil when none is wanted.
    public func best(of offers: [String]) -> String? {
        var best: (offer: String, quality: Double)?
        for offer in offers {
            let quality = self.quality(of: offer)
            if quality > 0, quality > best?.quality ?? 0 { best = (offer, quality) }
        }
        return best?.offer
    }

    private func quality(of offer: String) -> Double {
        let fitting = ranges.compactMap { range in range.precision(for: offer).map { ($0, range.quality) } }
        return fitting.max { $0.0 < $1.0 }?.1 ?? 0
    }
}

extension Substring {
    fileprivate func trimming(_ characters: String) -> Substring {
        var rest = self
        while let first = rest.first, characters.contains(first) { rest.removeFirst() }
        while let last = rest.last, characters.contains(last) { rest.removeLast() }
        return rest
    }
}
