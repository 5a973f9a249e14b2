import Synchronization

/// Which operations have answered with which status, and what was wrong with the answers.
public final class ContractLog: Sendable {
    /// An operation and one of its documented statuses.
    public struct Case: Hashable, Sendable, Comparable, CustomStringConvertible {
        public let operation: String
        public let status: Int

        public init(_ operation: String, _ status: Int) {
            self.operation = operation
            self.status = status
        }

        public var description: String { "\(operation) \(status)" }

        public static func < (left: Case, right: Case) -> Bool {
            (left.operation, left.status) < (right.operation, right.status)
        }
    }

    private struct Contents {
        var seen: Set<Case> = []
        var faults: [String] = []
    }

    private let contents = Mutex(Contents())
    private let document: APIDocument

    public init(_ document: APIDocument) { self.document = document }

    public var seen: Set<Case> { contents.withLock { $0.seen } }
    public var faults: [String] { contents.withLock { $0.faults } }

    /// Compares an answer with the contract and remembers both.
    public func note(_ answer: FleetClient.Answer, of operation: APIOperation) throws {
        let faults = try AnswerChecker(document).faults(in: answer, of: operation)
        contents.withLock { contents in
            contents.seen.insert(Case(operation.id, answer.status))
            contents.faults += faults.map { "\(operation) \(answer.status) \($0) in \(answer.text.prefix(300))" }
        }
    }
}
