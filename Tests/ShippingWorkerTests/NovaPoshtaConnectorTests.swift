import Connectors
import Contracts
import CurlHTTP
import Synchronization
import Testing

@testable import ShippingWorker

/// Answers each method of the API with the next of its fixtures, or fails to.
private final class ScriptedPost: HTTPSending {
    enum Answer {
        case fixture(String)
        case status(Int)
        case lost
    }

    private struct State {
        var answers: [String: [Answer]]
        var calls: [(method: String, properties: JSON)] = []
    }

    private let state: Mutex<State>

    init(_ answers: [String: [Answer]]) { state = Mutex(State(answers: answers)) }

    var methods: [String] { state.withLock { $0.calls.map(\.method) } }
    func properties(_ method: String) -> JSON? { state.withLock { $0.calls.last { $0.method == method }?.properties } }

    func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
        let json = (try? JSONParser.parse(request.body)) ?? .null
        let method = "\(json["modelName"]?.string ?? "").\(json["calledMethod"]?.string ?? "")"
        let answer = state.withLock { state -> Answer in
            state.calls.append((method, json["methodProperties"] ?? .null))
            guard var left = state.answers[method], !left.isEmpty else { return .status(404) }
            let next = left.count > 1 ? left.removeFirst() : left[0]
            state.answers[method] = left
            return next
        }
        #expect(json["apiKey"]?.string == "key")
        switch answer {
        case .fixture(let name): return HTTPResponse(status: 200, body: (try? Fixture.bytes(name)) ?? [])
        case .status(let status): return HTTPResponse(status: status)
        case .lost: throw HTTPClientError(.timeout, wasSent: true, "no answer")
        }
    }
}

@Suite("Nova Poshta connector") struct NovaPoshtaConnectorTests {
    private static let everything: [String: [ScriptedPost.Answer]] = [
        "Counterparty.getCounterparties": [.fixture("novaposhta_senders")],
        "Counterparty.getCounterpartyContactPersons": [.fixture("novaposhta_contacts")],
        "Counterparty.getCounterpartyAddresses": [.fixture("novaposhta_addresses")],
        "Counterparty.save": [.fixture("novaposhta_recipient")],
        "Address.searchSettlements": [.fixture("novaposhta_settlements")],
        "Address.searchSettlementStreets": [.fixture("novaposhta_streets")],
        "Address.getWarehouses": [.fixture("novaposhta_branch")],
        "Address.save": [.fixture("novaposhta_door")],
        "InternetDocument.save": [.fixture("novaposhta_waybill_made")],
        "InternetDocument.getDocumentList": [.fixture("novaposhta_list")],
        "InternetDocument.getDocumentPrice": [.fixture("novaposhta_price")],
        "InternetDocument.getDocumentDeliveryDate": [.fixture("novaposhta_date")],
        "TrackingDocument.getStatusDocuments": [.fixture("novaposhta_statuses")],
        "InternetDocument.delete": [.fixture("novaposhta_deleted")],
    ]

    private func post(_ changes: [String: [ScriptedPost.Answer]] = [:]) -> ScriptedPost {
        ScriptedPost(Self.everything.merging(changes) { $1 })
    }

    private func connector(_ post: ScriptedPost) -> NovaPoshtaConnector {
        NovaPoshtaConnector(
            http: post, account: NovaPoshtaAccount(key: "key", url: "http://127.0.0.1/"),
            clock: { ShippingSample.now })
    }

    private func shipment(
        _ request: String = "{}", _ change: (inout String) -> Void = { _ in }
    ) throws -> Shipment {
        var sample = ShippingSample()
        sample.run(try ShippingSample.open(request, try ShippingSample.order(change)))
        return try #require(sample.state?.shipments.first)
    }

