import Contracts
import Hummingbird
import ServiceLifecycle
import Synchronization

/// The faults that are set at the moment, and how often each has struck: a test counts only if its fault was felt.
final class FaultBoard: Sendable {
    /// What a fault does to one call.
    struct Strike: Sendable {
        let delay: Duration
        let copies: Int
        /// Nil when the call is only delayed.
        let failure: Failure?
        /// Of the faults that it belongs to; another one means that they were changed.
        let generation: Int
    }

    struct Failure: Sendable {
        let status: Int
        let isAfterWork: Bool
        let hangs: Bool
    }

    private struct Active {
        var fault: Fault
        var touched = 0
        var failed = 0
        var debt = 0.0

        var isUsedUp: Bool { fault.times.map { touched >= $0 } ?? false }
    }

    private struct State {
        var active: [OutsideService: [Active]] = [:]
        /// Changes with every change of the faults, so that hanging calls see that they may go on.
        var generation = 0
    }

    private let state = Mutex(State())

    /// Sets a fault; one for the same operation is replaced.
    func set(_ fault: Fault, for service: OutsideService) {
        state.withLock {
            $0.generation += 1
            $0.active[service, default: []].removeAll { $0.fault.operation == fault.operation }
            $0.active[service, default: []].append(Active(fault: fault))
        }
    }

    func clear(_ service: OutsideService? = nil) {
        state.withLock {
            $0.generation += 1
            if let service { $0.active[service] = nil } else { $0.active = [:] }
        }
    }

    /// The fault that meets this call, if any. Counts it.
    func strike(_ service: OutsideService, _ operation: String) -> Strike? {
        state.withLock { state in
            guard
                let index = state.active[service]?.firstIndex(where: {
                    ($0.fault.operation == nil || $0.fault.operation == operation) && !$0.isUsedUp
                }), var active = state.active[service]?[index]
            else { return nil }
            active.touched += 1
            active.debt += active.fault.errorRate
            let fails = active.debt >= 1
            if fails {
                active.debt -= 1
                active.failed += 1
            }
            state.active[service]?[index] = active
            let fault = active.fault
            return Strike(
                delay: fault.delay, copies: fault.copies,
                failure: fails
                    ? Failure(status: fault.status, isAfterWork: fault.isAfterWork, hangs: fault.hangs) : nil,
                generation: state.generation)
        }
    }

    /// Does the work of one call as the faults allow.
    func around(
        _ service: OutsideService, _ operation: String, _ work: () async throws -> Response
    ) async throws -> Response {
        guard let strike = strike(service, operation) else { return try await work() }
        if strike.delay > .zero { try await Task.sleep(for: strike.delay) }
        guard let failure = strike.failure else { return try await work() }
        if failure.isAfterWork { _ = try await work() }
        if failure.hangs { try await hang(since: strike.generation) }
        return .failure(.init(code: failure.status), "injected_fault", "a fault is set for \(service.rawValue)")
    }

    /// Waits until the faults are changed, the process ends or ten minutes are over.
    private func hang(since generation: Int) async throws {
        for _ in 0..<12_000 where state.withLock({ $0.generation }) == generation && !Task.isShuttingDownGracefully {
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// All faults with their counts, for the control API.
    var json: JSON {
        state.withLock { state in
            .object(
                OutsideService.allCases.map { service in
                    JSON.Member(
                        service.rawValue,
                        .array(
                            (state.active[service] ?? []).map {
                                .members([
                                    "fault": $0.fault.json, "touched": .int($0.touched), "failed": .int($0.failed),
                                    "used_up": .bool($0.isUsedUp),
                                ])
                            }))
                })
        }
    }
}
