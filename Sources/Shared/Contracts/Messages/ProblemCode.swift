/// Stable machine codes of problems with their HTTP status and title.
public enum ProblemCode: String, Sendable, CaseIterable {
    case malformedJSON = "malformed_json"
    case malformedRequest = "malformed_request"
    case unknownParameter = "unknown_parameter"
    case invalidParameter = "invalid_parameter"
    case invalidCursor = "invalid_cursor"
    case idempotencyKeyRequired = "idempotency_key_required"
    case unknownProvider = "unknown_provider"
    case unauthenticated
    case invalidToken = "invalid_token"
    case tokenExpired = "token_expired"
    case invalidSignature = "invalid_signature"
    case forbidden
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case notAcceptable = "not_acceptable"
    case idempotencyInFlight = "idempotency_in_flight"
    case referenceTaken = "reference_taken"
    case invalidTransition = "invalid_transition"
    case alreadyShipped = "already_shipped"
    case nothingToRefund = "nothing_to_refund"
    case orderNotPayable = "order_not_payable"
    case orderAlreadyPaid = "order_already_paid"
    case paymentInProgress = "payment_in_progress"
    case notRefundable = "not_refundable"
    case refundOutcomeUnknown = "refund_outcome_unknown"
    case orderNotConfirmed = "order_not_confirmed"
    case nothingToShip = "nothing_to_ship"
    case shipmentNotCancellable = "shipment_not_cancellable"
    case labelNotReady = "label_not_ready"
    case invoiceNotIssued = "invoice_not_issued"
    case returnNotAllowed = "return_not_allowed"
    case returnWindowClosed = "return_window_closed"
    case codeTaken = "code_taken"
    case promoAlreadyApplied = "promo_already_applied"
    case conflict
    case versionMismatch = "version_mismatch"
    case contentTooLarge = "content_too_large"
    case unsupportedMediaType = "unsupported_media_type"
    case preconditionRequired = "precondition_required"
    case validationFailed = "validation_failed"
    case idempotencyKeyReused = "idempotency_key_reused"
    case productNotFound = "product_not_found"
    case customerNotFound = "customer_not_found"
    case currencyMismatch = "currency_mismatch"
    case providerNotEnabled = "provider_not_enabled"
    case methodNotSupported = "method_not_supported"
    case amountExceedsBalance = "amount_exceeds_balance"
    case amountOutOfRange = "amount_out_of_range"
    case refundExceedsRefundable = "refund_exceeds_refundable"
    case partialRefundUnsupported = "partial_refund_unsupported"
    case quantityExceedsAvailable = "quantity_exceeds_available"
    case promoNotEligible = "promo_not_eligible"
    case reservedCode = "reserved_code"
    case immutableField = "immutable_field"
    case reasonRequired = "reason_required"
    case carrierRequired = "carrier_required"
    case carrierNotEnabled = "carrier_not_enabled"
    case serviceNotSupported = "service_not_supported"
    case recipientNameRequired = "recipient_name_required"
    case addressNotServed = "address_not_served"
    case rateLimited = "rate_limited"
    case internalError = "internal_error"
    case unavailable
    case timeout
    case catalogueUnavailable = "catalogue_unavailable"
    case carrierUnavailable = "carrier_unavailable"

    public var status: Int {
        switch self {
        case .malformedJSON, .malformedRequest, .unknownParameter, .invalidParameter, .invalidCursor,
            .idempotencyKeyRequired, .unknownProvider:
            400
        case .unauthenticated, .invalidToken, .tokenExpired, .invalidSignature: 401
        case .forbidden: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .idempotencyInFlight, .referenceTaken, .invalidTransition, .alreadyShipped, .nothingToRefund,
            .orderNotPayable, .orderAlreadyPaid, .paymentInProgress, .notRefundable, .refundOutcomeUnknown,
            .orderNotConfirmed, .nothingToShip, .shipmentNotCancellable, .labelNotReady, .invoiceNotIssued,
            .returnNotAllowed, .returnWindowClosed, .codeTaken, .promoAlreadyApplied, .conflict:
            409
        case .versionMismatch: 412
        case .contentTooLarge: 413
        case .unsupportedMediaType: 415
        case .preconditionRequired: 428
        case .rateLimited: 429
        case .internalError: 500
        case .unavailable, .timeout, .catalogueUnavailable, .carrierUnavailable: 503
        default: 422
        }
    }

    /// Short text of the code, the same each time: the code in words where nothing better is said.
    public var title: String {
        switch self {
        case .unauthenticated: "Authentication required"
        case .idempotencyInFlight: "Request in flight"
        case .notAcceptable: "Not acceptable"
        case .promoNotEligible: "Promo code not eligible"
        case .refundExceedsRefundable: "Refund exceeds refundable amount"
        case .rateLimited: "Too many requests"
        case .unavailable: "Service unavailable"
        case .timeout: "No answer in time"
        case .malformedJSON: "Malformed JSON"
        case .invalidToken: "Invalid token"
        default:
            rawValue.prefix(1).uppercased() + rawValue.dropFirst().map { $0 == "_" ? " " : String($0) }.joined()
        }
    }
}
