import Bus

/// What makes one worker: its name, what it consumes, and the parts its author wrote.
public struct WorkerDefinition: Sendable {
    public let name: WorkerName
    /// Types bound from `oms.commands`.
    public var commands: [String]
    /// Patterns bound from `oms.events`: events of outside services.
    public var publicEvents: [String] = []
    public var effects: (any EffectHandler)?
    public var queries: (any QueryHandler)?
    public var inquiries: (any InquiryHandler)?
    /// Of a handler that puts messages aside.
    public var recall: Recall?
    /// Tenant of outside messages that name none.
    public var defaultTenant = "default"

    /// Runs the decisions on the calling thread until it is drained. It is made where the handler's type is known, so that the
    /// compiler makes the whole loop for that type (docs/decisions/0048).
    let decide: @Sendable (DecisionParts) -> Void

    public init(
        _ name: WorkerName, commands: [String], publicEvents: [String] = [], handler: some Handler,
        effects: (any EffectHandler)? = nil, queries: (any QueryHandler)? = nil,
        inquiries: (any InquiryHandler)? = nil, recall: Recall? = nil
    ) {
        self.name = name
        self.commands = commands
        self.publicEvents = publicEvents
        decide = { DecisionLoop(handler, $0).run() }
        self.effects = effects
        self.queries = queries
        self.inquiries = inquiries
        self.recall = recall
    }

    /// Everything bound from `oms.queries`.
    var queryTypes: [String] { (queries?.types ?? []) + (inquiries?.types ?? []) + [OperationQuery.type] }
}
