import Testing

@testable import Bus

@Suite struct BundleLaneTests {
    @Test func anIdleLaneSendsAtOnce() {
        var lane = BundleLane<Int>()
        lane.add(1, isQuestion: true)
        #expect(lane.take() == [1])
        #expect(lane.take() == [])
    }

    @Test func nothingLeavesBeforeTheLastBundleIsConfirmed() {
        var lane = BundleLane<Int>()
        lane.add(1, isQuestion: false)
        #expect(lane.take() == [1])
        lane.add(2, isQuestion: false)
        lane.add(3, isQuestion: false)
        #expect(lane.take() == [])
        #expect(lane.take(isOverdue: true) == [], "not even when it is late")
        lane.confirm()
        #expect(lane.take() == [2, 3])
    }

    @Test func halfAsManyGatherAsAreOpen() {
        var lane = BundleLane<Int>()
        for number in 0..<8 { lane.add(number, isQuestion: true) }
        #expect(lane.take().count == 8)
        lane.confirm()
        for number in 8..<11 {
            lane.add(number, isQuestion: true)
            #expect(lane.take() == [])
        }
        lane.add(11, isQuestion: true)
        #expect(lane.take() == [8, 9, 10, 11])
    }

    @Test func answersLetTheNextOneLeave() {
        var lane = BundleLane<Int>()
        for number in 0..<8 { lane.add(number, isQuestion: true) }
        _ = lane.take()
        lane.confirm()
        lane.add(8, isQuestion: true)
        lane.settle(5)
        #expect(lane.take() == [])
        lane.settle(1)
        #expect(lane.take() == [8])
    }

    @Test func patienceEnds() {
        var lane = BundleLane<Int>()
        for number in 0..<8 { lane.add(number, isQuestion: true) }
        _ = lane.take()
        lane.confirm()
        lane.add(8, isQuestion: true)
        #expect(lane.take(isOverdue: true) == [8])
    }

    /// Whatever happens in whatever order: nothing is lost or sent twice, and one bundle at a time is unconfirmed.
    @Test(arguments: 0..<20) func anyOrder(seed: UInt64) {
        var random = Seeded(seed)
        var lane = BundleLane<Int>()
        var (added, left, open, unconfirmed) = (0, [Int](), 0, false)
        for _ in 0..<2000 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                lane.add(added, isQuestion: true)
                added += 1
            case 2 where unconfirmed:
                lane.confirm()
                unconfirmed = false
            default:
                let count = Int.random(in: 0...open, using: &random)
                lane.settle(count)
                open -= count
            }
            let bundle = lane.take(isOverdue: Bool.random(using: &random))
            guard !bundle.isEmpty else { continue }
            #expect(!unconfirmed)
            unconfirmed = true
            open += bundle.count
            left += bundle
        }
        lane.confirm()
        left += lane.take(isOverdue: true)
        #expect(left == Array(0..<added))
    }
}
