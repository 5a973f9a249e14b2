/// How a piece of text looks.
struct TextStyle: Hashable {
    var size: Double
    var isBold = false
    var ink = Ink.black

    static let title = TextStyle(size: 17, isBold: true, ink: .accent)
    static let subtitle = TextStyle(size: 9.5, ink: .gray)
    static let label = TextStyle(size: 7, ink: .gray)
    static let strong = TextStyle(size: 10, isBold: true)
    static let body = TextStyle(size: 8.5)
    static let small = TextStyle(size: 7.5, ink: .gray)
    static let tableHead = TextStyle(size: 7.5, isBold: true, ink: .accent)
    static let tableHeadSmall = TextStyle(size: 6, ink: .gray)
    static let grandTotal = TextStyle(size: 11.5, isBold: true, ink: .accent)
}

enum Ink: Hashable {
    case black
    case gray
    case accent
    case rule
    case panel
    case white

    var rgb: (red: Double, green: Double, blue: Double) {
        switch self {
        case .black: (0.10, 0.11, 0.13)
        case .gray: (0.42, 0.45, 0.50)
        case .accent: (0.10, 0.23, 0.42)
        case .rule: (0.80, 0.83, 0.87)
        case .panel: (0.945, 0.955, 0.97)
        case .white: (1, 1, 1)
        }
    }
}

enum Alignment {
    case left
    case center
    case right
}
