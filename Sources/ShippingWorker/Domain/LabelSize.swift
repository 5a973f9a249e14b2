/// The paper of a label.
enum LabelSize: String, Sendable, CaseIterable {
    case a4
    case hundred = "100x100"
    case eightyFive = "85x85"

    /// The shorter side in millimetres.
    private var side: Int {
        switch self {
        case .a4: 210
        case .hundred: 100
        case .eightyFive: 85
        }
    }

    /// The one of a carrier's papers that is nearest to this; of two that are as near the larger.
    ///
    /// - Returns: nil when the carrier has none.
    func nearest(of offered: Set<LabelSize>) -> LabelSize? {
        offered.min { (abs($0.side - side), -$0.side) < (abs($1.side - side), -$1.side) }
    }
}
