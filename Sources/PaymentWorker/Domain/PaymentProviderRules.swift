import Contracts

/// What the rules have to know of a provider to open a payment there. Pure: no call is made.
protocol PaymentProviderRules: Sendable {
    var provider: PaymentProvider { get }
    var methods: Set<PaymentMethod> { get }

    /// Smallest and largest amount the provider takes in a currency, in minor units; nil when it does not take it.
    func range(in currency: Currency) -> ClosedRange<Int64>?

    /// Address of the page where the customer pays.
    func pageURL(_ page: PaymentPage) -> String
}

/// What the provider's page shows and where it leads.
struct PaymentPage: Sendable {
    let payment: Identifier
    let amount: Money
    let method: PaymentMethod?
    let description: String
    let language: String
    /// Where the browser goes afterwards; nil is the configured page.
    let returnURL: String?
    let expiresAt: Timestamp
}
