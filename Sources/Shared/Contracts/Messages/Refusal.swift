/// A problem as an error, for `Result` and typed throws: what was asked for is answered with it.
package struct Refusal: Error, Sendable, Equatable {
    package let problem: Problem

    package init(_ problem: Problem) { self.problem = problem }
}
