import Contracts
import Testing
import Worker

@testable import InvoiceWorker

@Suite("When documents are issued") struct InvoiceRulesTests {
    /// A tenant's books, changed by commands as the worker would.
    private struct Office {
        var book = InvoiceBook(tenant: "default")
        let rules: InvoiceRules

        init() throws { rules = InvoiceRules(settings: try Sample.settings()) }

        mutating func handle(_ command: InvoiceCommand, at time: String = "2025-09-15T10:02:05.000Z") throws
            -> [InvoiceChange]
        {
            let context = DecisionContext(
                message: Message(id: .new(), type: "", tenant: "default"), now: try #require(Timestamp(time)))
            let changes = rules.decide(command, book, context).changes
            for change in changes { book = rules.evolve(book, change, context) }
            return changes
        }
    }

    private func numbers(_ changes: [InvoiceChange]) -> [String] {
        changes.map {
            switch $0 {
            case .invoiced(let invoiced): invoiced.invoice.number.description
            case .credited(let note, _): note.number.description
            case .refundHeld: "held"
            }
        }
    }

    private func order(_ seed: String) throws -> ConfirmedOrder { try Sample.order(seed) }
    private func order() throws -> ConfirmedOrder { try Sample.order(Sample.confirmedOrder()) }

    @Test func oneInvoiceAnOrder() throws {
        var office = try Office()
        let order = try order()
        #expect(try numbers(office.handle(.invoiceOrder(order))) == ["INV-2025-000001"])
        #expect(try office.handle(.invoiceOrder(order)) == [])
        #expect(office.book.version == 1)
    }

    @Test func numbersHaveNoGap() throws {
        var office = try Office()
        for place in 1...12 {
            let changes = try office.handle(.invoiceOrder(order("\(place)")))
            #expect(numbers(changes) == ["INV-2025-\(place < 10 ? "00000" : "0000")\(place)"])
            #expect(try office.handle(.invoiceOrder(order("\(place)"))) == [])
        }
    }

    @Test func everyYearAndKindCountsForItself() throws {
        var office = try Office()
        #expect(try numbers(office.handle(.invoiceOrder(order()))) == ["INV-2025-000001"])
        #expect(
            try numbers(office.handle(.creditRefund(Sample.refund("100.00")), at: "2025-12-31T21:59:59.000Z"))
                == ["CN-2025-000001"])
        #expect(
            try numbers(office.handle(.creditRefund(Sample.refund("100.00", id: "b")), at: "2025-12-31T22:00:00.000Z"))
                == ["CN-2026-000001"])
        #expect(
            try numbers(office.handle(.invoiceOrder(order("next")), at: "2025-12-31T22:30:00.000Z"))
                == ["INV-2026-000001"])
        #expect(
            try numbers(office.handle(.invoiceOrder(order("late")), at: "2025-12-31T21:00:00.000Z")) == [
                "INV-2025-000002"
            ])
    }

    @Test func oneCreditNoteARefund() throws {
        var office = try Office()
        _ = try office.handle(.invoiceOrder(order()))
        let changes = try office.handle(.creditRefund(Sample.refund("600.00", units: 1)))
        guard case .credited(let note, let customerID) = changes.first else {
            Issue.record("no credit note: \(changes)")
            return
        }
        #expect(customerID == "cust_42")
        #expect(note.invoiceNumber?.description == "INV-2025-000001")
        #expect(note.tax.description == "100.00")
        #expect(try office.handle(.creditRefund(Sample.refund("600.00", units: 1))) == [])
        #expect(try office.handle(.creditRefund(Sample.refund("50.00", id: "s", surplus: true))) == [])
        #expect(try numbers(office.handle(.creditRefund(Sample.refund("695.00", id: "b")))) == ["CN-2025-000002"])
    }

    @Test func refundOfTheContractIsRead() throws {
        var office = try Office()
        _ = try office.handle(.invoiceOrder(order()))
        let refund = try CompletedRefund(json: Sample.json("payment_refunded.json"))
        #expect(refund.items.map(\.quantity) == [1])
        #expect(try CompletedRefund(json: JSONParser.parse(refund.jsonBytes)) == refund)
        #expect(try numbers(office.handle(.creditRefund(refund))) == ["CN-2025-000001"])
    }

    @Test func refundsThatOvertookTheConfirmationWait() throws {
        var office = try Office()
        let first = try Sample.refund("600.00", id: "a")
        #expect(try office.handle(.creditRefund(first)) == [.refundHeld(first)])
        #expect(try office.handle(.creditRefund(first)) == [])
        #expect(try numbers(office.handle(.creditRefund(Sample.refund("600.00", id: "b")))) == ["held"])
        let changes = try office.handle(.invoiceOrder(order()))
        #expect(numbers(changes) == ["INV-2025-000001", "CN-2025-000001", "CN-2025-000002"])
        let account = try #require(office.book.accounts.values.first)
        #expect(account.waiting == [])
        #expect(account.creditNotes.map(\.tax.description) == ["100.00", "100.00"])
        #expect(try office.handle(.creditRefund(first)) == [])
        let last = try office.handle(.creditRefund(Sample.refund("95.00", id: "c")))
        #expect(numbers(last) == ["CN-2025-000003"])
    }

    @Test func refundOfAnUninvoicedOrderIssuesNothing() throws {
        var office = try Office()
        #expect(try numbers(office.handle(.creditRefund(Sample.refund("100.00")))) == ["held"])
        #expect(try numbers(office.handle(.invoiceOrder(order("another")))) == ["INV-2025-000001"])
    }

    @Test func confirmedWithoutPayment() throws {
        var office = try Office()
        let order = try Sample.order(
            Sample.confirmedOrder().replacing("amount_paid", with: .string("0.00")))
        _ = try office.handle(.invoiceOrder(order))
        #expect(office.book.accounts.values.first?.invoiced?.paid.description == "1295.00")
    }

    @Test(arguments: ["tax_mode", "items", "billing_address", "amount_paid", "currency"])
    func brokenOrderIsNotRead(member: String) throws {
        let json = try Sample.confirmedOrder().removing(member)
        #expect(throws: StoredFormatError.self) { try ConfirmedOrder(json: json) }
    }
}
