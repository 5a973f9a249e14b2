import Contracts

/// Prices of deliveries while the carrier is away: by service, with an extra for each started kilogram above the first.
enum DeliveryTariff {
    private static let perKilogram: Int64 = 10_00

    /// - Returns: nil when the table has no entry: it is in hryvnias.
    static func price(_ consignment: Consignment) -> Money? {
        guard consignment.currency == .uah else { return nil }
        let base: Int64 =
            switch consignment.service {
            case .branch: 80_00
            case .courier: 120_00
            case .locker: 70_00
            }
        let kilograms = max(1, (consignment.weightGrams + 999) / 1000)
        return Money(minor: base + (kilograms - 1) * perKilogram, .uah)
    }
}
