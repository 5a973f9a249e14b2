import Connectors
import Contracts

/// A carrier's account.
///
/// A carrier's refusal is an outcome. What is thrown means that the carrier gave no usable answer: the same call again
/// later.
protocol CarrierConnector: Sendable {
    /// Makes the waybill of a shipment. When `isRepeated`, an earlier call may have made it already: it is looked for by
    /// the shipment's id first.
    func makeWaybill(for shipment: Shipment, isRepeated: Bool) async throws(CarrierError) -> WaybillOutcome

    /// Deletes a waybill whose parcel was not handed over. One that is deleted already is cancelled, too.
    func cancel(_ ref: String) async throws(CarrierError) -> CancelOutcome

    /// - Returns: What the carrier says of each parcel, by waybill number.
    func track(_ parcels: [TrackedParcel]) async throws(CarrierError) -> [String: TrackingReport]

    func quote(_ consignment: Consignment, timeout: Duration) async throws(CarrierError) -> QuoteOutcome

    /// The papers that labels come on.
    var labelSizes: Set<LabelSize> { get }

    /// The label of a waybill as PDF.
    func label(_ number: String, _ size: LabelSize, timeout: Duration) async throws(CarrierError) -> [UInt8]
}

/// A parcel to ask about.
struct TrackedParcel: Sendable, Equatable {
    let number: String
    /// Of the recipient: without it the carrier tells less.
    let phone: String
    let returnNumber: String?

    init(number: String, phone: String, returnNumber: String?) {
        self.number = number
        self.phone = phone
        self.returnNumber = returnNumber
    }

    init(json: JSON) throws {
        self.init(
            number: try json.text("number"), phone: try json.text("phone"), returnNumber: json["return_number"]?.string)
    }
}

/// A call that gave no usable answer.
struct CarrierError: Error, Sendable, Equatable {
    let cause: ProviderError
    /// The carrier wants to be left alone for this long.
    var pause: Duration?
}
