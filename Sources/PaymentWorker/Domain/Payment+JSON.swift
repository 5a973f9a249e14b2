import Contracts

/// `Payment` of the contract.
extension Payment: JSONEncodable {
    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("id", id)
            $0.member("tenant_id", tenant)
            $0.member("order_id", orderID)
            $0.member("provider", provider)
            $0.member("method", method)
            writeStanding(to: &$0)
            $0.member("error_code", errorCode)
            $0.member("error_message", errorMessage)
            if let nextAction {
                $0.member("next_action") {
                    $0.member("type", "redirect")
                    $0.member("url", nextAction)
                }
            }
            $0.member("needs_review", needsReview)
            $0.member("expires_at", expiresAt)
            $0.member("unknown_since", unknownSince)
            $0.member("paid_at", paidAt)
            $0.member("version", version)
            $0.name("refunds")
            $0.array(refunds) { $1.write(to: &$0, of: self) }
            $0.member("created_at", createdAt)
            $0.member("updated_at", updatedAt)
        }
    }

    /// `PaymentState` of the contract.
    var stateBytes: [UInt8] {
        JSONWriter.object(capacity: 512) {
            $0.member("id", id)
            $0.member("order_id", orderID)
            $0.member("provider", provider)
            writeStanding(to: &$0)
            $0.member("error_code", errorCode)
            $0.member("error_message", errorMessage)
            $0.member("unknown_since", unknownSince)
            $0.member("checked_at", checkedAt)
            $0.member("paid_at", paidAt)
            $0.member("version", version)
            $0.member("updated_at", updatedAt)
        }
    }

    private func writeStanding(to writer: inout JSONWriter) {
        writer.member("amount", amount)
        writer.member("refunded_amount", refunded)
        writer.member("refundable_amount", refundable)
        writer.member("currency", currency)
        writer.member("status", status)
        writer.member("provider_status", providerStatus)
        writer.member("transaction_id", transactionID)
    }
}

extension Refund {
    /// `Refund` of the contract.
    func write(to writer: inout JSONWriter, of payment: Payment) {
        writer.object {
            $0.member("id", id)
            $0.member("payment_id", payment.id)
            $0.member("order_id", payment.orderID)
            $0.member("return_id", returnID)
            $0.member("amount", amount)
            $0.member("currency", amount.currency)
            $0.member("status", status)
            $0.member("reason", reason)
            $0.member("comment", comment)
            if !units.isEmpty { $0.member("items", array: units) }
            $0.member("shipping_amount", shipping)
            $0.member("transaction_id", transactionID)
            $0.member("error_code", errorCode)
            $0.member("error_message", errorMessage)
            $0.member("created_by", createdBy)
            $0.member("created_at", createdAt)
            $0.member("completed_at", completedAt)
        }
    }
}
