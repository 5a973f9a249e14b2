import Contracts
import CurlHTTP
import Hummingbird

extension Request {
    /// The whole body. What is longer than 1 MiB ends in 413.
    func bytes() async throws -> [UInt8] {
        let buffer = try await body.collect(upTo: 1 << 20)
        return Array(buffer.readableBytesView)
    }

    /// The fields of a form body, or of the query when the method is GET.
    ///
    /// - Returns: Nil when the encoding is broken.
    func form() async throws -> FormFields? {
        method == .get ? query : FormFields(decoding: try await bytes())
    }

    /// The query's fields, nil when the encoding is broken.
    var query: FormFields? { FormFields(decoding: (uri.query ?? "").utf8) }
}
