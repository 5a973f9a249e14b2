import Contracts
import Logging

/// Where a piece of work belongs, as a W3C `traceparent` says it (https://www.w3.org/TR/trace-context/, level 1).
///
/// Spans go to the log at debug level; while `current` is set its ids are part of every line logged.
public struct TraceContext: Sendable, Hashable, CustomStringConvertible {
    private let traceHigh: UInt64
    private let traceLow: UInt64
    private let span: UInt64
    public let isSampled: Bool

    /// The context of the running task.
    @TaskLocal public static var current: TraceContext?

    /// Gives the ids of `current` to each log line.
    public static let logMetadata = Logger.MetadataProvider {
        guard let current = TraceContext.current else { return [:] }
        return ["trace_id": "\(current.traceID)", "span_id": "\(current.spanID)"]
    }

    private init(_ traceHigh: UInt64, _ traceLow: UInt64, _ span: UInt64, isSampled: Bool) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.span = span
        self.isSampled = isSampled
    }

    /// Begins a new trace.
    public static func root() -> TraceContext {
        TraceContext(random(), random(), random(), isSampled: true)
    }

    /// Reads a header value. Nil if it is not valid: the specification says to begin a new trace then.
    public init?(traceparent: some StringProtocol) {
        let bytes = Array(traceparent.utf8)
        guard bytes.count >= 55, bytes[2] == 0x2D, bytes[35] == 0x2D, bytes[52] == 0x2D,
            let version = Self.hex(bytes[0..<2]), version != 0xFF,
            bytes.count == 55 || version > 0 && bytes[55] == 0x2D,
            let high = Self.hex(bytes[3..<19]), let low = Self.hex(bytes[19..<35]), high | low != 0,
            let span = Self.hex(bytes[36..<52]), span != 0, let flags = Self.hex(bytes[53..<55])
        else { return nil }
        self.init(high, low, span, isSampled: flags & 1 == 1)
    }

    /// The same trace, a new span: for work this process does or asks for.
    public func child() -> TraceContext {
        TraceContext(traceHigh, traceLow, Self.random(), isSampled: isSampled)
    }

    /// Never 0, which is no valid id.
    private static func random() -> UInt64 {
        var words = RandomWords()
        return .random(in: 1 ... .max, using: &words)
    }

    /// 32 hex digits.
    public var traceID: String { Self.text(traceHigh) + Self.text(traceLow) }
    /// 16 hex digits.
    public var spanID: String { Self.text(span) }
    /// The header value.
    public var traceparent: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }
    public var description: String { traceparent }

    private static func text(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// Lower-case digits only, as the specification asks for.
    private static func hex(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case 0x30...0x39: value = value << 4 | UInt64(digit - 0x30)
            case 0x61...0x66: value = value << 4 | UInt64(digit - 0x61 + 10)
            default: return nil
            }
        }
        return value
    }
}
