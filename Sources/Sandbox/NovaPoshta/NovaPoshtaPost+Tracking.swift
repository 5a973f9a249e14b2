import Contracts
import Synchronization

extension NovaPoshtaPost {
    /// The carrier's limit of numbers in one call.
    static let trackingLimit = 100

    func getStatuses(_ properties: NovaPoshtaProperties) throws(NovaPoshtaFault) -> NovaPoshtaAnswer {
        let documents = properties.list("Documents")
        guard !documents.isEmpty, documents.count <= Self.trackingLimit else { throw .field("Documents") }
        for document in documents {
            let number = document.text("DocumentNumber")
            guard number.utf8.count == 14, number.utf8.allSatisfy({ (48...57).contains($0) }) else { throw .number }
        }
        let now = clock.now()
        var rows: [JSON] = []
        var warnings: [JSON] = []
        for document in documents {
            let number = document.text("DocumentNumber")
            let found = state.withLock { state in
                guard let ref = state.refs[number] else { return nil as (NovaPoshtaParcel, Bool)? }
                state.parcels[ref]?.move(to: now, step: state.step)
                return state.parcels[ref].map { ($0, state.deleted.contains(ref)) }
            }
            guard let (parcel, isDeleted) = found else {
                rows.append(
                    .members([
                        "Number": .string(number), "StatusCode": .string("3"),
                        "Status": .string(NovaPoshtaParcel.text(3, branch: nil)), "RedeliverySum": .string(""),
                        "AnnouncedPrice": .string(""),
                    ]))
                continue
            }
            let phone = NovaPoshtaContact.subscriber(document.text("Phone"))
            let isFull = [parcel.details.recipientPhone, parcel.details.senderPhone].contains {
                NovaPoshtaContact.subscriber($0) == phone
            }
            if !isFull {
                warnings.append(
                    .object([
                        JSON.Member(
                            "ID_\(number)",
                            .string(
                                "Please enter a valid phone number from the express invoice to show full information"))
                    ]))
            }
            rows.append(Self.row(parcel, status: isDeleted ? 2 : parcel.status, isFull: isFull))
        }
        return NovaPoshtaAnswer(rows, warnings: warnings)
    }

    private static func row(_ parcel: NovaPoshtaParcel, status: Int, isFull: Bool) -> JSON {
        let details = parcel.details
        let cash = details.cashOnDelivery
        let isWithSender = status == 1 || status == 2
        return .members([
            "Number": .string(parcel.number), "StatusCode": .string("\(status)"),
            "Status": .string(NovaPoshtaParcel.text(status, branch: details.branch)), "RefEW": .string(parcel.ref),
            "ScheduledDeliveryDate": .string("\(KyivTime.day(parcel.estimated, "-")) 12:00:00"),
            "ActualDeliveryDate": .string(parcel.arrivedAt.map { KyivTime($0).iso } ?? ""),
            "RecipientDateTime": .string(parcel.receivedAt.map { KyivTime($0).dots } ?? ""),
            "TrackingUpdateDate": .string(KyivTime(parcel.changedAt).iso),
            "DateCreated": .string(KyivTime(parcel.createdAt).dashes),
            "DateScan": .string(isWithSender ? "0" : KyivTime(parcel.changedAt).scan),
            "WarehouseRecipient": .string(details.branch?.title ?? ""),
            "WarehouseRecipientNumber": .int(details.branch?.number ?? 0),
            "CitySender": .string(details.from.name), "CityRecipient": .string(details.to.name),
            "RecipientFullName": .string(isFull ? details.recipientName : ""),
            "PhoneRecipient": .string(isFull ? details.recipientPhone : ""),
            "DocumentCost": .string("\(parcel.price)"),
            "DocumentWeight": .number(DecimalText.describe(thousandths: details.grams)),
            "AnnouncedPrice": details.declared.carrierNumber, "Redelivery": .int(cash == nil ? 0 : 1),
            "RedeliverySum": cash?.carrierNumber ?? .string(""), "RedeliveryNum": .string(""),
            "PaymentStatus": .string(""), "LastCreatedOnTheBasisNumber": .string(parcel.returnNumber ?? ""),
            "LastCreatedOnTheBasisDocumentType": .string(parcel.returnNumber == nil ? "" : "CargoReturn"),
            "OwnerDocumentNumber": .string(parcel.returns ?? ""),
            "OwnerDocumentType": .string(parcel.returns == nil ? "" : "CargoReturn"),
            "UndeliveryReasons": .string(status == 111 ? "Одержувач відсутній" : ""),
            "PossibilityCreateReturn": .bool(status == 7 || status == 8),
        ])
    }

    // MARK: Control

    /// What the control API does to a parcel.
    enum Order: Sendable {
        case advance
        case hold(status: Int)
        case resume
        /// The recipient refuses: the parcel stands at 103 and goes back on a waybill of its own.
        case refuse
    }

    func setStep(_ step: Duration) {
        let now = clock.now()
        state.withLock { state in
            for ref in state.parcels.keys { state.parcels[ref]?.move(to: now, step: state.step) }
            state.step = step
        }
    }

    /// - Returns: The parcel after it; nil when the number is unknown or its waybill deleted.
    func apply(_ order: Order, to number: String) -> NovaPoshtaParcel? {
        let now = clock.now()
        return state.withLock { state in
            guard let ref = state.refs[number], !state.deleted.contains(ref), var parcel = state.parcels[ref] else {
                return nil
            }
            parcel.move(to: now, step: state.step)
            switch order {
            case .advance: parcel.advance(at: now)
            case .resume: parcel.resume(at: now)
            case .hold(let status): parcel.force(status, at: now)
            case .refuse:
                parcel.force(103, at: now)
                if parcel.returnNumber == nil {
                    let back = state.sendBack(parcel, now)
                    parcel.returnNumber = back.number
                    state.record("return", back, now)
                }
            }
            state.parcels[ref] = parcel
            return parcel
        }
    }
}

extension NovaPoshtaPost.State {
    fileprivate mutating func sendBack(_ parcel: NovaPoshtaParcel, _ now: Timestamp) -> NovaPoshtaParcel {
        var details = parcel.details
        swap(&details.from, &details.to)
        swap(&details.recipientPhone, &details.senderPhone)
        details.cashOnDelivery = nil
        details.branch = NovaPoshtaBranch.all(in: details.to).first
        var back = NovaPoshtaParcel(
            ref: Identifier.new(at: now).description, number: "\(nextNumber)", details: details, price: parcel.price,
            estimated: NovaPoshtaTariff.deliveryDay(from: details.from, to: details.to, sent: KyivTime(now).date),
            at: now, returns: parcel.number)
        // The carrier has it already.
        back.advance(at: now)
        nextNumber += 1
        add(back)
        return back
    }
}
