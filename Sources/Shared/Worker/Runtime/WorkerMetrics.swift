import Contracts
import CoreMetrics

/// The runtime's own measurements.
struct WorkerMetrics: Sendable {
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
}
