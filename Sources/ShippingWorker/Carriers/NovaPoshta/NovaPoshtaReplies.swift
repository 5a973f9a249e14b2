import Contracts

/// What the data of Nova Poshta's answers says.
enum NovaPoshtaReplies {
    struct Settlement: Sendable, Equatable {
        /// Of streets.
        let ref: String
        /// Of waybills: another one.
        let cityRef: String
    }

    /// The settlement of exactly this name, else the first: the carrier sorts by size.
    static func settlement(_ data: [JSON], named name: String) -> Settlement? {
        let rows = data.flatMap { $0["Addresses"]?.array ?? [] }
        let exact = rows.first { $0["MainDescription"]?.string?.lowercased() == name.lowercased() }
        guard let row = exact ?? rows.first, let ref = row.looseText("Ref"), let city = row.looseText("DeliveryCity")
        else { return nil }
        return Settlement(ref: ref, cityRef: city)
    }

    static func street(_ data: [JSON]) -> String? {
        data.lazy.flatMap { $0["Addresses"]?.array ?? [] }.compactMap { $0.looseText("SettlementStreetRef") }.first
    }

    static func firstRef(_ data: [JSON]) -> String? { data.first?.looseText("Ref") }

    /// The private person behind a recipient: always the nested contact.
    static func recipient(_ data: [JSON]) -> (ref: String, contactRef: String)? {
        guard let row = data.first, let ref = row.looseText("Ref"),
            let contact = row["ContactPerson"]?["data"]?.array?.first?.looseText("Ref")
        else { return nil }
        return (ref, contact)
    }

    static func waybill(_ data: [JSON]) -> Waybill? { data.first.flatMap(waybill) }

    /// Of the answer to `save`, and of a row of the list.
    private static func waybill(_ row: JSON) -> Waybill? {
        guard let ref = row.looseText("Ref"), let number = row.looseText("IntDocNumber") else { return nil }
        return Waybill(
            ref: ref, number: number, cost: row.hryvnias("CostOnSite"),
            estimatedDeliveryDate: row.looseText("EstimatedDeliveryDate").flatMap(KyivTime.date))
    }

    /// The waybill of a list that bears our id.
    static func waybill(_ data: [JSON], bearing id: Identifier) -> Waybill? {
        data.first { $0.looseText("InfoRegClientBarcodes") == id.description }.flatMap(waybill)
    }

    static func price(_ data: [JSON]) -> Money? { data.first?.hryvnias("Cost") }

    /// The day stands in a member of its own or directly in the row.
    static func deliveryDate(_ data: [JSON]) -> CalendarDate? {
        guard let row = data.first else { return nil }
        return (row["DeliveryDate"] ?? row).looseText("date").flatMap(KyivTime.date)
    }

    /// Reports by number; the carrier may answer in another order than it was asked.
    static func reports(_ data: [JSON]) -> [String: TrackingReport] {
        var reports: [String: TrackingReport] = [:]
        for row in data {
            guard let number = row.looseText("Number"), let code = row.looseText("StatusCode") else { continue }
            reports[number] = report(row, code)
        }
        return reports
    }

    private static func report(_ row: JSON, _ code: String) -> TrackingReport {
        let status = ShipmentStatus(novaPoshta: code)
        let received = status == .delivered ? row.looseText("RecipientDateTime").flatMap(KyivTime.instant) : nil
        let time =
            received
            ?? ["TrackingUpdateDate", "DateScan", "DateCreated"].lazy.compactMap {
                row.looseText($0).flatMap(KyivTime.instant)
            }.first
        return TrackingReport(
            code: code, text: (row.looseText("Status") ?? "").limited(to: 300), status: status, time: time,
            location: location(row, code),
            estimatedDeliveryDate: row.looseText("ScheduledDeliveryDate").flatMap(KyivTime.date),
            returnNumber: row.looseText("LastCreatedOnTheBasisNumber").flatMap(isWaybillNumber))
    }

    /// A value with a dash is a money transfer, no parcel.
    private static func isWaybillNumber(_ text: String) -> String? {
        text.utf8.count == 14 && text.utf8.allSatisfy { (48...57).contains($0) } ? text : nil
    }

    /// The city of the end of the way at which the parcel is; on the way between nothing is known.
    private static func location(_ row: JSON, _ code: String) -> String? {
        switch code {
        case "4", "41", "12": return row.looseText("CitySender")
        case "6", "9", "10", "11", "14", "101", "106", "111", "112": return row.looseText("CityRecipient")
        case "7", "8", "107":
            let place = [row.looseText("CityRecipient"), row.looseText("WarehouseRecipient")].compactMap { $0 }
            return place.isEmpty ? nil : place.joined(separator: ", ").limited(to: 200)
        default: return nil
        }
    }
}
