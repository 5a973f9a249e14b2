import Contracts
import Postgres
import Worker

/// Answers what a carrier has to be asked for: `shipment.label` and `shipment.quotes`.
struct ShippingInquiries: InquiryHandler {
    let types = ["shipment.label", "shipment.quotes"]
    let labels: LabelDesk
    let quotes: QuoteDesk

    func begin(_ inquiries: [Message], _ read: ([Statement]) throws -> [Rows]) throws -> [Inquiry] {
        var found = try labels.begin(inquiries.filter { $0.type == "shipment.label" }, read)[...]
        return inquiries.map { $0.type == "shipment.label" ? found.removeFirst() : quotes.begin($0) }
    }
}
