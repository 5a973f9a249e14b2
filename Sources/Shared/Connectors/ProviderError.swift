import CurlHTTP

/// A call to a provider or carrier that gave no usable answer.
public struct ProviderError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// The provider has certainly not seen the request.
        case unreachable
        /// It may have seen the request and acted on it; what it did is not known.
        case outcomeUnknown
        /// It refused, with a reason of its own.
        case declined
        /// Its answer cannot be read.
        case badReply
        /// What claims to come from it is not signed with its key.
        case badSignature
    }

    /// What the caller does next.
    public enum Disposition: Sendable {
        /// The same call again later.
        case retry
        /// Ask for the state first: money or goods may have moved.
        case queryThenDecide
        /// Tell who asked; trying again gives the same.
        case reportToCustomer
        /// A person has to look.
        case park
    }

    public let code: Code
    /// The provider's name, as in `liqpay`.
    public let provider: String
    /// Goes to logs: no keys, card data, phone numbers or whole bodies.
    public let detail: String

    public init(_ code: Code, provider: String, _ detail: String) {
        self.code = code
        self.provider = provider
        self.detail = detail
    }

    /// What an HTTP client's failure means: only a request that was not sent may be repeated without a question.
    public init(_ error: HTTPClientError, provider: String) {
        self.init(error.wasSent ? .outcomeUnknown : .unreachable, provider: provider, error.detail)
    }

    public var disposition: Disposition {
        switch code {
        case .unreachable: .retry
        case .outcomeUnknown: .queryThenDecide
        case .declined: .reportToCustomer
        case .badReply, .badSignature: .park
        }
    }

    public var description: String { "\(provider) \(code.rawValue): \(detail)" }
}
