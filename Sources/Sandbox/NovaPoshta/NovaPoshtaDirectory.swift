import Contracts

/// Cities, branches and streets. Fixed: it follows from the code alone.
struct NovaPoshtaDirectory: Sendable {
    let cities: [String: NovaPoshtaCity]
    let branches: [String: NovaPoshtaBranch]
    private let branchesByCity: [String: [NovaPoshtaBranch]]

    static let streets = ["Городоцька", "Шевченка", "Зелена", "Прикладна", "Центральна", "Хрещатик"]

    init() {
        cities = Dictionary(NovaPoshtaCity.all.map { ($0.ref, $0) }) { first, _ in first }
        branchesByCity = Dictionary(NovaPoshtaCity.all.map { ($0.ref, NovaPoshtaBranch.all(in: $0)) }) { first, _ in
            first
        }
        branches = Dictionary(branchesByCity.values.joined().map { ($0.ref, $0) }) { first, _ in first }
    }

    func branches(in city: NovaPoshtaCity) -> [NovaPoshtaBranch] { branchesByCity[city.ref] ?? [] }

    func searchSettlements(_ properties: NovaPoshtaProperties) throws(NovaPoshtaFault) -> NovaPoshtaAnswer {
        let name = try properties.required("CityName")
        let found = NovaPoshtaCity.all.filter { $0.matches(name) }
        let limit = min(500, max(1, Int(properties.text("Limit")) ?? 50))
        let page = max(1, Int(properties.text("Page")) ?? 1)
        let rows: [JSON] = found.dropFirst((page - 1) * limit).prefix(limit).map { city in
            .members([
                "Present": .string("м. \(city.name), \(city.area) обл."), "Warehouses": .int(branches(in: city).count),
                "MainDescription": .string(city.name), "Area": .string(city.area), "Region": .string(""),
                "SettlementTypeCode": .string("м."), "Ref": .string(city.settlementRef),
                "DeliveryCity": .string(city.ref), "AddressDeliveryAllowed": .bool(true),
                "StreetsAvailability": .bool(true),
            ])
        }
        return NovaPoshtaAnswer([.members(["TotalCount": .int(found.count), "Addresses": .array(rows)])])
    }

    func searchSettlementStreets(_ properties: NovaPoshtaProperties) throws(NovaPoshtaFault) -> NovaPoshtaAnswer {
        let settlement = try properties.required("SettlementRef")
        let name = properties.text("StreetName").lowercased()
        let found = Self.streets.filter { $0.lowercased().hasPrefix(name) }
        let rows: [JSON] = found.map { street in
            .members([
                "SettlementRef": .string(settlement),
                "SettlementStreetRef": .string(Self.streetRef(settlement, street)),
                "SettlementStreetDescription": .string(street), "Present": .string("вул. \(street)"),
                "StreetsType": .string("вул."),
                "Location": .members(["lat": .number("49.8397"), "lon": .number("24.0297")]),
            ])
        }
        return NovaPoshtaAnswer([.members(["TotalCount": .int(rows.count), "Addresses": .array(rows)])])
    }

    private static func streetRef(_ settlement: String, _ street: String) -> String {
        Identifier.derived(from: "street", settlement, street).description
    }

    func getCities(_ properties: NovaPoshtaProperties) -> NovaPoshtaAnswer {
        let ref = properties.text("Ref")
        let name = properties.text("FindByString")
        let rows: [JSON] = NovaPoshtaCity.all.filter { (ref.isEmpty || $0.ref == ref) && $0.matches(name) }.map {
            city in
            .object(
                [
                    JSON.Member("Ref", .string(city.ref)), JSON.Member("Description", .string(city.name)),
                    JSON.Member("AreaDescription", .string(city.area)),
                    JSON.Member("Area", .string(Identifier.derived(from: "area", city.area).description)),
                    JSON.Member("CityID", .string("\(city.number)")),
                ] + (1...7).map { JSON.Member("Delivery\($0)", .string($0 == 7 ? "0" : "1")) })
        }
        return NovaPoshtaAnswer(rows: rows, page: properties)
    }

    func getWarehouses(_ properties: NovaPoshtaProperties) -> NovaPoshtaAnswer {
        let cityRef = properties.text("CityRef")
        let cityName = properties.text("CityName").lowercased()
        let settlement = properties.text("SettlementRef")
        let ref = properties.text("Ref")
        let wanted = properties.text("FindByString")
        let number = properties.text("WarehouseId")
        let type = properties.text("TypeOfWarehouseRef")
        let found = NovaPoshtaCity.all.filter { city in
            (cityRef.isEmpty || city.ref == cityRef) && (settlement.isEmpty || city.settlementRef == settlement)
                && (cityName.isEmpty || city.name.lowercased() == cityName || city.latinName.lowercased() == cityName)
        }.flatMap(branches(in:)).filter { branch in
            (ref.isEmpty || branch.ref == ref) && (number.isEmpty || "\(branch.number)" == number)
                && (type.isEmpty || branch.kind.ref == type)
                && (wanted.isEmpty || "\(branch.number)".hasPrefix(wanted) || branch.title.contains(wanted))
        }
        return NovaPoshtaAnswer(rows: found.map(\.json), page: properties)
    }

    func getWarehouseTypes() -> NovaPoshtaAnswer {
        NovaPoshtaAnswer(
            [NovaPoshtaBranch.Kind.post, .cargo, .locker].map {
                .members(["Ref": .string($0.ref), "Description": .string($0.title)])
            })
    }
}
