import Contracts

/// One call of the API: model, method and properties. The key is added where it is sent.
struct NovaPoshtaCall: Sendable, Equatable {
    let model: String
    let method: String
    /// A JSON object.
    let properties: [UInt8]

    init(_ model: String, _ method: String, _ members: (inout JSONWriter) -> Void) {
        self.model = model
        self.method = method
        properties = JSONWriter.object(members)
    }

    func body(key: String) -> [UInt8] {
        JSONWriter.object {
            $0.member("apiKey", key)
            $0.member("modelName", model)
            $0.member("calledMethod", method)
            $0.member("methodProperties", raw: properties)
        }
    }
}

/// The shop's account as sender.
struct NovaPoshtaSender: Sendable, Equatable {
    let ref: String
    let contactRef: String
    let phone: String
    let cityRef: String
    /// The branch where parcels are handed in.
    let addressRef: String
}

/// A recipient as the carrier knows it.
struct NovaPoshtaRecipient: Sendable, Equatable {
    let ref: String
    let contactRef: String
    let cityRef: String
    /// The branch, the locker, or a saved door.
    let addressRef: String
}

enum NovaPoshtaRequests {
    static func settlements(named city: String) -> NovaPoshtaCall {
        NovaPoshtaCall("Address", "searchSettlements") {
            $0.member("CityName", city)
            $0.member("Limit", "10")
            $0.member("Page", "1")
        }
    }

    static func streets(named street: String, settlement: String) -> NovaPoshtaCall {
        NovaPoshtaCall("Address", "searchSettlementStreets") {
            $0.member("StreetName", street)
            $0.member("SettlementRef", settlement)
            $0.member("Limit", "10")
        }
    }

    static func branch(number: String, city: String) -> NovaPoshtaCall {
        NovaPoshtaCall("Address", "getWarehouses") {
            $0.member("CityRef", city)
            $0.member("WarehouseId", number)
            $0.member("Page", "1")
            $0.member("Limit", "10")
        }
    }

    static let senders = NovaPoshtaCall("Counterparty", "getCounterparties") {
        $0.member("CounterpartyProperty", "Sender")
        $0.member("Page", "1")
    }

    static func contacts(of counterparty: String) -> NovaPoshtaCall {
        NovaPoshtaCall("Counterparty", "getCounterpartyContactPersons") {
            $0.member("Ref", counterparty)
            $0.member("Page", "1")
        }
    }

    static func addresses(ofSender counterparty: String) -> NovaPoshtaCall {
        NovaPoshtaCall("Counterparty", "getCounterpartyAddresses") {
            $0.member("Ref", counterparty)
            $0.member("CounterpartyProperty", "Sender")
        }
    }

    static func saveRecipient(_ recipient: Shipment.Recipient) -> NovaPoshtaCall {
        let name = NovaPoshtaText.PersonName(recipient.name)
        return NovaPoshtaCall("Counterparty", "save") {
            $0.member("CounterpartyType", "PrivatePerson")
            $0.member("CounterpartyProperty", "Recipient")
            $0.member("FirstName", name.first)
            $0.member("MiddleName", name.middle)
            $0.member("LastName", name.last)
            $0.member("Phone", NovaPoshtaText.phone(recipient.phone))
            $0.member("Email", "")
        }
    }

    static func saveDoor(_ door: NovaPoshtaText.Door, street: String, of counterparty: String) -> NovaPoshtaCall {
        NovaPoshtaCall("Address", "save") {
            $0.member("CounterpartyRef", counterparty)
            $0.member("StreetRef", street)
            $0.member("BuildingNumber", door.building)
            $0.member("Flat", door.flat)
        }
    }

    /// Lockers are addressed like branches.
    private static func serviceType(_ service: DeliveryService) -> String {
        service == .courier ? "WarehouseDoors" : "WarehouseWarehouse"
    }

