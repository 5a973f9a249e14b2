import Contracts
import Synchronization

extension NovaPoshtaPost {
    /// Heaviest shipment in grams.
    private static let heaviest: Int64 = 1_000_000
    private static let highestCost = Money(minor: 100_000_000, .uah)
    private static let highestLockerCost = Money(minor: 1_000_000, .uah)

    // MARK: Price and day

    func getDocumentPrice(_ properties: NovaPoshtaProperties) throws(NovaPoshtaFault) -> NovaPoshtaAnswer {
        let (from, to) = try cities(properties)
        let service = try service(properties)
        let declared = try cost(properties)
        let price = NovaPoshtaTariff.price(
            from: from, to: to, grams: try grams(properties), declared: declared, service: service,
            seats: try seats(properties))
        var members = [
            JSON.Member("AssessedCost", declared.carrierNumber), JSON.Member("Cost", price.carrierNumber),
        ]
        if let back = properties.json["RedeliveryCalculate"].map(NovaPoshtaProperties.init),
            back.text("CargoType") == "Money", let amount = try? Money(text: back.text("Amount"), .uah)
        {
            members.append(JSON.Member("CostRedelivery", NovaPoshtaTariff.redelivery(amount).carrierNumber))
        }
        let zone = from.ref == to.ref ? "1" : "2"
        members.append(
            JSON.Member("TZoneInfo", .members(["TzoneName": .string("Zone \(zone)"), "TzoneID": .string(zone)])))
        return NovaPoshtaAnswer([.object(members)])
    }

    func getDeliveryDate(_ properties: NovaPoshtaProperties) throws(NovaPoshtaFault) -> NovaPoshtaAnswer {
        let (from, to) = try cities(properties)
        _ = try service(properties)
        let text = properties.text("DateTime")
        guard let sent = text.isEmpty ? KyivTime(clock.now()).date : KyivTime.day(text) else {
            throw .field("DateTime")
        }
        let day = NovaPoshtaTariff.deliveryDay(from: from, to: to, sent: sent)
        return NovaPoshtaAnswer([
            .members([
                "DeliveryDate": .members([
                    "date": .string("\(day) 12:00:00.000000"), "timezone_type": .int(3),
                    "timezone": .string("Europe/Kiev"),
                ])
            ])
        ])
    }

    // MARK: Waybills

    func saveDocument(_ properties: NovaPoshtaProperties) throws(NovaPoshtaFault) -> NovaPoshtaAnswer {
        let now = clock.now()
        try checkPayer(properties)
        guard let day = KyivTime.day(properties.text("DateTime")) else { throw .field("DateTime") }
        guard day >= KyivTime(now).date else { throw .pastDate }
        let details = try details(properties)
        let price = NovaPoshtaTariff.price(
            from: details.from, to: details.to, grams: details.grams, declared: details.declared,
            service: details.service, seats: details.seats)
        let estimated = NovaPoshtaTariff.deliveryDay(from: details.from, to: details.to, sent: day)
        let parcel = state.withLock { state in
            let parcel = NovaPoshtaParcel(
                ref: Identifier.new(at: now).description, number: "\(state.nextNumber)", details: details,
                price: price, estimated: estimated, at: now)
            state.nextNumber += 1
            state.add(parcel)
            state.record("save", parcel, now)
            return parcel
        }
        return NovaPoshtaAnswer([
            .members([
                "Ref": .string(parcel.ref), "CostOnSite": parcel.price.carrierNumber,
                "EstimatedDeliveryDate": .string(KyivTime.day(parcel.estimated)),
                "IntDocNumber": .string(parcel.number), "TypeDocument": .string("InternetDocument"),
            ])
        ])
    }

    private func checkPayer(_ properties: NovaPoshtaProperties) throws(NovaPoshtaFault) {
        switch properties.text("PayerType") {
        case "Sender", "Recipient": break
        default: throw .field("PayerType")
        }
        switch properties.text("PaymentMethod") {
        case "Cash": break
        case "NonCash": throw .nonCash
        default: throw .field("PaymentMethod")
        }
    }

