import Contracts
import Testing
import Worker

@testable import ShippingWorker

/// Waybills that are deleted before their parcels are handed over: at staff's word, and because the order is to end.
@Suite("Cancellation of shipments") struct CancellationTests {
    private static let cancellation = Identifier(high: 0x0199_0000_0000_7000, low: 0x8000_0000_0000_0001)

    private func problem(_ answer: Decision<ShippingChange>.Answer?) -> Problem? {
        guard case .refusal(let problem)? = answer else { return nil }
        return problem
    }

    // MARK: At staff's word

    @Test func staffCancel() throws {
        var sample = ShippingSample()
        let shipment = try sample.ship()
        let (asked, _) = sample.run(.cancel(shipment: shipment.id, reason: "Wrong branch"))
        #expect(asked.answer == .later)
        #expect(asked.effects.map(\.kind) == ["novaposhta.cancel"])
        let (done, events) = sample.run(.withdrawn(shipment: shipment.id, .cancelled))
        #expect(done.resolutions.map(\.1) == [.resource(status: 200)])
        #expect(events.map(\.type) == ["shipment.updated"])
        let (again, told) = sample.run(.cancel(shipment: shipment.id, reason: nil))
        #expect(again.answer == .resource(status: 200))
        #expect(again.changes.isEmpty)
        #expect(told.isEmpty)
    }

    @Test func askingAgainShowsTheSameOperation() throws {
        var sample = ShippingSample()
        let shipment = try sample.ship()
        sample.run(.cancel(shipment: shipment.id, reason: nil))
        let first = try #require(sample.state?[shipment.id]?.withdrawal?.asker?.id)
        let (again, _) = sample.run(.cancel(shipment: shipment.id, reason: nil))
        guard case .reply(let reply) = again.answer else {
            Issue.record("no reply")
            return
        }
        #expect(reply.status == 202)
        #expect(reply.headers["Location"] == "/api/v1/operations/\(first)")
        #expect(again.effects.isEmpty)
    }

    @Test func tooLateAtTheCarrier() throws {
        var sample = ShippingSample()
        let shipment = try sample.ship()
        sample.run(.cancel(shipment: shipment.id, reason: nil))
        let (late, events) = sample.run(.withdrawn(shipment: shipment.id, .tooLate(message: "Document in use")))
        #expect(problem(late.resolutions.first?.1)?.code == .shipmentNotCancellable)
        #expect(events.isEmpty)
        #expect(sample.state?[shipment.id]?.withdrawal == nil)
        // The carrier is asked again, as nothing here says that it has the parcel.
        #expect(sample.run(.cancel(shipment: shipment.id, reason: nil)).0.effects.count == 1)
    }

    @Test func whatIsHandedOverStays() throws {
        var sample = ShippingSample()
        let shipment = try sample.ship()
        sample.run(.tracked(shipment: shipment.id, TrackingReport(code: "5", text: "У дорозі", status: .inTransit)))
        let (refused, _) = sample.run(.cancel(shipment: shipment.id, reason: nil))
        #expect(problem(refused.answer)?.code == .shipmentNotCancellable)
        #expect(problem(refused.answer)?.current == "in_transit")
        #expect(refused.effects.isEmpty)
    }

    /// The carrier has not answered yet: the waybill is deleted as soon as there is one.
    @Test func beforeThereIsAWaybill() throws {
        var sample = ShippingSample()
        sample.run(try ShippingSample.open("{}", try ShippingSample.order()))
        let pending = try #require(sample.state?.shipments.first)
        let (asked, _) = sample.run(.cancel(shipment: pending.id, reason: nil))
        #expect(asked.answer == .later)
        #expect(asked.effects.isEmpty)
        let (made, _) = sample.run(.waybill(shipment: pending.id, .made(ShippingSample.waybill)))
        #expect(made.effects.map(\.kind) == ["novaposhta.cancel"])
        let (done, _) = sample.run(.withdrawn(shipment: pending.id, .cancelled))
        #expect(done.resolutions.map(\.1) == [.resource(status: 200)])
    }

