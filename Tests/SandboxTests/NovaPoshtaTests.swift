import Contracts
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Sandbox

@Suite("Nova Poshta") struct NovaPoshtaTests {
    private static let kyiv = "8d5a980d-391c-11dd-90d9-001a92567626"
    private static let lviv = "db5c88f5-391c-11dd-90d9-001a92567626"
    private static let branch = "cccccccc-1111-11e3-8c4a-0050568002cf"

    /// A recipient as the API gives it: counterparty and contact.
    private func recipient(_ client: any TestClientProtocol) async throws -> (counterparty: String, contact: String) {
        let saved = try await client.carrier(
            "Counterparty.save",
            """
            {"CounterpartyType":"PrivatePerson","CounterpartyProperty":"Recipient","FirstName":"Олена",\
            "MiddleName":"Петрівна","LastName":"Коваль","Phone":"380671112233","Email":""}
            """)
        let person = try #require(saved["data"]?.array?.first)
        let contact = try #require(person["ContactPerson"]?["data"]?.array?.first)
        return (try person.text("Ref"), try contact.text("Ref"))
    }

    /// The properties of the documentation's waybill, with members replaced.
    private func waybill(
        _ client: any TestClientProtocol, _ changes: [String: String] = [:], cashOnDelivery: Bool = false
    ) async throws -> String {
        let recipient = try await recipient(client)
        var members = [
            "PayerType": "\"Recipient\"", "PaymentMethod": "\"Cash\"", "DateTime": "\"15.09.2025\"",
            "CargoType": "\"Parcel\"", "Weight": "\"1.5\"", "ServiceType": "\"WarehouseWarehouse\"",
            "SeatsAmount": "\"1\"", "Description": "\"Навушники\"", "Cost": "\"1200\"",
            "CitySender": "\"\(Self.kyiv)\"", "Sender": "\"aaaaaaaa-1111-11ee-a60f-48df37b921db\"",
            "SenderAddress": "\"1ec09d88-e1c2-11e3-8c4a-0050568002cf\"",
            "ContactSender": "\"bbbbbbbb-1111-11ee-a60f-48df37b921db\"", "SendersPhone": "\"380501112233\"",
            "CityRecipient": "\"\(Self.lviv)\"", "Recipient": "\"\(recipient.counterparty)\"",
            "RecipientAddress": "\"\(Self.branch)\"", "ContactRecipient": "\"\(recipient.contact)\"",
            "RecipientsPhone": "\"380671112233\"", "InfoRegClientBarcodes": "\"ORD-10482\"",
            "OptionsSeat":
                "[{\"weight\":\"1.5\",\"volumetricLength\":\"30\",\"volumetricWidth\":\"20\",\"volumetricHeight\":\"10\"}]",
        ]
        if cashOnDelivery {
            members["BackwardDeliveryData"] =
                "[{\"PayerType\":\"Recipient\",\"CargoType\":\"Money\",\"RedeliveryString\":\"1200\"}]"
        }
        members.merge(changes) { $1 }
        return "{" + members.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }

    private func track(_ client: any TestClientProtocol, _ number: String) async throws -> JSON {
        let answer = try await client.carrier(
            "TrackingDocument.getStatusDocuments",
            "{\"Documents\":[{\"DocumentNumber\":\"\(number)\",\"Phone\":\"380671112233\"}]}")
        return try #require(answer["data"]?.array?.first)
    }

