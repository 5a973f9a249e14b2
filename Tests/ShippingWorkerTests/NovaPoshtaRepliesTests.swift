import Contracts
import Testing

@testable import ShippingWorker

@Suite("Nova Poshta replies") struct NovaPoshtaRepliesTests {
    @Test(arguments: [("novaposhta_waybill_made", "95.00"), ("novaposhta_waybill_in_array", "95.50")])
    func readsAWaybillInEitherShape(_ fixture: String, _ cost: String) throws {
        let waybill = try #require(NovaPoshtaReplies.waybill(try Fixture.data(fixture)))
        #expect(waybill.ref == "dddddddd-5555-11f0-9c2b-48df37b921db")
        #expect(waybill.number == "20451234567890")
        #expect(waybill.cost?.description == cost)
        #expect(waybill.estimatedDeliveryDate == CalendarDate("2025-09-17"))
    }

    @Test(arguments: [
        ("novaposhta_refused_codes_object", NovaPoshtaFault.recipient, "recipient_invalid"),
        ("novaposhta_refused_number", .other, "carrier_error"),
        ("novaposhta_refused_key", .account, "carrier_account"),
        ("novaposhta_refused_rate", .rateLimited, "carrier_error"),
        ("novaposhta_refused_address", .address, "address_not_served"),
        ("novaposhta_nothing_deleted", .nothingDeleted, "carrier_error"),
        ("novaposhta_not_found", .notFound, "carrier_error"),
    ])
    func tellsRefusalsApart(_ fixture: String, _ fault: NovaPoshtaFault, _ code: String) throws {
        let reply = try #require(NovaPoshtaReply(try Fixture.bytes(fixture)))
        #expect(!reply.isSuccess)
        #expect(NovaPoshtaFault(reply) == fault)
        #expect(fault.errorCode == code)
        #expect(!reply.message.isEmpty)
    }

