import Contracts
import Synchronization

/// Codes that were read lately, for previews only.
///
/// A busy code is asked for thousands of times a second; with this it is read and decoded four times a second instead of
/// once a batch. A preview may be that much behind a use of the code, which binds nobody: redemptions always read the
/// locked row. Unknown codes are not kept, so a code can be previewed as soon as its creation was answered, and guesses
/// do not push out real codes.
final class PromoCodeCache: Sendable {
    private struct Entry {
        let code: PromoCode
        let readAt: Timestamp
    }

    private let entries = Mutex<[PromoKey: Entry]>([:])
    private let life: Duration
    private let limit: Int

    /// - Parameters:
    ///   - life: How old an entry may be.
    ///   - limit: How many entries are kept; all are dropped when there would be more.
    init(life: Duration = .milliseconds(250), limit: Int = 10_000) {
        self.life = life
        self.limit = limit
    }

    /// The codes of these keys that are young enough.
    func codes(_ keys: Set<PromoKey>, at now: Timestamp) -> [PromoKey: PromoCode] {
        entries.withLock { entries in
            var found: [PromoKey: PromoCode] = [:]
            for key in keys {
                guard let entry = entries[key], now.since(entry.readAt) < life, entry.readAt <= now else { continue }
                found[key] = entry.code
            }
            return found
        }
    }

    func keep(_ codes: [PromoKey: PromoCode], readAt: Timestamp) {
        entries.withLock { entries in
            if entries.count + codes.count > limit { entries.removeAll(keepingCapacity: true) }
            for (key, code) in codes { entries[key] = Entry(code: code, readAt: readAt) }
        }
    }
}
