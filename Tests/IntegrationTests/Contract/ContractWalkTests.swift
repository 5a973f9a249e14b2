import Contracts
import TestSupport
import Testing

/// The contract walk: every operation is driven to each status that docs/openapi.yaml gives it, by real requests to real
/// processes, and every answer is compared with the schemas of the document.
@Suite("Contract walk", .keepsFleetLogs, .timeLimit(.minutes(4))) struct ContractWalkTests {
    /// Statuses that the walk does not drive an operation to, each with the reason. One that is driven to all the same has to
    /// leave the list.
    private static let exceptions: [ContractLog.Case: String] = [:]

    @Test func everyDocumentedStatus() async throws {
        let walk = try ContractWalk(await ShopFleet.start(), try #require(Contract.document))
        try await walk.sweep()
        try await walk.withoutBroker()
        try await walk.overTheQuota()
        try await walk.strictTenant()
        try await walk.orders()
        try await walk.paymentsAndInvoice()
        try await walk.shipments()
        try await walk.quotes()
        try await walk.statusAndCancellation()
        try await walk.cancelledShipment()
        try await walk.returns()
        try await walk.promoCodes()
        try await walk.callbacks()
        try await walk.operations()
        try await walk.figures()
        try await walk.service()

        for fault in walk.log.faults { Issue.record("\(fault)") }
        let documented = Contract.operations.flatMap { operation in
            operation.responses.keys.map { ContractLog.Case(operation.id, $0) }
        }
        let missing = Set(documented).subtracting(walk.log.seen).subtracting(Self.exceptions.keys)
        #expect(missing.isEmpty, "never answered: \(missing.sorted().map(\.description).joined(separator: ", "))")
        let needless = Set(Self.exceptions.keys).intersection(walk.log.seen)
        #expect(needless.isEmpty, "no exception any more: \(needless.sorted().map(\.description))")
    }
}
