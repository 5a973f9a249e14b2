import TestSupport
import Testing

extension FaultTests {
    /// Broker and database go away and come back while clients place orders.
    @Suite struct OutageTests {
        enum Ending: String, CaseIterable, CustomTestStringConvertible {
            case stop, kill
            var testDescription: String { rawValue }
        }

        @Test(arguments: Ending.allCases) func brokerComesBack(_ ending: Ending) async throws {
            let scene = try await FaultScene.begin()
            let worker = try await scene.fleet.run(.order)
            let load = scene.load(limit: 5000)
            async let shopping: Void = load.run(clients: 8)
            try await scene.wait(for: 50, load)
            let disturbed = load.tally.disturbed
            switch ending {
            case .stop: try await scene.fleet.broker.stop()
            case .kill: try await scene.fleet.broker.kill()
            }
            #expect(try await eventually { load.tally.disturbed > disturbed }, "no request met the outage")
            #expect(try await eventually { await !scene.fleet.isReady(worker) })
            try await scene.fleet.broker.start()
            try await scene.wait(for: 50, after: load.tally.accepted.count, load)
            load.finish()
            await shopping
            try await scene.expectNothingLost(load.tally)
            try await scene.endOfScene([worker])
        }

        @Test(arguments: Ending.allCases) func databaseComesBack(_ ending: Ending) async throws {
            let scene = try await FaultScene.begin()
            let worker = try await scene.fleet.run(.order)
            let load = scene.load(limit: 5000)
            async let shopping: Void = load.run(clients: 8)
            try await scene.wait(for: 50, load)
            switch ending {
            case .stop: try await onThread { try scene.fleet.postgres.stop() }
            case .kill: try await onThread { try scene.fleet.postgres.kill() }
            }
            let before = load.tally.pending202
            #expect(try await eventually { load.tally.pending202 > before }, "no request met the outage")
            #expect(try await eventually { await !scene.fleet.isReady(worker) })
            try await onThread { try scene.fleet.postgres.start() }
            try await scene.wait(for: 50, after: load.tally.accepted.count, load)
            load.finish()
            await shopping
            try await scene.expectNothingLost(load.tally)
            try await scene.endOfScene([worker])
        }
    }
}
