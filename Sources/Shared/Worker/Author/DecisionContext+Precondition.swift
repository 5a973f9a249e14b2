import Contracts

extension DecisionContext {
    /// The refusal when `If-Match` names another version; nil when it fits or is absent.
    public func versionMismatch(_ what: String, _ version: Int64) -> Problem? {
        guard let expected = message.parameters["if-match"], !ETagList(expected).contains("\"\(version)\"") else {
            return nil
        }
        return Problem(.versionMismatch, "The \(what) is at version \(version).", current: String(version))
    }
}
