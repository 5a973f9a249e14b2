import Testing

@testable import Gateway

@Suite("Quota") struct QuotaTests {
    private static let second: Int64 = 1_000_000_000
    private let quota = Quota(name: "promo-validate", calls: 60, seconds: 60)

    @Test func wholeQuotaAtOnce() {
        var whole: Int64 = 0
        let now = 5 * Self.second
        for number in 1...60 {
            let verdict = quota.take(&whole, at: now)
            #expect(verdict.isAdmitted)
            #expect(verdict.remaining == 60 - number)
            #expect(verdict.reset == number)
        }
        #expect(quota.take(&whole, at: now) == Quota.Verdict(isAdmitted: false, remaining: 0, reset: 60, wait: 1))
    }

    @Test func comesBackCallByCall() {
        var whole: Int64 = 0
        for _ in 0..<60 { _ = quota.take(&whole, at: 0) }
        #expect(!quota.take(&whole, at: Self.second - 1).isAdmitted)
        #expect(quota.take(&whole, at: Self.second).isAdmitted)
        #expect(!quota.take(&whole, at: Self.second).isAdmitted)
        #expect(quota.take(&whole, at: 31 * Self.second).remaining == 29)
    }

    @Test func neverMoreThanTheQuotaAfterAPause() {
        var whole: Int64 = 0
        let admitted = (0..<200).count { _ in quota.take(&whole, at: 1_000_000 * Self.second).isAdmitted }
        #expect(admitted == 60)
    }

    @Test func refusalsCostNothing() {
        var whole: Int64 = 0
        for _ in 0..<1000 { _ = quota.take(&whole, at: 0) }
        #expect(quota.take(&whole, at: Self.second).isAdmitted)
    }

    /// In any stretch of time no more than the quota and what came back in it.
    @Test(arguments: [(1, 60), (7, 60), (60, 60), (600, 60), (1_000_000, 60)]) func longRun(calls: Int, seconds: Int) {
        let quota = Quota(name: "q", calls: calls, seconds: seconds)
        var whole: Int64 = 0
        var random = SystemRandomNumberGenerator()
        var now: Int64 = 0
        var admitted = 0
        let cost = Int64(seconds) * Self.second / Int64(calls)
        for _ in 0..<5000 {
            now += Int64.random(in: 0...cost / 2, using: &random)
            let verdict = quota.take(&whole, at: now)
            if verdict.isAdmitted { admitted += 1 } else { #expect(verdict.wait >= 1 && verdict.wait <= 60) }
            #expect((0..<calls).contains(verdict.remaining))
            #expect((0...seconds).contains(verdict.reset))
        }
        #expect(Int64(admitted) <= Int64(calls) + now / cost)
    }

    @Test func fields() {
        var whole: Int64 = 0
        _ = quota.take(&whole, at: 0)
        #expect(quota.policyField == #""promo-validate";q=60;w=60"#)
        #expect(quota.field(quota.take(&whole, at: 0)) == #""promo-validate";r=58;t=2"#)
    }
}

@Suite("Quota table") struct QuotaTableTests {
    private static let second: Int64 = 1_000_000_000

    @Test func callersAreApart() {
        let table = QuotaTable<String>(Quota(name: "q", calls: 2, seconds: 60))
        #expect(table.take("a", at: 0).isAdmitted)
        #expect(table.take("a", at: 0).isAdmitted)
        #expect(!table.take("a", at: 0).isAdmitted)
        #expect(table.take("b", at: 0).isAdmitted)
    }

    @Test func forgetsWhoeverIsWholeAgain() {
        let table = QuotaTable<Int>(Quota(name: "q", calls: 60, seconds: 60), limit: 100)
        for key in 0..<100 { _ = table.take(key, at: 0) }
        #expect(table.count == 100)
        #expect(table.take(100, at: 2 * Self.second).isAdmitted)
        #expect(table.count == 1)
    }

    @Test func aFloodOfStrangersSharesOneQuota() {
        let table = QuotaTable<Int>(Quota(name: "q", calls: 5, seconds: 60), limit: 100)
        let admitted = (0..<10_000).count { table.take($0, at: 0).isAdmitted }
        #expect(table.count == 100)
        #expect(admitted == 105)
        #expect(table.take(7, at: 0).isAdmitted, "who has a place keeps it")
    }

    @Test func manyThreads() async {
        let table = QuotaTable<Int>(Quota(name: "q", calls: 500, seconds: 60))
        let admitted = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 { group.addTask { (0..<200).count { _ in table.take(1, at: 0).isAdmitted } } }
            return await group.reduce(0, +)
        }
        #expect(admitted == 500)
    }
}
