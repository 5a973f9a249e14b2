/// Lines of the Prometheus text format
/// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
enum ExpositionText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The inside of the braces, sorted by name; a name given twice keeps its first value.
    static func labels(_ labels: [(String, String)]) -> String {
        var seen: Set<String> = []
        return labels.filter { seen.insert($0.0).inserted }.sorted { $0.0 < $1.0 }
            .map { "\($0)=\"\(escaped($1, quotes: true))\"" }.joined(separator: ",")
    }

    static func help(_ text: String) -> String { escaped(text, quotes: false) }

    static func sample(_ name: String, _ labels: String, _ value: Double) -> String {
        "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(number(value))\n"
    }

    static func histogram(_ name: String, _ labels: String, _ cell: HistogramCell) -> String {
        let reading = cell.reading
        var total: UInt64 = 0
        var text = ""
        for (bound, count) in zip(cell.bounds + [.infinity], reading.counts) {
            total += count
            let all = (labels.isEmpty ? "" : labels + ",") + "le=\"\(number(bound))\""
            text += "\(name)_bucket{\(all)} \(total)\n"
        }
        return text + sample(name + "_sum", labels, reading.sum) + sample(name + "_count", labels, Double(total))
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes += "\\\\".utf8
            case UInt8(ascii: "\n"): bytes += "\\n".utf8
            case UInt8(ascii: "\"") where quotes: bytes += "\\\"".utf8
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
