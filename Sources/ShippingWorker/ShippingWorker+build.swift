import Bus
import Connectors
import Contracts
import CurlHTTP
import Postgres
import Service
import Worker

/// Wiring: which messages meet the rules of shipments, and the carriers' accounts.
enum ShippingApplication: WorkerApplication {
    static let name = WorkerName.shipping
    static let adminPort = 9130
    static let migrations = [
        Migration("0001_shipments", bytes: PackageResources._001_shipments_sql),
        Migration("0002_shipment_lists", bytes: PackageResources._002_shipment_lists_sql),
        Migration("0003_labels", bytes: PackageResources._003_labels_sql),
    ]

    static func build(_ settings: ShippingSettings, _ context: FleetProcess.Context) throws -> WorkerDefinition {
        let client = try HTTPClient()
        var connectors: [Carrier: any CarrierConnector] = [:]
        if let account = settings.novaPoshta {
            connectors[.novaposhta] = NovaPoshtaConnector(http: TracedHTTP(client), account: account)
        }
        let policy = ShippingPolicy(enabled: Set(connectors.keys), tracking: settings.tracking)
        let prices = CarrierPrices(connectors: connectors, logger: context.logger)
        let catalogue = CatalogueClient(
            url: settings.catalogue.coreURL,
            services: ShopServices(http: client, secret: settings.catalogue.serviceSecret), logger: context.logger)
        return WorkerDefinition(
            name, commands: ["shipment.open", "shipment.quote", "shipment.cancel", "shipment.withdraw"],
            handler: ShippingHandler(policy),
            effects: ShippingEffects(connectors: connectors, prices: prices, logger: context.logger),
            queries: ShippingQueries(policy: policy, cursors: settings.cursors),
            inquiries: ShippingInquiries(
                labels: LabelDesk(connectors: connectors, logger: context.logger),
                quotes: QuoteDesk(policy: policy, prices: prices, catalogue: catalogue)))
    }
}
