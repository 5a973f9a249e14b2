import Contracts

/// What one carrier would carry, and where to: what its price follows from.
struct Consignment: Sendable, Equatable {
    let carrier: Carrier
    let service: DeliveryService
    let city: String
    /// The carrier's id of the city.
    var cityRef: String?
    let weightGrams: Int64
    var places: Int64 = 1
    let declaredValue: Money

    var currency: Currency { declaredValue.currency }
}

/// What a consignment costs at its carrier (schema `Quote`).
struct CarrierPrice: Sendable, Equatable, JSONEncodable {
    let consignment: Consignment
    let price: Money
    let source: QuoteOutcome.Source
    let estimatedDeliveryDate: CalendarDate?

    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("carrier", consignment.carrier)
            $0.member("service", consignment.service)
            $0.member("price", price)
            $0.member("currency", price.currency)
            $0.member("estimated_delivery_date", estimatedDeliveryDate)
            $0.member("source", source)
        }
    }

    /// The body of `QuoteList`: the cheapest first.
    static func list(_ prices: [CarrierPrice]) -> [UInt8] {
        let sorted = prices.sorted {
            ($0.price.minor, $0.consignment.carrier.rawValue) < ($1.price.minor, $1.consignment.carrier.rawValue)
        }
        return JSONWriter.object { $0.member("data", array: sorted) }
    }
}
