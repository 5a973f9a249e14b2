import Connectors
import Contracts
import Logging
import Postgres
import Worker

/// Hands out labels: those that are kept, and from the carrier what nobody asked for before.
struct LabelDesk: Sendable {
    let connectors: [Carrier: any CarrierConnector]
    let logger: Logger
    /// How long a carrier may take; the client waits a little longer.
    var patience: Duration = .seconds(4)

    private struct Wanted {
        let request: LabelRequest
        let shipment: Shipment
        let size: LabelSize
        let connector: any CarrierConnector
    }

    private enum Outcome {
        case known(Reply)
        case wanted(Wanted)
    }

    func begin(_ inquiries: [Message], _ read: ([Statement]) throws -> [Rows]) throws -> [Inquiry] {
        guard !inquiries.isEmpty else { return [] }
        let requests = inquiries.map { inquiry in Result { () throws(Refusal) in try LabelRequest(inquiry) } }
        let shipments = try ShipmentStore.find(Set(requests.compactMap { try? $0.get().shipmentID }), read)
        let outcomes = zip(inquiries, requests).map { inquiry, request -> Outcome in
            switch request {
            case .failure(let refusal): .known(refusal.problem.reply(to: inquiry))
            case .success(let request): outcome(request, shipments[request.shipmentID])
            }
        }
        let kept = try kept(outcomes, read)
        return outcomes.map { outcome in
            switch outcome {
            case .known(let reply): return .known(reply)
            case .wanted(let wanted):
                let label = LabelName(wanted.shipment, wanted.size)
                if let pdf = kept[label.tag] { return .known(label.reply(pdf)) }
                return .asking { await fetch(wanted) }
            }
        }
    }

    private func outcome(_ request: LabelRequest, _ shipment: Shipment?) -> Outcome {
        if let problem = request.refusal(shipment) { return .known(problem.reply(to: request.inquiry)) }
        guard let shipment, let connector = connectors[shipment.carrier],
            let size = request.size.nearest(of: connector.labelSizes)
        else { return .known(Self.unavailable.reply(to: request.inquiry)) }
        if let unchanged = request.unchanged(LabelName(shipment, size)) { return .known(unchanged) }
        return .wanted(Wanted(request: request, shipment: shipment, size: size, connector: connector))
    }

    private static let unavailable = Problem(
        .carrierUnavailable, "The carrier gave no label; try again.", retryAfter: 10)

    /// Labels that are kept, by their tags.
    private func kept(
        _ outcomes: [Outcome], _ read: ([Statement]) throws -> [Rows]
    ) throws -> [String: [UInt8]] {
        var wanted: [Identifier: Shipment] = [:]
        var labels: [(shipment: Identifier, size: LabelSize)] = []
        for case .wanted(let one) in outcomes {
            wanted[one.shipment.id] = one.shipment
            labels.append((one.shipment.id, one.size))
        }
        guard !labels.isEmpty else { return [:] }
        var kept: [String: [UInt8]] = [:]
        for row in try read([LabelStore.read(labels)])[0] {
            guard let shipment = wanted[Identifier(try row.uuid(0))], let size = LabelSize(rawValue: try row.text(1))
            else { continue }
            kept[LabelName(shipment, size).tag] = try row.bytes(2)
        }
        return kept
    }

    /// What another process kept meanwhile wins.
    private func fetch(_ wanted: Wanted) async -> QueryPlan {
        let (shipment, size) = (wanted.shipment, wanted.size)
        let label = await Patience.wait(patience) { [patience] () async -> Result<[UInt8], CarrierError> in
            do throws(CarrierError) {
                return .success(
                    try await wanted.connector.label(shipment.trackingNumber ?? "", size, timeout: patience))
            } catch {
                return .failure(error)
            }
        }
        guard case .success(let pdf)? = label else {
            var reason = "no answer in time"
            if case .failure(let error)? = label { reason = error.cause.description }
            logger.warning("no label", metadata: ["shipment": "\(shipment.id)", "reason": "\(reason)"])
            return .refused(Self.unavailable, wanted.request.inquiry)
        }
        let statements = [
            LabelStore.keep(pdf, of: shipment, size, at: .now), LabelStore.read([(shipment.id, size)]),
        ]
        return QueryPlan(statements) { rows in
            LabelName(shipment, size).reply(try rows[1].first?.bytes(2) ?? pdf)
        }
    }
}
