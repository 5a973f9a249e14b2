import Logging

/// What every process of the fleet can be told.
public struct ProcessSettings: SettingsGroup {
    public enum LogFormat: String, Sendable, CaseIterable {
        case json
        case text
    }

    public let logLevel: Logger.Level
    public let logFormat: LogFormat
    public let adminHost: String
    public let adminPort: Int
    public let shutdownGrace: Duration

    public init(from reader: SettingsReader) {
        logLevel = reader.value("LOG_LEVEL", .word(or: .info), default: "info", "Least severe log lines to write")
        logFormat = reader.value(
            "LOG_FORMAT", .word(or: .json), default: "json", "One JSON object a line, or text for people")
        adminHost = reader.value(
            "ADMIN_HOST", .text(), default: "127.0.0.1", "Address that health and metrics are served at")
        adminPort = reader.value(
            "ADMIN_PORT", .integer(1...65535), default: "\(reader.adminPort)",
            "Port that health and metrics are served at")
        shutdownGrace = reader.value(
            "SHUTDOWN_GRACE_SECONDS", .seconds(1...3600), default: "25",
            "Longest time from SIGTERM to the end; what is unfinished then is cut off")
    }
}

extension SettingsReader {
    /// `DATABASE_URL`, or the worker's own `<PREFIX>_DATABASE_URL`, which wins.
    public func databaseURL() -> Redacted<String> {
        secret(
            "DATABASE_URL", .url("postgres", "postgresql"), shared: true, "PostgreSQL, with user, password and database"
        )
    }

    /// `RABBITMQ_URL`, or the process's own `<PREFIX>_RABBITMQ_URL`, which wins.
    public func rabbitmqURL() -> Redacted<String> {
        secret("RABBITMQ_URL", .url("amqp", "amqps"), shared: true, "RabbitMQ, with user, password and virtual host")
    }
}
