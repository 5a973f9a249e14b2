import CCurl

/// The client's thread: owns the multi handle and all transfers on it. Nothing here is touched by another thread.
final class TransferLoop {
    private let multi: UnsafeMutableRawPointer
    private let caFile: String?
    private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]
    /// No transfer is due before this; may be too early, never too late.
    private var nextDeadline: ContinuousClock.Instant?

    init(multi: UnsafeMutableRawPointer, caFile: String?) {
        self.multi = multi
        self.caFile = caFile
    }

    func run(_ takeMail: () -> TransferEngine.Mail) {
        while true {
            let mail = takeMail()
            for (job, completion) in mail.submitted { start(job, completion) }
            for job in mail.cancelled { cancel(job) }
            if mail.isStopping { break }
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            finishDone()
            finishLate()
            curl_multi_poll(multi, nil, 0, longestWait, nil)
        }
        for transfer in Array(transfers.values) {
            finish(transfer, .failure(transfer.error(.cancelled, "the client is shut down")))
        }
        curl_multi_cleanup(multi)
    }

    private func start(_ job: TransferJob, _ completion: @escaping TransferEngine.Completion) {
        guard !job.isCancelled else {
            completion(.failure(HTTPClientError(.cancelled, wasSent: false, "\(job.request): cancelled")))
            return
        }
        do throws(HTTPClientError) {
            let transfer = try Transfer(job, caFile: caFile, completion)
            guard curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
                throw transfer.error(.setup, "libcurl refuses the transfer")
            }
            transfers[transfer.easy] = transfer
            nextDeadline = min(nextDeadline ?? job.deadline, job.deadline)
        } catch {
            completion(.failure(error))
        }
    }

    private func cancel(_ job: TransferJob) {
        guard let transfer = transfers.values.first(where: { $0.job === job }) else { return }
        finish(transfer, .failure(transfer.error(.cancelled, "cancelled")))
    }

    private func finishDone() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let transfer = transfers[message.pointee.easy_handle] else {
                continue
            }
            finish(transfer, transfer.outcome(of: message.pointee.data.result))
        }
    }

    /// Ends what is past its time. libcurl's own limit does not count the wait for a free connection; this one does.
    private func finishLate() {
        let now = ContinuousClock.now
        guard let nextDeadline, nextDeadline <= now else { return }
        for transfer in Array(transfers.values) where transfer.job.deadline <= now {
            finish(transfer, .failure(transfer.error(.timeout, "no whole answer in \(transfer.job.request.timeout)")))
        }
        self.nextDeadline = transfers.values.lazy.map(\.job.deadline).min()
    }

    private func finish(_ transfer: Transfer, _ outcome: Result<HTTPResponse, HTTPClientError>) {
        curl_multi_remove_handle(multi, transfer.easy)
        transfers[transfer.easy] = nil
        transfer.completion(outcome)
    }

    private var longestWait: Int32 {
        guard let nextDeadline else { return 60_000 }
        return Int32(min(60_000, (nextDeadline - .now).wholeMilliseconds))
    }
}
