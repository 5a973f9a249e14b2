import Contracts
import Foundation
import Testing

@Suite struct IdentifierTests {
    @Test func newOnesAreVersionSevenAndSortByTime() {
        var last = Identifier(high: 0, low: 0)
        for millisecond in Int64(1_757_930_400_000)..<1_757_930_400_500 {
            let id = Identifier.new(at: Timestamp(milliseconds: millisecond))
            #expect(id.version == 7)
            #expect(id.low >> 62 == 0b10)
            #expect(id.timestamp.milliseconds == millisecond)
            #expect(!id.isDerived)
            #expect(last < id)
            last = id
        }
    }

    @Test func areDifferent() { #expect(Set((0..<10_000).map { _ in Identifier.new() }).count == 10_000) }

    @Test func textIsThatOfFoundation() throws {
        for _ in 0..<500 {
            let uuid = UUID()
            let id = try #require(Identifier(uuid.uuidString))
            #expect(id.description == uuid.uuidString.lowercased())
            #expect(Identifier(id.description) == id)
        }
    }

    @Test(arguments: [
        "", "01994cd1290073ee b7e96e59ce40f9cb", "01994cd1-2900-73ee-b7e9-6e59ce40f9c",
        "01994cd1-2900-73ee-b7e9-6e59ce40f9cbb", "01994cd1-2900-73ee-b7e96-e59ce40f9cb",
        "g1994cd1-2900-73ee-b7e9-6e59ce40f9cb", "{01994cd1-2900-73ee-b7e9-6e59ce40f9cb}",
        "01994cd1290073eeb7e96e59ce40f9cb", "01994cd1-2900-73ee-b7e9-6e59ce40f9cb\n",
        "٠1994cd1-2900-73ee-b7e9-6e59ce40f9c",
    ])
    func refuses(text: String) { #expect(Identifier(text) == nil) }

    @Test func derivedFollowFromAllTheirParts() {
        let id = Identifier.derived(from: "key", "tenant", "a")
        #expect(id == .derived(from: "key", "tenant", "a"))
        #expect(id.isDerived)
        #expect(id.version == 7)
        #expect(id.low >> 62 == 0b10)
        // The border between the parts counts.
        let others: [Identifier] = [
            .derived(from: "key", "tenanta", ""), .derived(from: "key", "tenant", "b"),
            .derived(from: "keytenant", "a"),
            .derived(from: "key", "tenant", "a", ""), .derived(from: "tenant", "key", "a"),
        ]
        #expect(Set(others + [id]).count == 6)
    }

    @Test func hashIsTheKnownOne() {
        // FNV-1a with 128 bits of "foobar" and of nothing (draft-eastlake-fnv).
        var hash = FNV128()
        #expect(hash.high == 0x6c62_272e_07bb_0142)
        #expect(hash.low == 0x62b8_2175_6295_c58d)
        hash.add("foobar".utf8)
        #expect(hash.high == 0x343e_1662_793c_64bf)
        #expect(hash.low == 0x6f0d_3597_ba44_6f18)
    }
}
