import Contracts

/// What a client asked for (schema `ShipmentCreate`), checked as far as it can be without the order's shipments.
struct ShipmentDraft: Sendable, Equatable {
    struct Unit: Sendable, Equatable {
        let orderItemID: Identifier
        let quantity: Int64
    }

    /// nil: all units not yet shipped.
    let items: [Unit]?
    let carrier: Carrier?
    let service: DeliveryService?
    let cityRef: String?
    let branchRef: String?
    let recipient: Shipment.Recipient?
    let address: JSON?
    let parcels: [Shipment.Parcel]?
    let declaredValue: Money?
    let payer: Shipment.Payer
    let contents: String?

    /// Reads a request's body; it means the lines and the currency of the order.
    static func read(_ body: JSON, for order: OrderSnapshot) -> Result<ShipmentDraft, Refusal> {
        let input = Input(body)
        input.required().object()
        let items = readItems(input["items"], order)
        let carrier: Carrier? = input["carrier"].word()
        let service: DeliveryService? = input["service"].word()
        let cityRef = input["city_ref"].text(1...64)
        let branchRef = input["branch_ref"].text(1...64)
        let recipient = readRecipient(input["recipient"])
        let address = readAddress(input["address"])
        let parcels = input["parcels"].array(1...50)?.compactMap(readParcel)
        let declaredValue = input["declared_value"].money(order.currency)
        let payer: Shipment.Payer? = input["payer"].word()
        let contents = input["description"].text(1...100)
        guard input.faults.isEmpty else { return .failure(Refusal(.validationFailed(input.faults))) }
        return .success(
            ShipmentDraft(
                items: items, carrier: carrier, service: service, cityRef: cityRef, branchRef: branchRef,
                recipient: recipient, address: address, parcels: parcels, declaredValue: declaredValue,
                payer: payer ?? .sender, contents: contents))
    }

    private static func readItems(_ input: Input, _ order: OrderSnapshot) -> [Unit]? {
        var seen: Set<Identifier> = []
        return input.array(1...100)?.compactMap { entry in
            entry.required().object()
            let id = entry["order_item_id"].required().identifier()
            let quantity = entry["quantity"].required().integer(1...10_000)
            guard let id, let quantity else { return nil }
            guard order.lines.contains(where: { $0.id == id }) else {
                entry["order_item_id"].note("unknown_value", "Is no line of the order.")
                return nil
            }
            guard seen.insert(id).inserted else {
                entry["order_item_id"].note("duplicate", "Is there twice.")
                return nil
            }
            return Unit(orderItemID: id, quantity: quantity)
        }
    }

    private static func readRecipient(_ input: Input) -> Shipment.Recipient? {
        guard input.object() != nil else { return nil }
        let name = input["name"].required().text(1...100)
        let phone = input["phone"].required().text(6...25, allowed: Phone.allows)
        guard let name, let phone else { return nil }
        return Shipment.Recipient(name: name, phone: Phone.e164(phone))
    }

    private static func readParcel(_ input: Input) -> Shipment.Parcel? {
        input.required().object()
        let weight = input["weight_grams"].required().integer(1...1_000_000)
        let length = input["length_mm"].integer(1...10_000)
        let width = input["width_mm"].integer(1...10_000)
        let height = input["height_mm"].integer(1...10_000)
        guard let weight else { return nil }
        return Shipment.Parcel(weightGrams: weight, lengthMM: length, widthMM: width, heightMM: height)
    }

    /// The members of an `Address` that were sent, in the contract's order.
    private static func readAddress(_ input: Input) -> JSON? {
        guard input.object() != nil else { return nil }
        var members: [JSON.Member] = []
        func keep(_ name: String, _ text: String?) {
            if let text { members.append(JSON.Member(name, .string(text))) }
        }
        keep("name", input["name"].text(1...100))
        keep("company", input["company"].text(1...150))
        keep("tax_id", input["tax_id"].text(1...20, allowed: isTaxID))
        keep("city", input["city"].required().text(1...100))
        keep("address", input["address"].required().text(1...200))
        keep("region", input["region"].text(1...100))
        keep("postal_code", input["postal_code"].text(2...12) { isTaxID($0) || $0 == " " })
        keep("country", input["country"].text(2...2) { ("A"..."Z").contains($0) } ?? "UA")
        keep("phone", input["phone"].text(6...25, allowed: Phone.allows).map(Phone.e164))
        keep("email", input["email"].text(3...254) { $0.value > 0x20 })
        return .object(members)
    }

    private static func isTaxID(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "A"..."Z", "a"..."z", "0"..."9", "-": true
        default: false
        }
    }
}
