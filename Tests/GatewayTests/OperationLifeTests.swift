import Contracts
import Testing

@testable import Gateway

@Suite("Operations that may still come") struct OperationLifeTests {
    @Test(
        arguments: [
            (Duration.zero, true), (.seconds(-86_000), true), (.seconds(-87_000), false), (.seconds(30), true),
            (.seconds(120), false),
        ])
    func madeAtAnInstant(age: Duration, mayCome: Bool) {
        #expect(OperationRoutes.mayStillCome(.new(at: Timestamp.now.adding(age))) == mayCome)
    }

    @Test func ofAKey() { #expect(OperationRoutes.mayStillCome(.derived(from: "key", "a"))) }

    @Test func ofAnotherVersion() throws {
        let random = try #require(Identifier("6ba7b810-9dad-41d1-80b4-00c04fd430c8"))
        #expect(!OperationRoutes.mayStillCome(random))
    }
}