    @Test func makesAWaybillOfABranch() async throws {
        let post = post()
        let shipment = try shipment()
        let connector = connector(post)
        let outcome = try await connector.makeWaybill(for: shipment, isRepeated: false)
        guard case .made(let waybill) = outcome else {
            Issue.record("should be made: \(outcome)")
            return
        }
        #expect(waybill.number == "20451234567890")
        #expect(
            post.methods == [
                "Counterparty.getCounterparties", "Counterparty.getCounterpartyContactPersons",
                "Counterparty.getCounterpartyAddresses", "Counterparty.save", "InternetDocument.save",
            ])
        let sent = try #require(post.properties("InternetDocument.save"))
        let expected: [String: String] = [
            "PayerType": "Sender", "PaymentMethod": "Cash", "DateTime": "15.09.2025", "CargoType": "Parcel",
            "Weight": "0.6", "ServiceType": "WarehouseWarehouse", "SeatsAmount": "1",
            "Description": "Wireless headphones", "Cost": "1200", "CitySender": "8d5a980d-391c-11dd-90d9-001a92567626",
            "Sender": "aaaaaaaa-1111-11ee-a60f-48df37b921db", "SenderAddress": "1ec09d88-e1c2-11e3-8c4a-0050568002cf",
            "ContactSender": "bbbbbbbb-1111-11ee-a60f-48df37b921db", "SendersPhone": "380501112233",
            "CityRecipient": "db5c88f5-391c-11dd-90d9-001a92567626",
            "Recipient": "11111111-2222-11eb-8513-b88303659df5",
            "RecipientAddress": "cccccccc-1111-11e3-8c4a-0050568002cf",
            "ContactRecipient": "33333333-4444-11ed-a60f-48df37b921db", "RecipientsPhone": "380671112233",
            "InfoRegClientBarcodes": shipment.id.description,
        ]
        for (name, value) in expected { #expect(sent[name]?.string == value, "\(name)") }
        let person = try #require(post.properties("Counterparty.save"))
        #expect(person["LastName"]?.string == "Коваль")
        #expect(person["FirstName"]?.string == "Олена")
        #expect(person["MiddleName"]?.string == "Петрівна")
        // The sender is known now.
        _ = try await connector.makeWaybill(for: shipment, isRepeated: false)
        #expect(post.methods.count { $0 == "Counterparty.getCounterparties" } == 1)
    }

