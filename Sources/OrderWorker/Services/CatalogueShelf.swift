/// What is remembered of one tenant's products, and which of them are to be asked for.
struct CatalogueShelf {
    private struct Entry {
        let finding: Catalogue.Finding
        let until: ContinuousClock.Instant
    }

    static let life: Duration = .seconds(30)
    /// A product that does not exist is remembered for a moment only, so that a new one can be sold soon; a catalogue
    /// that is away is asked again as soon.
    static let shortLife: Duration = .seconds(1)
    /// What has less than this left is asked for along with others.
    static let renewal: Duration = .seconds(10)
    private static let limit = 50_000

    private var entries: [String: Entry] = [:]
    private var wanted: Set<String> = []
    private var isAsking = false

    /// What is known, and whether the caller has to begin asking.
    mutating func find(
        _ ids: Set<String>, at now: ContinuousClock.Instant
    ) -> (findings: [String: Catalogue.Finding], mustAsk: Bool) {
        var findings = [String: Catalogue.Finding](minimumCapacity: ids.count)
        var asks = false
        for id in ids {
            if let entry = entries[id], entry.until > now {
                findings[id] = entry.finding
            } else {
                findings[id] = .asked
                wanted.insert(id)
                asks = true
            }
        }
        defer { isAsking = isAsking || asks }
        return (findings, asks && !isAsking)
    }

    /// The ids for the next call in byte order, filled up with those that will be forgotten soon. None: asking ends.
    mutating func take(_ limit: Int, at now: ContinuousClock.Instant) -> [String] {
        guard !wanted.isEmpty else {
            isAsking = false
            return []
        }
        var ids = Array(wanted.prefix(limit))
        wanted.subtract(ids)
        if ids.count < limit {
            if entries.count > Self.limit { entries = entries.filter { $0.value.until > now } }
            let asked = Set(ids).union(wanted)
            let old = entries.lazy.filter { id, entry in
                guard case .found = entry.finding else { return false }
                return entry.until > now && entry.until < now + Self.renewal && !asked.contains(id)
            }
            ids += old.prefix(limit - ids.count).map { $0.key }
        }
        return ids.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Remembers an answer; nil: the catalogue is away. Then what is known already stays until it is old.
    mutating func put(_ products: [String: Product]?, asked: [String], at now: ContinuousClock.Instant) {
        for id in asked {
            if let product = products?[id] {
                entries[id] = Entry(finding: .found(product), until: now + Self.life)
            } else if products != nil {
                entries[id] = Entry(finding: .absent, until: now + Self.shortLife)
            } else if entries[id].map({ $0.until <= now }) ?? true {
                entries[id] = Entry(finding: .away, until: now + Self.shortLife)
            }
        }
    }
}
