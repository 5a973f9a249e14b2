import Service

extension Quotas.Numbers: SettingsGroup {
    init(from reader: SettingsReader) {
        func calls(_ name: String, _ fallback: Int, _ meaning: String) -> Int {
            reader.value(
                name, .integer(0...1_000_000), default: String(fallback), "\(meaning) a minute; 0 is no limit")
        }
        self.init(
            reads: calls("QUOTA_READS", 0, "Reads of one tenant"),
            writes: calls("QUOTA_WRITES", 0, "Changes of one tenant"),
            promoValidations: calls(
                "QUOTA_PROMO_VALIDATIONS", 600, "Validations of promo codes by one caller with a token"),
            anonymousPromoValidations: calls(
                "QUOTA_ANONYMOUS_PROMO_VALIDATIONS", 60, "Validations of promo codes from one address without a token"),
            callbacks: calls("QUOTA_CALLBACKS", 0, "Callbacks of providers from one address"))
    }
}
