package import Bus

/// What makes one worker: its name, what it consumes, and the parts its author wrote.
package struct WorkerDefinition<H: Handler>: Sendable {
    package let name: WorkerName
    /// Types bound from `oms.commands`.
    package var commands: [String]
    /// Patterns bound from `oms.events`: events of outside services.
    package var publicEvents: [String] = []
    package var handler: H
    package var effects: (any EffectHandler)?
    package var queries: (any QueryHandler)?
    package var inquiries: (any InquiryHandler)?
    /// Of a handler that puts messages aside.
    package var recall: Recall?
    /// Tenant of outside messages that name none.
    package var defaultTenant = "default"

    package init(
        _ name: WorkerName, commands: [String], publicEvents: [String] = [], handler: H,
        effects: (any EffectHandler)? = nil, queries: (any QueryHandler)? = nil,
        inquiries: (any InquiryHandler)? = nil, recall: Recall? = nil
    ) {
        self.name = name
        self.commands = commands
        self.publicEvents = publicEvents
        self.handler = handler
        self.effects = effects
        self.queries = queries
        self.inquiries = inquiries
        self.recall = recall
    }

    /// Everything bound from `oms.queries`.
    var queryTypes: [String] { (queries?.types ?? []) + (inquiries?.types ?? []) + [OperationQuery.type] }
}
