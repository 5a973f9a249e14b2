import Contracts
import Testing
import Worker

@testable import ShippingWorker

@Suite("Shipments of an order") struct ShippingDeciderTests {
    private func problem(_ decision: Decision<ShippingChange>) -> Problem? {
        guard case .refusal(let problem) = decision.answer else { return nil }
        return problem
    }

    private func body(_ event: Event) throws -> JSON { try JSONParser.parse(event.body) }

    @Test func defaultsComeFromTheOrder() throws {
        var sample = ShippingSample()
        let (decision, events) = sample.run(try ShippingSample.open("{}", try ShippingSample.order()))
        #expect(decision.answer == .later)
        #expect(events.isEmpty)
        let shipment = try #require(sample.state?.shipments.first)
        #expect(shipment.status == .pending)
        #expect(shipment.items.map(\.quantity) == [2])
        #expect(shipment.parcels == [Shipment.Parcel(weightGrams: 600)])
        #expect(shipment.declaredValue.description == "1200.00")
        #expect(shipment.recipient == Shipment.Recipient(name: "Коваль Олена Петрівна", phone: "+380671112233"))
        #expect(shipment.branchRef == "cccccccc-1111-11e3-8c4a-0050568002cf")
        #expect(shipment.payer == .sender)
        #expect(decision.effects.map(\.kind) == ["novaposhta.create"])
        #expect(decision.effects.map(\.subject) == ["\(shipment.orderID)/\(shipment.id)"])
        let sent = try Shipment(stored: try JSONParser.parse(try #require(decision.effects.first).body))
        #expect(sent == shipment)
    }

    @Test func noUnitIsInTwoShipments() throws {
        var sample = ShippingSample()
        let order = try ShippingSample.order()
        let one = #"{"items": [{"order_item_id": "\#(ShippingSample.line)", "quantity": 1}]}"#
        let two = #"{"items": [{"order_item_id": "\#(ShippingSample.line)", "quantity": 2}]}"#
        sample.run(try ShippingSample.open(one, order))
        #expect(sample.state?.shipments.first?.declaredValue.description == "600.00")
        let refused = problem(sample.run(try ShippingSample.open(two, order)).0)
        #expect(refused?.code == .quantityExceedsAvailable)
        #expect(refused?.errors.first?.pointer == "/items/0/quantity")
        #expect(refused?.errors.first?.availableQuantity == 1)
        sample.run(try ShippingSample.open("{}", order))
        #expect(sample.state?.shipments.map { $0.items.map(\.quantity) } == [[1], [1]])
        #expect(problem(sample.run(try ShippingSample.open("{}", order)).0)?.code == .nothingToShip)
        // The carrier refuses the first: its unit is free again.
        let first = try #require(sample.state?.shipments.first)
        sample.run(.waybill(shipment: first.id, .refused(code: "parcel_invalid", message: "Weight")))
        #expect(sample.run(try ShippingSample.open("{}", order)).0.answer == .later)
        #expect(sample.state?.taken(ShippingSample.line) == 2)
    }

    @Test(arguments: [
        (#""status": "confirmed""#, #""status": "pending""#, ProblemCode.orderNotConfirmed),
        (#""status": "confirmed""#, #""status": "cancelled""#, .invalidTransition),
        (#""carrier": "novaposhta""#, #""carrier": "justin""#, .carrierNotEnabled),
        (#""carrier": "novaposhta""#, #""carrier": "meest""#, .carrierNotEnabled),
        (#""currency": "UAH""#, #""currency": "EUR""#, .serviceNotSupported),
        (#""delivery""#, #""other""#, .carrierRequired),
        (#""name": "Коваль Олена Петрівна", "#, "", .recipientNameRequired),
        (#""country": "UA""#, #""country": "PL""#, .addressNotServed),
        (#""shipped_quantity": 0"#, #""shipped_quantity": 2"#, .nothingToShip),
    ])
    func refuses(_ text: String, _ other: String, _ code: ProblemCode) throws {
        var sample = ShippingSample()
        let order = try ShippingSample.order { $0 = $0.replacing(text, with: other) }
        let (decision, _) = sample.run(try ShippingSample.open("{}", order))
        #expect(problem(decision)?.code == code)
        #expect(decision.effects.isEmpty)
        #expect(sample.state == nil)
    }

    @Test func aRequestMayNameAll() throws {
        var sample = ShippingSample()
        let request = """
            {"order_id": "01994cd1-2900-73ee-b7e9-6e59ce40f9cb", "carrier": "novaposhta", "service": "locker",
             "branch_ref": "locker", "recipient": {"name": "Шевченко Тарас", "phone": "067 999 88 77"},
             "address": {"city": "Київ", "address": "Поштомат 5001"}, "payer": "recipient", "description": "Навушники",
             "parcels": [{"weight_grams": 300, "length_mm": 200, "width_mm": 200, "height_mm": 100},
             {"weight_grams": 400}], "declared_value": "900.00"}
            """
        sample.run(try ShippingSample.open(request, try ShippingSample.order()))
        let shipment = try #require(sample.state?.shipments.first)
        #expect(shipment.service == .locker)
        #expect(shipment.weightGrams == 700)
        #expect(shipment.recipient.phone == "+380679998877")
        #expect(shipment.payer == .recipient)
        // The order's city is not that of the address.
        #expect(shipment.cityRef == nil)
        #expect(shipment.branchRef == "locker")
        #expect(shipment.address["country"]?.string == "UA")
    }

    @Test(arguments: [
        (#"{"items": []}"#, "/items too_few_items"), (#"{"payer": "nobody"}"#, "/payer unknown_value"),
        (#"{"items": [{"quantity": 0}]}"#, "/items/0/order_item_id required"),
        (
            #"{"items": [{"order_item_id": "01994cd1-2901-70de-85cf-24f12763c400", "quantity": 1}]}"#,
            "/items/0/order_item_id unknown_value"
        ),
        (#"{"parcels": [{"weight_grams": 0}]}"#, "/parcels/0/weight_grams too_small"),
        (#"{"recipient": {"name": ""}}"#, "/recipient/phone required"),
        (#"{"declared_value": "1.001"}"#, "/declared_value too_many_digits"),
    ])
    func tellsFaults(_ request: String, _ fault: String) throws {
        let result = ShipmentDraft.read(try JSONParser.parse(request), for: try ShippingSample.order())
        guard case .failure(let refusal) = result else {
            Issue.record("should be refused")
            return
        }
        #expect(refusal.problem.errors.map { "\($0.pointer ?? "") \($0.code)" }.contains(fault))
    }

    @Test func theAnswerWaitsForTheCarrier() throws {
        var sample = ShippingSample()
        sample.run(try ShippingSample.open("{}", try ShippingSample.order()))
        let pending = try #require(sample.state?.shipments.first)
        sample.now = .of("2025-09-15T12:00:02Z")
        let (decision, events) = sample.run(.waybill(shipment: pending.id, .made(ShippingSample.waybill)))
        #expect(decision.resolutions.map(\.0) == [pending.asker])
        #expect(decision.resolutions.map(\.1) == [.resource(status: 201)])
        #expect(
            decision.timers == [
                .set(
                    "track", subject: "\(pending.orderID)/\(pending.id)", tenant: "default",
                    at: .of("2025-09-15T18:00:02Z"))
            ])
        #expect(events.map(\.type) == ["shipment.created"])
        #expect(events.map(\.sequence) == [2])
        #expect(events.map(\.causationID) == [pending.asker])
        #expect(
            String(decoding: try #require(events.first).body, as: UTF8.self) == """
                {"tenant_id":"default","shipment_id":"\(pending.id)",\
                "order_id":"01994cd1-2900-73ee-b7e9-6e59ce40f9cb","customer_id":"cust_42","carrier":"novaposhta",\
                "service":"branch","tracking_number":"20451234567890",\
                "tracking_url":"https://novaposhta.ua/tracking/?cargo_number=20451234567890",\
                "items":[{"order_item_id":"01994cd1-2901-70de-85cf-24f12763c4f4","product_id":"prod_123",\
                "sku":"HP-100","quantity":2}],"status":"created","estimated_delivery_date":"2025-09-17",\
                "carrier_cost":"95.00","currency":"UAH"}
                """)
        // The answer again, from another process: nothing more.
        #expect(sample.run(.waybill(shipment: pending.id, .made(ShippingSample.waybill))).0.changes.isEmpty)
        let asker = Message(
            id: pending.asker, type: "shipment.open", tenant: "default", actor: Actor(.staff, id: "staff_7"))
        let reply = ShippingHandler(ShippingPolicy(enabled: [])).reply(
            status: 201, try #require(sample.state), to: asker)
        #expect(reply.headers == ["ETag": "\"2\"", "Location": "/api/v1/shipments/\(pending.id)"])
        let shown = try JSONParser.parse(reply.body)
        #expect(shown["carrier_ref"]?.string == "dddddddd-5555-11f0-9c2b-48df37b921db")
        #expect(shown["asker"] == nil)
        #expect(shown["label_ready"] == .bool(true))
    }

    @Test func aRefusalIsAnAnswerToo() throws {
        var sample = ShippingSample()
        sample.run(try ShippingSample.open("{}", try ShippingSample.order()))
        let pending = try #require(sample.state?.shipments.first)
        let (decision, events) = sample.run(
            .waybill(shipment: pending.id, .refused(code: "recipient_invalid", message: "FirstName is empty")))
        #expect(decision.resolutions.map(\.1) == [.resource(status: 201)])
        #expect(decision.timers.isEmpty)
        let told = try body(try #require(events.first))
        #expect(told["status"]?.string == "rejected")
        #expect(told["previous_status"]?.string == "pending")
        #expect(told["error_code"]?.string == "recipient_invalid")
        #expect(told["handed_over"] == .bool(false))
    }

    @Test func newsAreToldOnce() throws {
        var sample = ShippingSample()
        let shipment = try sample.ship()
        let report = TrackingReport(
            code: "4", text: "Відправлення у місті Київ", status: .pickedUp, time: .of("2025-09-15T16:20:00Z"),
            location: "Київ")
        let (first, events) = sample.run(.tracked(shipment: shipment.id, report))
        #expect(events.map(\.type) == ["shipment.updated"])
        #expect(try body(events[0])["handed_over"] == .bool(true))
        #expect(try body(events[0])["occurred_at"]?.string == "2025-09-15T16:20:00.000Z")
        #expect(try body(events[0])["location"]?.string == "Київ")
        #expect(first.timers.first?.dueAt == ShippingSample.now.adding(.seconds(1800)))
        #expect(sample.state?[shipment.id]?.handedOverAt == .of("2025-09-15T16:20:00Z"))
        sample.now = .of("2025-09-15T17:00:00Z")
        let (second, none) = sample.run(.tracked(shipment: shipment.id, report))
        #expect(none.isEmpty)
        #expect(second.changes == [.heard(shipment: shipment.id)])
        #expect(sample.state?[shipment.id]?.version == 3)
        #expect(sample.state?[shipment.id]?.heardAt == sample.now)
        #expect(sample.state?[shipment.id]?.events.count == 1)
    }

    @Test func trackingEndsWithDelivery() throws {
        var sample = ShippingSample()
        let shipment = try sample.ship()
        let report = TrackingReport(
            code: "9", text: "Відправлення отримано", status: .delivered, time: .of("2025-09-17T14:02:00Z"))
        let (decision, events) = sample.run(.tracked(shipment: shipment.id, report))
        #expect(decision.timers.map(\.dueAt) == [nil])
        #expect(events.count == 1)
        #expect(sample.state?[shipment.id]?.deliveredAt == .of("2025-09-17T14:02:00Z"))
        #expect(sample.run(.trackingDue(shipment: shipment.id)).0.effects.isEmpty)
        let late = TrackingReport(code: "5", text: "У дорозі", status: .inTransit)
        #expect(sample.run(.tracked(shipment: shipment.id, late)).0.changes.isEmpty)
    }

    @Test func whatNobodyKnowsReplacesNothing() throws {
        var sample = ShippingSample()
        let shipment = try sample.ship()
        sample.run(.tracked(shipment: shipment.id, TrackingReport(code: "5", text: "У дорозі", status: .inTransit)))
        let unknown = TrackingReport(code: "777", text: "Новий статус", status: nil)
        #expect(sample.run(.tracked(shipment: shipment.id, unknown)).1.count == 1)
        #expect(sample.state?[shipment.id]?.status == .inTransit)
        #expect(sample.state?[shipment.id]?.carrierStatus == "777")
        #expect(sample.run(.tracked(shipment: shipment.id, unknown)).1.isEmpty)
    }

    @Test func aRefusedParcelComesBack() throws {
        var sample = ShippingSample()
        let shipment = try sample.ship()
        let refused = TrackingReport(
            code: "103", text: "Відмова", status: .returning, returnNumber: "20451234567999")
        sample.run(.tracked(shipment: shipment.id, refused))
        let (due, _) = sample.run(.trackingDue(shipment: shipment.id))
        let asked = try JSONParser.parse(try #require(due.effects.first).body)
        #expect(asked["return_number"]?.string == "20451234567999")
        #expect(asked["phone"]?.string == "+380671112233")
        var back = refused
        back.isReturned = true
        let (decision, events) = sample.run(.tracked(shipment: shipment.id, back))
        #expect(sample.state?[shipment.id]?.status == .returned)
        #expect(try body(try #require(events.first))["previous_status"]?.string == "returning")
        #expect(decision.timers.map(\.dueAt) == [nil])
    }

    @Test func aCancelledOrderTakesItsWaybillsBack() throws {
        var sample = ShippingSample()
        let shipment = try sample.ship()
        let (decision, _) = sample.run(.withdraw(reason: "Changed my mind", cancellation: nil))
        #expect(decision.effects.map(\.kind) == ["novaposhta.cancel"])
        #expect(
            String(decoding: try #require(decision.effects.first).body, as: UTF8.self)
                == #"{"ref":"dddddddd-5555-11f0-9c2b-48df37b921db"}"#)
        #expect(sample.run(.withdraw(reason: "again", cancellation: nil)).0.effects.isEmpty)
        let (done, events) = sample.run(.withdrawn(shipment: shipment.id, .cancelled))
        #expect(done.timers.map(\.dueAt) == [nil])
        #expect(try body(try #require(events.first))["status"]?.string == "cancelled")
        #expect(try body(try #require(events.first))["previous_status"]?.string == "created")
        #expect(sample.state?.taken(ShippingSample.line) == 0)
    }

    @Test func aWaybillThatComesAfterTheCancellationIsTakenBack() throws {
        var sample = ShippingSample()
        sample.run(try ShippingSample.open("{}", try ShippingSample.order()))
        let pending = try #require(sample.state?.shipments.first)
        #expect(sample.run(.withdraw(reason: "payment_expired", cancellation: nil)).0.effects.isEmpty)
        let (decision, _) = sample.run(.waybill(shipment: pending.id, .made(ShippingSample.waybill)))
        #expect(decision.effects.map(\.kind) == ["novaposhta.cancel"])
        #expect(
            String(decoding: try #require(decision.effects.first).body, as: UTF8.self)
                == #"{"ref":"dddddddd-5555-11f0-9c2b-48df37b921db"}"#)
    }

    @Test func whatIsHandedOverGoesOn() throws {
        var sample = ShippingSample()
        let shipment = try sample.ship()
        let (late, told) = sample.run(.withdrawn(shipment: shipment.id, .tooLate(message: "too late")))
        #expect(late.changes == [.withdrawalRefused(shipment: shipment.id, cancellation: nil)])
        #expect(told.isEmpty)
        sample.run(.tracked(shipment: shipment.id, TrackingReport(code: "5", text: "У дорозі", status: .inTransit)))
        #expect(sample.run(.withdraw(reason: "x", cancellation: nil)).0.effects.isEmpty)
    }

    @Test func quotesGoToTheOrdersOwner() throws {
        var sample = ShippingSample()
        let request = QuoteRequest(
            orderID: Identifier(high: 1, low: 2),
            consignment: Consignment(
                carrier: .novaposhta, service: .branch, city: "Lviv", weightGrams: 1500,
                declaredValue: Money(minor: 120_000, .uah)))
        let (asked, none) = sample.run(.quote(request))
        #expect(none.isEmpty)
        #expect(asked.effects.map(\.kind) == ["novaposhta.quote"])
        #expect(try QuoteRequest(json: try JSONParser.parse(try #require(asked.effects.first).body)) == request)
        let price = try #require(DeliveryTariff.price(request.consignment))
        #expect(price.description == "90.00")
        let quote = Quote(request, .price(price, .tariff, nil))
        let (_, events) = sample.run(.quoted(try Quote(json: try JSONParser.parse(quote.json))))
        #expect(events.map(\.type) == ["shipment.quoted"])
        #expect(events.map(\.isPublic) == [false])
        #expect(
            String(decoding: try #require(events.first).body, as: UTF8.self)
                == #"{"tenant_id":"default","order_id":"\#(request.orderID)","price":"90.00","currency":"UAH","source":"tariff"}"#
        )
        let other = QuoteRequest(
            orderID: request.orderID,
            consignment: Consignment(
                carrier: .meest, service: .branch, city: "Lviv", weightGrams: 1, declaredValue: Money(minor: 1, .uah)))
        let (refused, told) = sample.run(.quote(other))
        #expect(refused.effects.isEmpty)
        #expect(try body(try #require(told.first))["error_code"]?.string == "carrier_not_enabled")
        #expect(sample.state?.shipments.isEmpty == true)
    }

    @Test func thePlanFollowsTheStates() throws {
        var sample = ShippingSample()
        var shipment = try sample.ship()
        let plan = TrackingPlan()
        #expect(plan.interval(.created) == .seconds(6 * 3600))
        #expect(plan.interval(.outForDelivery) == .seconds(600))
        #expect(TrackingPlan(fixed: .seconds(1)).interval(.created) == .seconds(1))
        let month = shipment.createdAt.adding(.seconds(31 * 86_400))
        #expect(plan.next(for: shipment, after: month) == nil)
        shipment.status = .inTransit
        #expect(plan.next(for: shipment, after: month) == month.adding(.seconds(1800)))
        #expect(!plan.isStale(shipment, at: shipment.heardAt.adding(.seconds(3660))))
        #expect(plan.isStale(shipment, at: shipment.heardAt.adding(.seconds(3661))))
        shipment.status = .delivered
        #expect(!plan.isStale(shipment, at: month))
    }
}
