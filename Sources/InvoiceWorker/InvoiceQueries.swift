import Contracts
import Postgres
import Worker

/// Answers `invoice.get`: a document of an order as PDF or as JSON.
struct InvoiceQueries: QueryHandler {
    let types = ["invoice.get"]

    private static let pdf = "application/pdf"
    private static let known: Set<String> = ["id", "document", "accept", "if-none-match"]

    /// A query that was found right, with what it asks for.
    private struct Request {
        let query: Message
        let orderID: Identifier
        /// nil: the order's invoice.
        let number: DocumentNumber?
        let wantsPDF: Bool
    }

    /// What there is to answer with.
    private enum Outcome {
        case reply(Reply)
        case document(Invoice, Request)
    }

    func answer(_ queries: [Message], _ read: ([Statement]) throws -> [Rows]) throws -> [Reply] {
        let requests = queries.map { request($0) }
        let orders = Set(requests.compactMap { try? $0.get().orderID })
        var stored: [Identifier: [StoredDocument]] = [:]
        if !orders.isEmpty {
            for row in try read([DocumentStore.byOrders(orders)])[0] {
                let document = try StoredDocument(row)
                stored[document.invoice.orderID, default: []].append(document)
            }
        }
        let outcomes = requests.map { request -> Outcome in
            switch request {
            case .failure(let refusal): .reply(refusal.reply)
            case .success(let request): outcome(request, stored[request.orderID] ?? [])
            }
        }
        let files = try self.files(outcomes, read)
        return try outcomes.map { outcome in
            switch outcome {
            case .reply(let reply): reply
            case .document(let invoice, let request): try show(invoice, request, files)
            }
        }
    }

    // MARK: Reading the query

    private struct Refused: Error {
        let reply: Reply
    }

    private func request(_ query: Message) -> Result<Request, Refused> {
        func refuse(_ problem: Problem) -> Result<Request, Refused> {
            .failure(Refused(reply: problem.reply(to: query)))
        }
        if let unknown = query.parameters.keys.sorted().first(where: { !Self.known.contains($0) }) {
            return refuse(.unknownParameter(unknown))
        }
        guard let id = query.parameters["id"].flatMap({ Identifier($0) }) else { return refuse(.notFound("order")) }
        let number = query.parameters["document"].map { DocumentNumber($0) }
        if case .some(nil) = number {
            let detail = "Must be a number such as INV-2025-000001."
            return refuse(
                Problem(
                    .invalidParameter, "A parameter is not valid.",
                    errors: [FieldError(parameter: "document", code: "invalid_format", detail: detail)]))
        }
        let accept = MediaChoice(accept: query.parameters["accept"] ?? "*/*")
        guard let media = accept.best(of: [Self.pdf, Reply.json]) else {
            return refuse(Problem(.notAcceptable, "There is this document as application/pdf and application/json."))
        }
        return .success(
            Request(query: query, orderID: id, number: number ?? nil, wantsPDF: media == Self.pdf))
    }

    // MARK: Finding the document

    private func outcome(_ request: Request, _ stored: [StoredDocument]) -> Outcome {
        let query = request.query
        let own = stored.filter { $0.invoice.tenant == query.tenant }
        // Whether there is such an order, only its owner knows; what is here of another customer is not shown.
        guard let owner = own.first?.customerID else {
            return .reply(
                Problem(.invoiceNotIssued, "The invoice of the order is not issued.").reply(to: query))
        }
        guard query.actor.maySee(customer: owner) else { return .reply(Problem.notFound("order").reply(to: query)) }
        let wanted = own.first {
            request.number == nil ? $0.invoice.kind == .invoice : $0.invoice.number == request.number
        }
        guard var invoice = wanted?.invoice else { return .reply(Problem.notFound("document").reply(to: query)) }
        if invoice.kind == .invoice {
            invoice.creditNotes = own.filter { $0.invoice.kind == .creditNote }.map { CreditNoteReference($0.invoice) }
        }
        let headers = self.headers(invoice, request)
        if let tag = headers["ETag"], query.parameters["if-none-match"].map({ ETagList($0).contains(tag) }) == true {
            return .reply(Reply(status: 304, headers: headers, body: []))
        }
        return .document(invoice, request)
    }

    /// The PDF never changes; the data of an invoice names its credit notes, which grow in number.
    private func headers(_ invoice: Invoice, _ request: Request) -> [String: String] {
        let tag = request.wantsPDF ? "\"\(invoice.number)-pdf\"" : "\"\(invoice.number)-\(invoice.creditNotes.count)\""
        var headers = ["ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept, Authorization"]
        if request.wantsPDF { headers["Content-Disposition"] = "inline; filename=\"\(invoice.number).pdf\"" }
        return headers
    }

    // MARK: Showing it

    private func show(_ invoice: Invoice, _ request: Request, _ files: [Identifier: [UInt8]]) throws -> Reply {
        let headers = headers(invoice, request)
        guard request.wantsPDF else { return Reply(status: 200, headers: headers, body: invoice.jsonBytes) }
        guard let file = files[invoice.id] else { throw StoredFormatError("pdf") }
        return Reply(status: 200, headers: headers, contentType: Self.pdf, body: file)
    }

    /// The PDF files that are asked for. What nobody asked for before is drawn and kept first; what another process
    /// kept meanwhile wins.
    private func files(
        _ outcomes: [Outcome], _ read: ([Statement]) throws -> [Rows]
    ) throws -> [Identifier: [UInt8]] {
        var wanted: [Identifier: Invoice] = [:]
        for case .document(let invoice, let request) in outcomes where request.wantsPDF { wanted[invoice.id] = invoice }
        guard !wanted.isEmpty else { return [:] }
        var files = try DocumentStore.files(read([DocumentStore.files(Array(wanted.keys))])[0])
        let missing = wanted.filter { files[$0.key] == nil }
        guard !missing.isEmpty else { return files }
        let drawn = try missing.values.map { (invoice: $0, file: try InvoiceDocument.render($0)) }
        let rows = try read([DocumentStore.keep(drawn), DocumentStore.files(Array(missing.keys))])
        files.merge(try DocumentStore.files(rows[1])) { $1 }
        return files
    }
}
