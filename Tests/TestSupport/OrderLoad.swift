import Contracts
import CurlHTTP
import Foundation
import Synchronization

/// Clients of the shop that place orders one after the other, each with an idempotency key, and do what a good client
/// does: after a 5xx, a 202, a time-out or a lost connection the same request is sent again with the same key.
public final class OrderLoad: Sendable {
    public struct Tally: Sendable {
        /// Id of the order by idempotency key.
        public var accepted: [String: String] = [:]
        /// Keys that were answered with two different orders.
        public var contradicted: Set<String> = []
        /// Answers that a good client cannot do anything about.
        public var unexpected: [String] = []
        /// 503 and other 5xx, lost connections and time-outs.
        public var disturbed = 0
        public var pending202 = 0
        public var open = 0
        public var begun = 0
        public var replays = 0
    }

    private let clients: [FleetClient]
    private let tenant: String
    private let product: String
    private let pause: Duration
    private let limit: Int
    private let isFinished = Mutex(false)
    private let state = Mutex(Tally())

    /// - `gateways`: Asked in turn.
    /// - `tenant`: Of all orders; tests that share a database tell theirs by it.
    /// - `limit`: Most orders.
    /// - `pause`: Between two orders of one client.
    public init(
        _ fleet: Fleet, _ gateways: [Fleet.Member], tenant: String, limit: Int, pause: Duration = .milliseconds(5),
        product: String = "prod_123"
    ) {
        clients = gateways.map { FleetClient(fleet, $0, token: TestToken.signed(tenant: tenant)) }
        self.tenant = tenant
        self.product = product
        self.pause = pause
        self.limit = limit
    }

    public var tally: Tally { state.withLock { $0 } }

    /// No new orders; those begun are carried through.
    public func finish() { isFinished.withLock { $0 = true } }

    /// Runs until ``finish()`` or the limit, or until the test is given up.
    public func run(clients count: Int = 16) async {
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<count { group.addTask { await self.shop(number) } }
        }
    }

    private func shop(_ number: Int) async {
        while !isFinished.withLock({ $0 }), !Task.isCancelled {
            let order = state.withLock { state -> Int? in
                guard state.begun < limit else { return nil }
                state.begun += 1
                return state.begun
            }
            guard let order else { return }
            await place("\(tenant)-\(order)", order)
            // Now and then a client is not sure that it has sent its order.
            if order % 7 == 0 { await place("\(tenant)-\(order)", order + 1) }
            try? await Task.sleep(for: pause)
        }
    }

    /// - `turn`: Which gateway is asked first; each further try goes to the next one.
    private func place(_ key: String, _ turn: Int) async {
        let deadline = ContinuousClock.now + .seconds(60)
        var turn = turn
        while ContinuousClock.now < deadline, !Task.isCancelled {
            state.withLock { $0.open += 1 }
            let answer = try? await clients[turn % clients.count].send(
                .post, "/api/v1/orders", OrderBody.simple(product: product), ["Idempotency-Key": key],
                timeout: .seconds(20))
            state.withLock { $0.open -= 1 }
            if note(answer, key) { return }
            turn += 1
            try? await Task.sleep(for: .milliseconds(100))
        }
        state.withLock { $0.unexpected.append("\(key): no outcome within a minute") }
    }

    /// - Returns: Whether the order's outcome is known.
    private func note(_ answer: FleetClient.Answer?, _ key: String) -> Bool {
        let id = answer?.json?["id"]?.string
        return state.withLock { state in
            switch answer?.status {
            case 201:
                let id = id ?? "?"
                if let earlier = state.accepted[key] {
                    state.replays += 1
                    if earlier != id { state.contradicted.insert(key) }
                }
                state.accepted[key] = id
                return true
            case 202:
                state.pending202 += 1
                return false
            case nil:
                state.disturbed += 1
                return false
            case 409: return false  // the first try is still under way
            case let status? where status >= 500:
                state.disturbed += 1
                return false
            case let status?:
                state.unexpected.append("\(key): \(status) \(answer?.text ?? "")")
                return true
            }
        }
    }
}
