import FoundationEssentials
import Logging

/// Turns log events into lines: JSON objects with `ts`, `level`, `service`, `logger`, `message`, `metadata`, or text.
///
/// Either way one event is one line: line ends and control characters within it are escaped.
public struct LineLogHandler: LogHandler {
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?

    private let service: String
    private let label: String
    private let format: ProcessSettings.LogFormat
    private let sink: LogSink

    public init(
        service: String, label: String, level: Logger.Level, format: ProcessSettings.LogFormat, sink: LogSink,
        metadataProvider: Logger.MetadataProvider? = nil
    ) {
        self.service = service
        self.label = label
        self.logLevel = level
        self.format = format
        self.sink = sink
        self.metadataProvider = metadataProvider
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error { all["error"] = "\(error)" }
        sink.write(line(event.level, "\(event.message)", all, at: Date()))
    }

    func line(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata, at time: Date) -> [UInt8] {
        let stamp = time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        var bytes: [UInt8] = []
        switch format {
        case .json:
            bytes += "{\"ts\":\"\(stamp)\",\"level\":\"\(level.rawValue)\",\"service\":".utf8
            JSONText.append(service, to: &bytes)
            bytes += ",\"logger\":".utf8
            JSONText.append(label, to: &bytes)
            bytes += ",\"message\":".utf8
            JSONText.append(message, to: &bytes)
            if !metadata.isEmpty {
                bytes += ",\"metadata\":".utf8
                append(.dictionary(metadata), to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        case .text:
            bytes += "\(stamp) \(level.rawValue.uppercased()) \(service) \(label): ".utf8
            JSONText.appendEscaped(message, to: &bytes)
            for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
                bytes += " ".utf8
                JSONText.appendEscaped(key, to: &bytes)
                bytes += "=".utf8
                append(value, to: &bytes)
            }
        }
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private func append(_ value: Logger.Metadata.Value, to bytes: inout [UInt8]) {
        switch value {
        case .string(let text): JSONText.append(text, to: &bytes)
        case .stringConvertible(let value): JSONText.append("\(value)", to: &bytes)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                append(value, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .dictionary(let fields):
            bytes.append(UInt8(ascii: "{"))
            for (index, field) in fields.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONText.append(field.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                append(field.value, to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }
}
