import ArgumentParser
import Bus
import Contracts

/// Which parked messages a command is about.
struct ParkedChoice: ParsableArguments {
    @Argument(help: "order, payment, shipping, promo or invoice.")
    var worker: WorkerName

    @Argument(help: "Ids of messages.")
    var ids: [String] = []

    @Flag(help: "All of them, the oldest first.")
    var all = false

    @Option(help: "Only those of this type.")
    var type: String?

    @Option(help: "Only those of this tenant.")
    var tenant: String?

    @Option(help: "How many of the queue are looked at, from the oldest on.")
    var limit = 1000

    func validate() throws {
        guard all != !ids.isEmpty else { throw ValidationError("Name ids, or say --all.") }
        guard (1...65_535).contains(limit) else { throw ValidationError("--limit must be 1 to 65535.") }
    }

    private func isMeant(_ parked: ParkedMessage) -> Bool {
        (all || ids.contains(parked.id)) && (type == nil || type == parked.type)
            && (tenant == nil || tenant == parked.tenant)
    }

    /// Does the work on each of them. Throws for ids that are not there, after the others.
    func perform(_ work: (ParkedQueue, ParkedMessage) throws -> Void) throws {
        let queue = try ParkedQueue(of: worker)
        defer { queue.close() }
        let chosen = try queue.take(limit).filter(isMeant)
        for parked in chosen { try work(queue, parked) }
        let missing = Set(ids).subtracting(chosen.map(\.id)).sorted()
        guard missing.isEmpty else {
            throw ParkedQueue.Failure(description: "not parked: \(missing.joined(separator: ", "))")
        }
    }
}

extension WorkerName: ExpressibleByArgument {}
