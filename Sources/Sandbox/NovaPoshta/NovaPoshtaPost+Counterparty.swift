import Contracts
import Synchronization

extension NovaPoshtaPost {
    private static let senderAddress = "1ec09d88-e1c2-11e3-8c4a-0050568002cf"

    func getCounterparties(_ properties: NovaPoshtaProperties) -> NovaPoshtaAnswer {
        if properties.text("CounterpartyProperty") == "Sender" {
            return NovaPoshtaAnswer(
                rows: [
                    .members([
                        "Ref": .string(Self.senderRef), "Description": .string("Приклад"),
                        "City": .string(NovaPoshtaCity.kyivRef),
                        "Counterparty": .string(""), "CounterpartyType": .string("Organization"),
                    ])
                ], page: properties)
        }
        let rows: [JSON] = state.withLock { state in
            state.contacts.values.sorted { $0.ref < $1.ref }.map { contact in
                .members([
                    "Ref": .string(contact.counterpartyRef), "Description": .string("Приватна особа"),
                    "FirstName": .string(contact.firstName), "LastName": .string(contact.lastName),
                    "MiddleName": .string(contact.middleName), "CounterpartyType": .string("PrivatePerson"),
                ])
            }
        }
        return NovaPoshtaAnswer(rows: rows, page: properties)
    }

    func getContactPersons(_ properties: NovaPoshtaProperties) -> NovaPoshtaAnswer {
        let ref = properties.text("Ref")
        if ref == Self.senderRef {
            return NovaPoshtaAnswer(
                rows: [
                    .members([
                        "Ref": .string(Self.senderContactRef), "Description": .string("Склад Приклад"),
                        "Phones": .string(Self.senderPhone), "FirstName": .string("Склад"),
                        "LastName": .string("Приклад"), "MiddleName": .string(""), "Email": .string(""),
                    ])
                ], page: properties)
        }
        let rows: [JSON] = state.withLock { state in
            state.contacts.values.filter { $0.counterpartyRef == ref }.sorted { $0.ref < $1.ref }.map(Self.describe)
        }
        return NovaPoshtaAnswer(rows: rows, page: properties)
    }

    func getAddresses(_ properties: NovaPoshtaProperties) -> NovaPoshtaAnswer {
        guard properties.text("Ref") == Self.senderRef else { return NovaPoshtaAnswer(rows: [], page: properties) }
        return NovaPoshtaAnswer(
            rows: [
                .members([
                    "Ref": .string(Self.senderAddress), "Description": .string("Відділення №1"),
                    "CityRef": .string(NovaPoshtaCity.kyivRef), "CityDescription": .string("Київ"),
                ])
            ], page: properties)
    }

    func getOptions() -> NovaPoshtaAnswer {
        NovaPoshtaAnswer([
            .members([
                "CanAfterpaymentOnGoodsCost": .bool(true), "CanNonCashPayment": .bool(false),
                "CanPayTheThirdPerson": .bool(false), "CanSentFromPostomat": .bool(true),
            ])
        ])
    }

    /// A private person comes back under the general description with the person as nested contact; saving the same again
    /// gives the same references and a warning.
    func saveCounterparty(_ properties: NovaPoshtaProperties) throws(NovaPoshtaFault) -> NovaPoshtaAnswer {
        guard properties.text("CounterpartyProperty") == "Recipient" else { throw .field("CounterpartyProperty") }
        switch properties.text("CounterpartyType") {
        case "PrivatePerson": return try savePerson(properties)
        case "Organization":
            let code = properties.text("EDRPOU")
            guard !code.isEmpty else { throw .edrpou }
            let ref = Identifier.derived(from: "organisation", code).description
            let name = properties.text("CompanyName")
            state.withLock { $0.organisations[ref] = name }
            return NovaPoshtaAnswer([
                .members([
                    "Ref": .string(ref), "Description": .string(name), "EDRPOU": .string(code),
                    "CounterpartyType": .string("Organization"),
                ])
            ])
        default: throw .field("CounterpartyType")
        }
    }

