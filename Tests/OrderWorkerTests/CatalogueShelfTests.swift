import Contracts
import Testing

@testable import OrderWorker

@Suite struct CatalogueShelfTests {
    private let start = ContinuousClock.now

    private func product(_ id: String) -> Product {
        Product(
            id: id, sku: id, name: id, price: Money(minor: 100, .uah), categories: [], weightGrams: 1, taxRate: nil)
    }

    private func products(_ ids: [String]) -> [String: Product] {
        Dictionary(uniqueKeysWithValues: ids.map { ($0, product($0)) })
    }

    private func word(_ finding: Catalogue.Finding?) -> String {
        switch finding {
        case .found: "found"
        case .absent: "absent"
        case .away: "away"
        case .asked: "asked"
        case nil: "nothing"
        }
    }

    @Test func oneCallAtATimeAndWhatIsWantedMeanwhileGoesIntoTheNext() {
        var shelf = CatalogueShelf()
        let first = shelf.find(["b", "a"], at: start)
        #expect(first.mustAsk)
        #expect(word(first.findings["a"]) == "asked")
        #expect(shelf.take(100, at: start) == ["a", "b"])

        let second = shelf.find(["a", "c"], at: start)
        #expect(!second.mustAsk, "a call is under way")
        shelf.put(products(["a"]), asked: ["a", "b"], at: start)
        #expect(shelf.take(100, at: start) == ["a", "c"], "both were wanted while the first call was under way")
        shelf.put(products(["a", "c"]), asked: ["a", "c"], at: start)
        #expect(shelf.take(100, at: start) == [])

        let third = shelf.find(["a", "b", "c"], at: start)
        #expect(!third.mustAsk)
        #expect(word(third.findings["a"]) == "found")
        #expect(word(third.findings["b"]) == "absent")
        #expect(word(third.findings["c"]) == "found")
    }

    @Test func answersAreForgottenInTime() {
        var shelf = CatalogueShelf()
        _ = shelf.find(["a", "b"], at: start)
        _ = shelf.take(100, at: start)
        shelf.put(products(["a"]), asked: ["a", "b"], at: start)
        let soon = shelf.find(["a", "b"], at: start + CatalogueShelf.shortLife)
        #expect(word(soon.findings["a"]) == "found")
        #expect(word(soon.findings["b"]) == "asked", "a new product can be sold soon")
        #expect(word(shelf.find(["a"], at: start + CatalogueShelf.life).findings["a"]) == "asked")
    }

    @Test func aCallIsFilledUpWithWhatIsOld() {
        var shelf = CatalogueShelf()
        let known = (0..<30).map { "old\($0)" }
        _ = shelf.find(Set(known), at: start)
        _ = shelf.take(100, at: start)
        shelf.put(products(known), asked: known, at: start)
        _ = shelf.take(100, at: start)

        let late = start + CatalogueShelf.life - .seconds(1)
        _ = shelf.find(["new"], at: late)
        let ids = shelf.take(20, at: late)
        #expect(ids.count == 20)
        #expect(ids.contains("new"))
        #expect(Set(ids).count == 20)
    }

    @Test func whatIsSoldIsRenewedBeforeAnyoneHasToWait() {
        var shelf = CatalogueShelf()
        _ = shelf.find(["a", "b"], at: start)
        _ = shelf.take(100, at: start)
        shelf.put(products(["a"]), asked: ["a", "b"], at: start)
        _ = shelf.take(100, at: start)

        let late = start + CatalogueShelf.life - .seconds(1)
        let sale = shelf.find(["a"], at: late)
        #expect(word(sale.findings["a"]) == "found")
        #expect(sale.mustAsk)
        #expect(shelf.take(100, at: late) == ["a"])
        shelf.put(nil, asked: ["a"], at: late)
        _ = shelf.take(100, at: late)
        #expect(!shelf.find(["a"], at: late).mustAsk, "a catalogue that is away is left alone")
        let later = late + CatalogueShelf.shortLife - .milliseconds(1)
        #expect(word(shelf.find(["a"], at: later).findings["a"]) == "found")
        #expect(word(shelf.find(["a"], at: later + .milliseconds(1)).findings["a"]) == "asked")
    }

    @Test func aCatalogueThatIsAwayLeavesWhatIsKnown() {
        var shelf = CatalogueShelf()
        _ = shelf.find(["a"], at: start)
        _ = shelf.take(100, at: start)
        shelf.put(products(["a"]), asked: ["a"], at: start)
        _ = shelf.take(100, at: start)
        _ = shelf.find(["b"], at: start)
        _ = shelf.take(100, at: start)
        shelf.put(nil, asked: ["a", "b"], at: start)
        let findings = shelf.find(["a", "b"], at: start).findings
        #expect(word(findings["a"]) == "found")
        #expect(word(findings["b"]) == "away")
    }
}
