import FoundationEssentials
import Logging

/// The process's log: one sink on standard error behind every `Logger`.
enum Logs {
    /// Sets swift-log up. Call it once, before the first `Logger` is made.
    static func start(service: String, settings: ProcessSettings) -> LogSink {
        let sink = LogSink(notice: { dropped in
            let silent = LogSink(descriptor: -1)
            return LineLogHandler(
                service: service, label: "log", level: .warning, format: settings.logFormat, sink: silent
            ).line(.warning, "log lines were dropped: the reader is too slow", ["dropped": "\(dropped)"], at: .now)
        })
        LoggingSystem.bootstrap(
            { label, provider in
                LineLogHandler(
                    service: service, label: label, level: settings.logLevel, format: settings.logFormat, sink: sink,
                    metadataProvider: provider)
            }, metadataProvider: TraceContext.logMetadata)
        return sink
    }
}
