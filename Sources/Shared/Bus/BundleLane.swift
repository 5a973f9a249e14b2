/// When the messages of one type leave as a bundle.
///
/// A bundle costs the broker and the worker much more than one more message in it. So the next one waits until the last
/// is confirmed, and until half as many messages have gathered as there are questions without an answer: under load a
/// few large bundles are under way instead of many small ones. An idle lane lets a message go at once.
struct BundleLane<Entry> {
    private var waiting: [(entry: Entry, isQuestion: Bool)] = []
    private var isUnconfirmed = false
    /// Questions that left and have no answer yet.
    private var open = 0

    /// Whether nothing waits.
    var isEmpty: Bool { waiting.isEmpty }

    mutating func add(_ entry: Entry, isQuestion: Bool) {
        waiting.append((entry, isQuestion))
    }

    /// The bundle that left last is confirmed, or lost.
    mutating func confirm() {
        isUnconfirmed = false
    }

    /// Questions were answered or given up.
    mutating func settle(_ count: Int) {
        open -= count
    }

    /// Everything that waits, when it may leave; else nothing. `isOverdue`: it has waited long enough for company.
    mutating func take(isOverdue: Bool = false) -> [Entry] {
        guard !waiting.isEmpty, !isUnconfirmed, isOverdue || waiting.count * 2 >= open else { return [] }
        let leaving = waiting
        waiting = []
        isUnconfirmed = true
        open += leaving.count { $0.isQuestion }
        return leaving.map { $0.entry }
    }
}
