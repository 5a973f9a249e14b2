import Contracts
import Worker

/// The events of promo codes as the bus carries them (`docs/events.md` section 3.4, `docs/messages.md`).
enum PromoEvents {
    static func events(for change: PromoChange, _ state: Promo, _ context: DecisionContext) -> [Event] {
        switch change {
        case .created(let code): [event("promo.created", state, context, code.jsonBytes)]
        case .updated(let code): [event("promo.updated", state, context, code.jsonBytes)]
        case .redeemed(let redemption):
            [event("promo.redeemed", state, context, redeemed(redemption, state))]
        case .redeemedAgain(_, let redemption):
            [event("promo.redeemed", state, context, redeemed(redemption, state), isPublic: false)]
        case .rejected(let key, let orderID, let reasons):
            [event("promo.rejected", state, context, rejected(key, orderID, reasons), isPublic: false)]
        case .released(let redemption):
            [event("promo.released", state, context, released(redemption, state))]
        case .customerKnown: []
        }
    }

    private static func event(
        _ type: String, _ state: Promo, _ context: DecisionContext, _ body: [UInt8], isPublic: Bool = true
    ) -> Event {
        Event(
            id: context.newID(), type: type, tenant: context.tenant, subject: state.key.code,
            sequence: state.code?.version ?? 0, time: context.now, actor: context.actor, body: body,
            isPublic: isPublic, requestID: context.message.requestID, causationID: context.message.id,
            traceparent: context.message.traceparent)
    }

    private static func redeemed(_ redemption: Redemption, _ state: Promo) -> [UInt8] {
        JSONWriter.object {
            writeHead(redemption, state, to: &$0)
            $0.member("discount", redemption.discount)
            $0.member("shipping_discount", redemption.shippingDiscount)
            $0.member("currency", redemption.currency)
            $0.member("allocations", array: redemption.allocations)
            writeUses(state, to: &$0)
        }
    }

    private static func released(_ redemption: Redemption, _ state: Promo) -> [UInt8] {
        JSONWriter.object {
            writeHead(redemption, state, to: &$0)
            $0.member("reason", redemption.releaseReason)
            $0.member("discount", redemption.discount)
            $0.member("shipping_discount", redemption.shippingDiscount)
            $0.member("currency", redemption.currency)
            writeUses(state, to: &$0)
        }
    }

    private static func writeHead(_ redemption: Redemption, _ state: Promo, to writer: inout JSONWriter) {
        writer.member("tenant_id", state.key.tenant)
        writer.member("redemption_id", redemption.id)
        writer.member("code", state.key.code)
        writer.member("order_id", redemption.orderID)
        writer.member("customer_id", redemption.customerID)
    }

    private static func writeUses(_ state: Promo, to writer: inout JSONWriter) {
        writer.member("current_uses", state.code?.currentUses)
        writer.member("max_uses", state.code?.maxUses)
    }

    private static func rejected(_ key: PromoKey, _ orderID: Identifier, _ reasons: [PromoReason]) -> [UInt8] {
        JSONWriter.object {
            $0.member("tenant_id", key.tenant)
            $0.member("code", key.code)
            $0.member("order_id", orderID)
            $0.member("reasons", array: reasons)
            $0.member("currency", reasons.lazy.compactMap(\.missing?.currency).first)
        }
    }
}
