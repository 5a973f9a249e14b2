import Contracts
import CurlHTTP
import Hummingbird

/// LiqPay over HTTP: the checkout page and the server API.
struct LiqPayRoutes: Sendable {
    let bank: LiqPayBank
    let faults: FaultBoard
    let publicKey: String
    let signature: LiqPaySignature

    init(bank: LiqPayBank, faults: FaultBoard, settings: SandboxSettings) {
        self.bank = bank
        self.faults = faults
        publicKey = settings.liqPayPublicKey
        signature = LiqPaySignature(privateKey: settings.liqPayPrivateKey)
    }

    func add(to router: Router<BasicRequestContext>) {
        router.get("liqpay/api/3/checkout") { request, _ in try await checkout(request) }
        router.post("liqpay/api/3/checkout") { request, _ in try await checkout(request) }
        router.get("liqpay/checkout/{token}") { _, context in
            page(token: try context.parameters.require("token"))
        }
        router.post("liqpay/checkout/{token}/pay") { request, context in
            try await faults.around(.liqpay, "pay") {
                pay(token: try context.parameters.require("token"), try await request.form())
            }
        }
        router.post("liqpay/checkout/{token}/confirm") { request, context in
            try await faults.around(.liqpay, "confirm") {
                confirm(token: try context.parameters.require("token"), try await request.form())
            }
        }
        router.post("liqpay/api/request") { request, _ in try await call(try await request.form()) }
    }

    // MARK: The page

    private func checkout(_ request: Request) async throws -> Response {
        try await faults.around(.liqpay, "checkout") {
            let form = try await request.form()
            do throws(LiqPayFault) {
                let payment = try open(form)
                return show(payment)
            } catch {
                return .html(LiqPayPage.refused(error), status: .badRequest)
            }
        }
    }

    /// Opens the payment that a signed checkout form asks for.
    func open(_ form: FormFields?) throws(LiqPayFault) -> LiqPayPayment {
        let envelope = try LiqPayEnvelope(form, publicKey: publicKey, signature: signature)
        return try bank.open(try LiqPayOrder(envelope))
    }

    private func page(token: String) -> Response {
        guard let payment = bank.payment(token: token) else {
            return .html(LiqPayPage.refused(.notFound), status: .notFound)
        }
        return show(payment)
    }

    /// What the customer sees next, by the payment's status.
    private func show(_ payment: LiqPayPayment, message: String? = nil) -> Response {
        switch payment.status {
        case .prepared, .tryAgain, .verify3DS, .verifyOTP, .verifyCVV:
            if bank.isExpired(payment) {
                bank.expireDue()
                return .html(LiqPayPage.expired(payment))
            }
            switch payment.status {
            case .verify3DS, .verifyOTP, .verifyCVV: return .html(LiqPayPage.confirm(payment))
            default: return .html(LiqPayPage.pay(payment, message: message ?? payment.fault?.text))
            }
        case .failure where bank.isExpired(payment): return .html(LiqPayPage.expired(payment))
        case .failure, .success, .holdWait, .waitReserve, .reversed: return leave(payment)
        }
    }

    /// Back to the shop. The address says nothing about the outcome.
    private func leave(_ payment: LiqPayPayment) -> Response {
        payment.order.resultURL.map { .found($0) } ?? .html(LiqPayPage.done(payment))
    }

    private func pay(token: String, _ form: FormFields?) -> Response {
        guard let payment = bank.payment(token: token) else {
            return .html(LiqPayPage.refused(.notFound), status: .notFound)
        }
        do throws(LiqPayFault) {
            switch form?["action"] ?? "pay" {
            case "cancel": return leave(payment)
            case "decline": return show(try bank.decline(token: token))
            case "pay":
                guard let card = form?["card"].flatMap(LiqPayTestCard.init(number:)) else {
                    return show(payment, message: "Використайте одну з тестових карток")
                }
                return show(try bank.pay(token: token, card: card))
            default: throw .wrong("action")
            }
        } catch {
            return refuse(error, payment)
        }
    }

    private func confirm(token: String, _ form: FormFields?) -> Response {
        guard let payment = bank.payment(token: token) else {
            return .html(LiqPayPage.refused(.notFound), status: .notFound)
        }
        do throws(LiqPayFault) {
            return show(try bank.confirm(token: token, accepted: form?["answer"] == "accept"))
        } catch {
            return refuse(error, payment)
        }
    }

    private func refuse(_ fault: LiqPayFault, _ payment: LiqPayPayment) -> Response {
        if fault == .expired {
            bank.expireDue()
            return .html(LiqPayPage.expired(payment))
        }
        return .html(LiqPayPage.refused(fault), status: .conflict)
    }

    // MARK: The server API

    /// Every answer is HTTP 200; errors are told in the body.
    private func call(_ form: FormFields?) async throws -> Response {
        let envelope: LiqPayEnvelope
        let action: String
        do throws(LiqPayFault) {
            envelope = try LiqPayEnvelope(form, publicKey: publicKey, signature: signature)
            guard let named = envelope.json["action"]?.string else { throw .missing("action") }
            action = named
        } catch {
            return Self.answer(error)
        }
        return try await faults.around(.liqpay, action) {
            do throws(LiqPayFault) {
                return try perform(action, envelope.json)
            } catch {
                return Self.answer(error)
            }
        }
    }

    private func perform(_ action: String, _ json: JSON) throws(LiqPayFault) -> Response {
        switch action {
        case "status": return answer(try bank.status(try LiqPayOrder.orderID(json)))
        case "refund":
            let refund = try bank.refund(try LiqPayOrder.orderID(json), json["amount"])
            return answer(refund)
        case "hold_completion": return answer(try bank.complete(try LiqPayOrder.orderID(json), json["amount"]))
        case "invoice_cancel":
            // Only payments that were made as invoices can be cancelled, and none here is.
            _ = try bank.status(try LiqPayOrder.orderID(json))
            throw .state
        default: throw .action
        }
    }

    private func answer(_ payment: LiqPayPayment) -> Response {
        .json(
            JSONWriter.object(capacity: 1024) {
                $0.member("result", "ok")
                payment.write(to: &$0, publicKey: publicKey)
            })
    }

    private func answer(_ refund: LiqPayBank.Refund) -> Response {
        .json(
            JSONWriter.object {
                $0.member("result", "ok")
                $0.member("action", "refund")
                $0.member("payment_id", refund.payment.number)
                $0.member("status", refund.waits ? "success" : refund.payment.status.rawValue)
                $0.member("wait_amount", refund.waits)
            })
    }

    private static func answer(_ fault: LiqPayFault) -> Response {
        .json(
            .members([
                "result": .string("error"), "status": .string("error"), "err_code": .string(fault.code),
                "err_description": .string(fault.text),
            ]))
    }
}
