import Foundation

/// The broker that tests share which do it no harm: they use names of their own and leave it running.
public actor SharedBroker {
    private static let instance = SharedBroker()
    private var starting: Task<String, any Error>?

    /// Of the broker named by `OMS_TEST_RABBITMQ_URL`, or else of a private one that is started at the first call and ends with
    /// the process.
    public static func url() async throws -> String { try await instance.url() }

    private func url() async throws -> String {
        if let given = ProcessInfo.processInfo.environment["OMS_TEST_RABBITMQ_URL"], !given.isEmpty { return given }
        let task =
            starting
            ?? Task {
                let broker = try PrivateBroker()
                try await broker.start()
                return broker.url
            }
        starting = task
        return try await task.value
    }
}