    private func details(_ properties: NovaPoshtaProperties) throws(NovaPoshtaFault) -> NovaPoshtaParcel.Details {
        let cargo = properties.text("CargoType")
        guard ["Parcel", "Cargo", "Documents", "TiresWheels", "Pallet"].contains(cargo) else {
            throw .field("CargoType")
        }
        let service = try service(properties)
        let (from, to) = try cities(properties)
        let grams = try grams(properties)
        let declared = try cost(properties)
        let places = properties.list("OptionsSeat")
        if places.isEmpty && cargo != "Documents" { _ = try properties.required("VolumeGeneral") }
        let text = try properties.required("Description")
        guard properties.text("Sender") == Self.senderRef else { throw .field("Sender") }
        guard properties.text("ContactSender") == Self.senderContactRef else { throw .field("ContactSender") }
        if !service.fromDoors {
            guard directory.branches[properties.text("SenderAddress")]?.city.ref == from.ref else {
                throw .field("SenderAddress")
            }
        }
        let senderPhone = try properties.required("SendersPhone")
        let recipientPhone = properties.text("RecipientsPhone")
        try NovaPoshtaContact.checkPhone(recipientPhone)
        let contact = state.withLock { $0.contacts[properties.text("ContactRecipient")] }
        guard let contact, contact.counterpartyRef == properties.text("Recipient") else { throw .recipient }
        let branch = try branch(properties, service, in: to)
        if let branch { try check(branch, cargo: cargo, grams: grams, declared: declared, places: places) }
        return NovaPoshtaParcel.Details(
            from: from, to: to, branch: branch, recipientName: contact.fullName, recipientPhone: recipientPhone,
            senderPhone: senderPhone, grams: grams, seats: try seats(properties), declared: declared,
            cashOnDelivery: try cashOnDelivery(properties, service, branch), service: service,
            clientNumber: properties.text("InfoRegClientBarcodes"), text: text)
    }

    private func branch(
        _ properties: NovaPoshtaProperties, _ service: NovaPoshtaService, in city: NovaPoshtaCity
    ) throws(NovaPoshtaFault) -> NovaPoshtaBranch? {
        let ref = properties.text("RecipientAddress")
        if service.toDoors {
            guard state.withLock({ $0.addresses[ref] != nil }) else { throw .field("RecipientAddress") }
            return nil
        }
        guard let branch = directory.branches[ref], branch.city.ref == city.ref else {
            throw .field("RecipientAddress")
        }
        return branch
    }

    private func check(
        _ branch: NovaPoshtaBranch, cargo: String, grams: Int64, declared: Money, places: [NovaPoshtaProperties]
    ) throws(NovaPoshtaFault) {
        var heaviest = grams
        if !places.isEmpty {
            heaviest = 0
            for place in places {
                guard let weight = DecimalText.thousandths(place.text("weight")), weight > 0 else { throw .weight }
                heaviest = max(heaviest, weight)
            }
        }
        if branch.kind == .locker {
            guard ["Parcel", "Documents"].contains(cargo) else { throw .field("CargoType") }
            guard places.count == 1, let place = places.first else { throw .field("OptionsSeat") }
            for (name, limit) in [("volumetricLength", 60), ("volumetricWidth", 40), ("volumetricHeight", 30)] {
                guard let size = DecimalText.thousandths(place.text(name)), size > 0, size <= limit * 1000 else {
                    throw .field("OptionsSeat")
                }
            }
            guard declared <= Self.highestLockerCost else { throw .costTooHigh }
        }
        if let limit = branch.kind.placeLimit, heaviest > limit {
            throw branch.kind == .locker ? .lockerWeight : .branchWeight
        }
    }

    private func cashOnDelivery(
        _ properties: NovaPoshtaProperties, _ service: NovaPoshtaService, _ branch: NovaPoshtaBranch?
    ) throws(NovaPoshtaFault) -> Money? {
        let control = properties.text("AfterpaymentOnGoodsCost")
        if !control.isEmpty {
            guard branch?.kind != .locker else { throw .lockerPaymentControl }
            guard service == .branchToBranch else { throw .paymentControl }
            guard let amount = try? Money(text: control, .uah), !amount.isZero else {
                throw .field("AfterpaymentOnGoodsCost")
            }
            return amount
        }
        guard let back = properties.list("BackwardDeliveryData").first(where: { $0.text("CargoType") == "Money" })
        else {
            return nil
        }
        guard ["Sender", "Recipient"].contains(back.text("PayerType")) else { throw .field("BackwardDeliveryData") }
        guard let amount = try? Money(text: back.text("RedeliveryString"), .uah), amount.minor >= 100 else {
            throw .field("RedeliveryString")
        }
        return amount
    }

    /// Only before the parcel was handed over.
    func deleteDocuments(_ properties: NovaPoshtaProperties) throws(NovaPoshtaFault) -> NovaPoshtaAnswer {
        let refs = properties.json["DocumentRefs"]?.array?.compactMap(\.string) ?? [properties.text("DocumentRefs")]
        let now = clock.now()
        let deleted = try state.withLock { state throws(NovaPoshtaFault) in
            guard refs.allSatisfy({ state.parcels[$0] != nil && !state.deleted.contains($0) }) else { throw .notFound }
            var deleted: [String] = []
            for ref in refs {
                state.parcels[ref]?.move(to: now, step: state.step)
                guard let parcel = state.parcels[ref], parcel.isWithSender else { continue }
                state.deleted.insert(ref)
                state.record("delete", parcel, now)
                deleted.append(ref)
            }
            guard !deleted.isEmpty else { throw .nothingDeleted }
            return deleted
        }
        return NovaPoshtaAnswer(deleted.map { .members(["Ref": .string($0)]) })
    }

