import Connectors
import Contracts
import Synchronization

@testable import ShippingWorker

/// A carrier that prices and prints as a test wants.
final class PlayedCarrier: CarrierConnector {
    enum Behaviour: Sendable {
        case price(Int64)
        case refused(ProblemCode)
        case away, silent
    }

    private let behaviour: Behaviour
    let labelSizes: Set<LabelSize>
    private let calls = Mutex<[String]>([])

    init(_ behaviour: Behaviour = .price(9500), labelSizes: Set<LabelSize> = Set(LabelSize.allCases)) {
        self.behaviour = behaviour
        self.labelSizes = labelSizes
    }

    /// What was asked for, in order.
    var asked: [String] { calls.withLock { $0 } }

    private static let away = CarrierError(cause: ProviderError(.unreachable, provider: "played", "away"))

    func makeWaybill(for shipment: Shipment, isRepeated: Bool) async throws(CarrierError) -> WaybillOutcome {
        throw Self.away
    }

    func cancel(_ ref: String) async throws(CarrierError) -> CancelOutcome { throw Self.away }

    func track(_ parcels: [TrackedParcel]) async throws(CarrierError) -> [String: TrackingReport] { throw Self.away }

    func quote(_ consignment: Consignment, timeout: Duration) async throws(CarrierError) -> QuoteOutcome {
        calls.withLock { $0.append("\(consignment.carrier.rawValue) \(consignment.weightGrams)") }
        switch behaviour {
        case .price(let minor): return .price(Money(minor: minor, .uah), .carrier, CalendarDate("2025-09-17"))
        case .refused(let code): return .refused(code)
        case .away: throw Self.away
        case .silent:
            try? await Task.sleep(for: .seconds(600))
            throw Self.away
        }
    }

    func label(_ number: String, _ size: LabelSize, timeout: Duration) async throws(CarrierError) -> [UInt8] {
        let count = calls.withLock { calls in
            calls.append("\(number) \(size.rawValue)")
            return calls.count
        }
        switch behaviour {
        case .price: return Array("%PDF \(number) \(size.rawValue) \(count)".utf8)
        case .refused, .away: throw Self.away
        case .silent:
            try? await Task.sleep(for: .seconds(600))
            throw Self.away
        }
    }
}
