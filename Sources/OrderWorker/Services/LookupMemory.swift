import Synchronization

/// What another service said of things, by key: remembered for a while, so that each is asked for once.
final class LookupMemory<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    enum Finding: Sendable {
        case found(Value)
        /// The service does not know it.
        case absent
        /// The service gave no usable answer.
        case away
        /// It was asked; the answer is on its way.
        case asked
    }

    private struct Entry {
        let finding: Finding
        let until: ContinuousClock.Instant
    }

    /// A question whose answer was lost is asked again after this time.
    private static var patience: Duration { .seconds(10) }
    private static var limit: Int { 100_000 }

    private let entries = Mutex<[Key: Entry]>([:])

    /// What is known of each key, and which of them the caller has to ask for now; those count as asked.
    func look(up keys: Set<Key>) -> (findings: [Key: Finding], missing: [Key]) {
        let now = ContinuousClock.now
        return entries.withLock { entries in
            var findings = [Key: Finding](minimumCapacity: keys.count)
            var missing: [Key] = []
            for key in keys {
                if let entry = entries[key], entry.until > now {
                    findings[key] = entry.finding
                } else {
                    findings[key] = .asked
                    missing.append(key)
                    entries[key] = Entry(finding: .asked, until: now + Self.patience)
                }
            }
            return (findings, missing)
        }
    }

    /// Remembers what was said, each for its own time.
    func learn(_ said: some Sequence<(key: Key, finding: Finding, life: Duration)>) {
        let now = ContinuousClock.now
        entries.withLock { entries in
            if entries.count > Self.limit { entries = entries.filter { $0.value.until > now } }
            for (key, finding, life) in said { entries[key] = Entry(finding: finding, until: now + life) }
        }
    }
}
