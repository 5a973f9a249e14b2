import Contracts
import DequeModule

/// What is remembered of one tenant's products, and which of them are to be asked for.
struct CatalogueShelf {
    private struct Entry {
        let finding: Catalogue.Finding
        let until: ContinuousClock.Instant

        var isProduct: Bool {
            if case .found = finding { true } else { false }
        }
    }

    static let life: Duration = .seconds(30)
    /// A product that does not exist is remembered for a moment only, so that a new one can be sold soon; a catalogue
    /// that is away is asked again as soon.
    static let shortLife: Duration = .seconds(1)
    /// What has less than this left is renewed, at best along with others.
    static let renewal: Duration = .seconds(10)

    private var entries: [String: Entry] = [:]
    /// In the order of `put`; an entry that was put again has a later instant.
    private var ageing: Deque<(id: String, until: ContinuousClock.Instant)> = []
    private var wanted: Set<String> = []
    private var isAsking = false
    /// While the catalogue is away, products that are known are not asked for.
    private var renewsFrom = ContinuousClock.now

    /// What is known, and whether the caller has to begin asking. A product that is known but will be forgotten soon is
    /// wanted, too: what is sold all the time is renewed before anyone has to wait for it.
    mutating func find(
        _ ids: Set<String>, at now: ContinuousClock.Instant
    ) -> (findings: [String: Catalogue.Finding], mustAsk: Bool) {
        var findings = [String: Catalogue.Finding](minimumCapacity: ids.count)
        var asks = false
        for id in ids {
            if let entry = entries[id], entry.until > now {
                findings[id] = entry.finding
                guard entry.isProduct, entry.until < now + Self.renewal, now >= renewsFrom else { continue }
            } else {
                findings[id] = .asked
            }
            wanted.insert(id)
            asks = true
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
        let asked = Set(ids)
        wanted.subtract(asked)
        while ids.count < limit, let oldest = ageing.first, oldest.until < now + Self.renewal {
            ageing.removeFirst()
            guard let entry = entries[oldest.id], entry.until == oldest.until, !asked.contains(oldest.id) else {
                continue
            }
            if !entry.isProduct || entry.until <= now {
                entries[oldest.id] = nil
            } else {
                ids.append(oldest.id)
                wanted.remove(oldest.id)
            }
        }
        return ids.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Remembers an answer; nil: the catalogue is away. Then what is known already stays until it is old.
    mutating func put(_ products: [String: Product]?, asked: [String], at now: ContinuousClock.Instant) {
        if products == nil { renewsFrom = now + Self.shortLife }
        for id in asked {
            let entry: Entry
            if let product = products?[id] {
                entry = Entry(finding: .found(product), until: now + Self.life)
            } else if products != nil {
                entry = Entry(finding: .absent, until: now + Self.shortLife)
            } else if entries[id].map({ $0.until <= now }) ?? true {
                entry = Entry(finding: .away, until: now + Self.shortLife)
            } else {
                continue
            }
            entries[id] = entry
            ageing.append((id, entry.until))
        }
    }
}
