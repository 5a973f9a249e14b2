import Contracts
import Testing
import Worker

@Suite("Cursors of pages") struct PageCursorTests {
    private static let key = CursorKey(secret: "a secret of the tests, 32 bytes.")
    private static let bound = ["order.list", "default", "", "sort", "created_at"]
    private static let places = [
        PagePlace.first, .last,
        PagePlace(
            time: Timestamp(milliseconds: 1_757_930_400_123), sequence: 7, id: Identifier(high: 0x7000, low: 0xFF)),
    ]

    @Test(arguments: places) func comesBackAsItWas(place: PagePlace) {
        let cursor = Self.key.cursor(after: place, of: Self.bound)
        #expect(Self.key.place(cursor, of: Self.bound) == place)
        #expect(cursor.utf8.count == 64)
        let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
        #expect(cursor.allSatisfy { allowed.contains($0) })
    }

    @Test(arguments: [
        ["order.list", "other", "", "sort", "created_at"], ["order.list", "default", "", "sort", "-created_at"],
        ["order.list", "default", "", "sort"], ["order.list", "default", "sort", "", "created_at"],
        ["order.listdefault", "", "sort", "created_at"], ["return.list", "default", "", "sort", "created_at"],
    ]) func isGoodForItsListOnly(bound: [String]) {
        let cursor = Self.key.cursor(after: Self.places[2], of: Self.bound)
        #expect(Self.key.place(cursor, of: bound) == nil)
    }

    @Test func needsTheSecret() {
        let cursor = CursorKey(secret: "another secret, also of 32 bytes").cursor(after: Self.places[2], of: Self.bound)
        #expect(Self.key.place(cursor, of: Self.bound) == nil)
    }

    /// Whichever character is another one, it is no cursor any more.
    @Test func everyCharacterCounts() {
        let cursor = Array(Self.key.cursor(after: Self.places[2], of: Self.bound))
        for index in cursor.indices {
            for character in ["A", "B", "-", "_", "+", "/", "=", " ", "é"] as [Character]
            where cursor[index] != character {
                var forged = cursor
                forged[index] = character
                #expect(Self.key.place(String(forged), of: Self.bound) == nil, "\(index) \(character)")
            }
        }
        for text in ["", "abc", String(cursor.dropLast()), String(cursor) + "A"] {
            #expect(Self.key.place(text, of: Self.bound) == nil)
        }
    }
}
