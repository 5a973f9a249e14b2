/// A problem as an error, for `Result` and typed throws: what was asked for is answered with it.
public struct Refusal: Error, Sendable, Equatable {
    public let problem: Problem

    public init(_ problem: Problem) { self.problem = problem }
}
