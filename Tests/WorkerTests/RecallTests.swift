import Synchronization
import Testing

@testable import Worker

@Suite(.timeLimit(.minutes(1))) struct RecallTests {
    @Test func isNobodysBeforeItIsAttached() {
        Recall()()
    }

    /// A worker that runs for weeks recalls some million times.
    @Test func costsTheSameEveryTime() {
        let recall = Recall()
        let count = Mutex(0)
        recall.attach { count.withLock { $0 += 1 } }
        for _ in 0..<1_000_000 { recall() }
        #expect(count.withLock { $0 } == 1_000_000)
    }
}
