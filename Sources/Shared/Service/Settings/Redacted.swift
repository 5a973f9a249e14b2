/// A value that must not reach a log, an error text or a debugger's dump: every text form of it is `[redacted]`.
public struct Redacted<Value: Sendable>: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The value itself; name it only where it is used.
    public let revealed: Value

    public init(_ value: Value) {
        revealed = value
    }

    public var description: String { "[redacted]" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
