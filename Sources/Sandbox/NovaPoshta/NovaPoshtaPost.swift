import Contracts
import Synchronization

/// Nova Poshta's account of one sender: recipients, waybills, and the parcels on their way.
final class NovaPoshtaPost: Sendable {
    static let senderRef = "aaaaaaaa-1111-11ee-a60f-48df37b921db"
    static let senderContactRef = "bbbbbbbb-1111-11ee-a60f-48df37b921db"
    static let senderPhone = "380501112233"

    struct State {
        var contacts: [String: NovaPoshtaContact] = [:]
        /// Organisations among the recipients: reference and name.
        var organisations: [String: String] = [:]
        /// Door addresses of recipients: reference and text.
        var addresses: [String: String] = [:]
        var parcels: [String: NovaPoshtaParcel] = [:]
        var refs: [String: String] = [:]
        var deleted: Set<String> = []
        var nextNumber: Int64
        var step: Duration
        var journal = Journal()
    }

    let directory = NovaPoshtaDirectory()
    let clock: SandboxClock
    let state: Mutex<State>
    private let step: Duration

    init(clock: SandboxClock, step: Duration) {
        self.clock = clock
        self.step = step
        // The carrier never gives a number twice, not even when this process starts anew: numbers begin at the clock.
        let first = 20_000_000_000_000 + clock.now().milliseconds / 1000 * 100
        state = Mutex(State(nextNumber: first, step: step))
    }

    /// Does one call of the API.
    ///
    /// - Throws: ``NovaPoshtaFault``, which is the answer.
    func call(_ model: String, _ method: String, _ properties: NovaPoshtaProperties) throws(NovaPoshtaFault)
        -> NovaPoshtaAnswer
    {
        switch "\(model).\(method)" {
        case "Address.searchSettlements": return try directory.searchSettlements(properties)
        case "Address.searchSettlementStreets": return try directory.searchSettlementStreets(properties)
        case "Address.getCities": return directory.getCities(properties)
        case "Address.getWarehouses": return directory.getWarehouses(properties)
        case "Address.getWarehouseTypes": return directory.getWarehouseTypes()
        case "Address.save": return try saveAddress(properties)
        case "Counterparty.getCounterparties": return getCounterparties(properties)
        case "Counterparty.getCounterpartyContactPersons": return getContactPersons(properties)
        case "Counterparty.getCounterpartyAddresses": return getAddresses(properties)
        case "Counterparty.getCounterpartyOptions": return getOptions()
        case "Counterparty.save": return try saveCounterparty(properties)
        case "ContactPerson.save": return try saveContactPerson(properties)
        case "InternetDocument.getDocumentPrice": return try getDocumentPrice(properties)
        case "InternetDocument.getDocumentDeliveryDate": return try getDeliveryDate(properties)
        case "InternetDocument.save": return try saveDocument(properties)
        case "InternetDocument.delete": return try deleteDocuments(properties)
        case "InternetDocument.getDocumentList": return getDocumentList(properties)
        case "TrackingDocument.getStatusDocuments": return try getStatuses(properties)
        default: throw .method("\(model).\(method)")
        }
    }

    var journal: JSON { state.withLock { $0.journal.json } }

    func reset() {
        state.withLock { state in
            state = State(nextNumber: state.nextNumber, step: step)
        }
    }
}
