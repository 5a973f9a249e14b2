import Connectors
import Contracts
import Worker

/// Makes the calls to LiqPay that decisions asked for, and writes down what came of them.
struct LiqPayEffects: EffectHandler {
    let connector: LiqPayConnector

    static let status = "liqpay.status"
    static let refund = "liqpay.refund"

    func batchLimit(kind: String) -> Int { 1 }

    func perform(_ effects: [Effect]) async -> [EffectOutcome] {
        var outcomes: [EffectOutcome] = []
        for effect in effects { outcomes.append(await perform(effect)) }
        return outcomes
    }

    private func perform(_ effect: Effect) async -> EffectOutcome {
        do {
            let body = try JSONParser.parse(effect.body)
            switch effect.kind {
            case Self.status: return .done(await status(try body.id("payment_id")).jsonBytes)
            case Self.refund: return await refund(try RefundCall(json: body), attempt: effect.attempt)
            default: return .done(CallOutcome.silent.jsonBytes)
            }
        } catch {
            return .done(CallOutcome.silent.jsonBytes)
        }
    }

    private func status(_ payment: Identifier) async -> CallOutcome {
        do {
            return .said(try await connector.status(of: payment))
        } catch {
            return .silent
        }
    }

    private func refund(_ call: RefundCall, attempt: Int) async -> EffectOutcome {
        do {
            let answer = try await connector.refund(call, mayHaveHappened: call.verify || attempt > 1)
            return .done(CallOutcome.refund(answer).jsonBytes)
        } catch {
            return .retry(after: .seconds(min(300, 5 << min(attempt, 6))), reason: "\(error)")
        }
    }
}
