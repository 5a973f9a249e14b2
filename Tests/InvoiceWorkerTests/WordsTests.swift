import Contracts
import Testing

@testable import InvoiceWorker

@Suite("Amounts in words") struct WordsTests {
    @Test(arguments: [
        ("0.00", "нуль гривень 00 копійок"),
        ("0.01", "нуль гривень 01 копійка"),
        ("1.02", "одна гривня 02 копійки"),
        ("2.05", "дві гривні 05 копійок"),
        ("5.11", "п’ять гривень 11 копійок"),
        ("11.12", "одинадцять гривень 12 копійок"),
        ("14.14", "чотирнадцять гривень 14 копійок"),
        ("21.21", "двадцять одна гривня 21 копійка"),
        ("22.00", "двадцять дві гривні 00 копійок"),
        ("40.90", "сорок гривень 90 копійок"),
        ("111.99", "сто одинадцять гривень 99 копійок"),
        ("999.00", "дев’ятсот дев’яносто дев’ять гривень 00 копійок"),
        ("1000.00", "одна тисяча гривень 00 копійок"),
        ("1295.00", "одна тисяча двісті дев’яносто п’ять гривень 00 копійок"),
        ("2001.34", "дві тисячі одна гривня 34 копійки"),
        ("5000.00", "п’ять тисяч гривень 00 копійок"),
        ("12000.00", "дванадцять тисяч гривень 00 копійок"),
        ("21000.00", "двадцять одна тисяча гривень 00 копійок"),
        ("1000000.00", "один мільйон гривень 00 копійок"),
        ("2000002.00", "два мільйони дві гривні 00 копійок"),
        ("1001001001.01", "один мільярд один мільйон одна тисяча одна гривня 01 копійка"),
        (
            "9999999999999.99",
            "дев’ять трильйонів дев’ятсот дев’яносто дев’ять мільярдів дев’ятсот дев’яносто дев’ять мільйонів "
                + "дев’ятсот дев’яносто дев’ять тисяч дев’ятсот дев’яносто дев’ять гривень 99 копійок"
        ),
    ])
    func hryvnias(amount: String, words: String) throws {
        #expect(try UkrainianWords.amount(Sample.uah(amount)) == words)
    }

    @Test(arguments: [
        ("USD", "1.01", "один долар США 01 цент"), ("USD", "22.00", "двадцять два долари США 00 центів"),
        ("EUR", "2000.03", "дві тисячі євро 03 євроценти"), ("PLN", "5.00", "п’ять злотих 00 грошів"),
    ])
    func otherCurrencies(code: String, amount: String, words: String) throws {
        let currency = try #require(Currency(code))
        #expect(try UkrainianWords.amount(Money(text: amount, currency)) == words)
    }

    @Test func unknownCurrency() throws {
        #expect(UkrainianWords.amount(Money(minor: 5, try #require(Currency("JPY")))) == nil)
    }

    @Test(arguments: [
        ("0.00", "0,00"), ("999.50", "999,50"), ("1295.00", "1\u{A0}295,00"), ("1234567.89", "1\u{A0}234\u{A0}567,89"),
    ])
    func printedAmounts(amount: String, text: String) throws { #expect(try Sample.uah(amount).printed == text) }

    @Test func printedAmountsWithoutMinorUnits() throws {
        #expect(Money(minor: 1_000_000, try #require(Currency("JPY"))).printed == "1\u{A0}000\u{A0}000")
    }

    @Test(arguments: [(2000, "20"), (750, "7,5"), (705, "7,05"), (725, "7,25"), (0, "0")])
    func printedRates(hundredths: Int64, text: String) {
        #expect(Percent(hundredths: hundredths).printed == "\(text)\u{A0}%")
    }
}
