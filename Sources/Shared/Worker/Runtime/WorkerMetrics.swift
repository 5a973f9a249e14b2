import Contracts
import CoreMetrics
import Service

/// The runtime's own measurements.
final class WorkerMetrics {
    /// From the request to the commit of its outcome, by command.
    private var processingTimes: [String: CoreMetrics.Timer] = [:]
    let batchSize: Recorder
    let batchTime: CoreMetrics.Timer
    let queueWait: CoreMetrics.Timer
    let messages: Counter
    let statements: Counter
    let retries: Counter
    let parked: Counter
    let repeats: Counter
    let outboxAge: Gauge

    init(worker: String) {
        let labels = [("worker", worker)]
        batchSize = Recorder(label: "oms_batch_size", dimensions: labels, aggregate: true)
        batchTime = CoreMetrics.Timer(label: "oms_batch_seconds", dimensions: labels)
        queueWait = CoreMetrics.Timer(label: "oms_queue_wait_seconds", dimensions: labels)
        messages = Counter(label: "oms_messages_total", dimensions: labels)
        statements = Counter(label: "oms_sql_statements_total", dimensions: labels)
        retries = Counter(label: "oms_retries_total", dimensions: labels)
        parked = Counter(label: "oms_parked_total", dimensions: labels)
        repeats = Counter(label: "oms_redelivered_total", dimensions: labels)
        outboxAge = Gauge(label: "oms_outbox_age_seconds", dimensions: labels)
    }

    static func describe(in registry: PrometheusRegistry) {
        registry.describe(
            "oms_processing_time", "From a request to the commit of its outcome, in seconds, by command.")
        registry.describe(
            "oms_batch_size", "Messages decided in one transaction.", buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
        registry.describe("oms_batch_seconds", "Time to decide and commit one batch.")
        registry.describe("oms_queue_wait_seconds", "Age of the oldest message of a batch when it was committed.")
        registry.describe("oms_messages_total", "Messages decided.")
        registry.describe("oms_sql_statements_total", "SQL statements sent for batches.")
        registry.describe("oms_retries_total", "Messages sent to the retry ladder.")
        registry.describe("oms_parked_total", "Messages that failed for good.")
        registry.describe("oms_redelivered_total", "Messages that the broker delivered again.")
        registry.describe("oms_outbox_age_seconds", "Age of the oldest batch that the broker has not confirmed.")
    }

    func measure(_ command: Message) {
        let timer =
            processingTimes[command.type]
            ?? CoreMetrics.Timer(label: "oms_processing_time", dimensions: [("command", command.type)])
        processingTimes[command.type] = timer
        timer.recordNanoseconds(Timestamp.now.since(command.sentAt).wholeNanoseconds)
    }
}