    @Test func findsCityAndBranchByTheirNames() async throws {
        let post = post()
        let shipment = try shipment {
            $0 = $0.replacing(
                #", "city_ref": "db5c88f5-391c-11dd-90d9-001a92567626", "branch_ref": "cccccccc-1111-11e3-8c4a-0050568002cf""#,
                with: "")
        }
        #expect(shipment.cityRef == nil)
        guard case .made(let waybill) = try await connector(post).makeWaybill(for: shipment, isRepeated: false) else {
            Issue.record("should be made")
            return
        }
        #expect(waybill.cityRef == "db5c88f5-391c-11dd-90d9-001a92567626")
        #expect(post.properties("Address.getWarehouses")?["WarehouseId"]?.string == "12")
        #expect(
            post.properties("InternetDocument.save")?["RecipientAddress"]?.string
                == "cccccccc-1111-11e3-8c4a-0050568002cf")
    }

    @Test func savesTheDoorForACourier() async throws {
        let post = post()
        let shipment = try shipment(
            #"{"service": "courier", "address": {"city": "Львів", "address": "вул. Городоцька 45, 8"}}"#)
        _ = try await connector(post).makeWaybill(for: shipment, isRepeated: false)
        #expect(post.properties("Address.save")?["StreetRef"]?.string == "e4fa7c16-4b34-11e4-ab6d-005056801329")
        #expect(post.properties("InternetDocument.save")?["ServiceType"]?.string == "WarehouseDoors")
        #expect(
            post.properties("InternetDocument.save")?["RecipientAddress"]?.string
                == "d00r0000-1111-11ee-a60f-48df37b921db")
    }

    @Test func aLostAnswerIsLookedUpBeforeTheNextTry() async throws {
        let post = post(["InternetDocument.save": [.lost, .fixture("novaposhta_waybill_made")]])
        let connector = connector(post)
        var shipment = try shipment()
        await #expect(throws: CarrierError.self) {
            try await connector.makeWaybill(for: shipment, isRepeated: false)
        }
        // The list knows the waybill of another shipment: this one is made.
        _ = try await connector.makeWaybill(for: shipment, isRepeated: true)
        #expect(post.methods.count { $0 == "InternetDocument.save" } == 2)
        #expect(post.properties("InternetDocument.getDocumentList")?["DateTimeFrom"]?.string == "15.09.2025")
        // It knows the waybill of this one: nothing is made.
        var document = String(decoding: shipment.document(for: .store), as: UTF8.self)
        document = document.replacing(
            shipment.id.description, with: "01994d3f-0600-759f-9076-bc5008c4d079")
        shipment = try Shipment(stored: try JSONParser.parse(document))
        let found = try await connector.makeWaybill(for: shipment, isRepeated: true)
        guard case .made(let waybill) = found else {
            Issue.record("should be found")
            return
        }
        #expect(waybill.number == "20451234567890")
        #expect(post.methods.count { $0 == "InternetDocument.save" } == 2)
    }

    @Test func refusalsAreOutcomesAndTroublesAreNot() async throws {
        let shipment = try shipment()
        let refused = try await connector(post(["InternetDocument.save": [.fixture("novaposhta_refused_address")]]))
            .makeWaybill(for: shipment, isRepeated: false)
        #expect(refused == .refused(code: "address_not_served", message: "RecipientAddress is incorrect"))
        let account = try await connector(
            post(["Counterparty.getCounterparties": [.fixture("novaposhta_refused_key")]])
        ).makeWaybill(for: shipment, isRepeated: false)
        #expect(account == .refused(code: "carrier_account", message: "API auth fail"))
        for (answer, pause) in [
            (ScriptedPost.Answer.status(503), nil), (.status(429), Duration.seconds(60)),
            (.fixture("novaposhta_refused_rate"), .seconds(60)),
        ] {
            let error = await #expect(throws: CarrierError.self) {
                try await connector(post(["InternetDocument.save": [answer]]))
                    .makeWaybill(for: shipment, isRepeated: false)
            }
            #expect(error?.pause == pause)
            #expect(error?.cause.code == .outcomeUnknown)
        }
    }

    @Test func aRefusedLookUpMakesNothing() async throws {
        let post = post(["InternetDocument.getDocumentList": [.fixture("novaposhta_refused_number")]])
        let shipment = try shipment()
        await #expect(throws: CarrierError.self) {
            try await connector(post).makeWaybill(for: shipment, isRepeated: true)
        }
        #expect(!post.methods.contains("InternetDocument.save"))
    }

    @Test func deletesAWaybill() async throws {
        let ref = "dddddddd-5555-11f0-9c2b-48df37b921db"
        #expect(try await connector(post()).cancel(ref) == .cancelled)
        #expect(
            try await connector(post(["InternetDocument.delete": [.fixture("novaposhta_not_found")]])).cancel(ref)
                == .cancelled)
        #expect(
            try await connector(post(["InternetDocument.delete": [.fixture("novaposhta_nothing_deleted")]])).cancel(ref)
                == .tooLate(message: "No document was deleted"))
    }

    @Test func tracksReturnsOnTheirOwnWaybill() async throws {
        let post = post()
        let reports = try await connector(post).track([
            TrackedParcel(number: "20451234567893", phone: "+380671112233", returnNumber: "20451234567999"),
            TrackedParcel(number: "20451234567890", phone: "+380671112233", returnNumber: nil),
        ])
        #expect(reports["20451234567893"]?.isReturned == true)
        #expect(reports["20451234567890"]?.isReturned == false)
        let documents = try #require(post.properties("TrackingDocument.getStatusDocuments")).list("Documents")
        #expect(documents.count == 3)
        #expect(documents[0]["Phone"]?.string == "380671112233")
    }

    @Test func asksForManyInHundreds() async throws {
        let post = post()
        let parcels = (0..<150).map {
            TrackedParcel(number: "\(20_451_234_000_000 + $0)", phone: "+380671112233", returnNumber: nil)
        }
        _ = try await connector(post).track(parcels)
        #expect(post.methods.count == 2)
        #expect(try #require(post.properties("TrackingDocument.getStatusDocuments")).list("Documents").count == 50)
    }

    @Test func pricesADelivery() async throws {
        let request = Consignment(
            carrier: .novaposhta, service: .branch, city: "Львів", weightGrams: 600, places: 2,
            declaredValue: Money(minor: 120_000, .uah))
        let asked = post()
        #expect(
            try await connector(asked).quote(request, timeout: .seconds(2))
                == .price(Money(minor: 9500, .uah), .carrier, CalendarDate("2025-09-17")))
        #expect(
            try await connector(post(["Address.searchSettlements": [.fixture("novaposhta_no_settlement")]]))
                .quote(request, timeout: .seconds(2)) == .refused(.addressNotServed))
        let properties = try #require(asked.properties("InternetDocument.getDocumentPrice"))
        #expect(properties["Weight"]?.string == "0.6")
        #expect(properties["SeatsAmount"]?.string == "2")
        // The day is not worth waiting for.
        #expect(
            try await connector(post(["InternetDocument.getDocumentDeliveryDate": [.lost]]))
                .quote(request, timeout: .seconds(2)) == .price(Money(minor: 9500, .uah), .carrier, nil))
    }
}