    private func savePerson(_ properties: NovaPoshtaProperties) throws(NovaPoshtaFault) -> NovaPoshtaAnswer {
        let (contact, isKnown) = try save(properties, under: nil)
        let nested: JSON = .members([
            "success": .bool(true), "data": .array([Self.describe(contact)]), "errors": .array([]),
            "warnings": .array([]), "info": .array([]),
        ])
        return NovaPoshtaAnswer(
            [
                .members([
                    "Ref": .string(contact.counterpartyRef), "Description": .string("Приватна особа"),
                    "FirstName": .string(contact.firstName), "MiddleName": .string(contact.middleName),
                    "LastName": .string(contact.lastName), "Counterparty": .string(""), "OwnershipForm": .string(""),
                    "OwnershipFormDescription": .string(""), "EDRPOU": .string(""),
                    "CounterpartyType": .string("PrivatePerson"), "ContactPerson": nested,
                ])
            ], warnings: isKnown ? [.string("Person already exists!")] : [])
    }

    func saveContactPerson(_ properties: NovaPoshtaProperties) throws(NovaPoshtaFault) -> NovaPoshtaAnswer {
        let organisation = properties.text("CounterpartyRef")
        guard state.withLock({ $0.organisations[organisation] != nil }) else { throw .recipient }
        let (contact, isKnown) = try save(properties, under: organisation)
        return NovaPoshtaAnswer([Self.describe(contact)], warnings: isKnown ? [.string("Person already exists!")] : [])
    }

    private func save(
        _ properties: NovaPoshtaProperties, under organisation: String?
    ) throws(NovaPoshtaFault) -> (contact: NovaPoshtaContact, isKnown: Bool) {
        try NovaPoshtaContact.check(properties)
        let phone = properties.text("Phone")
        let names = [properties.text("LastName"), properties.text("FirstName"), properties.text("MiddleName")]
        let identity = names.joined(separator: "/") + "/" + NovaPoshtaContact.subscriber(phone)
        let contact = NovaPoshtaContact(
            ref: Identifier.derived(from: "contact", organisation ?? "", identity).description,
            // All private persons of one sender share their counterparty.
            counterpartyRef: organisation ?? Identifier.derived(from: "persons", Self.senderRef).description,
            firstName: names[1], lastName: names[0], middleName: names[2], phone: phone)
        let isKnown = state.withLock { $0.contacts.updateValue(contact, forKey: contact.ref) != nil }
        return (contact, isKnown)
    }

    private static func describe(_ contact: NovaPoshtaContact) -> JSON {
        .members([
            "Ref": .string(contact.ref), "Description": .string(contact.fullName),
            "LastName": .string(contact.lastName), "FirstName": .string(contact.firstName),
            "MiddleName": .string(contact.middleName), "Phones": .string(contact.phone),
        ])
    }

    /// A door address of a recipient.
    func saveAddress(_ properties: NovaPoshtaProperties) throws(NovaPoshtaFault) -> NovaPoshtaAnswer {
        let street = properties.text("StreetRef")
        guard !street.isEmpty else { throw .street }
        let counterparty = properties.text("CounterpartyRef")
        guard
            state.withLock({ state in
                state.organisations[counterparty] != nil
                    || state.contacts.values.contains { $0.counterpartyRef == counterparty }
            })
        else { throw .recipient }
        let building = try properties.required("BuildingNumber")
        let flat = properties.text("Flat")
        let ref = Identifier.derived(from: "address", counterparty, street, building, flat).description
        let text = "буд. \(building)" + (flat.isEmpty ? "" : ", кв. \(flat)")
        state.withLock { $0.addresses[ref] = text }
        return NovaPoshtaAnswer([.members(["Ref": .string(ref), "Description": .string(text)])])
    }
}
