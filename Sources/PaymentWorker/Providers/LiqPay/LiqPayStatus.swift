import Contracts

/// LiqPay's words for the state of a payment.
enum LiqPayStatus {
    /// What a status means. A word that LiqPay adds later stays pending until a question settles it; only named words
    /// mean success.
    static func standing(_ word: String, errorCode: String?, isTest: Bool) -> ProviderReport.Standing {
        switch word {
        case "prepared": .created
        case "3ds_verify", "captcha_verify", "cvv_verify", "ivr_verify", "otp_verify", "password_verify",
            "phone_verify", "pin_verify", "receiver_verify", "sender_verify", "senderapp_verify", "p24_verify",
            "mp_verify", "wait_qr", "wait_sender", "cash_wait", "invoice_wait":
            .requiresAction
        case "hold_wait": .authorized
        case "success", "wait_compensation", "wait_reserve", "reversed": .paid
        case "sandbox": isTest ? .paid : .pending
        case "try_again": .declined
        case "failure", "error": errorCode?.hasPrefix("expired_") == true ? .expired : .declined
        default: .pending
        }
    }

    /// Our word for why a payment failed.
    static func paymentError(_ code: String?) -> String? {
        switch code {
        case nil: nil
        case "limit", "err_limit_amount", "err_payment_amount_limit", "amount_limit": "limit_exceeded"
        case "frod": "fraud_suspected"
        case "decline": "declined"
        case .some(let code) where code.hasPrefix("expired_"): "expired"
        case .some(let code) where code.utf8.allSatisfy({ (0x30...0x39).contains($0) }): "declined"
        default: "provider_error"
        }
    }

    /// Our word for why a refund failed.
    static func refundError(_ code: String?) -> String {
        switch code {
        case "payment_err_status", "payment_not_found": "not_refundable"
        case "decline", "limit", "frod": "declined"
        case .some(let code) where code.utf8.allSatisfy({ (0x30...0x39).contains($0) }): "declined"
        default: "provider_error"
        }
    }

    /// Errors after which LiqPay itself asks to look again instead of repeating: the outcome is open.
    static func isOpen(_ code: String) -> Bool {
        ["payment_processing", "wait_info", "err_cache", "err_payment_create", "err_look", "err_sms_send"].contains(
            code)
    }
}
