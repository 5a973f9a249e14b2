import Contracts
import Synchronization

/// The payments of one shop at LiqPay, and the books about them. Every change of a payment's status is handed to
/// `report`, which sends the callback.
final class LiqPayBank: Sendable {
    /// What a refund comes to.
    struct Refund: Sendable {
        let payment: LiqPayPayment
        /// The shop's balance is short: the money will be taken from later receipts.
        let waits: Bool
    }

    private struct State {
        var payments: [String: LiqPayPayment] = [:]
        var orderIDs: [String: String] = [:]
        var nextNumber: Int64 = 2_400_000_001
        var books = LiqPayBooks()
        var isShortOfMoney = false
    }

    private let state = Mutex(State())
    private let clock: SandboxClock
    private let report: @Sendable (LiqPayPayment) -> Void

    init(clock: SandboxClock, report: @escaping @Sendable (LiqPayPayment) -> Void) {
        self.clock = clock
        self.report = report
    }

    // MARK: The page

    /// Opens the page of an order.
    ///
    /// The same order may be opened again while nothing was paid, after a failure too.
    /// - Throws: ``LiqPayFault``: the order number is used up, or was opened with another amount.
    func open(_ order: LiqPayOrder) throws(LiqPayFault) -> LiqPayPayment {
        let now = clock.now()
        return try state.withLock { state throws(LiqPayFault) in
            guard var payment = state.payments[order.orderID] else {
                let payment = LiqPayPayment(
                    number: state.nextNumber, token: Identifier.new(at: now).description, order: order, at: now)
                state.nextNumber += 1
                state.payments[order.orderID] = payment
                state.orderIDs[payment.token] = order.orderID
                return payment
            }
            guard !payment.status.hasMoney, payment.order.amount == order.amount, payment.order.action == order.action
            else { throw .duplicate }
            payment.order = order
            if payment.status == .failure, !Self.isExpired(payment, now) {
                payment.status = .prepared
                payment.fault = nil
            }
            state.payments[order.orderID] = payment
            return payment
        }
    }

    func payment(token: String) -> LiqPayPayment? {
        state.withLock { state in state.orderIDs[token].flatMap { state.payments[$0] } }
    }

    /// Whether the time to pay is over.
    func isExpired(_ payment: LiqPayPayment) -> Bool { Self.isExpired(payment, clock.now()) }

    private static func isExpired(_ payment: LiqPayPayment, _ now: Timestamp) -> Bool {
        payment.order.expiresAt.map { $0 <= now } ?? false
    }

    /// The customer sends a card.
    ///
    /// - Returns: The payment after it: paid, held, failed, or waiting for a confirmation.
    /// - Throws: ``LiqPayFault``: unknown page, paid already, or too late.
    func pay(token: String, card: LiqPayTestCard) throws(LiqPayFault) -> LiqPayPayment {
        try change(token: token) { payment, books, now in
            payment.card = card
            payment.fault = nil
            switch card {
            case .success: Self.take(&payment, &books, now)
            case .secure3D: payment.status = .verify3DS
            case .oneTimePassword: payment.status = .verifyOTP
            case .checkCode: payment.status = .verifyCVV
            case .declinedByLimit:
                Self.decline(&payment, &books, now, .failure, LiqPayFault("limit", "Перевищено ліміт"))
            case .declinedByBank:
                Self.decline(&payment, &books, now, .tryAgain, LiqPayFault("9859", "Банк відхилив платіж"))
            }
        }
    }

    /// The customer answers the 3-D Secure, OTP or CVV question.
    func confirm(token: String, accepted: Bool) throws(LiqPayFault) -> LiqPayPayment {
        try change(token: token) { payment, books, now throws(LiqPayFault) in
            let expiry: LiqPayFault
            switch payment.status {
            case .verify3DS: expiry = LiqPayFault("expired_3ds", "3-D Secure не підтверджено")
            case .verifyOTP: expiry = LiqPayFault("expired_otp", "Код OTP не підтверджено")
            case .verifyCVV: expiry = LiqPayFault("expired_cvv", "Код CVV не підтверджено")
            case .prepared, .tryAgain, .failure, .holdWait, .success, .waitReserve, .reversed: throw .state
            }
            if accepted {
                Self.take(&payment, &books, now)
            } else {
                Self.decline(&payment, &books, now, .failure, expiry)
            }
        }
    }

    /// The customer gives up: the attempt fails for good.
    func decline(token: String) throws(LiqPayFault) -> LiqPayPayment {
        try change(token: token) { payment, books, now in
            Self.decline(&payment, &books, now, .failure, LiqPayFault("decline", "Відмова платника"))
        }
    }

    private func change(
        token: String,
        _ body: (inout LiqPayPayment, inout LiqPayBooks, Timestamp) throws(LiqPayFault) -> Void
    ) throws(LiqPayFault) -> LiqPayPayment {
        let now = clock.now()
        let payment = try state.withLock { state throws(LiqPayFault) in
            guard let orderID = state.orderIDs[token], var payment = state.payments[orderID] else { throw .notFound }
            guard payment.status.isOpen else { throw payment.status.hasMoney ? .duplicate : .state }
            guard !Self.isExpired(payment, now) else { throw .expired }
            try body(&payment, &state.books, now)
            state.payments[orderID] = payment
            return payment
        }
        report(payment)
        return payment
    }

