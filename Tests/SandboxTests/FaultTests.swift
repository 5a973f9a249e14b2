import Contracts
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Sandbox

@Suite("Injected faults", .timeLimit(.minutes(2))) struct FaultTests {
    @Test func strikesAsOftenAsItShould() throws {
        let board = FaultBoard()
        board.set(try Fault(try JSONParser.parse("{\"error_rate\":0.25,\"times\":8}")), for: .core)
        let failures = (0..<20).map { _ in board.strike(.core, "products")?.failure != nil }
        #expect(failures.count { $0 } == 2)
        #expect(board.strike(.crm, "customers") == nil)
    }

    @Test func touchesOnlyItsOperation() throws {
        let board = FaultBoard()
        board.set(try Fault(try JSONParser.parse("{\"operation\":\"refund\",\"status\":502}")), for: .liqpay)
        #expect(board.strike(.liqpay, "status") == nil)
        #expect(board.strike(.liqpay, "refund")?.failure?.status == 502)
        board.clear(.liqpay)
        #expect(board.strike(.liqpay, "refund") == nil)
    }

    /// A call that hangs goes on once the fault is taken away.
    @Test func hangsUntilCleared() async throws {
        let world = try TestWorld.make()
        world.faults.set(try Fault(try JSONParser.parse("{\"hang\":true}")), for: .crm)
        try await TestWorld.application(world).test(.router) { client in
            async let answer = client.execute(uri: "/crm/api/v1/customers/cust_1", method: .get) { $0.status }
            while world.faults.json["crm"]?.array?.first?["failed"]?.int != 1 { await Task.yield() }
            world.faults.clear()
            let status = try await answer
            #expect(status == .internalServerError)
        }
    }

    @Test(arguments: ["{\"error_rate\":2}", "{\"delay_ms\":-1}", "{\"status\":\"500\"}", "[1", "{\"times\":0}"])
    func refusesWhatItCannotRead(body: String) async throws {
        let world = try TestWorld.make()
        try await TestWorld.application(world).test(.router) { client in
            try await client.execute(uri: "/_sandbox/faults/core", method: .put, body: .init(string: body)) {
                #expect($0.status == .badRequest)
            }
        }
    }
}
