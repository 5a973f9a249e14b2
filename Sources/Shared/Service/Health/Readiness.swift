import Logging
import Synchronization

/// What the process needs to do its work, and whether it has it. Components tell it; health endpoints read it.
public final class Readiness: Sendable {
    public enum State: Sendable, Equatable {
        case ok
        /// The reason goes to the log only, when the state changes.
        case unavailable(String)
    }

    /// What it means when a component is away.
    public enum Importance: Sendable {
        /// The process cannot take work: `unavailable`, 503.
        case required
        /// It can take some: `degraded`, 200.
        case helpful
    }

    private struct Check {
        let importance: Importance
        var state: State
    }

    private struct Checks {
        var byName: [String: Check] = [:]
        var isStopping = false
    }

    private let checks = Mutex(Checks())
    private let logger: Logger

    public init(logger: Logger = Logger(label: "readiness")) {
        self.logger = logger
    }

    /// Adds a component, not available until it says so. A second call with the same name changes nothing.
    public func register(_ name: String, _ importance: Importance = .required) {
        checks.withLock {
            if $0.byName[name] == nil {
                $0.byName[name] = Check(importance: importance, state: .unavailable("starting"))
            }
        }
    }

    /// Says how a component is; one not registered counts as required.
    public func set(_ name: String, _ state: State) {
        let before = checks.withLock {
            let check = $0.byName[name]
            $0.byName[name] = Check(importance: check?.importance ?? .required, state: state)
            return check?.state
        }
        guard before != state else { return }
        switch state {
        case .ok: logger.info("dependency is available", metadata: ["dependency": "\(name)"])
        case .unavailable(let reason):
            logger.warning("dependency is away", metadata: ["dependency": "\(name)", "reason": "\(reason)"])
        }
    }

    /// From now on the process is not ready, whatever its components say.
    public func stop() {
        checks.withLock { $0.isStopping = true }
    }

    public var report: HealthReport {
        checks.withLock { checks in
            let away = checks.byName.values.filter { $0.state != .ok }
            let status: HealthReport.Status =
                if checks.isStopping || away.contains(where: { $0.importance == .required }) {
                    .unavailable
                } else {
                    away.isEmpty ? .ok : .degraded
                }
            return HealthReport(status: status, checks: checks.byName.mapValues { $0.state == .ok })
        }
    }
}
