import Connectors
import Contracts
import CurlHTTP
import Logging
import Synchronization

/// The shop's account at Nova Poshta.
struct NovaPoshtaAccount: Sendable {
    let key: String
    /// One address for every call, ending in a slash.
    let url: String
    /// Where labels are printed.
    var printURL = "https://my.novaposhta.ua"
    /// Where parcels are handed in; nil: what the account names.
    var cityRef: String?
    var branchRef: String?
}

/// Nova Poshta's API 2.0: JSON by POST to one address.
///
/// Sources: the carrier's own pages as copied in shopanaio/carrier-api, platx/go-nova-poshta, sashalenz/nova-poshta-api
/// and daaner/NovaPoshta on GitHub.
struct NovaPoshtaConnector: CarrierConnector {
    let http: any HTTPSending
    let account: NovaPoshtaAccount
    let clock: @Sendable () -> Timestamp
    private let gate = CallGate(limit: 5)
    private let known = NovaPoshtaMemory()

    /// As many numbers as one call may hold.
    private static let statusLimit = 100
    private static let pageSize = 500

    init(
        http: any HTTPSending, account: NovaPoshtaAccount, clock: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.http = http
        self.account = account
        self.clock = clock
    }

    // MARK: Waybills

    func makeWaybill(for shipment: Shipment, isRepeated: Bool) async throws(CarrierError) -> WaybillOutcome {
        if isRepeated, let made = try await findWaybill(of: shipment) { return .made(made) }
        do {
            let sender = try await sender()
            let recipient = try await recipient(of: shipment)
            let call = NovaPoshtaRequests.saveWaybill(
                shipment, from: sender, to: recipient, on: KyivTime.day(clock()))
            let data = try await send(call)
            guard var waybill = NovaPoshtaReplies.waybill(data) else { throw Failure.away(unreadable(call)) }
            waybill.cityRef = recipient.cityRef
            return .made(waybill)
        } catch {
            let (fault, message) = try refusal(error)
            return .refused(code: fault.errorCode, message: message)
        }
    }

    /// Looks through the waybills since the shipment was made.
    private func findWaybill(of shipment: Shipment) async throws(CarrierError) -> Waybill? {
        var page = 1
        do {
            while true {
                let data = try await send(
                    NovaPoshtaRequests.waybills(
                        from: KyivTime.day(shipment.createdAt), to: KyivTime.day(clock()), page: page))
                if let waybill = NovaPoshtaReplies.waybill(data, bearing: shipment.id) { return waybill }
                guard data.count == Self.pageSize else { return nil }
                page += 1
            }
        } catch {
            // Without the look-up the waybill must not be made again.
            let (_, message) = try refusal(error)
            throw CarrierError(cause: ProviderError(.badReply, provider: Self.name, "list refused: \(message)"))
        }
    }

    func cancel(_ ref: String) async throws(CarrierError) -> CancelOutcome {
        do {
            _ = try await send(NovaPoshtaRequests.delete(ref))
            return .cancelled
        } catch {
            let (fault, message) = try refusal(error)
            return fault == .notFound ? .cancelled : .tooLate(message: message)
        }
    }

    // MARK: Who sends and who receives

    private func sender() async throws(Failure) -> NovaPoshtaSender {
        let now = clock()
        if let sender = known.sender(at: now) { return sender }
        let rows = try await send(NovaPoshtaRequests.senders)
        guard let row = rows.first, let ref = row.looseText("Ref") else {
            throw .refused(.account, "The account has no sender.")
        }
        let contacts = try await send(NovaPoshtaRequests.contacts(of: ref))
        guard let contact = contacts.first?.looseText("Ref"), let phone = contacts.first?.looseText("Phones") else {
            throw .refused(.account, "The sender has no contact.")
        }
        var (city, address) = (account.cityRef, account.branchRef)
        if city == nil || address == nil {
            let place = try await send(NovaPoshtaRequests.addresses(ofSender: ref)).first
            city = place?.looseText("CityRef") ?? row.looseText("City")
            address = place?.looseText("Ref")
        }
        guard let city, let address else { throw .refused(.account, "The sender has no address.") }
        let sender = NovaPoshtaSender(
            ref: ref, contactRef: contact, phone: phone, cityRef: city, addressRef: address)
        known.keep(sender, at: now)
        return sender
    }

