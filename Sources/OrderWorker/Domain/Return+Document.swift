import Contracts

extension Return {
    /// The return as the contract shows it, without `allowed_transitions`, which depends on who looks.
    func document(of order: Order) -> [UInt8] {
        JSONWriter.object(capacity: 1024) {
            $0.member("id", id)
            $0.member("tenant_id", order.tenant)
            $0.member("order_id", order.id)
            $0.member("customer_id", order.customerID)
            $0.member("status", status)
            $0.member("reason", reason)
            $0.member("comment", comment)
            $0.member("decision_reason", decisionReason)
            $0.name("items")
            $0.array(items) { writer, item in writer.object { item.writeMembers(to: &$0) } }
            $0.member("refund_amount", refundAmount)
            $0.member("currency", currency)
            if !refundIDs.isEmpty { $0.member("refund_ids", array: refundIDs) }
            $0.member("version", version)
            $0.member("received_at", receivedAt)
            $0.member("created_at", createdAt)
            $0.member("updated_at", updatedAt)
        }
    }
}

extension Return.Item {
    fileprivate func writeMembers(to writer: inout JSONWriter) {
        writer.member("order_item_id", line)
        writer.member("product_id", productID)
        writer.member("quantity", quantity)
        writer.member("accepted_quantity", accepted)
        writer.member("restock", restock)
        writer.member("refund_amount", refund)
    }
}

/// As its order remembers it.
extension Return: JSONEncodable {
    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("id", id)
            $0.member("status", status)
            $0.member("reason", reason)
            $0.member("comment", comment)
            $0.member("decision_reason", decisionReason)
            $0.name("items")
            $0.array(items) { writer, item in
                writer.object {
                    item.writeMembers(to: &$0)
                    $0.member("sku", item.sku)
                }
            }
            $0.member("refund_amount", refundAmount)
            $0.member("refund_ids", array: refundIDs)
            $0.member("refunded", refunded)
            $0.member("receipt", receipt)
            $0.member("version", version)
            $0.member("received_at", receivedAt)
            $0.member("created_at", createdAt)
            $0.member("updated_at", updatedAt)
        }
    }

    init(json: JSON, _ currency: Currency) throws {
        self.init(
            id: try json.id("id"), status: try json.word("status"), reason: try json.word("reason"),
            comment: json["comment"]?.string, decisionReason: json["decision_reason"]?.string,
            items: try json.list("items").map { try Item(json: $0, currency) },
            refundAmount: try json.money("refund_amount", currency),
            refundIDs: try json.list("refund_ids").map { id in
                guard let id = id.string.flatMap({ Identifier($0) }) else { throw StoredFormatError("refund_ids") }
                return id
            },
            refunded: try json.money("refunded", currency), receipt: try json["receipt"].map { try Receipt(json: $0) },
            version: try json.int("version"), receivedAt: try json.optionalTime("received_at"),
            createdAt: try json.time("created_at"), updatedAt: try json.time("updated_at"))
    }
}

extension Return.Item {
    fileprivate init(json: JSON, _ currency: Currency) throws {
        self.init(
            line: try json.id("order_item_id"), productID: try json.text("product_id"), sku: try json.text("sku"),
            quantity: try json.int("quantity"), accepted: json["accepted_quantity"]?.int,
            restock: json["restock"]?.bool, refund: try json.optionalMoney("refund_amount", currency))
    }
}

extension Return.Receipt: JSONEncodable {
    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("asker", asker)
            $0.member("by", by)
            $0.name("items")
            $0.array(items) { writer, item in
                writer.object {
                    $0.member("order_item_id", item.line)
                    $0.member("quantity", item.quantity)
                    $0.member("restock", item.restock)
                }
            }
        }
    }

    fileprivate init(json: JSON) throws {
        self.init(
            asker: try Asker(json: try json.child("asker")), by: try Actor(json: try json.child("by")),
            items: try json.list("items").map {
                Accepted(
                    line: try $0.id("order_item_id"), quantity: try $0.int("quantity"), restock: try $0.flag("restock"))
            })
    }
}
