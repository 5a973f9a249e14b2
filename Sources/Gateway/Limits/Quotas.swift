import Contracts
import Hummingbird

/// The quotas of the API. By default only the validation of promo codes has one (openapi.yaml, Quotas); the others are for
/// operators to set.
struct Quotas: Sendable {
    /// What a call is counted as.
    enum Class: Sendable {
        case read
        case write
        case promoValidation
        case callback
    }

    /// Calls a minute; 0 is no quota.
    struct Numbers: Equatable, Sendable {
        /// Of one tenant.
        var reads = 0
        var writes = 0
        /// Of one caller with a token.
        var promoValidations = 600
        /// Of one address.
        var anonymousPromoValidations = 60
        var callbacks = 0
    }

    private let reads: QuotaTable<String>?
    private let writes: QuotaTable<String>?
    private let promoValidations: QuotaTable<Caller>?
    private let anonymousPromoValidations: QuotaTable<ClientAddress>?
    private let callbacks: QuotaTable<ClientAddress>?
    /// How many proxies stand in front of the gateway.
    private let proxies: Int
    private let now: @Sendable () -> Int64

    init(
        _ numbers: Numbers, proxies: Int = 0,
        now: @escaping @Sendable () -> Int64 = { (ContinuousClock.now - origin).nanoseconds }
    ) {
        reads = Self.table("read", numbers.reads)
        writes = Self.table("write", numbers.writes)
        promoValidations = Self.table("promo-validate", numbers.promoValidations)
        anonymousPromoValidations = Self.table("promo-validate", numbers.anonymousPromoValidations)
        callbacks = Self.table("callback", numbers.callbacks)
        self.proxies = proxies
        self.now = now
    }

    private static let origin = ContinuousClock.now

    private static func table<Key>(_ name: String, _ calls: Int) -> QuotaTable<Key>? {
        calls > 0 ? QuotaTable(Quota(name: name, calls: calls, seconds: 60)) : nil
    }

    /// Counts a call; nil when no quota is set for it.
    func take(_ kind: Class, _ caller: Caller, _ request: Request, _ context: GatewayContext) -> QuotaFields? {
        switch kind {
        case .read: take(reads, caller.tenant)
        case .write: take(writes, caller.tenant)
        case .callback: take(callbacks, address(request, context))
        case .promoValidation where caller.actor.type == .anonymous:
            take(anonymousPromoValidations, address(request, context))
        case .promoValidation: take(promoValidations, caller)
        }
    }

    private func take<Key>(_ table: QuotaTable<Key>?, _ key: @autoclosure () -> Key) -> QuotaFields? {
        table.map { QuotaFields($0.quota, $0.take(key(), at: now())) }
    }

    private func address(_ request: Request, _ context: GatewayContext) -> ClientAddress {
        ClientAddress(
            peer: context.channel.remoteAddress,
            forwarded: proxies > 0 ? request.headers[values: .xForwardedFor].joined(separator: ",") : nil,
            proxies: proxies)
    }
}

extension Duration {
    /// Whole nanoseconds.
    fileprivate var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
