import Contracts
import CurlHTTP
import FoundationEssentials
import Logging
import Synchronization

/// Sends LiqPay's signed callbacks: form posts that are repeated until the shop answers 200.
final class LiqPayCallbacks: Sendable {
    private struct Record {
        let number: Int64
        let orderID: String
        let status: String
        let url: String
        var attempts = 0
        var state = "pending"
        var lastAnswer = ""
    }

    private struct State {
        var records: [Int64: Record] = [:]
        var count: Int64 = 0
        var last: [String: LiqPayPayment] = [:]
    }

    private static let limit: Int64 = 100_000

    private let http: any HTTPSending
    private let publicKey: String
    private let signature: LiqPaySignature
    private let pauses: [Duration]
    private let faults: FaultBoard
    private let logger: Logger
    private let state = Mutex(State())

    init(http: any HTTPSending, settings: SandboxSettings, faults: FaultBoard, logger: Logger) {
        self.http = http
        publicKey = settings.liqPayPublicKey
        signature = LiqPaySignature(privateKey: settings.liqPayPrivateKey)
        pauses = settings.callbackPauses
        self.faults = faults
        self.logger = logger
    }

    /// Tells the shop about a payment as it is now. Returns at once. A payment without `server_url` is told to nobody.
    func send(_ payment: LiqPayPayment) {
        guard let url = payment.order.serverURL else { return }
        let strike = faults.strike(.liqpay, "callback")
        let body = form(payment)
        for _ in 0..<(strike?.copies ?? 1) {
            let number = open(payment, url)
            if strike?.failure != nil {
                settle(number, "lost", "a fault is set for callbacks")
                continue
            }
            Task {
                if let delay = strike?.delay, delay > .zero { try await Task.sleep(for: delay) }
                try await deliver(number, url, body)
            }
        }
    }

    /// Sends the last callback of an order again.
    ///
    /// - Returns: False when there was none.
    func repeatLast(_ orderID: String) -> Bool {
        guard let payment = state.withLock({ $0.last[orderID] }) else { return false }
        send(payment)
        return true
    }

    /// The form body: `data` and `signature`, percent-encoded.
    func form(_ payment: LiqPayPayment) -> [UInt8] {
        let json = JSONWriter.object(capacity: 1024) { payment.write(to: &$0, publicKey: publicKey) }
        let data = Data(json).base64EncodedString()
        let fields: FormFields = [
            "data": data, "signature": signature.sign(data, version: payment.order.version),
        ]
        return Array(fields.encoded.utf8)
    }

    private func deliver(_ number: Int64, _ url: String, _ body: [UInt8]) async throws {
        let headers: HTTPHeaders = ["Content-Type": "application/x-www-form-urlencoded"]
        for pause in pauses + [nil] as [Duration?] {
            let outcome: String
            do {
                let answer = try await http.send(
                    HTTPRequest(.post, url, headers: headers, body: body, timeout: .seconds(15)))
                if answer.status == 200 { return settle(number, "delivered", "HTTP 200", attempt: true) }
                outcome = "HTTP \(answer.status)"
            } catch {
                outcome = error.description
            }
            guard let pause else {
                logger.warning("callback given up", metadata: ["url": "\(url)", "answer": "\(outcome)"])
                return settle(number, "given_up", outcome, attempt: true)
            }
            settle(number, "pending", outcome, attempt: true)
            try await Task.sleep(for: pause)
        }
    }

    private func open(_ payment: LiqPayPayment, _ url: String) -> Int64 {
        state.withLock { state in
            state.count += 1
            state.last[payment.order.orderID] = payment
            state.records[state.count] = Record(
                number: state.count, orderID: payment.order.orderID, status: payment.status.rawValue, url: url)
            state.records[state.count - Self.limit] = nil
            return state.count
        }
    }

    private func settle(_ number: Int64, _ outcome: String, _ answer: String, attempt: Bool = false) {
        state.withLock { state in
            state.records[number]?.state = outcome
            state.records[number]?.lastAnswer = answer
            if attempt { state.records[number]?.attempts += 1 }
        }
    }

    /// One entry a callback, in the order they were due: `state` is `pending`, `delivered`, `given_up` or `lost`.
    var json: JSON {
        let records = state.withLock { $0.records.values.sorted { $0.number < $1.number } }
        return .array(
            records.map {
                .members([
                    "n": .int($0.number), "order_id": .string($0.orderID), "status": .string($0.status),
                    "url": .string($0.url), "attempts": .int($0.attempts), "state": .string($0.state),
                    "last_answer": .string($0.lastAnswer),
                ])
            })
    }

    func reset() {
        state.withLock {
            $0.records = [:]
            $0.last = [:]
        }
    }
}