    private func recipient(of shipment: Shipment) async throws(Failure) -> NovaPoshtaRecipient {
        let city = try await city(shipment.cityRef, named: shipment.city)
        let save = NovaPoshtaRequests.saveRecipient(shipment.recipient)
        guard let person = NovaPoshtaReplies.recipient(try await send(save)) else { throw .away(unreadable(save)) }
        let line = shipment.address["address"]?.string ?? ""
        let address =
            if let branch = shipment.branchRef {
                branch
            } else if shipment.service == .courier {
                try await door(line, in: shipment.city, of: person.ref)
            } else {
                try await branch(line, in: city)
            }
        return NovaPoshtaRecipient(
            ref: person.ref, contactRef: person.contactRef, cityRef: city, addressRef: address)
    }

    private func city(_ ref: String?, named name: String, timeout: Duration? = nil) async throws(Failure) -> String {
        if let ref { return ref }
        return try await settlement(name, timeout: timeout).cityRef
    }

    private func settlement(
        _ name: String, timeout: Duration? = nil
    ) async throws(Failure) -> NovaPoshtaReplies.Settlement {
        let now = clock()
        if let settlement = known.settlement(name, at: now) { return settlement }
        let data = try await send(NovaPoshtaRequests.settlements(named: name), timeout: timeout)
        guard let settlement = NovaPoshtaReplies.settlement(data, named: name) else {
            throw .refused(.address, "The carrier does not know the city \(name).")
        }
        known.keep(settlement, named: name, at: now)
        return settlement
    }

    /// The branch whose number stands in the address.
    private func branch(_ line: String, in city: String) async throws(Failure) -> String {
        guard let number = NovaPoshtaText.branchNumber(line),
            let ref = NovaPoshtaReplies.firstRef(
                try await send(NovaPoshtaRequests.branch(number: number, city: city)))
        else { throw .refused(.address, "Neither the request nor the address names a branch.") }
        return ref
    }

    private func door(_ line: String, in city: String, of counterparty: String) async throws(Failure) -> String {
        guard let door = NovaPoshtaText.Door(line) else {
            throw .refused(.address, "The address names no street and building.")
        }
        let settlement = try await settlement(city)
        let streets = try await send(NovaPoshtaRequests.streets(named: door.street, settlement: settlement.ref))
        guard let street = NovaPoshtaReplies.street(streets) else {
            throw .refused(.address, "The carrier does not know the street \(door.street).")
        }
        let save = NovaPoshtaRequests.saveDoor(door, street: street, of: counterparty)
        guard let ref = NovaPoshtaReplies.firstRef(try await send(save)) else { throw .away(unreadable(save)) }
        return ref
    }

    // MARK: Tracking

    func track(_ parcels: [TrackedParcel]) async throws(CarrierError) -> [String: TrackingReport] {
        let documents = parcels.flatMap { parcel in
            [(parcel.number, parcel.phone)] + (parcel.returnNumber.map { [($0, parcel.phone)] } ?? [])
        }
        var reports: [String: TrackingReport] = [:]
        do {
            for start in stride(from: 0, to: documents.count, by: Self.statusLimit) {
                let chunk = Array(documents[start..<min(start + Self.statusLimit, documents.count)])
                let data = try await send(NovaPoshtaRequests.statuses(chunk.map { (number: $0.0, phone: $0.1) }))
                reports.merge(NovaPoshtaReplies.reports(data)) { _, new in new }
            }
        } catch {
            let (_, message) = try refusal(error)
            throw CarrierError(cause: ProviderError(.declined, provider: Self.name, message))
        }
        for parcel in parcels {
            guard let back = parcel.returnNumber, reports[back]?.status == .delivered else { continue }
            reports[parcel.number]?.isReturned = true
        }
        return reports
    }

    // MARK: Price

