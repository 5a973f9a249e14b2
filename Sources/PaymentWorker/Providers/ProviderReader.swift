import Connectors
import Contracts

/// Reads what one provider says. Pure.
protocol ProviderReader: Sendable {
    var provider: PaymentProvider { get }

    /// Verifies a callback over its raw bytes and only then reads it.
    ///
    /// - Throws: ``ProviderError`` `.badSignature`.
    func callback(_ body: [UInt8], _ parameters: [String: String]) throws(ProviderError) -> VerifiedCallback

    /// The provider's document about a payment, as ``CallOutcome/said(_:)`` carried it; nil when it cannot be used.
    func status(_ document: JSON, of payment: Identifier) -> ProviderReport?
}