    @Test func unknownShipment() {
        var sample = ShippingSample()
        let (decision, _) = sample.run(.cancel(shipment: Self.cancellation, reason: nil))
        #expect(problem(decision.answer)?.code == .notFound)
    }

    // MARK: Because the order is to end

    @Test func theOrderHearsOfEachWaybill() throws {
        var sample = ShippingSample()
        let shipment = try sample.ship()
        let (asked, told) = sample.run(.withdraw(reason: "Mistake", cancellation: Self.cancellation))
        #expect(asked.effects.map(\.kind) == ["novaposhta.cancel"])
        #expect(told.isEmpty)
        let (again, _) = sample.run(.withdraw(reason: "Mistake", cancellation: Self.cancellation))
        #expect(again.changes.isEmpty)
        #expect(again.effects.isEmpty)
        let (_, events) = sample.run(.withdrawn(shipment: shipment.id, .cancelled))
        #expect(events.map(\.type) == ["shipment.updated"])
    }

    @Test func theOrderHearsOfARefusal() throws {
        var sample = ShippingSample()
        let shipment = try sample.ship()
        sample.run(.withdraw(reason: "Mistake", cancellation: Self.cancellation))
        let (_, events) = sample.run(.withdrawn(shipment: shipment.id, .tooLate(message: "Document in use")))
        let event = try #require(events.first)
        #expect(event.type == "shipment.withdrawal_refused")
        #expect(!event.isPublic)
        let body = try JSONParser.parse(event.body)
        #expect(body["cancellation_id"]?.string == Self.cancellation.description)
        #expect(body["order_id"]?.string == shipment.orderID.description)
        #expect(sample.state?[shipment.id]?.withdrawal == nil)
    }

    /// One parcel is with the carrier: no other waybill is touched.
    @Test func nothingChangesWhenOneIsHandedOver() throws {
        var (sample, _) = try twoWaybills()
        let gone = try #require(sample.state?.shipments.first)
        sample.run(.tracked(shipment: gone.id, TrackingReport(code: "5", text: "У дорозі", status: .inTransit)))
        let (decision, events) = sample.run(.withdraw(reason: "Mistake", cancellation: Self.cancellation))
        #expect(decision.effects.isEmpty)
        #expect(events.map(\.type) == ["shipment.withdrawal_refused"])
        #expect(sample.state?.shipments.allSatisfy { $0.withdrawal == nil } == true)
        // An order that has ended takes back what it can.
        let (ended, _) = sample.run(.withdraw(reason: "refunded", cancellation: nil))
        #expect(ended.effects.count == 1)
    }

