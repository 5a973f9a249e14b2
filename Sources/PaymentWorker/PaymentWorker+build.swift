import Bus
import Connectors
import Contracts
import CurlHTTP
import Logging
import Postgres
import Service
import Worker

/// Wiring: which messages meet the rules of payments, and which providers can be used.
enum PaymentApplication: WorkerApplication {
    static let name = WorkerName.payment
    static let adminPort = 9120
    static let migrations = [
        Migration("0001_payments", bytes: PackageResources._001_payments_sql),
        Migration("0002_payment_lists", bytes: PackageResources._002_payment_lists_sql),
    ]

    static func build(
        _ settings: PaymentSettings, _ context: FleetProcess.Context
    ) throws -> WorkerDefinition {
        var rules: [PaymentProvider: any PaymentProviderRules] = [:]
        var readers: [PaymentProvider: any ProviderReader] = [:]
        var effects: LiqPayEffects?
        if let account = settings.liqPay {
            rules[.liqpay] = LiqPayCheckout(requests: LiqPayRequests(account: account))
            readers[.liqpay] = LiqPayReader(account: account)
            effects = LiqPayEffects(connector: LiqPayConnector(http: TracedHTTP(try HTTPClient()), account: account))
        } else {
            context.logger.warning("no payment provider has credentials: payments are refused")
        }
        return WorkerDefinition(
            name, commands: PaymentHandler.commands,
            handler: PaymentHandler(
                rules: PaymentDecider(providers: rules, lifetime: settings.lifetime), readers: readers,
                returnHosts: settings.returnHosts),
            effects: effects, queries: PaymentQueries(cursors: settings.cursors))
    }
}

/// The payment worker's own settings.
struct PaymentSettings: SettingsGroup {
    /// nil without credentials.
    let liqPay: LiqPayAccount?
    let lifetime: Duration
    let returnHosts: Set<String>
    let cursors: CursorKey

    init(from reader: SettingsReader) {
        let publicKey = reader.optional("LIQPAY_PUBLIC_KEY", .text(), "Public key of the LiqPay shop")
        let privateKey = reader.optionalSecret("LIQPAY_PRIVATE_KEY", .text(), "Private key of the LiqPay shop")
        let apiURL = reader.value(
            "LIQPAY_API_URL", .url("http", "https"), default: "https://www.liqpay.ua/api", "Base URL of LiqPay")
        let version = reader.value(
            "LIQPAY_API_VERSION", .integer(3...99), default: "7", "Payload version; 7 and above sign with SHA3-256")
        let publicURL = reader.value(
            "PUBLIC_URL", .url("http", "https"), default: "http://127.0.0.1:8081",
            "Base URL under which providers reach the gateway")
        let returnURL = reader.optional(
            "PAYMENT_RETURN_URL", .url("http", "https"), "Where the browser goes when the client names no address")
        let hosts = reader.optional(
            "PAYMENT_RETURN_HOSTS", .text(), "Hosts that clients may name in return_url, with commas; any when absent")
        lifetime = reader.value(
            "PAYMENT_LIFETIME_MINUTES", .minutes(1...43_200), default: "60", "How long a provider's page stays open")
        cursors = CursorKey(from: reader)
        returnHosts = Set((hosts ?? "").split { $0 == "," || $0 == " " }.map { $0.lowercased() })
        if (publicKey == nil) != (privateKey == nil) {
            reader.report("LIQPAY_PRIVATE_KEY", "goes together with LIQPAY_PUBLIC_KEY: set both or neither")
        }
        liqPay = publicKey.flatMap { publicKey in
            privateKey.map { privateKey in
                LiqPayAccount(
                    publicKey: publicKey, privateKey: privateKey.revealed, apiURL: Self.base(apiURL), version: version,
                    callbackURL: Self.base(publicURL) + "/api/v1/payments/callback/liqpay", returnURL: returnURL)
            }
        }
    }

    private static func base(_ url: String) -> String { url.hasSuffix("/") ? String(url.dropLast()) : url }
}
