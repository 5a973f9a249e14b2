import Foundation
import TestSupport
import Testing

extension FaultTests {
    /// The order worker ends without notice at the worst moments, while clients place orders.
    @Suite struct KillTests {
        @Test(arguments: [
            "before-commit:2:kill", "before-commit:12:kill", "after-commit:2:kill", "after-commit:12:kill",
            "after-ack:2:kill", "after-ack:12:kill", "after-publish:12:kill",
        ])
        func nothingIsLostOrDoubled(failpoint: String) async throws {
            let scene = try await FaultScene.begin()
            let doomed = try await scene.fleet.run(.order, failpoints: failpoint)
            let load = scene.load(limit: 250)
            async let shopping: Void = load.run()
            #expect(try await doomed.process.waitForEnd() == .killed(signal: SIGKILL))
            #expect(doomed.hasFailed)
            let isWaiting = try await eventually { load.tally.open > 0 }
            #expect(isWaiting, "nobody was waiting when the worker died")
            let heir = try await scene.fleet.run(.order)
            await shopping
            try await scene.expectNothingLost(load.tally)
            try await scene.endOfScene([heir])
        }

        /// The other worker goes on at once: no order waits for the restart.
        @Test func aSecondWorkerTakesOver() async throws {
            let scene = try await FaultScene.begin()
            let survivor = try await scene.fleet.run(.order)
            let doomed = try await scene.fleet.run(.order, failpoints: "after-commit:8:kill")
            let load = scene.load(limit: 20_000)
            async let shopping: Void = load.run()
            #expect(try await doomed.process.waitForEnd() == .killed(signal: SIGKILL))
            #expect(doomed.hasFailed)
            try await scene.wait(for: 50, after: load.tally.accepted.count, load)
            load.finish()
            await shopping
            try await scene.expectNothingLost(load.tally)
            try await scene.endOfScene([survivor])
        }

        /// A worker that stands still long enough for another to publish in its place does no harm when it goes on.
        @Test func aFrozenWorkerComesBack() async throws {
            let scene = try await FaultScene.begin()
            let survivor = try await scene.fleet.run(.order)
            let frozen = try await scene.fleet.run(.order, failpoints: "after-ack:8:stop")
            let load = scene.load(limit: 20_000, pause: .milliseconds(50))
            async let shopping: Void = load.run(clients: 8)
            #expect(try await eventually { frozen.hasFailed })
            let held = try await scene.audit.unpublished()
            #expect(!held.isEmpty)
            // Its outbox row is published by the other once its claim of ten seconds is over.
            #expect(
                try await eventually(within: .seconds(60)) {
                    try await scene.audit.unpublished().isDisjoint(with: held)
                })
            frozen.process.thaw()
            try await scene.wait(for: 50, after: load.tally.accepted.count, load)
            load.finish()
            await shopping
            try await scene.expectNothingLost(load.tally)
            try await scene.endOfScene([survivor, frozen])
        }

        /// Workers that die again and again: what they held is delivered often, but counts once and is not parked.
        @Test func repeatedKills() async throws {
            let scene = try await FaultScene.begin()
            let load = scene.load(limit: 20_000)
            async let shopping: Void = load.run()
            for round in 1...5 {
                let worker = try await scene.fleet.run(.order, failpoints: "before-commit:\(round):kill")
                #expect(try await worker.process.waitForEnd() == .killed(signal: SIGKILL))
                #expect(worker.hasFailed)
            }
            let last = try await scene.fleet.run(.order)
            try await scene.wait(for: 50, after: load.tally.accepted.count, load)
            load.finish()
            await shopping
            try await scene.expectNothingLost(load.tally)
            try await scene.endOfScene([last])
        }
    }
}
