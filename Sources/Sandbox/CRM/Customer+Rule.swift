import Contracts

extension Customer {
    private static let names: [(first: String, last: String, middle: String)] = [
        ("Олена", "Коваль", "Петрівна"), ("Андрій", "Шевчук", "Іванович"), ("Ірина", "Бондар", "Олегівна"),
        ("Тарас", "Мельник", "Богданович"), ("Наталія", "Ткачук", "Василівна"), ("Юрій", "Кравець", "Степанович"),
        ("Соломія", "Гнатюк", "Романівна"), ("Євген", "Лисенко", "Павлович"),
    ]

    /// The customer of an id: `cust_42` as in the contract's example, any other `cust_<number>` by rule.
    ///
    /// - Returns: Nil for every other id: CRM does not know it.
    init?(id: String) {
        guard id.hasPrefix("cust_"), let number = UInt32(id.dropFirst(5)), id == "cust_\(number)" else { return nil }
        if number == 42 {
            self.init(
                id: id, firstName: "Олена", lastName: "Коваль", middleName: "Петрівна", email: "olena@example.com",
                phone: "+380671112233", company: nil, taxID: nil, language: "uk")
            return
        }
        let name = Self.names[Int(number) % Self.names.count]
        let isCompany = number % 10 == 7
        self.init(
            id: id, firstName: name.first, lastName: name.last, middleName: name.middle,
            email: "customer\(number)@example.com",
            phone: "+38050" + Self.padded(Int64(number) * 7919 % 10_000_000, digits: 7),
            company: isCompany ? "ТОВ «Приклад \(number)»" : nil,
            taxID: isCompany ? Self.padded(Int64(number) * 104_729 % 100_000_000, digits: 8) : nil,
            language: number % 5 == 0 ? "en" : "uk")
    }

    private static func padded(_ number: Int64, digits: Int) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
