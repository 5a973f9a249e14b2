import Contracts
import Postgres
import Worker

extension OrderSnapshot {
    /// The snapshot in the members of `Order`, as `init(json:)` reads them.
    var storedBytes: [UInt8] {
        JSONWriter.object(capacity: 512) {
            $0.member("id", id)
            $0.member("tenant_id", tenant)
            $0.member("customer_id", customerID)
            $0.member("currency", currency)
            $0.member("version", version)
            $0.member("status", status)
            $0.member("total", total)
            $0.member("reference", reference)
            $0.member("payment_method", provider)
            $0.member("shipping_cost", shipping)
            $0.name("items")
            $0.array(lines) { writer, line in
                writer.object {
                    $0.member("id", line.id)
                    $0.member("quantity", line.quantity)
                    $0.member("total", line.total)
                }
            }
        }
    }
}

extension Payment {
    /// What has no column of its own.
    var storedDetails: [UInt8] {
        JSONWriter.object(capacity: 1024) {
            $0.member("method", method)
            $0.member("expires_at", expiresAt)
            $0.member("page_url", pageURL)
            $0.member("provider_status", providerStatus)
            $0.member("transaction_id", transactionID)
            $0.member("error_code", errorCode)
            $0.member("error_message", errorMessage)
            $0.member("unknown_since", unknownSince)
            $0.member("paid_at", paidAt)
            $0.member("checked_at", checkedAt)
            $0.member("surplus", surplus)
            $0.member("standing", standing.rawValue)
            $0.member("standing_time", standingTime)
            $0.member("checks", checks)
            $0.member("failure_told", isFailureTold)
        }
    }

    /// Reads a row with ``PaymentStore/paymentColumns``; refunds are added by the caller.
    init(_ row: Row) throws {
        guard let currency = Currency(try row.text(7)), let provider = PaymentProvider(rawValue: try row.text(4)),
            let status = PaymentStatus(rawValue: try row.text(5))
        else { throw StoredFormatError("payments") }
        let details = try JSONParser.parse(try row.json(12))
        self.init(
            id: Identifier(try row.uuid(0)), orderID: Identifier(try row.uuid(1)), tenant: try row.text(2),
            customerID: try row.text(3), provider: provider,
            method: details["method"]?.string.flatMap { PaymentMethod(rawValue: $0) },
            amount: Money(minor: try row.int64(6), currency), createdAt: Timestamp(microseconds: try row.timestamp(10)),
            expiresAt: try details.time("expires_at"), pageURL: details["page_url"]?.string, status: status,
            surplus: try details.money("surplus", currency), updatedAt: Timestamp(microseconds: try row.timestamp(11)))
        providerStatus = details["provider_status"]?.string
        transactionID = details["transaction_id"]?.string
        errorCode = details["error_code"]?.string
        errorMessage = details["error_message"]?.string
        needsReview = try row.bool(8)
        unknownSince = try details.optionalTime("unknown_since")
        paidAt = try details.optionalTime("paid_at")
        checkedAt = try details.optionalTime("checked_at")
        standing = ProviderReport.Standing(rawValue: try details.int("standing")) ?? .created
        standingTime = try details.int("standing_time")
        checks = try details.int("checks")
        isFailureTold = try details.flag("failure_told")
        version = try row.int64(9)
    }
}

extension Refund {
    /// What has no column of its own.
    var storedDetails: [UInt8] {
        JSONWriter.object(capacity: 512) {
            $0.member("sent", isSent)
            $0.member("accepted", isAccepted)
            $0.member("return_id", returnID)
            $0.member("items", array: units)
            $0.member("shipping", shipping)
            $0.member("comment", comment)
            $0.member("transaction_id", transactionID)
            $0.member("error_code", errorCode)
            $0.member("error_message", errorMessage)
            $0.member("checks", checks)
            $0.member("asked_by", askedBy)
            $0.member("created_by", createdBy)
            $0.member("completed_at", completedAt)
        }
    }

    /// Reads a row with ``PaymentStore/refundColumns``.
    init(_ row: Row) throws {
        guard let currency = Currency(try row.text(3)), let status = RefundStatus(rawValue: try row.text(4)),
            let reason = RefundReason(rawValue: try row.text(5))
        else { throw StoredFormatError("refunds") }
        let details = try JSONParser.parse(try row.json(8))
        self.init(
            id: Identifier(try row.uuid(0)), amount: Money(minor: try row.int64(2), currency), reason: reason,
            isSurplus: try row.bool(6), status: status, isSent: try details.flag("sent"),
            isAccepted: try details.flag("accepted"),
            returnID: try details.optionalID("return_id"),
            units: try details.list("items").map { json in
                Units(line: try json.id("order_item_id"), quantity: try json.int("quantity"))
            },
            shipping: try details.optionalMoney("shipping", currency), comment: details["comment"]?.string,
            transactionID: details["transaction_id"]?.string, errorCode: details["error_code"]?.string,
            errorMessage: details["error_message"]?.string, checks: try details.int("checks"),
            askedBy: try details.optionalID("asked_by"), createdBy: try Actor(json: try details.child("created_by")),
            createdAt: Timestamp(microseconds: try row.timestamp(7)),
            completedAt: try details.optionalTime("completed_at"))
    }
}
