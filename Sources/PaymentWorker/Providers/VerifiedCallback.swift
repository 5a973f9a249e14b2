import Contracts

/// A callback whose signature fits.
struct VerifiedCallback: Sendable, Equatable {
    /// Our reference as the provider repeats it; empty when there is none.
    let reference: String
    /// What came, decoded, as JSON without personal data.
    let document: [UInt8]
    /// nil when it says nothing that can be understood.
    let report: ProviderReport?
}
