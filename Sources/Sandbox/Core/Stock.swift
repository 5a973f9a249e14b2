import Contracts
import Synchronization

/// How much of each product Core has, and what it holds for whom.
///
/// All lines of an order are reserved or none. What is reserved no longer counts as available; a shipment writes it off
/// for good, a cancellation gives it back.
final class Stock: Sendable {
    /// What there is of a product nobody has set.
    static let usualLevel: Int64 = 1_000_000

    /// How long a reservation is said to hold. Nothing expires by itself: the control API does it.
    static let holdDays: Int64 = 2

    /// Answers that are remembered, so that a redelivered message is answered as the first time.
    private static let memory = 100_000

    private enum Holding {
        case reserved([StockEvent.Line])
        case rejected
        case released
        case writtenOff
    }

    private struct State {
        var levels: [String: Int64] = [:]
        var holdings: [String: Holding] = [:]
        var handled: [String: StockAnswer?] = [:]
        var handledOrder: [String] = []
        var journal = Journal()
    }

    private let state = Mutex(State())
    private let clock: SandboxClock

    init(clock: SandboxClock) { self.clock = clock }

    /// Takes one event in. A repeat gives the first answer again and moves nothing.
    ///
    /// - Returns: What Core publishes, nil when it has nothing to say.
    func handle(_ event: StockEvent) -> StockAnswer? {
        let now = clock.now()
        return state.withLock { state in
            if let known = state.handled[event.messageID] { return known }
            let answer = Self.apply(event, &state, now)
            state.handled[event.messageID] = .some(answer)
            state.handledOrder.append(event.messageID)
            if state.handledOrder.count > Self.memory {
                for id in state.handledOrder.prefix(Self.memory / 10) { state.handled[id] = nil }
                state.handledOrder.removeFirst(Self.memory / 10)
            }
            state.journal.add(now) {
                .members([
                    "event": .string(event.kind.rawValue), "message_id": .string(event.messageID),
                    "tenant_id": .string(event.tenantID), "order_id": .string(event.orderID),
                    "answer": .optional(answer?.kind.rawValue),
                ])
            }
            return answer
        }
    }

    private static func apply(_ event: StockEvent, _ state: inout State, _ now: Timestamp) -> StockAnswer? {
        let key = "\(event.tenantID)/\(event.orderID)"
        switch event.kind {
        case .orderCreated:
            // A cancellation that overtook its order leaves nothing to reserve.
            guard state.holdings[key] == nil else { return nil }
            return reserve(event, key, &state, now)
        case .orderCancelled, .orderRefunded:
            guard event.givesBack else { return nil }
            guard case .reserved(let lines) = state.holdings[key] else {
                if state.holdings[key] == nil { state.holdings[key] = .released }
                return nil
            }
            for line in lines { state.levels[line.productID, default: usualLevel] += line.quantity }
            state.holdings[key] = .released
            return answer(.released, event.tenantID, event.orderID) {
                $0.member("reservation_id", reservationID(event.orderID))
                $0.member("reason", "order_cancelled")
                write(lines, to: &$0)
            }
        case .orderShipped:
            if case .reserved = state.holdings[key] { state.holdings[key] = .writtenOff }
            return nil
        case .returnReceived:
            for line in event.lines { state.levels[line.productID, default: usualLevel] += line.quantity }
            return nil
        }
    }

    private static func reserve(
        _ event: StockEvent, _ key: String, _ state: inout State, _ now: Timestamp
    ) -> StockAnswer {
        var wanted: [String: Int64] = [:]
        for line in event.lines { wanted[line.productID, default: 0] += line.quantity }
        let missing = wanted.filter { $0.value > state.levels[$0.key, default: usualLevel] }
        guard missing.isEmpty else {
            state.holdings[key] = .rejected
            let levels = state.levels
            return answer(.rejected, event.tenantID, event.orderID) {
                $0.member("reason", "out_of_stock")
                $0.name("items")
                $0.array(missing.sorted { $0.key < $1.key }) { writer, line in
                    writer.object {
                        $0.member("product_id", line.key)
                        $0.member("requested", line.value)
                        $0.member("available", max(0, levels[line.key, default: usualLevel]))
                    }
                }
            }
        }
        for (product, quantity) in wanted { state.levels[product, default: usualLevel] -= quantity }
        state.holdings[key] = .reserved(event.lines)
        return answer(.reserved, event.tenantID, event.orderID) {
            $0.member("reservation_id", reservationID(event.orderID))
            write(event.lines, to: &$0)
            $0.member("expires_at", now.adding(.seconds(holdDays * 86_400)))
        }
    }

    /// Lets the reservation of an order lapse, as if its time were over.
    ///
    /// - Returns: The statement to publish; nil when nothing is reserved for the order.
    func expire(tenantID: String, orderID: String) -> StockAnswer? {
        let now = clock.now()
        return state.withLock { state in
            let key = "\(tenantID)/\(orderID)"
            guard case .reserved(let lines) = state.holdings[key] else { return nil }
            for line in lines { state.levels[line.productID, default: Self.usualLevel] += line.quantity }
            state.holdings[key] = .released
            state.journal.add(now) {
                .members([
                    "event": .string("reservation_expired"), "tenant_id": .string(tenantID),
                    "order_id": .string(orderID), "answer": .string(StockAnswer.Kind.released.rawValue),
                ])
            }
            return Self.answer(.released, tenantID, orderID) {
                $0.member("reservation_id", Self.reservationID(orderID))
                $0.member("reason", "reservation_expired")
                Self.write(lines, to: &$0)
            }
        }
    }

    func available(_ productID: String) -> Int64 {
        state.withLock { $0.levels[productID, default: Self.usualLevel] }
    }

    func setAvailable(_ productID: String, _ quantity: Int64) {
        state.withLock { $0.levels[productID] = quantity }
    }

    var journal: JSON { state.withLock { $0.journal.json } }

    func reset() { state.withLock { $0 = State() } }

    private static func reservationID(_ orderID: String) -> String { "rsv_\(orderID)" }

    private static func answer(
        _ kind: StockAnswer.Kind, _ tenantID: String, _ orderID: String, _ members: (inout JSONWriter) -> Void
    ) -> StockAnswer {
        StockAnswer(
            kind: kind, tenantID: tenantID, orderID: orderID,
            body: JSONWriter.object {
                $0.member("order_id", orderID)
                members(&$0)
            })
    }

    private static func write(_ lines: [StockEvent.Line], to writer: inout JSONWriter) {
        writer.name("items")
        writer.array(lines) { writer, line in
            writer.object {
                $0.member("product_id", line.productID)
                $0.member("quantity", line.quantity)
            }
        }
    }
}
