/// A document that could not be drawn. The machine lacks something or is short of memory; the data is not at fault.
public enum DocumentError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The font DejaVu Sans is not installed; another would give other bytes.
    case fontMissing(found: String)
    /// Cairo's own word for what went wrong.
    case drawing(String)

    public var description: String {
        switch self {
        case .fontMissing(let found): "font DejaVu Sans is not installed, \(found) would stand in"
        case .drawing(let reason): "PDF not drawn: \(reason)"
        }
    }
}
