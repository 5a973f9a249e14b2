import Contracts
import Foundation
import Testing

@Suite struct MoneyTests {
    /// One line of the table in docs/rules.md section 1.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let json: JSON
    }

    static let cases: [Case] = {
        guard let url = Bundle.module.url(forResource: "money", withExtension: "jsonl", subdirectory: "Fixtures"),
            let text = try? String(contentsOf: url, encoding: .utf8)
        else { return [] }
        return text.split(separator: "\n").compactMap { line in
            (try? JSONParser.parse(String(line))).map { Case(testDescription: $0["id"]?.string ?? "?", json: $0) }
        }
    }()

    @Test func allCasesAreThere() { #expect(Self.cases.count == 7) }

    @Test(arguments: cases) func table(_ rule: Case) throws {
        let input = Input(rule.json)["input"]
        let money = input.money(try rule.json.currency())
        let code = input.faults.first?.code
        #expect((money?.description ?? code) == rule.json["expect"]?.string)
        #expect((money == nil) == (code != nil))
    }

    @Test(arguments: [
        "", " ", "1 ", " 1", "01", "00", "1.", ".5", "1.5.0", "1,5", "+1", "-1", "1e3", "0x10", "1_000", "١", "½",
        "1.2.",
    ])
    func refuses(text: String) {
        #expect(throws: Money.ParseFault.invalidFormat) { try Money(text: text, .uah) }
    }

    @Test(arguments: [("0", Int64(0)), ("0.00", 0), ("0.01", 1), ("9999999999999.99", 999_999_999_999_999)])
    func takes(text: String, minor: Int64) throws { #expect(try Money(text: text, .uah).minor == minor) }

    @Test(arguments: ["10000000000000", "99999999999999999999999999"]) func tooLarge(text: String) {
        #expect(throws: Money.ParseFault.tooLarge) { try Money(text: text, .uah) }
    }

    @Test(arguments: ["JPY", "UAH", "KWD"]) func textIsReadBack(code: String) throws {
        let currency = try #require(Currency(code))
        var random = Seeded(1)
        for _ in 0..<2000 {
            let money = Money(minor: Int64.random(in: 0...999_999_999_999, using: &random), currency)
            #expect(try Money(text: money.description, currency) == money)
        }
    }

    @Test(arguments: ["", "uah", "UA", "UAHH", "U1H", "ГРН"]) func noCurrency(code: String) {
        #expect(Currency(code) == nil)
    }

    @Test(arguments: [("JPY", 0), ("UAH", 2), ("KWD", 3), ("XXX", 2)]) func minorDigits(code: String, digits: Int) {
        #expect(Currency(code)?.minorDigits == digits)
    }
}

/// Rounding and spreading (docs/rules.md section 2).
@Suite struct RoundingTests {
    static let halves: [(Int64, Int64, Int64, Int64)] = [
        (5, 1, 10, 1), (4, 1, 10, 0), (15, 1, 10, 2), (0, 7, 3, 0), (7, 1, 7, 1), (.max / 2, 2, 2, .max / 2),
        (999_999_999_999_999, 9999, 10_000, 999_899_999_999_999),
    ]

    @Test(arguments: halves)
    func half(value: Int64, factor: Int64, divisor: Int64, expected: Int64) {
        #expect(Rounding.half(value, times: factor, over: divisor) == expected)
    }

    static let shares: [(Int64, [Int64], [Int64])] = [
        (1000, [3333, 3333, 3334], [333, 333, 334]),
        (100, [1000, 1000, 1000], [34, 33, 33]),
        (1, [0, 5, 5], [0, 1, 0]),
        (0, [1, 2], [0, 0]),
        (6, [1, 2, 3], [1, 2, 3]),
        (5, [], []),
        (5, [0, 0], [0, 0]),
    ]

    @Test(arguments: shares)
    func spread(amount: Int64, subtotals: [Int64], shares: [Int64]) {
        #expect(Rounding.spread(amount, over: subtotals) == shares)
    }

    @Test func spreadKeepsItsPromises() {
        var random = Seeded(2)
        for _ in 0..<3000 {
            let count = Int.random(in: 1...20, using: &random)
            let subtotals = (0..<count).map { _ in
                Bool.random(using: &random)
                    ? Int64.random(in: 0...20, using: &random)
                    : Int64.random(in: 0...999_999_999_999, using: &random)
            }
            let sum = subtotals.reduce(0, +)
            let amount = Int64.random(in: 0...sum, using: &random)
            let shares = Rounding.spread(amount, over: subtotals)
            #expect(shares.reduce(0, +) == (sum == 0 ? 0 : amount), "\(amount) over \(subtotals)")
            for (share, subtotal) in zip(shares, subtotals) {
                #expect(share <= subtotal)
                guard sum > 0 else { continue }
                let floor = Rounding.floor(amount, times: subtotal, over: sum)
                #expect(share == floor || share == floor + 1)
            }
        }
    }
}

/// The same numbers for the same seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