    @Test func carriesAParcelToItsRecipient() async throws {
        let time = try TestClock("2025-09-15T07:11:12.000Z")
        let world = try TestWorld.make(time.clock, step: .seconds(60))
        try await TestWorld.application(world).test(.router) { client in
            let saved = try await client.carrier("InternetDocument.save", try await waybill(client))
            let document = try #require(saved["data"]?.array?.first)
            let number = try document.text("IntDocNumber")
            #expect(number.wholeMatch(of: /20[0-9]{12}/) != nil)
            #expect(document["CostOnSite"] == .number("95"))
            #expect(document["EstimatedDeliveryDate"]?.string == "17.09.2025")
            #expect(document["TypeDocument"]?.string == "InternetDocument")

            var codes: [String] = []
            for _ in 0..<7 {
                codes.append(try await track(client, number).text("StatusCode"))
                time.advance(.seconds(60))
            }
            #expect(codes == ["1", "4", "5", "6", "7", "9", "9"])
            let row = try await track(client, number)
            // Kyiv is three hours ahead in September; four steps to the branch, five to the recipient.
            #expect(row["DateCreated"]?.string == "15-09-2025 10:11:12")
            #expect(row["ActualDeliveryDate"]?.string == "2025-09-15 10:15:12")
            #expect(row["RecipientDateTime"]?.string == "15.09.2025 10:16:12")
            #expect(row["DateScan"]?.string == "10:16 15.09.2025")
            #expect(row["ScheduledDeliveryDate"]?.string == "17-09-2025 12:00:00")
            #expect(row["WarehouseRecipientNumber"]?.int == 12)
        }
    }

    @Test func bringsTheMoneyBackAfterCashOnDelivery() async throws {
        let time = try TestClock("2025-09-15T07:00:00.000Z")
        let world = try TestWorld.make(time.clock, step: .seconds(1))
        try await TestWorld.application(world).test(.router) { client in
            let saved = try await client.carrier(
                "InternetDocument.save", try await waybill(client, cashOnDelivery: true))
            let number = try #require(saved["data"]?.array?.first).text("IntDocNumber")
            time.advance(.seconds(100))
            let row = try await track(client, number)
            #expect(row["StatusCode"]?.string == "11")
            #expect(row["RedeliverySum"] == .number("1200"))
        }
    }

    @Test(arguments: [
        ("CityRecipient", "\"db5c88f5-391c-11dd-90d9-000000000000\"", "20000200103"),
        ("RecipientsPhone", "\"\"", "20000300435"), ("RecipientsPhone", "\"067-111\"", "20000300434"),
        ("DateTime", "\"14.09.2025\"", "20000400455"), ("Weight", "\"0.05\"", "20000200373"),
        ("Weight", "\"1500\"", "20000200375"), ("Cost", "\"0\"", "20000200118"),
        ("ServiceType", "\"Teleport\"", "20000200348"), ("PaymentMethod", "\"NonCash\"", "20000200249"),
        ("ContactRecipient", "\"x\"", "20000300428"),
        (
            "OptionsSeat",
            "[{\"weight\":\"31\",\"volumetricLength\":\"30\",\"volumetricWidth\":\"20\",\"volumetricHeight\":\"10\"}]",
            "20000201162"
        ),
    ])
    func refusesWithTheCarriersCode(member: String, value: String, code: String) async throws {
        let time = try TestClock("2025-09-15T07:00:00.000Z")
        let world = try TestWorld.make(time.clock)
        try await TestWorld.application(world).test(.router) { client in
            let answer = try await client.carrier("InternetDocument.save", try await waybill(client, [member: value]))
            #expect(answer["success"] == .bool(false))
            #expect(answer["errorCodes"] == .array([.string(code)]))
            let list = try await client.carrier("InternetDocument.getDocumentList", "{\"DateTime\":\"15.09.2025\"}")
            #expect(list["data"] == .array([]))
        }
    }

    @Test(arguments: [
        ("Olena", "Коваль", "20000201777"), ("", "Коваль", "20000100527"), ("Олена", "", "20000201777"),
    ])
    func refusesNames(first: String, last: String, code: String) async throws {
        let world = try TestWorld.make()
        try await TestWorld.application(world).test(.router) { client in
            let answer = try await client.carrier(
                "Counterparty.save",
                """
                {"CounterpartyType":"PrivatePerson","CounterpartyProperty":"Recipient","FirstName":"\(first)",\
                "LastName":"\(last)","Phone":"380671112233"}
                """)
            #expect(answer["errorCodes"] == .array([.string(code)]))
        }
    }

