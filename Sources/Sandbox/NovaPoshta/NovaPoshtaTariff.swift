import Contracts

/// Prices and delivery days by a rule of our own; the example of the carrier's pages (Kyiv to Lviv, 1.5 kg, cash on
/// delivery of 1200) comes out as there.
enum NovaPoshtaTariff {
    static func price(
        from: NovaPoshtaCity, to: NovaPoshtaCity, grams: Int64, declared: Money, service: NovaPoshtaService,
        seats: Int64
    ) -> Money {
        let isLocal = from.ref == to.ref
        var hryvnias: Int64 =
            switch grams {
            case ...2000: isLocal ? 70 : 95
            case ...10_000: isLocal ? 95 : 130
            case ...30_000: isLocal ? 140 : 190
            default: (isLocal ? 140 : 190) + (grams - 30_000 + 999) / 1000 * 6
            }
        if service.fromDoors { hryvnias += 35 }
        if service.toDoors { hryvnias += 35 }
        hryvnias += max(0, seats - 1) * 10
        // Insurance above 5 000: half a percent of the rest.
        let insurance = max(0, declared.minor - 500_000) / 200
        return Money(minor: hryvnias * 100 + insurance, .uah)
    }

    /// 20 hryvnias and 2 % of the money transferred.
    static func redelivery(_ amount: Money) -> Money { Money(minor: 2000 + amount.minor / 50, .uah) }

    static func deliveryDay(from: NovaPoshtaCity, to: NovaPoshtaCity, sent: CalendarDate) -> CalendarDate {
        CalendarDate(daysSince1970: sent.daysSince1970 + (from.ref == to.ref ? 1 : 2))
    }
}

/// How a parcel is handed over and received.
enum NovaPoshtaService: String, Sendable {
    case branchToBranch = "WarehouseWarehouse"
    case branchToDoors = "WarehouseDoors"
    case doorsToBranch = "DoorsWarehouse"
    case doorsToDoors = "DoorsDoors"
    case branchToLocker = "WarehousePostomat"
    case doorsToLocker = "DoorsPostomat"

    var fromDoors: Bool { self == .doorsToBranch || self == .doorsToDoors || self == .doorsToLocker }
    var toDoors: Bool { self == .branchToDoors || self == .doorsToDoors }
}
