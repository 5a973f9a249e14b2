import Contracts

extension Product {
    /// `prod_1` to this number are in the catalogue from the start.
    static let ruleCount: Int64 = 1200

    private static let goods: [(name: String, categories: [String])] = [
        ("Wireless headphones", ["audio"]), ("Навушники дротові", ["audio"]),
        ("Bluetooth speaker", ["audio", "gifts"]),
        ("Чохол для телефону", ["accessories"]), ("USB-C cable", ["accessories", "cables"]),
        ("Кавоварка", ["home", "kitchen"]), ("Electric kettle", ["home", "kitchen"]), ("Настільна лампа", ["home"]),
        ("Running shoes", ["sport", "shoes"]), ("Рюкзак міський", ["sport", "bags"]), ("Book", ["books"]),
        ("Ґумовий м'яч", ["sport", "kids"]),
    ]

    /// The product of a number. Everything follows from the number, so that any run sees the same catalogue.
    ///
    /// Prices run from 10.00 to about 5 000.00 with endings that make roundings visible; every tenth product is taxed
    /// at 7 %, the others at 20 %.
    init(number: Int64) {
        let (name, categories) = Self.goods[Int(number) % Self.goods.count]
        let endings: [Int64] = [0, 50, 99, 95, 33]
        self.init(
            id: "prod_\(number)", sku: "SKU-\(number)", name: "\(name) \(number)",
            price: Money(minor: (number * 37 % 4990 + 10) * 100 + endings[Int(number % 5)], .uah),
            categories: categories, weightGrams: 50 + number * 73 % 5000,
            taxRate: Percent(hundredths: number % 10 == 0 ? 700 : 2000))
    }

    /// The product that the contract's examples use.
    static let example = Product(
        id: "prod_123", sku: "HP-100", name: "Wireless headphones", price: Money(minor: 75_000, .uah),
        categories: ["audio"], weightGrams: 300, taxRate: Percent(hundredths: 2000))
}