    private static func take(_ payment: inout LiqPayPayment, _ books: inout LiqPayBooks, _ now: Timestamp) {
        payment.status = payment.order.action == .hold ? .holdWait : .success
        payment.endedAt = now
        books.add(payment.order.action == .hold ? .hold : .charge, payment.amount, payment, at: now)
    }

    private static func decline(
        _ payment: inout LiqPayPayment, _ books: inout LiqPayBooks, _ now: Timestamp, _ status: LiqPayPayment.Status,
        _ fault: LiqPayFault
    ) {
        payment.status = status
        payment.fault = fault
        payment.endedAt = now
        books.add(.decline, payment.amount, payment, at: now)
    }

    // MARK: The server API

    /// - Throws: ``LiqPayFault/notFound`` for an order whose page was never opened.
    func status(_ orderID: String) throws(LiqPayFault) -> LiqPayPayment {
        guard let payment = state.withLock({ $0.payments[orderID] }) else { throw .notFound }
        return payment
    }

    /// Takes a hold, or a part of it; the rest goes back to the card.
    func complete(_ orderID: String, _ amount: JSON?) throws(LiqPayFault) -> LiqPayPayment {
        let now = clock.now()
        let payment = try state.withLock { state throws(LiqPayFault) in
            guard var payment = state.payments[orderID] else { throw .notFound }
            guard payment.status == .holdWait else { throw .state }
            let taken = amount == nil ? payment.amount : try LiqPayOrder.amount(amount, payment.amount.currency)
            guard taken <= payment.amount else { throw .holdAmount }
            let rest = payment.amount - taken
            payment.amount = taken
            payment.status = .success
            payment.endedAt = now
            state.books.add(.charge, taken, payment, at: now)
            if !rest.isZero { state.books.add(.release, rest, payment, at: now) }
            state.payments[orderID] = payment
            return payment
        }
        report(payment)
        return payment
    }

    /// Gives money back: all that is left without an amount. A held payment is released as a whole.
    ///
    /// There is no idempotency key: two equal requests are two refunds, as long as money is left.
    func refund(_ orderID: String, _ amount: JSON?) throws(LiqPayFault) -> Refund {
        let now = clock.now()
        let refund = try state.withLock { state throws(LiqPayFault) in
            guard var payment = state.payments[orderID] else { throw .notFound }
            let asked = amount == nil ? payment.refundable : try LiqPayOrder.amount(amount, payment.amount.currency)
            switch payment.status {
            case .holdWait:
                guard asked == payment.amount else { throw .holdAmount }
                state.books.add(.release, asked, payment, at: now)
                payment.refunded += asked
                payment.status = .reversed
            case .success, .waitReserve, .reversed:
                guard !payment.refundable.isZero else { throw .state }
                guard asked <= payment.refundable else { throw .amount }
                if state.isShortOfMoney {
                    payment.waiting += asked
                    payment.status = .waitReserve
                } else {
                    state.books.add(.refund, asked, payment, at: now)
                    payment.refunded += asked
                    payment.status = payment.waiting.isZero ? .reversed : .waitReserve
                }
            case .prepared, .verify3DS, .verifyOTP, .verifyCVV, .tryAgain, .failure: throw .state
            }
            payment.refundedAt = now
            state.payments[orderID] = payment
            return Refund(payment: payment, waits: payment.status == .waitReserve)
        }
        report(refund.payment)
        return refund
    }

    // MARK: What happens by itself, and control

    /// Fails the payments whose time is over unpaid, with the code LiqPay gives a page nobody used.
    func expireDue() {
        let now = clock.now()
        let expired = state.withLock { state in
            var expired: [LiqPayPayment] = []
            for (orderID, var payment) in state.payments
            where payment.status.isOpen && Self.isExpired(payment, now) {
                payment.status = .failure
                payment.fault = .expired
                payment.endedAt = now
                state.payments[orderID] = payment
                expired.append(payment)
            }
            return expired
        }
        for payment in expired { report(payment) }
    }

    /// Makes the shop's balance short, or fills it again; then the refunds that waited are carried out.
    func setShortOfMoney(_ isShort: Bool) {
        let now = clock.now()
        let changed = state.withLock { state in
            state.isShortOfMoney = isShort
            guard !isShort else { return [LiqPayPayment]() }
            var changed: [LiqPayPayment] = []
            for (orderID, var payment) in state.payments where !payment.waiting.isZero {
                state.books.add(.refund, payment.waiting, payment, at: now)
                payment.refunded += payment.waiting
                payment.waiting = .zero(payment.amount.currency)
                payment.status = .reversed
                payment.refundedAt = now
                state.payments[orderID] = payment
                changed.append(payment)
            }
            return changed
        }
        for payment in changed { report(payment) }
    }

    var books: LiqPayBooks { state.withLock { $0.books } }

    func reset() {
        state.withLock { state in
            // Numbers go on, so that no two payments of one process share theirs.
            let next = state.nextNumber
            state = State()
            state.nextNumber = next
        }
    }
}
