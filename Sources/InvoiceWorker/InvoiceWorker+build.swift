import Bus
import Contracts
import Postgres
import Service
import Worker

/// Wiring: which events meet the rules of invoices, and what documents say of the seller.
enum InvoiceApplication: WorkerApplication {
    static let name = WorkerName.invoice
    static let adminPort = 9150
    static let migrations = [Migration("0001_invoices", bytes: PackageResources._001_invoices_sql)]

    static func build(_ settings: InvoiceWorkerSettings, _ context: FleetProcess.Context) throws -> WorkerDefinition {
        WorkerDefinition(
            name, commands: [],
            handler: InvoiceHandler(rules: InvoiceRules(settings: settings.invoices)), queries: InvoiceQueries())
    }
}

/// The invoice worker's own settings.
struct InvoiceWorkerSettings: SettingsGroup {
    let invoices: InvoiceSettings

    init(from reader: SettingsReader) {
        let seller = Party(
            name: reader.value("SELLER_NAME", .text(), default: "ТОВ Крамниця", "Seller on documents"),
            taxID: reader.value("SELLER_TAX_ID", .text(), default: "12345678", "Tax number of the seller"),
            address: reader.value(
                "SELLER_ADDRESS", .text(), default: "Kyiv, Khreshchatyk 1", "Address of the seller in one line"),
            phone: reader.optional("SELLER_PHONE", .text(), "Phone of the seller in E.164"),
            email: reader.optional("SELLER_EMAIL", .text(), "E-mail of the seller"),
            iban: reader.optional("SELLER_IBAN", .iban, "Account of the seller; invoices then bear a payment code"))
        invoices = InvoiceSettings(
            seller: seller,
            deliveryTaxRate: reader.value("TAX_RATE", .taxRate, default: "20.00", "Tax rate of delivery in percent"),
            time: reader.value(
                "BUSINESS_TIME_ZONE", .timeZone, default: "Europe/Kyiv", "Time zone of invoice years and dates"))
    }
}

extension SettingKind<String> {
    fileprivate static var iban: Self {
        Self("an IBAN without spaces", standIn: "") { text in IBAN.isValid(text) ? text : nil }
    }
}

extension SettingKind<Percent> {
    fileprivate static var taxRate: Self {
        Self("a percentage from 0 to 100 with at most two decimals", standIn: Percent(hundredths: 0)) { text in
            (try? Percent(text: text)).flatMap { $0.hundredths <= 10_000 ? $0 : nil }
        }
    }
}

extension SettingKind<BusinessTime> {
    fileprivate static var timeZone: Self {
        Self("a name of the tz database", standIn: .utc) { BusinessTime($0) }
    }
}
