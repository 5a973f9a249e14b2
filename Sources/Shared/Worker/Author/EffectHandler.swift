/// Makes the calls to providers that decisions asked for. Runs outside any transaction.
public protocol EffectHandler: Sendable {
    /// How many effects of a kind may be handed over in one call; 1 for most.
    func batchLimit(kind: String) -> Int

    /// Makes the calls. Each effect was leased and committed as being sent before; after a crash the same effect comes
    /// again with the same id and a higher attempt: ask the provider what became of the first before repeating what
    /// could move money twice.
    ///
    /// - Returns: One outcome for each effect, in order.
    func perform(_ effects: [Effect]) async -> [EffectOutcome]
}

public enum EffectOutcome: Sendable, Equatable {
    /// The result, as JSON, to be decided on. An unknown outcome is a result too.
    case done([UInt8])
    /// Certainly nothing happened at the provider: the same effect again later.
    case retry(after: Duration, reason: String)
}