    static func saveWaybill(
        _ shipment: Shipment, from sender: NovaPoshtaSender, to recipient: NovaPoshtaRecipient, on day: CalendarDate
    ) -> NovaPoshtaCall {
        NovaPoshtaCall("InternetDocument", "save") {
            $0.member("PayerType", shipment.payer == .sender ? "Sender" : "Recipient")
            $0.member("PaymentMethod", "Cash")
            $0.member("DateTime", KyivTime.text(day))
            $0.member("CargoType", "Parcel")
            $0.member("Weight", NovaPoshtaText.kilograms(shipment.weightGrams))
            $0.member("ServiceType", serviceType(shipment.service))
            $0.member("SeatsAmount", "\(shipment.parcels.count)")
            $0.member("Description", shipment.contents.limited(to: 36))
            $0.member("Cost", NovaPoshtaText.hryvnias(shipment.declaredValue))
            $0.member("CitySender", sender.cityRef)
            $0.member("Sender", sender.ref)
            $0.member("SenderAddress", sender.addressRef)
            $0.member("ContactSender", sender.contactRef)
            $0.member("SendersPhone", NovaPoshtaText.phone(sender.phone))
            $0.member("CityRecipient", recipient.cityRef)
            $0.member("Recipient", recipient.ref)
            $0.member("RecipientAddress", recipient.addressRef)
            $0.member("ContactRecipient", recipient.contactRef)
            $0.member("RecipientsPhone", NovaPoshtaText.phone(shipment.recipient.phone))
            $0.name("OptionsSeat")
            $0.array(shipment.parcels) { writer, parcel in writeSeat(parcel, to: &writer) }
            $0.member("InfoRegClientBarcodes", shipment.id.description)
        }
    }

    /// Lockers want sizes: a shoe box, when none were given.
    private static func writeSeat(_ parcel: Shipment.Parcel, to writer: inout JSONWriter) {
        writer.object {
            $0.member("weight", NovaPoshtaText.kilograms(parcel.weightGrams))
            $0.member("volumetricLength", NovaPoshtaText.centimetres(parcel.lengthMM ?? 300))
            $0.member("volumetricWidth", NovaPoshtaText.centimetres(parcel.widthMM ?? 200))
            $0.member("volumetricHeight", NovaPoshtaText.centimetres(parcel.heightMM ?? 100))
        }
    }

    static func waybills(from: CalendarDate, to: CalendarDate, page: Int) -> NovaPoshtaCall {
        NovaPoshtaCall("InternetDocument", "getDocumentList") {
            $0.member("DateTimeFrom", KyivTime.text(from))
            $0.member("DateTimeTo", KyivTime.text(to))
            $0.member("Page", "\(page)")
            $0.member("Limit", "500")
        }
    }

    static func delete(_ ref: String) -> NovaPoshtaCall {
        NovaPoshtaCall("InternetDocument", "delete") { $0.member("DocumentRefs", array: [ref]) }
    }

    /// At most 100 numbers.
    static func statuses(_ documents: [(number: String, phone: String)]) -> NovaPoshtaCall {
        NovaPoshtaCall("TrackingDocument", "getStatusDocuments") {
            $0.name("Documents")
            $0.array(documents) { writer, document in
                writer.object {
                    $0.member("DocumentNumber", document.number)
                    $0.member("Phone", NovaPoshtaText.phone(document.phone))
                }
            }
        }
    }

    static func price(_ consignment: Consignment, from sender: String, to recipient: String) -> NovaPoshtaCall {
        NovaPoshtaCall("InternetDocument", "getDocumentPrice") {
            $0.member("CitySender", sender)
            $0.member("CityRecipient", recipient)
            $0.member("Weight", NovaPoshtaText.kilograms(consignment.weightGrams))
            $0.member("ServiceType", serviceType(consignment.service))
            $0.member("Cost", NovaPoshtaText.hryvnias(consignment.declaredValue))
            $0.member("CargoType", "Parcel")
            $0.member("SeatsAmount", "\(consignment.places)")
        }
    }

    static func deliveryDate(
        _ consignment: Consignment, from sender: String, to recipient: String, on day: CalendarDate
    ) -> NovaPoshtaCall {
        NovaPoshtaCall("InternetDocument", "getDocumentDeliveryDate") {
            $0.member("DateTime", KyivTime.text(day))
            $0.member("ServiceType", serviceType(consignment.service))
            $0.member("CitySender", sender)
            $0.member("CityRecipient", recipient)
        }
    }
}
