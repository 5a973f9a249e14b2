import Contracts

/// Where a reply begins with what an event of the same message says. The inbox keeps the place instead of the text: an
/// order that was made stands in its table and in the log already.
struct Quotation: Equatable {
    let subject: String
    let event: Identifier
    /// Bytes of the event's body before it.
    let start: Int
    /// Bytes of it.
    let length: Int

    /// Less is not worth its place.
    private static let shortest = 256
    /// So many bytes are looked for; the rest is compared where they stand.
    private static let probe = 64

    /// nil when none of the events holds enough of the beginning of the reply's body.
    init?(of reply: Reply, in events: some Sequence<Event>) {
        guard reply.body.count >= Self.shortest else { return nil }
        for event in events {
            guard let start = Self.place(of: reply.body, in: event.body) else { continue }
            let most = min(reply.body.count, event.body.count - start)
            let length = (0..<most).first { reply.body[$0] != event.body[start + $0] } ?? most
            guard length >= Self.shortest else { continue }
            subject = event.subject
            self.event = event.id
            self.start = start
            self.length = length
            return
        }
        return nil
    }

    private static func place(of body: [UInt8], in text: [UInt8]) -> Int? {
        let beginning = body.prefix(probe)
        return text.indices.first { text[$0] == body[0] && text[$0...].starts(with: beginning) }
    }
}

extension Reply {
    /// The reply without the first bytes of its body.
    func skipping(_ count: Int) -> Reply {
        Reply(status: status, headers: headers, contentType: contentType, body: Array(body.dropFirst(count)))
    }
}
