import Contracts

/// A branch or parcel locker.
struct NovaPoshtaBranch: Sendable {
    enum Kind: Sendable {
        case post
        case cargo
        case locker

        /// The carrier's reference of the type.
        var ref: String {
            switch self {
            case .post: "841339c7-591a-42e2-8233-7a0a00f0ed6f"
            case .cargo: "9a68df70-0267-42a8-bb5c-37f427e36ee4"
            case .locker: "f9316480-5f2d-425d-bc2c-ac7cd29decf0"
            }
        }

        var title: String {
            switch self {
            case .post: "Поштове відділення"
            case .cargo: "Вантажне відділення"
            case .locker: "Поштомат"
            }
        }

        /// Heaviest place in grams; nil: no limit.
        var placeLimit: Int64? {
            switch self {
            case .post: 30_000
            case .cargo: nil
            case .locker: 20_000
            }
        }
    }

    let ref: String
    let city: NovaPoshtaCity
    let number: Int
    let kind: Kind

    /// The branches of a city: 1 to 20 (every seventh takes cargo) and lockers 5001 to 5010. Refs follow from city and
    /// number, but for two that the carrier's examples use.
    static func all(in city: NovaPoshtaCity) -> [NovaPoshtaBranch] {
        (1...20).map { NovaPoshtaBranch(city, $0, $0.isMultiple(of: 7) ? .cargo : .post) }
            + (5001...5010).map { NovaPoshtaBranch(city, $0, .locker) }
    }

    private init(_ city: NovaPoshtaCity, _ number: Int, _ kind: Kind) {
        self.city = city
        self.number = number
        self.kind = kind
        ref =
            switch (city.ref, number) {
            case (NovaPoshtaCity.lvivRef, 12): "cccccccc-1111-11e3-8c4a-0050568002cf"
            case (NovaPoshtaCity.kyivRef, 1): "1ec09d88-e1c2-11e3-8c4a-0050568002cf"
            default: Identifier.derived(from: "branch", city.ref, "\(number)").description
            }
    }

    var title: String { kind == .locker ? "Поштомат №\(number)" : "Відділення №\(number)" }
    private var street: String { "Прикладна, \(number == 12 ? 1 : number)" }

    var json: JSON {
        let isLocker = kind == .locker
        let limit = kind.placeLimit.map { "\($0 / 1000)" } ?? "0"
        let size: (width: Int, height: Int, length: Int) = isLocker ? (40, 30, 60) : (70, 70, 120)
        let week = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
        return .members([
            "Ref": .string(ref), "Number": .string("\(number)"), "Description": .string("\(title): вул. \(street)"),
            "ShortAddress": .string("\(city.name), \(street)"), "CityRef": .string(city.ref),
            "CityDescription": .string(city.name), "SettlementRef": .string(city.settlementRef),
            "TypeOfWarehouse": .string(kind.ref), "CategoryOfWarehouse": .string(isLocker ? "Postomat" : "Branch"),
            "WarehouseStatus": .string("Working"), "DenyToSelect": .string("0"),
            "TotalMaxWeightAllowed": .string(isLocker ? "20" : "0"), "PlaceMaxWeightAllowed": .string(limit),
            "ReceivingLimitationsOnDimensions": .members([
                "Width": .int(size.width), "Height": .int(size.height), "Length": .int(size.length),
            ]),
            "PostFinance": .string(isLocker ? "0" : "1"), "CanGetMoneyTransfer": .string(isLocker ? "0" : "1"),
            "WarehouseIndex": .string("\(city.number * 10 + 1)/\(number)"), "Longitude": .string("24.0297"),
            "Latitude": .string("49.8397"),
            "Schedule": .object(
                week.map {
                    JSON.Member($0, .string($0 == "Sunday" ? "09:00-19:00" : "08:00-21:00"))
                }),
        ])
    }
}
