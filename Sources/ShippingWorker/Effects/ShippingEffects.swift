import Connectors
import Contracts
import CoreMetrics
import Logging
import Worker

/// Makes the calls to carriers: `<carrier>.create`, `.cancel`, `.track`, `.quote`.
struct ShippingEffects: EffectHandler {
    let connectors: [Carrier: any CarrierConnector]
    let prices: CarrierPrices
    let logger: Logger

    /// As many numbers as Nova Poshta takes in one call.
    func batchLimit(kind: String) -> Int { kind.hasSuffix(".track") ? 100 : 1 }

    func perform(_ effects: [Effect]) async -> [EffectOutcome] {
        guard let first = effects.first else { return [] }
        let words = first.kind.split(separator: ".")
        guard words.count == 2, let carrier = Carrier(rawValue: String(words[0])),
            let connector = connectors[carrier]
        else {
            return effects.map { _ in .retry(after: .seconds(600), reason: "no account at the carrier") }
        }
        if words[1] == "track" { return await track(effects, connector) }
        var outcomes: [EffectOutcome] = []
        for effect in effects { outcomes.append(await perform(effect, String(words[1]), carrier, connector)) }
        return outcomes
    }

    private func perform(
        _ effect: Effect, _ verb: String, _ carrier: Carrier, _ connector: any CarrierConnector
    ) async -> EffectOutcome {
        do {
            let body = try JSONParser.parse(effect.body)
            switch verb {
            case "create":
                let shipment = try Shipment(stored: body)
                let outcome = try await connector.makeWaybill(for: shipment, isRepeated: effect.attempt > 1)
                if case .made = outcome {
                    Counter(label: "oms_shipments_created", dimensions: [("carrier", carrier.rawValue)]).increment()
                }
                return .done(outcome.json)
            case "cancel": return .done(try await connector.cancel(try body.text("ref")).json)
            case "quote":
                let request = try QuoteRequest(json: body)
                return .done(Quote(request, await prices.price(request.consignment)).json)
            default: return .retry(after: .seconds(600), reason: "unknown effect \(effect.kind)")
            }
        } catch {
            return retry(effect, error)
        }
    }

    private func track(_ effects: [Effect], _ connector: any CarrierConnector) async -> [EffectOutcome] {
        do {
            let parcels = try effects.map { try TrackedParcel(json: try JSONParser.parse($0.body)) }
            let reports = try await connector.track(parcels)
            return zip(effects, parcels).map { effect, parcel in
                if let report = reports[parcel.number] { return .done(report.json) }
                return .retry(after: .seconds(600), reason: "the carrier left the number out")
            }
        } catch {
            return effects.map { retry($0, error) }
        }
    }

    private func retry(_ effect: Effect, _ error: any Error) -> EffectOutcome {
        let carrierError = error as? CarrierError
        let reason = carrierError.map { $0.cause.description } ?? "\(error)"
        let delay = max(Self.delay(attempt: effect.attempt), carrierError?.pause ?? .zero)
        logger.warning(
            "carrier call to be repeated",
            metadata: ["kind": "\(effect.kind)", "attempt": "\(effect.attempt)", "reason": "\(reason)"])
        return .retry(after: delay * Double.random(in: 1...1.2), reason: reason)
    }

    /// 5 s, 30 s, 2 min, 10 min, then hourly.
    static func delay(attempt: Int) -> Duration {
        switch attempt {
        case ...1: .seconds(5)
        case 2: .seconds(30)
        case 3: .seconds(120)
        case 4: .seconds(600)
        default: .seconds(3600)
        }
    }
}
