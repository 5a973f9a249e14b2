import Contracts

/// A return as one caller sees it: the stored document with what this caller may do.
enum ReturnView {
    /// The return that a command made or changed.
    static func reply(status: Int, _ order: Order, to message: Message) -> Reply {
        let goods = status == 201 ? order.returns.last : order.returns.first { $0.id == message.pathID }
        guard let goods else { return Problem.notFound("return").reply(to: message) }
        var headers = ["ETag": "\"\(goods.version)\"", "Vary": "Authorization"]
        if status == 201 { headers["Location"] = "/api/v1/returns/\(goods.id)" }
        return Reply(
            status: status, headers: headers,
            body: body(
                document: goods.document(of: order), allowed: ReturnTransitions.allowed(for: message.actor, goods)))
    }

    /// Splices `allowed_transitions` into the document, which is an object and never empty.
    static func body(document: [UInt8], allowed: [ReturnStatus]) -> [UInt8] {
        var writer = JSONWriter(capacity: 64)
        writer.array(allowed) { $1.write(to: &$0) }
        return document.dropLast() + ",\"allowed_transitions\":".utf8 + writer.bytes + "}".utf8
    }
}