    func quote(_ consignment: Consignment, timeout: Duration) async throws(CarrierError) -> QuoteOutcome {
        let end = ContinuousClock.now + timeout
        func left() -> Duration { max(.milliseconds(1), end - ContinuousClock.now) }
        do {
            let from =
                if let own = account.cityRef { own } else { try await sender().cityRef }
            let to = try await city(consignment.cityRef, named: consignment.city, timeout: left())
            let priceCall = NovaPoshtaRequests.price(consignment, from: from, to: to)
            guard let price = NovaPoshtaReplies.price(try await send(priceCall, timeout: left())) else {
                throw Failure.away(unreadable(priceCall))
            }
            let dateCall = NovaPoshtaRequests.deliveryDate(consignment, from: from, to: to, on: KyivTime.day(clock()))
            // The price is what matters.
            let date = try? NovaPoshtaReplies.deliveryDate(await send(dateCall, timeout: left()))
            return .price(price, .carrier, date)
        } catch {
            let (fault, message) = try refusal(error)
            guard fault == .address else {
                throw CarrierError(cause: ProviderError(.declined, provider: Self.name, message))
            }
            return .refused(.addressNotServed)
        }
    }

    // MARK: Labels

    var labelSizes: Set<LabelSize> { Set(LabelSize.allCases) }

    func label(_ number: String, _ size: LabelSize, timeout: Duration) async throws(CarrierError) -> [UInt8] {
        var request = HTTPRequest(
            .get, NovaPoshtaLabels.url(number, size, base: account.printURL, key: account.key),
            headers: ["Accept": "application/pdf"], timeout: timeout)
        request.bodyLimit = 4 << 20
        let response: HTTPResponse
        do {
            response = try await http.send(request)
        } catch {
            // Its detail names the path, in which the key stands.
            let code: ProviderError.Code = error.wasSent ? .outcomeUnknown : .unreachable
            throw CarrierError(cause: ProviderError(code, provider: Self.name, "label: \(error.code.rawValue)"))
        }
        guard let pdf = NovaPoshtaLabels.pdf(response) else {
            throw CarrierError(cause: ProviderError(.badReply, provider: Self.name, "label: no PDF, \(response)"))
        }
        return pdf
    }

    // MARK: Sending

    private static let name = "novaposhta"

    /// What a call of several steps can end in before its end.
    private enum Failure: Error {
        case away(CarrierError)
        case refused(NovaPoshtaFault, String)
    }

    private func unreadable(_ call: NovaPoshtaCall) -> CarrierError {
        CarrierError(
            cause: ProviderError(.badReply, provider: Self.name, "\(call.model).\(call.method): unexpected data"))
    }

    /// The carrier's refusal, or the error when it was away.
    private func refusal(_ failure: any Error) throws(CarrierError) -> (NovaPoshtaFault, String) {
        switch failure {
        case Failure.refused(let fault, let message): return (fault, message)
        case Failure.away(let error): throw error
        default: throw CarrierError(cause: ProviderError(.badReply, provider: Self.name, "\(failure)"))
        }
    }

    /// - Returns: `data` of a success.
    private func send(_ call: NovaPoshtaCall, timeout: Duration? = nil) async throws(Failure) -> [JSON] {
        var request = HTTPRequest(
            .post, account.url, headers: ["Content-Type": "application/json", "Accept": "application/json"],
            body: call.body(key: account.key), timeout: timeout ?? .seconds(10))
        request.bodyLimit = 4 << 20
        let label = "\(call.model).\(call.method)"
        await gate.enter()
        let response: HTTPResponse
        do {
            response = try await http.send(request)
            await gate.leave()
        } catch {
            await gate.leave()
            throw .away(CarrierError(cause: ProviderError(error, provider: Self.name)))
        }
        guard response.status == 200, let reply = NovaPoshtaReply(response.body) else {
            let cause = ProviderError(.outcomeUnknown, provider: Self.name, "\(label): HTTP \(response.status)")
            throw .away(CarrierError(cause: cause, pause: response.status == 429 ? .seconds(60) : nil))
        }
        guard !reply.isSuccess else { return reply.data }
        let fault = NovaPoshtaFault(reply)
        switch fault {
        case .rateLimited, .passing:
            let cause = ProviderError(
                .outcomeUnknown, provider: Self.name, "\(label): \(Redaction.text(reply.message))")
            throw .away(CarrierError(cause: cause, pause: fault == .rateLimited ? .seconds(60) : nil))
        default: throw .refused(fault, reply.message)
        }
    }
}