    @Test func keepsLockersSmall() async throws {
        let time = try TestClock("2025-09-15T07:00:00.000Z")
        let world = try TestWorld.make(time.clock)
        try await TestWorld.application(world).test(.router) { client in
            let found = try await client.carrier(
                "Address.getWarehouses", "{\"CityRef\":\"\(Self.lviv)\",\"WarehouseId\":\"5001\"}")
            let locker = try #require(found["data"]?.array?.first)
            #expect(locker["CategoryOfWarehouse"]?.string == "Postomat")
            let address = "\"\(try locker.text("Ref"))\""
            let heavy = """
                [{"weight":"21","volumetricLength":"30","volumetricWidth":"20","volumetricHeight":"10"}]
                """
            for (changes, code) in [
                (["OptionsSeat": heavy], "20000200380"), (["Cost": "\"10001\""], "20000200119"),
                (["AfterpaymentOnGoodsCost": "\"1200\""], "20000200032"),
            ] {
                let properties = try await waybill(client, changes.merging(["RecipientAddress": address]) { $1 })
                let answer = try await client.carrier("InternetDocument.save", properties)
                #expect(answer["errorCodes"] == .array([.string(code)]))
            }
        }
    }

    @Test func findsAndDeletesAWaybillBeforeHandOver() async throws {
        let time = try TestClock("2025-09-15T21:30:00.000Z")
        let world = try TestWorld.make(time.clock, step: .seconds(60))
        try await TestWorld.application(world).test(.router) { client in
            // In Kyiv it is the 16th already.
            let properties = try await waybill(client, ["DateTime": "\"16.09.2025\""])
            let saved = try await client.carrier("InternetDocument.save", properties)
            let document = try #require(saved["data"]?.array?.first)
            let ref = try document.text("Ref")
            let list = try await client.carrier(
                "InternetDocument.getDocumentList", "{\"DateTimeFrom\":\"16.09.2025\",\"DateTimeTo\":\"16.09.2025\"}")
            let row = try #require(list["data"]?.array?.first)
            #expect(row["InfoRegClientBarcodes"]?.string == "ORD-10482")
            #expect(row["Ref"]?.string == ref)

            let deleted = try await client.carrier("InternetDocument.delete", "{\"DocumentRefs\":[\"\(ref)\"]}")
            #expect(deleted["success"] == .bool(true))
            #expect(try await track(client, try document.text("IntDocNumber"))["StatusCode"]?.string == "2")

            let second = try await client.carrier("InternetDocument.save", properties)
            let kept = try #require(second["data"]?.array?.first).text("Ref")
            time.advance(.seconds(60))
            let late = try await client.carrier("InternetDocument.delete", "{\"DocumentRefs\":[\"\(kept)\"]}")
            #expect(late["errorCodes"] == .array([.string("20000201173")]))
        }
    }

    @Test func sendsARefusedParcelBack() async throws {
        let time = try TestClock("2025-09-15T07:00:00.000Z")
        let world = try TestWorld.make(time.clock, step: .seconds(60))
        try await TestWorld.application(world).test(.router) { client in
            let saved = try await client.carrier("InternetDocument.save", try await waybill(client))
            let number = try #require(saved["data"]?.array?.first).text("IntDocNumber")
            _ = try await client.json("/_sandbox/novaposhta/parcels/\(number)", .put, "{\"refuse\":true}")
            let row = try await track(client, number)
            #expect(row["StatusCode"]?.string == "103")
            #expect(row["LastCreatedOnTheBasisDocumentType"]?.string == "CargoReturn")
            let back = try row.text("LastCreatedOnTheBasisNumber")
            time.advance(.seconds(3600))
            #expect(try await track(client, back)["StatusCode"]?.string == "9")
            #expect(try await track(client, number)["StatusCode"]?.string == "103")
        }
    }