    /// The waybills of a day (`DateTime`) or of days (`DateTimeFrom`, `DateTimeTo`), newest last; all without a day.
    func getDocumentList(_ properties: NovaPoshtaProperties) -> NovaPoshtaAnswer {
        let day = KyivTime.day(properties.text("DateTime"))
        let from = day ?? KyivTime.day(properties.text("DateTimeFrom"))
        let to = day ?? KyivTime.day(properties.text("DateTimeTo"))
        let now = clock.now()
        let parcels = state.withLock { state in
            for ref in state.parcels.keys { state.parcels[ref]?.move(to: now, step: state.step) }
            return state.parcels.values.filter { !state.deleted.contains($0.ref) }.sorted { $0.number < $1.number }
        }
        let rows: [JSON] = parcels.filter { parcel in
            let date = KyivTime(parcel.createdAt).date
            return parcel.returns == nil && from.map { date >= $0 } ?? true && to.map { date <= $0 } ?? true
        }.map { parcel in
            .members([
                "Ref": .string(parcel.ref), "IntDocNumber": .string(parcel.number),
                "InfoRegClientBarcodes": .string(parcel.details.clientNumber),
                "DateTime": .string(KyivTime(parcel.createdAt).iso),
                "Cost": .string(parcel.details.declared.description),
                "CostOnSite": parcel.price.carrierNumber,
                "EstimatedDeliveryDate": .string("\(parcel.estimated) 00:00:00"),
                "Weight": .string(DecimalText.describe(thousandths: parcel.details.grams)),
                "SeatsAmount": .string("\(parcel.details.seats)"),
                "ServiceType": .string(parcel.details.service.rawValue),
                "CitySender": .string(parcel.details.from.ref), "CityRecipient": .string(parcel.details.to.ref),
                "RecipientAddress": .string(parcel.details.branch?.ref ?? ""),
                "RecipientContactPhone": .string(parcel.details.recipientPhone),
                "Description": .string(parcel.details.text),
                "StateId": .string("\(parcel.status)"),
                "StateName": .string(NovaPoshtaParcel.text(parcel.status, branch: parcel.details.branch)),
            ])
        }
        return NovaPoshtaAnswer(rows: rows, page: properties)
    }

    // MARK: Fields

    private func cities(
        _ properties: NovaPoshtaProperties
    ) throws(NovaPoshtaFault) -> (from: NovaPoshtaCity, to: NovaPoshtaCity) {
        guard let from = directory.cities[properties.text("CitySender")] else { throw .field("CitySender") }
        guard let to = directory.cities[properties.text("CityRecipient")] else { throw .recipientCity }
        return (from, to)
    }

    private func service(_ properties: NovaPoshtaProperties) throws(NovaPoshtaFault) -> NovaPoshtaService {
        guard let service = NovaPoshtaService(rawValue: properties.text("ServiceType")) else { throw .serviceType }
        return service
    }

    private func grams(_ properties: NovaPoshtaProperties) throws(NovaPoshtaFault) -> Int64 {
        guard let grams = DecimalText.thousandths(properties.text("Weight")), grams >= 100 else { throw .weight }
        guard grams <= Self.heaviest else { throw .weightTooHigh }
        return grams
    }

    private func cost(_ properties: NovaPoshtaProperties) throws(NovaPoshtaFault) -> Money {
        guard let cost = try? Money(text: properties.text("Cost"), .uah), !cost.isZero else { throw .cost }
        guard cost <= Self.highestCost else { throw .costTooHigh }
        return cost
    }

    private func seats(_ properties: NovaPoshtaProperties) throws(NovaPoshtaFault) -> Int64 {
        guard let seats = Int64(properties.text("SeatsAmount")), (1...1000).contains(seats) else {
            throw .field("SeatsAmount")
        }
        return seats
    }
}

extension NovaPoshtaPost.State {
    mutating func add(_ parcel: NovaPoshtaParcel) {
        parcels[parcel.ref] = parcel
        refs[parcel.number] = parcel.ref
    }

    mutating func record(_ kind: String, _ parcel: NovaPoshtaParcel, _ now: Timestamp) {
        journal.add(now) {
            .members([
                "kind": .string(kind), "number": .string(parcel.number), "ref": .string(parcel.ref),
                "client_number": .string(parcel.details.clientNumber), "price": .amount(parcel.price),
                "cash_on_delivery": .optional(parcel.details.cashOnDelivery?.description),
                "status": .int(parcel.status),
            ])
        }
    }
}

extension Money {
    /// As Nova Poshta writes prices: a whole number where it is one, else with decimals.
    var carrierNumber: JSON {
        .number(minor % currency.scale == 0 ? "\(minor / currency.scale)" : description)
    }
}
