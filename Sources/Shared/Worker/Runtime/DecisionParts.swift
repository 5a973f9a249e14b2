import Logging

/// What the decisions of a worker work with, beside its handler.
struct DecisionParts {
    let definition: WorkerDefinition
    let connections: WorkerConnections
    let mailbox: Mailbox
    let outbound: Outbound
    let executor: EffectExecutor?
    let health: WorkerHealth
    let metrics: WorkerMetrics
    let logger: Logger
}