    @Test func tellsLessWithoutThePhone() async throws {
        let time = try TestClock("2025-09-15T07:00:00.000Z")
        let world = try TestWorld.make(time.clock)
        try await TestWorld.application(world).test(.router) { client in
            let saved = try await client.carrier("InternetDocument.save", try await waybill(client))
            let number = try #require(saved["data"]?.array?.first).text("IntDocNumber")
            let answer = try await client.carrier(
                "TrackingDocument.getStatusDocuments",
                """
                {"Documents":[{"DocumentNumber":"\(number)","Phone":""},{"DocumentNumber":"20459999999999","Phone":""}]}
                """)
            let rows = try #require(answer["data"]?.array)
            #expect(rows.map { $0["StatusCode"]?.string } == ["1", "3"])
            #expect(rows[0]["RecipientFullName"]?.string == "")
            #expect(answer["warnings"]?.array?.first?["ID_\(number)"] != nil)
        }
    }

    @Test func quotesTheExampleOfTheCarriersPages() async throws {
        let world = try TestWorld.make()
        try await TestWorld.application(world).test(.router) { client in
            let price = try await client.carrier(
                "InternetDocument.getDocumentPrice",
                """
                {"CitySender":"\(Self.kyiv)","CityRecipient":"\(Self.lviv)","Weight":"1.5","ServiceType":"WarehouseWarehouse",\
                "Cost":"1200","CargoType":"Parcel","SeatsAmount":"1","RedeliveryCalculate":{"CargoType":"Money","Amount":"1200"}}
                """)
            let row = try #require(price["data"]?.array?.first)
            #expect(row["Cost"] == .number("95"))
            #expect(row["CostRedelivery"] == .number("44"))
            #expect(row["AssessedCost"] == .number("1200"))
            let day = try await client.carrier(
                "InternetDocument.getDocumentDeliveryDate",
                """
                {"DateTime":"15.09.2025","ServiceType":"WarehouseWarehouse","CitySender":"\(Self.kyiv)","CityRecipient":"\(Self.lviv)"}
                """)
            let date = day["data"]?.array?.first?["DeliveryDate"]?["date"]?.string
            #expect(date == "2025-09-17 12:00:00.000000")
        }
    }

    @Test(arguments: [("wrong", "20000200068"), ("", "20000200069")])
    func refusesKeys(key: String, code: String) async throws {
        let world = try TestWorld.make()
        try await TestWorld.application(world).test(.router) { client in
            let answer = try await client.carrier("Address.getCities", "{}", key: key)
            #expect(answer["success"] == .bool(false))
            #expect(answer["errorCodes"] == .array([.string(code)]))
        }
    }

    @Test func printsLabels() async throws {
        let time = try TestClock("2025-09-15T07:00:00.000Z")
        let world = try TestWorld.make(time.clock)
        try await TestWorld.application(world).test(.router) { client in
            let saved = try await client.carrier("InternetDocument.save", try await waybill(client))
            let number = try #require(saved["data"]?.array?.first).text("IntDocNumber")
            let path = "/novaposhta/orders/printMarking100x100/orders%5B%5D/\(number)/type/pdf/zebra/zebra/apiKey/"
            let label = try await client.execute(uri: path + TestWorld.carrierKey, method: .get) { $0 }
            #expect(label.headers[.contentType] == "application/pdf")
            #expect(String(buffer: label.body).hasPrefix("%PDF-1.4"))
            #expect(String(buffer: label.body).contains(number))
            let refused = try await client.execute(uri: path + "wrong", method: .get) { $0 }
            #expect(refused.body.readableBytes == 0)
        }
    }

    @Test(arguments: [
        ("2025-03-30T00:59:59.000Z", "2025-03-30 02:59:59"), ("2025-03-30T01:00:00.000Z", "2025-03-30 04:00:00"),
        ("2025-10-26T00:59:59.000Z", "2025-10-26 03:59:59"), ("2025-10-26T01:00:00.000Z", "2025-10-26 03:00:00"),
    ])
    func keepsKyivTime(utc: String, local: String) throws {
        let time = try #require(Timestamp(utc))
        #expect(KyivTime(time).iso == local)
    }
}
