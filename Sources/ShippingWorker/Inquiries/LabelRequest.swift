import Contracts
import Worker

/// `shipment.label` as it was asked, found right in form.
struct LabelRequest: Sendable {
    let inquiry: Message
    let shipmentID: Identifier
    let size: LabelSize
    static let mediaType = "application/pdf"

    /// Throws ``Refusal``: 400, 404 for what is no id, or 406.
    init(_ inquiry: Message) throws(Refusal) {
        var parameters = QueryParameters(inquiry)
        size = parameters.word("size", default: .hundred)
        let accept = parameters.value("accept", "") { $0 }
        if let problem = parameters.problem { throw Refusal(problem) }
        guard let id = inquiry.pathID else { throw Refusal(.notFound("shipment")) }
        guard MediaChoice(accept: accept ?? "*/*").best(of: [Self.mediaType]) != nil else {
            throw Refusal(Problem(.notAcceptable, "There are labels as application/pdf."))
        }
        self.inquiry = inquiry
        shipmentID = id
    }

    /// Why the caller gets no label of the shipment; nil when it may have it.
    func refusal(_ shipment: Shipment?) -> Problem? {
        guard let shipment, shipment.tenant == inquiry.tenant, inquiry.actor.maySee(customer: shipment.customerID)
        else { return .notFound("shipment") }
        guard inquiry.actor.isStaff else { return Problem(.forbidden, "Only staff may have labels.") }
        guard !shipment.hasLabel else { return nil }
        let isOnItsWay = shipment.status == .pending
        return Problem(
            .labelNotReady,
            isOnItsWay
                ? "The waybill is being made." : "There is no waybill of a \(shipment.status.rawValue) shipment.",
            current: shipment.status.rawValue, retryAfter: isOnItsWay ? 2 : nil)
    }

    /// 304 when the caller has this label; it never changes.
    func unchanged(_ label: LabelName) -> Reply? {
        guard let known = inquiry.parameters["if-none-match"], ETagList(known).contains(label.tag) else { return nil }
        return Reply(status: 304, headers: label.headers, body: [])
    }
}

/// What a label is called outside.
struct LabelName: Sendable {
    private let file: String
    let tag: String

    init(_ shipment: Shipment, _ size: LabelSize) {
        file = "\(shipment.trackingNumber ?? shipment.id.description)-\(size.rawValue)"
        tag = "\"\(shipment.id)-\(size.rawValue)\""
    }

    var headers: [String: String] {
        [
            "ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept, Authorization",
            "Content-Disposition": "inline; filename=\"\(file).pdf\"",
        ]
    }

    func reply(_ pdf: [UInt8]) -> Reply {
        Reply(status: 200, headers: headers, contentType: LabelRequest.mediaType, body: pdf)
    }
}
