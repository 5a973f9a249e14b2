import Contracts
import Foundation

/// All pages of one question: what its cursors are bound to, and where the next page is.
public struct PageSeries: Sendable {
    private let key: CursorKey
    private let path: String
    /// Without `cursor`, in the order of their names.
    private let parameters: [(name: String, value: String)]
    private let bound: [String]
    /// RFC 3986 section 2.3.
    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    public init(_ query: Message, _ key: CursorKey) {
        self.key = key
        path = query.path
        let parameters = query.parameters.filter { $0.key != "cursor" && $0.key != "if-none-match" }
            .sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        self.parameters = parameters.filter { $0.name != "id" }
        // The size of a page may change from one to the next. Customers see other lists than those who work for the shop.
        bound =
            [query.type, query.tenant, query.actor.isStaff ? "" : "customer \(query.actor.id ?? "")"]
            + parameters.filter { $0.name != "limit" }.flatMap { [$0.name, $0.value] }
    }

    public func cursor(after place: PagePlace) -> String { key.cursor(after: place, of: bound) }

    /// The place that a cursor of this series names. Throws ``Refusal`` `invalid_cursor` for any other.
    public func place(_ cursor: String) throws(Refusal) -> PagePlace {
        if let place = key.place(cursor, of: bound) { return place }
        let detail = "The cursor was not made for this query."
        throw Refusal(
            Problem(
                .invalidCursor, detail,
                errors: [FieldError(parameter: "cursor", code: "invalid_format", detail: detail)]))
    }

    /// The path of the page after a cursor.
    public func link(_ cursor: String) -> String {
        let pairs = (parameters + [(name: "cursor", value: cursor)]).map {
            "\($0.name)=\($0.value.addingPercentEncoding(withAllowedCharacters: Self.unreserved) ?? "")"
        }
        return "\(path)?\(pairs.joined(separator: "&"))"
    }
}
