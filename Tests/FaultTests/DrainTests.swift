import TestSupport
import Testing

extension FaultTests {
    /// SIGTERM under load: a process finishes what it has, ends with 0, and no client notices.
    @Suite struct DrainTests {
        @Test func workersTakeTurns() async throws {
            let scene = try await FaultScene.begin()
            var running = try await scene.fleet.run(.order)
            let load = scene.load(limit: 5000)
            async let shopping: Void = load.run()
            for _ in 0..<4 {
                try await scene.wait(for: 30, after: load.tally.accepted.count, load)
                let next = try await scene.fleet.run(.order)
                #expect(try await eventually(within: .seconds(5)) { load.tally.open > 0 })
                #expect(try await running.process.terminate() == .exited(0))
                running = next
            }
            load.finish()
            await shopping
            #expect(load.tally.disturbed == 0)
            try await scene.expectNothingLost(load.tally)
            try await scene.endOfScene([running])
        }

        /// Even the only worker: its orders wait for the next one.
        @Test func theOnlyWorker() async throws {
            let scene = try await FaultScene.begin()
            let first = try await scene.fleet.run(.order)
            let load = scene.load(limit: 5000)
            async let shopping: Void = load.run()
            try await scene.wait(for: 50, load)
            #expect(try await first.process.terminate() == .exited(0))
            let second = try await scene.fleet.run(.order)
            try await scene.wait(for: 50, after: load.tally.accepted.count, load)
            load.finish()
            await shopping
            try await scene.expectNothingLost(load.tally)
            try await scene.endOfScene([second])
        }

        /// A gateway answers the requests it has and goes.
        @Test func gateway() async throws {
            let scene = try await FaultScene.begin()
            let worker = try await scene.fleet.run(.order)
            let second = try await scene.fleet.run(.gateway)
            let load = scene.load(limit: 5000, gateways: [second])
            async let shopping: Void = load.run()
            try await scene.wait(for: 50, load)
            let clock = ContinuousClock.now
            #expect(try await second.process.terminate() == .exited(0))
            #expect(ContinuousClock.now - clock < .seconds(10))
            load.finish()
            await shopping
            try await scene.expectNothingLost(load.tally)
            try await scene.endOfScene([worker])
        }
    }
}
