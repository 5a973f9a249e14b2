import CurlHTTP
import Logging
import Synchronization
import Testing

@testable import Gateway

@Suite("Published keys") struct KeyStoreTests {
    /// Time that passes when the test says so.
    private final class Clock: Sendable {
        private let time = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { time.withLock { $0 } }
        func pass(_ duration: Duration) { time.withLock { $0 += duration } }
    }

    private let clock = Clock()

    private func store(_ http: ScriptedHTTP, onKeys: @escaping @Sendable () -> Void = {}) -> KeyStore {
        KeyStore(
            url: "https://id/keys", http: http, logger: Logger(label: "test"), now: { [clock] in clock.now },
            onKeys: onKeys)
    }

    @Test func unknownKeysAreLookedForNowAndThen() async throws {
        let key = FakeIssuer.ec()
        let http = ScriptedHTTP(FakeIssuer.keySet(try key.published("one")))
        let store = store(http)
        #expect(try await store.verifier(id: "one", algorithm: "ES256") != nil)
        for _ in 0..<100 { #expect(try await store.verifier(id: "two", algorithm: "ES256") == nil) }
        #expect(http.count == 1, "the pause is not over")
        http.answers(HTTPResponse(status: 200, body: FakeIssuer.keySet(try key.published("two"))))
        clock.pass(.seconds(10))
        #expect(try await store.verifier(id: "two", algorithm: "ES256") != nil)
        #expect(try await store.verifier(id: "one", algorithm: "ES256") == nil, "it was withdrawn")
        #expect(http.count == 2)
        #expect(store.generation == 2)
    }

    @Test(arguments: [nil, HTTPResponse(status: 500), HTTPResponse(status: 200, body: Array("<html>".utf8))])
    func keysStayWhileTheIssuerIsAway(answer: HTTPResponse?) async throws {
        let http = ScriptedHTTP(FakeIssuer.keySet(try FakeIssuer.ec().published("one")))
        let store = store(http)
        await store.fetch()
        http.answers(answer)
        clock.pass(.seconds(3600))
        await store.fetch()
        #expect(http.count == 2)
        #expect(try await store.verifier(id: "one", algorithm: "ES256") != nil)
        #expect(store.generation == 1)
    }

    @Test func theSameKeysAreNoChange() async throws {
        let set = FakeIssuer.keySet(try FakeIssuer.ec().published("one"))
        let told = Mutex(0)
        let store = store(ScriptedHTTP(set)) { told.withLock { $0 += 1 } }
        await store.fetch()
        clock.pass(.seconds(10))
        await store.fetch()
        #expect(store.generation == 1)
        #expect(told.withLock { $0 } == 1)
    }

    @Test func manyAskAtOnce() async throws {
        let http = ScriptedHTTP(FakeIssuer.keySet(try FakeIssuer.ec().published("one")))
        let store = store(http)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 {
                group.addTask { (try? await store.verifier(id: "one", algorithm: "ES256")) != nil }
            }
            for await found in group { #expect(found) }
        }
        #expect(http.count == 1)
    }

    @Test func neverSeen() async throws {
        let http = ScriptedHTTP(nil)
        let store = store(http)
        for _ in 0..<3 {
            await #expect(throws: GatewayProblem.self) { try await store.verifier(id: "one", algorithm: "ES256") }
        }
        #expect(http.count == 1)
    }
}
