import Contracts

/// What became of a request for a waybill.
enum WaybillOutcome: Sendable, Equatable {
    case made(Waybill)
    /// - Parameter code: As in `error_code` of the contract.
    case refused(code: String, message: String)
}

struct Waybill: Sendable, Equatable {
    /// The carrier's id of it, and the number on it.
    let ref: String
    let number: String
    var cost: Money?
    var estimatedDeliveryDate: CalendarDate?
    /// The carrier's id of the city, found by its name.
    var cityRef: String?
}

enum CancelOutcome: Sendable, Equatable {
    case cancelled
    /// The parcel is with the carrier already.
    case tooLate(message: String)
}

/// What the carrier says of a parcel now.
struct TrackingReport: Sendable, Equatable {
    /// The carrier's own code and words.
    let code: String
    let text: String
    /// nil: a code that is not known here, or a number that the carrier does not know (yet).
    let status: ShipmentStatus?
    var time: Timestamp?
    var location: String?
    var estimatedDeliveryDate: CalendarDate?
    /// The waybill that the parcel goes back on.
    var returnNumber: String?
    /// The sender has it back.
    var isReturned = false
}

/// The body of `shipment.quote`: an order's owner wants a delivery priced.
struct QuoteRequest: Sendable, Equatable {
    let orderID: Identifier
    let consignment: Consignment
}

enum QuoteOutcome: Sendable, Equatable {
    enum Source: String, Sendable, JSONEncodable {
        /// The carrier was asked.
        case carrier
        /// The table was, because the carrier was away.
        case tariff
    }

    case price(Money, Source, CalendarDate?)
    case refused(ProblemCode)
}
