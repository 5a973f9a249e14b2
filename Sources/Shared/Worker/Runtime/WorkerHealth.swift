/// Tells the readiness of a worker's connections.
public struct WorkerHealth: Sendable {
    private let report: @Sendable (_ component: String, _ isAvailable: Bool) -> Void

    public init(_ report: @escaping @Sendable (_ component: String, _ isAvailable: Bool) -> Void) {
        self.report = report
    }

    func broker(isAvailable: Bool) { report("broker", isAvailable) }
    func database(isAvailable: Bool) { report("database", isAvailable) }
}
