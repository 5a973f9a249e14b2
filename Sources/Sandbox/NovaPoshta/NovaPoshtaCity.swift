import Contracts

/// A city of the carrier's directory. Its settlement has another reference than the city that waybills want.
struct NovaPoshtaCity: Sendable {
    let ref: String
    let settlementRef: String
    let name: String
    let latinName: String
    let area: String
    let number: Int

    static let kyivRef = "8d5a980d-391c-11dd-90d9-001a92567626"
    static let lvivRef = "db5c88f5-391c-11dd-90d9-001a92567626"

    static let all: [NovaPoshtaCity] = [
        city(1, "Київ", "Kyiv", "Київська", ref: kyivRef),
        city(2, "Львів", "Lviv", "Львівська", ref: lvivRef, settlement: "e71abb60-4b33-11e4-ab6d-005056801329"),
        city(3, "Харків", "Kharkiv", "Харківська"), city(4, "Одеса", "Odesa", "Одеська"),
        city(5, "Дніпро", "Dnipro", "Дніпропетровська"), city(6, "Тернопіль", "Ternopil", "Тернопільська"),
        city(7, "Івано-Франківськ", "Ivano-Frankivsk", "Івано-Франківська"),
        city(8, "Вінниця", "Vinnytsia", "Вінницька"),
    ]

    private static func city(
        _ number: Int, _ name: String, _ latin: String, _ area: String, ref: String? = nil, settlement: String? = nil
    ) -> NovaPoshtaCity {
        NovaPoshtaCity(
            ref: ref ?? Identifier.derived(from: "city", latin).description,
            settlementRef: settlement ?? Identifier.derived(from: "settlement", latin).description, name: name,
            latinName: latin, area: area, number: number)
    }

    /// Whether the name, in either alphabet, begins with a text. Case does not count.
    func matches(_ text: String) -> Bool {
        let text = text.lowercased()
        return name.lowercased().hasPrefix(text) || latinName.lowercased().hasPrefix(text)
    }
}
