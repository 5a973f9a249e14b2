import Bus
import Contracts
import Logging
import Postgres
import Worker

extension ShippingWorker {
    /// Which messages the worker takes and who handles them.
    static func definition(
        _ policy: ShippingPolicy, connectors: [Carrier: any CarrierConnector],
        logger: Logger = Logger(label: "shipping")
    ) -> WorkerDefinition<ShippingHandler> {
        WorkerDefinition(
            .shipping, commands: ["shipment.open", "shipment.quote"],
            fleetEvents: ["order.cancelled", "order.refunded"], handler: ShippingHandler(policy),
            effects: ShippingEffects(connectors: connectors, logger: logger), queries: ShippingQueries(policy: policy),
            migrations: [Migration("0001_shipments", bytes: PackageResources._001_shipments_sql)])
    }
}
