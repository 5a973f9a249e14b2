import Contracts

extension Reply {
    static func path(of payment: Identifier) -> String { "/api/v1/payments/\(payment)" }

    static func payment(_ payment: Payment, status: Int) -> Reply {
        var headers = ["ETag": EntityTag.text(payment.version)]
        if status == 201 { headers["Location"] = path(of: payment.id) }
        return Reply(status: status, headers: headers, body: payment.jsonBytes)
    }

    /// The answer to who asked for a refund; `Location` is the payment, which lists its refunds.
    static func refund(_ refund: Refund, of payment: Payment) -> Reply {
        var writer = JSONWriter()
        refund.write(to: &writer, of: payment)
        return Reply(status: 201, headers: ["Location": path(of: payment.id)], body: writer.bytes)
    }

    /// The fixed answer to a provider: stored, no need to send it again.
    static var callbackStored: Reply {
        Reply(status: 200, body: JSONWriter.object { $0.member("status", "ok") })
    }

    static func notModified(version: Int64) -> Reply {
        Reply(status: 304, headers: ["ETag": EntityTag.text(version)], body: [])
    }
}

/// Strong validators: the version in quotes.
enum EntityTag {
    static func text(_ version: Int64) -> String { "\"\(version)\"" }

    /// Whether a list of validators (`If-Match`, `If-None-Match`) names the version or any.
    static func matches(_ list: String, version: Int64) -> Bool {
        list.split(separator: ",").contains { entry in
            let tag = entry.trimmingPrefix { $0 == " " }
            let strong = tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
            return strong == "*" || strong.prefix { $0 != " " } == text(version)
        }
    }
}
