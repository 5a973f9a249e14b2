import CurlHTTP

/// Where Nova Poshta prints labels, and what it answers there.
enum NovaPoshtaLabels {
    /// The key stands in the path: the address must not be logged or shown.
    static func url(_ number: String, _ size: LabelSize, base: String, key: String) -> String {
        let (form, type) =
            switch size {
            case .a4: ("printDocument", "pdf")
            case .hundred: ("printMarking100x100", "pdf/zebra/zebra")
            case .eightyFive: ("printMarking85x85", "pdf8")
            }
        let base = base.hasSuffix("/") ? String(base.dropLast()) : base
        return "\(base)/orders/\(form)/orders%5B%5D/\(PercentEncoding.encode(number))/type/\(type)"
            + "/apiKey/\(PercentEncoding.encode(key))"
    }

    /// The file; nil for what the printer says instead when it has none: nothing, `0`, or a page for people.
    static func pdf(_ response: HTTPResponse) -> [UInt8]? {
        response.status == 200 && response.body.starts(with: "%PDF".utf8) ? response.body : nil
    }
}