    @Test(arguments: ["", "<html>", "{}", "[]", #"{"success": null}"#])
    func whatIsNoEnvelopeIsNoReply(_ body: String) { #expect(NovaPoshtaReply(Array(body.utf8)) == nil) }

    @Test func readsStatusesByNumber() throws {
        let reports = NovaPoshtaReplies.reports(try Fixture.data("novaposhta_statuses"))
        #expect(reports.count == 6)
        let arrived = try #require(reports["20451234567890"])
        #expect(arrived.status == .atBranch)
        #expect(arrived.text == "Прибув на відділення")
        #expect(arrived.time == .of("2025-09-17T06:42:00Z"))
        #expect(arrived.location == "Львів, Відділення №12")
        #expect(arrived.estimatedDeliveryDate == CalendarDate("2025-09-17"))
        #expect(arrived.returnNumber == nil)
        let delivered = try #require(reports["20451234567892"])
        #expect(delivered.status == .delivered)
        #expect(delivered.time == .of("2026-01-17T15:02:00Z"))
        #expect(delivered.returnNumber == nil)
        #expect(reports["20451234567893"]?.returnNumber == "20451234567999")
        #expect(reports["20451234567893"]?.time == .of("2025-09-15T07:11:12Z"))
        #expect(reports["20451234567891"]?.status == nil)
        #expect(reports["20451234567894"]?.status == nil)
    }

    @Test(arguments: [
        ("1", ShipmentStatus.created), ("2", .cancelled), ("4", .pickedUp), ("41", .pickedUp), ("5", .inTransit),
        ("6", .inTransit), ("7", .atBranch), ("8", .atBranch), ("9", .delivered), ("10", .delivered),
        ("11", .delivered), ("12", .pickedUp), ("14", .atBranch), ("101", .outForDelivery), ("102", .returning),
        ("103", .returning), ("104", .inTransit), ("105", .returning), ("106", .delivered), ("107", .atBranch),
        ("108", .returning), ("111", .failed), ("112", .inTransit), ("3", nil), ("13", nil), ("", nil),
    ])
    func mapsStatusCodes(_ code: String, _ status: ShipmentStatus?) {
        #expect(ShipmentStatus(novaPoshta: code) == status)
    }

    @Test func prefersTheCityOfTheVeryName() throws {
        let data = try Fixture.data("novaposhta_settlements")
        #expect(NovaPoshtaReplies.settlement(data, named: "львів")?.cityRef == "db5c88f5-391c-11dd-90d9-001a92567626")
        #expect(NovaPoshtaReplies.settlement(data, named: "Lviv")?.cityRef == "bbbb0000-391c-11dd-90d9-001a92567626")
        #expect(NovaPoshtaReplies.settlement(try Fixture.data("novaposhta_no_settlement"), named: "x") == nil)
    }

    @Test func takesTheNestedContact() throws {
        let person = NovaPoshtaReplies.recipient(try Fixture.data("novaposhta_recipient"))
        #expect(person?.ref == "11111111-2222-11eb-8513-b88303659df5")
        #expect(person?.contactRef == "33333333-4444-11ed-a60f-48df37b921db")
    }

    @Test func readsDaysInEitherShape() throws {
        #expect(NovaPoshtaReplies.deliveryDate(try Fixture.data("novaposhta_date")) == CalendarDate("2025-09-17"))
        #expect(NovaPoshtaReplies.deliveryDate(try Fixture.data("novaposhta_date_flat")) == CalendarDate("2025-09-18"))
    }

    @Test func findsTheWaybillThatBearsOurId() throws {
        let data = try Fixture.data("novaposhta_list")
        let id = try #require(Identifier("01994d3f-0600-759f-9076-bc5008c4d079"))
        #expect(NovaPoshtaReplies.waybill(data, bearing: id)?.number == "20451234567890")
        #expect(NovaPoshtaReplies.waybill(data, bearing: id)?.estimatedDeliveryDate == CalendarDate("2025-09-17"))
        #expect(NovaPoshtaReplies.waybill(data, bearing: Identifier(high: 1, low: 2)) == nil)
    }
}

@Suite("Nova Poshta's writing") struct NovaPoshtaTextTests {
    @Test(arguments: [
        (600, "0.6"), (1500, "1.5"), (1000, "1"), (1, "0.1"), (1234, "1.234"), (30_050, "30.05"),
    ])
    func kilograms(_ grams: Int64, _ text: String) { #expect(NovaPoshtaText.kilograms(grams) == text) }

    @Test(arguments: [(120_000, "1200"), (120_050, "1200.5"), (5, "0.05"), (0, "0")])
    func hryvnias(_ minor: Int64, _ text: String) {
        #expect(NovaPoshtaText.hryvnias(Money(minor: minor, .uah)) == text)
    }

    @Test(arguments: [(300, "30"), (301, "31"), (1, "1")])
    func centimetres(_ millimetres: Int64, _ text: String) {
        #expect(NovaPoshtaText.centimetres(millimetres) == text)
    }

    @Test(arguments: [
        ("0671112233", "+380671112233"), ("067 111-22-33", "+380671112233"), ("671112233", "+380671112233"),
        ("+38 (067) 111 22 33", "+380671112233"), ("80671112233", "+380671112233"),
        ("+4915112345678", "+4915112345678"),
    ])
    func phones(_ text: String, _ expected: String) {
        #expect(Phone.e164(text) == expected)
        #expect(NovaPoshtaText.phone(Phone.e164(text)) == expected.dropFirst())
    }

    @Test func namesAreSurnameFirst() {
        let name = NovaPoshtaText.PersonName(" Коваль  Олена Петрівна ")
        #expect([name.last, name.first, name.middle] == ["Коваль", "Олена", "Петрівна"])
        let short = NovaPoshtaText.PersonName("Коваль")
        #expect([short.last, short.first, short.middle] == ["Коваль", "", ""])
    }

    @Test(arguments: [
        ("Horodotska 45, 8", ["Horodotska", "45", "8"]),
        ("вул. Городоцька, буд. 45а, кв. 8", ["Городоцька", "45а", "8"]),
        ("вулиця Івана Франка 12/3", ["Івана Франка", "12/3", ""]),
    ])
    func doors(_ line: String, _ parts: [String]) {
        let door = NovaPoshtaText.Door(line)
        #expect([door?.street, door?.building, door?.flat] == parts)
    }

    @Test func aLineWithoutANumberIsNoDoor() {
        #expect(NovaPoshtaText.Door("Головна площа") == nil)
        #expect(NovaPoshtaText.Door("") == nil)
    }

    @Test(arguments: [
        ("Nova Poshta branch 12", "12"), ("Відділення №5001, вул. Прикладна 3", "5001"), ("До дому", nil),
    ])
    func branchNumbers(_ line: String, _ number: String?) { #expect(NovaPoshtaText.branchNumber(line) == number) }

    @Test(arguments: [
        ("17-09-2025 12:00:00", "2025-09-17T09:00:00.000Z"), ("2025-09-17 09:41:10", "2025-09-17T06:41:10.000Z"),
        ("17.09.2025 12:00:00", "2025-09-17T09:00:00.000Z"), ("09:41 17.09.2025", "2025-09-17T06:41:00.000Z"),
        ("2025-09-17", "2025-09-16T21:00:00.000Z"), ("2026-01-17 09:41:10", "2026-01-17T07:41:10.000Z"),
        // The night of the change to summer time, and of the change back.
        ("2025-03-30 02:59:59", "2025-03-30T00:59:59.000Z"), ("2025-03-30 04:00:00", "2025-03-30T01:00:00.000Z"),
        ("2025-10-26 02:59:59", "2025-10-25T23:59:59.000Z"), ("2025-10-26 04:00:00", "2025-10-26T02:00:00.000Z"),
        ("2025-09-17 12:00:00.000000", "2025-09-17T09:00:00.000Z"),
    ])
    func times(_ text: String, _ instant: String) { #expect(KyivTime.instant(text)?.description == instant) }

    @Test(arguments: ["", "0", "32.01.2025", "soon", "2025-09-17 25:00:00"])
    func noTimes(_ text: String) { #expect(KyivTime.instant(text) == nil) }

    @Test func theDayIsThatOfKyiv() {
        #expect(KyivTime.text(KyivTime.day(.of("2025-09-14T20:59:59Z"))) == "14.09.2025")
        #expect(KyivTime.text(KyivTime.day(.of("2025-09-14T21:00:00Z"))) == "15.09.2025")
        #expect(KyivTime.text(KyivTime.day(.of("2025-12-31T22:00:00Z"))) == "01.01.2026")
    }
}
