import Contracts

/// The words of the document's end.
enum SummaryText {
    static func totals(_ invoice: Invoice) -> [(label: String, amount: String)] {
        var rows = [("Разом за товари", invoice.subtotal.printed)]
        if !invoice.discount.isZero { rows.append(("Знижка", "−" + invoice.discount.printed)) }
        if !invoice.shippingCost.isZero { rows.append(("Доставка", invoice.shippingCost.printed)) }
        switch invoice.taxMode {
        case .inclusive: rows.append(("У тому числі ПДВ", invoice.tax.printed))
        case .exclusive: rows.append(("ПДВ понад ціну", invoice.tax.printed))
        case .none: rows.append(("Без ПДВ", "–"))
        }
        return rows
    }

    static func grandLabel(_ invoice: Invoice) -> String {
        switch invoice.kind {
        case .invoice: "Усього"
        case .creditNote: "Усього повернено"
        }
    }

    /// The sum in words, and the tax in it; in digits for a currency without a name here.
    static func words(_ invoice: Invoice) -> [String] {
        func inWords(_ money: Money) -> String { UkrainianWords.amount(money) ?? "\(money.printed) \(money.currency)" }
        let tax =
            invoice.taxMode == .none || invoice.tax.isZero
            ? "Без ПДВ." : "У тому числі ПДВ: \(inWords(invoice.tax))."
        return ["\(grandLabel(invoice)): \(inWords(invoice.total)).", tax]
    }
}
