import CLibPQ
import Logging

/// Where libpq puts the server's warnings; by default it prints them to standard error.
final class NoticeSink {
    private let logger: Logger
    private var fatal: String?

    init(logger: Logger) {
        self.logger = logger
    }

    /// The sink must live as long as the connection.
    func attach(to handle: OpaquePointer) {
        let receive: PQnoticeReceiver = { context, result in
            guard let context, let result else { return }
            Unmanaged<NoticeSink>.fromOpaque(context).takeUnretainedValue().receive(result)
        }
        PQsetNoticeReceiver(handle, receive, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Why the server ended an idle connection, if it said so: it arrives as a notice because nothing was asked.
    func takeFatal() -> String? {
        defer { fatal = nil }
        return fatal
    }

    private func receive(_ result: OpaquePointer) {
        let (report, message) = PostgresError.Report.read(result)
        if report.severity == "FATAL" || report.severity == "PANIC" {
            fatal = "\(report.sqlState): \(message)"
        } else {
            logger.warning("PostgreSQL \(report.severity) \(report.sqlState): \(message)")
        }
    }
}