    /// Two units on two waybills of their own.
    private func twoWaybills() throws -> (sample: ShippingSample, shipments: [Shipment]) {
        var sample = ShippingSample()
        let units = #"{"items":[{"order_item_id":"\#(ShippingSample.line)","quantity":1}]}"#
        for number in ["20451234567890", "20451234567891"] {
            sample.run(try ShippingSample.open(units, try ShippingSample.order()))
            let pending = try #require(sample.state?.shipments.last)
            sample.run(.waybill(shipment: pending.id, .made(Waybill(ref: "ref-\(number)", number: number))))
        }
        return (sample, try #require(sample.state?.shipments))
    }

    private static let waiting = TrackingReport(code: "1", text: "Створено", status: .created)
    private static let moving = TrackingReport(code: "5", text: "У дорозі", status: .inTransit)

    /// The carrier is asked about all parcels before the first waybill is deleted.
    @Test func aLookBeforeTheDeletion() throws {
        var (sample, shipments) = try twoWaybills()
        let (asked, _) = sample.run(.withdraw(reason: "Mistake", cancellation: Self.cancellation))
        #expect(asked.effects.map(\.kind) == ["novaposhta.track", "novaposhta.track"])
        let (first, _) = sample.run(.tracked(shipment: shipments[1].id, Self.waiting))
        #expect(first.effects.isEmpty)
        let (last, _) = sample.run(.tracked(shipment: shipments[0].id, Self.waiting))
        #expect(last.effects.map(\.kind) == ["novaposhta.cancel", "novaposhta.cancel"])
        #expect(Set(last.effects.map(\.subject)) == Set(shipments.map { ShipmentSubject($0).description }))
        // The next round of tracking asks for nothing again.
        #expect(sample.run(.tracked(shipment: shipments[0].id, Self.waiting)).0.effects.isEmpty)
    }

    @Test(arguments: [0, 1]) func oneWasHandedOverMeanwhile(gone: Int) throws {
        for goneFirst in [true, false] {
            var (sample, shipments) = try twoWaybills()
            sample.run(.withdraw(reason: "Mistake", cancellation: Self.cancellation))
            var told: [String] = []
            var effects: [String] = []
            for index in goneFirst ? [gone, 1 - gone] : [1 - gone, gone] {
                let report = index == gone ? Self.moving : Self.waiting
                let (decision, events) = sample.run(.tracked(shipment: shipments[index].id, report))
                told += events.map(\.type)
                effects += decision.effects.map(\.kind)
            }
            #expect(effects.isEmpty)
            #expect(told.filter { $0 == "shipment.withdrawal_refused" }.count == 1)
            #expect(sample.state?.shipments.allSatisfy { $0.withdrawal?.isLooking != true } == true)
            #expect(sample.state?[shipments[1 - gone].id]?.status == .created)
        }
    }

    /// Staff cancel one shipment while the order's cancellation looks at it, and the order's comes to nothing.
    @Test func staffGoOnAlone() throws {
        var (sample, shipments) = try twoWaybills()
        sample.run(.withdraw(reason: "Mistake", cancellation: Self.cancellation))
        #expect(sample.run(.cancel(shipment: shipments[0].id, reason: nil)).0.answer == .later)
        let (refused, _) = sample.run(.tracked(shipment: shipments[1].id, Self.moving))
        #expect(refused.effects.map(\.subject) == [ShipmentSubject(shipments[0]).description])
        let (done, events) = sample.run(.withdrawn(shipment: shipments[0].id, .cancelled))
        #expect(done.resolutions.map(\.1) == [.resource(status: 200)])
        #expect(events.map(\.type) == ["shipment.updated"])
    }

    /// Staff and the order wait for the same waybill: both are answered.
    @Test func twoWaitForOneWaybill() throws {
        var sample = ShippingSample()
        let shipment = try sample.ship()
        sample.run(.cancel(shipment: shipment.id, reason: nil))
        let (joined, _) = sample.run(.withdraw(reason: "Mistake", cancellation: Self.cancellation))
        #expect(joined.effects.isEmpty)
        let (late, events) = sample.run(.withdrawn(shipment: shipment.id, .tooLate(message: "Document in use")))
        #expect(problem(late.resolutions.first?.1)?.code == .shipmentNotCancellable)
        #expect(events.map(\.type) == ["shipment.withdrawal_refused"])
    }

    @Test func whatIsWantedIsStored() throws {
        var sample = ShippingSample()
        let shipment = try sample.ship()
        sample.run(.cancel(shipment: shipment.id, reason: "Wrong branch"))
        sample.run(.withdraw(reason: "Mistake", cancellation: Self.cancellation))
        let wanted = try #require(sample.state?[shipment.id])
        let read = try Shipment(stored: JSONParser.parse(wanted.document(for: .store)))
        #expect(read.withdrawal == wanted.withdrawal)
        #expect(read.withdrawal?.reason == "Wrong branch")
        #expect(read.withdrawal?.cancellation == Self.cancellation)
    }
}
