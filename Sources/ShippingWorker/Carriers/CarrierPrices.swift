import Connectors
import Contracts
import Logging

/// What carriers ask for deliveries. One that gives no answer in time is priced from the table.
struct CarrierPrices: Sendable {
    let connectors: [Carrier: any CarrierConnector]
    let logger: Logger
    /// A client waits for the price.
    var patience: Duration = .seconds(2)

    func price(_ consignment: Consignment) async -> QuoteOutcome {
        guard let connector = connectors[consignment.carrier] else { return .refused(.carrierNotEnabled) }
        let asked = await Patience.wait(patience) { [patience] () async -> Result<QuoteOutcome, CarrierError> in
            do throws(CarrierError) {
                return .success(try await connector.quote(consignment, timeout: patience))
            } catch {
                return .failure(error)
            }
        }
        var reason = "no answer in time"
        switch asked {
        case .success(let outcome)?: return outcome
        case .failure(let error)?: reason = error.cause.description
        case nil: break
        }
        logger.warning("delivery priced from the table", metadata: ["reason": "\(reason)"])
        // Without an entry the delivery cannot be had.
        guard let price = DeliveryTariff.price(consignment) else { return .refused(.serviceNotSupported) }
        return .price(price, .tariff, nil)
    }

    /// All of them at once.
    func prices(_ consignments: [Consignment]) async -> [(Consignment, QuoteOutcome)] {
        await withTaskGroup { group in
            for consignment in consignments { group.addTask { (consignment, await price(consignment)) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }
}
