import CCurl
import Glibc
import Synchronization

/// The door to the client's thread: jobs go in from any thread, outcomes come back through each job's closure.
final class TransferEngine: Sendable {
    typealias Completion = @Sendable (Result<HTTPResponse, HTTPClientError>) -> Void

    /// What other threads have asked for since the client's thread looked last.
    struct Mail {
        var submitted: [(job: TransferJob, completion: Completion)] = []
        var cancelled: [TransferJob] = []
        var isStopping = false
    }

    private struct Multi: @unchecked Sendable {
        let raw: UnsafeMutableRawPointer
    }

    private let options: HTTPClient.Options
    private let multi: Multi
    private let mail = Mutex(Mail())

    private static let isReady = curlhttp_global_init() == CURLE_OK

    init(_ options: HTTPClient.Options) throws(HTTPClientError) {
        if let file = options.caFile, access(file, R_OK) != 0 {
            throw HTTPClientError(.setup, wasSent: false, "the CA file \(file) cannot be read")
        }
        guard Self.isReady, let raw = curl_multi_init() else {
            throw HTTPClientError(.setup, wasSent: false, "libcurl cannot be initialised")
        }
        self.options = options
        multi = Multi(raw: raw)
        _ = curlhttp_multi_set_long(raw, CURLMOPT_MAX_HOST_CONNECTIONS, options.connectionsPerHost)
        _ = curlhttp_multi_set_long(raw, CURLMOPT_MAX_TOTAL_CONNECTIONS, options.connections)
        _ = curlhttp_multi_set_long(raw, CURLMOPT_MAXCONNECTS, options.connections)
    }

    func start() throws(HTTPClientError) {
        let started = DetachedThread.start {
            TransferLoop(multi: self.multi.raw, caFile: self.options.caFile).run(self.takeMail)
        }
        guard started else {
            curl_multi_cleanup(multi.raw)
            throw HTTPClientError(.setup, wasSent: false, "no thread left")
        }
    }

    /// `completion` is called once, on the client's thread or, after `stop`, on the caller's.
    func submit(_ job: TransferJob, _ completion: @escaping Completion) {
        let accepted = post { $0.submitted.append((job, completion)) }
        if !accepted {
            completion(.failure(HTTPClientError(.cancelled, wasSent: false, "\(job.request): the client is shut down")))
        }
    }

    func cancel(_ job: TransferJob) {
        job.markCancelled()
        _ = post { $0.cancelled.append(job) }
    }

    func stop() {
        _ = post { $0.isStopping = true }
    }

    /// False once stopping. The wake-up is within the lock: the thread frees the handle only after it took the last mail.
    private func post(_ change: (inout Mail) -> Void) -> Bool {
        mail.withLock {
            guard !$0.isStopping else { return false }
            change(&$0)
            curl_multi_wakeup(multi.raw)
            return true
        }
    }

    private func takeMail() -> Mail {
        mail.withLock {
            let taken = $0
            $0.submitted = []
            $0.cancelled = []
            return taken
        }
    }
}
