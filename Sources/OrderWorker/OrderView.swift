import Contracts

/// An order as one caller sees it: the stored document with what this caller may do.
enum OrderView {
    /// Splices `allowed_transitions` into the document, which is an object and never empty.
    static func body(document: [UInt8], allowed: [OrderStatus]) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(document.count + 64)
        body.append(contentsOf: document.dropLast())
        body.append(contentsOf: ",\"allowed_transitions\":".utf8)
        var writer = JSONWriter(capacity: 64)
        writer.array(allowed) { $1.write(to: &$0) }
        body.append(contentsOf: writer.bytes)
        body.append(UInt8(ascii: "}"))
        return body
    }
}
