import Contracts

/// One payment as LiqPay knows it: it exists from the moment its page was opened.
struct LiqPayPayment: Sendable {
    enum Status: String, Sendable {
        case prepared
        case verify3DS = "3ds_verify"
        case verifyOTP = "otp_verify"
        case verifyCVV = "cvv_verify"
        case tryAgain = "try_again"
        case failure
        case holdWait = "hold_wait"
        case success
        case waitReserve = "wait_reserve"
        case reversed

        /// The customer has still to act, or may act again.
        var isOpen: Bool {
            switch self {
            case .prepared, .verify3DS, .verifyOTP, .verifyCVV, .tryAgain: true
            case .failure, .holdWait, .success, .waitReserve, .reversed: false
            }
        }

        /// Money is held or was taken: the order number is used up.
        var hasMoney: Bool {
            switch self {
            case .holdWait, .success, .waitReserve, .reversed: true
            case .prepared, .verify3DS, .verifyOTP, .verifyCVV, .tryAgain, .failure: false
            }
        }
    }

    let number: Int64
    /// Names the page of this payment in a browser.
    let token: String
    let createdAt: Timestamp
    var order: LiqPayOrder
    var status = Status.prepared
    var fault: LiqPayFault?
    var card: LiqPayTestCard?
    /// What was asked for; after a partial completion of a hold what was taken.
    var amount: Money
    var refunded: Money
    /// Refunds that wait until the shop has money again.
    var waiting: Money
    var endedAt: Timestamp?
    var refundedAt: Timestamp?

    init(number: Int64, token: String, order: LiqPayOrder, at time: Timestamp) {
        self.number = number
        self.token = token
        self.order = order
        createdAt = time
        amount = order.amount
        refunded = .zero(order.amount.currency)
        waiting = .zero(order.amount.currency)
    }

    /// What may still be given back.
    var refundable: Money { amount - refunded - waiting }

    /// 1.5 %, rounded half up, as LiqPay takes from the shop.
    var commission: Money { Money(minor: (amount.minor * 15 + 500) / 1000, amount.currency) }

    /// 5: the customer passed 3-D Secure; 7: nothing of the kind was asked.
    private var is3DS: Bool { card == .secure3D }

    /// The members of callbacks and status answers, amounts as JSON numbers in main units.
    func write(to writer: inout JSONWriter, publicKey: String) {
        let zero = Money.zero(amount.currency)
        writer.member("payment_id", number)
        writer.member("action", order.action.rawValue)
        writer.member("status", status.rawValue)
        writer.member("version", order.version)
        writer.member("type", "buy")
        writer.member("paytype", "card")
        writer.member("public_key", publicKey)
        writer.member("acq_id", Int64(414_963))
        writer.member("order_id", order.orderID)
        writer.member("liqpay_order_id", "LPTEST\(number)")
        writer.member("description", order.text)
        if let card {
            writer.member("sender_card_mask2", card.mask)
            writer.member("sender_card_bank", "Test bank")
            writer.member("sender_card_type", "visa")
            writer.member("sender_card_country", Int64(804))
            writer.member("mpi_eci", is3DS ? "5" : "7")
            writer.member("is_3ds", is3DS)
        }
        writer.member("currency", amount.currency)
        writer.member("amount", raw: amount.liqPayNumber)
        let taken = status.hasMoney
        writer.member("sender_commission", raw: zero.liqPayNumber)
        writer.member("receiver_commission", raw: (taken ? commission : zero).liqPayNumber)
        writer.member("amount_debit", raw: amount.liqPayNumber)
        writer.member("amount_credit", raw: amount.liqPayNumber)
        writer.member("currency_debit", amount.currency)
        writer.member("currency_credit", amount.currency)
        if !refunded.isZero { writer.member("refund_amount", raw: refunded.liqPayNumber) }
        if let refundedAt { writer.member("refund_date_last", refundedAt.milliseconds) }
        if !waiting.isZero { writer.member("wait_reserve_status", "true") }
        writer.member("create_date", createdAt.milliseconds)
        if let endedAt { writer.member("end_date", endedAt.milliseconds) }
        writer.member("transaction_id", number)
        if let fault {
            writer.member("err_code", fault.code)
            writer.member("err_description", fault.text)
        }
    }
}

extension Money {
    /// As LiqPay writes amounts: a JSON number in main units without needless zeros but at least one decimal (`149.9`, `0.0`).
    var liqPayNumber: [UInt8] {
        var bytes = Array(description.utf8)
        guard let point = bytes.firstIndex(of: UInt8(ascii: ".")) else { return bytes }
        while bytes.count > point + 2, bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
        return bytes
    }
}
