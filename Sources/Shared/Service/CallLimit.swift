import Contracts

/// Until when the running task may call the outside: whoever took the work over then may be making the same call.
public enum CallLimit {
    /// No request may be under way after it; nil: whenever it likes.
    @TaskLocal public static var end: Timestamp?
}
