import Contracts

/// What came of a call, on its way back to the decider.
enum CallOutcome: Equatable, JSONEncodable {
    /// The provider's own document.
    case said(JSON)
    /// No usable answer.
    case silent
    case refund(RefundAnswer)

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            switch self {
            case .said(let document):
                writer.member("outcome", "said")
                writer.member("document", document)
            case .silent, .refund(.unknown): writer.member("outcome", "silent")
            case .refund(.completed(let transactionID)):
                writer.member("outcome", "completed")
                writer.member("transaction_id", transactionID)
            case .refund(.accepted): writer.member("outcome", "accepted")
            case .refund(.refused(let code, let message)):
                writer.member("outcome", "refused")
                writer.member("error_code", code)
                writer.member("error_message", message)
            }
        }
    }
}

extension RefundAnswer {
    /// Reads what ``CallOutcome`` wrote.
    init(outcome json: JSON) throws {
        switch try json.text("outcome") {
        case "completed": self = .completed(transactionID: json["transaction_id"]?.string)
        case "accepted": self = .accepted
        case "refused": self = .refused(code: try json.text("error_code"), message: json["error_message"]?.string)
        default: self = .unknown
        }
    }
}
