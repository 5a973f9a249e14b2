/// A value that must not reach a log, an error text or a debugger's dump: every text form of it is `[redacted]`.
package struct Redacted<Value: Sendable>: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The value itself; name it only where it is used.
    package let revealed: Value

    package init(_ value: Value) {
        revealed = value
    }

    package var description: String { "[redacted]" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
