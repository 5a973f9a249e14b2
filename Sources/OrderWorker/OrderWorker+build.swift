import Bus
import Connectors
import CurlHTTP
import Postgres
import Service
import Worker

/// Wiring: which messages meet the rules of orders, and what they need around them.
enum OrderApplication: WorkerApplication {
    static let name = WorkerName.order
    static let adminPort = 9110
    static let migrations = [
        Migration("0001_orders", bytes: PackageResources._001_orders_sql),
        Migration("0002_returns", bytes: PackageResources._002_returns_sql),
        Migration("0003_draft_references", bytes: PackageResources._003_draft_references_sql),
        Migration("0004_order_lists", bytes: PackageResources._004_order_lists_sql),
        Migration("0005_documents_as_text", bytes: PackageResources._005_documents_as_text_sql),
    ]

    static func build(_ settings: OrderSettings, _ context: FleetProcess.Context) throws -> WorkerDefinition {
        OrderMetrics.describe(in: context.metrics)
        let recall = Recall()
        let services = ShopServices(http: try HTTPClient(), secret: settings.catalogue.serviceSecret)
        return WorkerDefinition(
            name,
            commands: [
                "order.create", "order.set_status", "order.cancel", "return.request", "return.set_status",
                "payment.create", "shipment.create", "promo.apply",
            ],
            publicEvents: ["stock.*"],
            handler: OrderHandler(
                rules: OrderRules(terms: settings.terms),
                catalogue: Catalogue(
                    client: CatalogueClient(
                        url: settings.catalogue.coreURL, services: services, logger: context.logger),
                    recall: recall),
                customers: CustomerDirectory(
                    url: settings.crmURL, services: services, recall: recall, logger: context.logger),
                metrics: OrderMetrics()),
            queries: OrderQueries(
                cursors: settings.cursors,
                figures: FiguresTerms(currency: settings.terms.currency, timeZone: settings.timeZone)),
            recall: recall)
    }
}

/// The order worker's own settings.
struct OrderSettings: SettingsGroup {
    let catalogue: CatalogueSettings
    /// nil: the shop has no CRM.
    let crmURL: String?
    let cursors: CursorKey
    let terms: OrderTerms
    let timeZone: BusinessTimeZone

    init(from reader: SettingsReader) {
        catalogue = CatalogueSettings(from: reader)
        crmURL = reader.optional(
            "CRM_SERVICE_URL", .url("http", "https"), "Base URL of the CRM; without it nobody is asked")
        cursors = CursorKey(from: reader)
        let lifetime = reader.value(
            "ORDER_LIFETIME_MINUTES", .minutes(1...43_200), default: "1440", "How long an unpaid order lives")
        let days = reader.value(
            "RETURN_WINDOW_DAYS", .integer(0...3650), default: "14", "How long a customer may send goods back")
        timeZone = reader.value(
            "BUSINESS_TIME_ZONE", .timeZone, default: "Europe/Kyiv", "Time zone of figures, when none is asked for")
        terms = OrderTerms(lifetime: lifetime, returnWindow: .seconds(days * 86_400))
    }
}

extension SettingKind<BusinessTimeZone> {
    fileprivate static var timeZone: Self {
        Self("a name of the tz database", standIn: .utc) { BusinessTimeZone($0) }
    }
}
