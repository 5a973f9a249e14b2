import Contracts
import CurlHTTP
import Hummingbird

extension ControlRoutes {
    /// - `POST liqpay/pay` `{"url": "<checkout address>", "card": "4242…"}` does what a customer does in the browser:
    ///   opens the page, sends the card and confirms if asked; the answer tells the payment's status.
    /// - `POST liqpay/callbacks/{order_id}` sends the last callback of an order again.
    /// - `PUT liqpay/balance` `{"short": true}` makes refunds wait, `false` carries the waiting ones out.
    func addLiqPay(to router: Router<BasicRequestContext>) {
        router.post("_sandbox/liqpay/pay") { request, _ in
            try await answer(request) { json throws(ControlFault) in try pay(json) }
        }
        router.post("_sandbox/liqpay/callbacks/{order}") { request, context in
            let order = try context.parameters.require("order")
            return try await answer(request) { _ in
                world.callbacks.repeatLast(order) ? .members(["repeated": .string(order)]) : nil
            }
        }
        router.put("_sandbox/liqpay/balance") { request, _ in
            try await answer(request) { json throws(ControlFault) in
                guard let isShort = json["short"]?.bool else { throw ControlFault("short has to be true or false") }
                world.bank.setShortOfMoney(isShort)
                return .members(["short": .bool(isShort)])
            }
        }
    }

    private func pay(_ json: JSON) throws(ControlFault) -> JSON {
        guard let url = json["url"]?.string, let mark = url.firstIndex(of: "?") else {
            throw ControlFault("url has to be a checkout address with data and signature")
        }
        guard let card = LiqPayTestCard(number: json["card"]?.string ?? LiqPayTestCard.success.rawValue) else {
            throw ControlFault("card is no test card")
        }
        let routes = LiqPayRoutes(bank: world.bank, faults: world.faults, settings: world.settings)
        do throws(LiqPayFault) {
            let opened = try routes.open(FormFields(decoding: url[url.index(after: mark)...].utf8))
            var payment = try world.bank.pay(token: opened.token, card: card)
            switch payment.status {
            case .verify3DS, .verifyOTP, .verifyCVV:
                payment = try world.bank.confirm(token: opened.token, accepted: true)
            default: break
            }
            return .members([
                "order_id": .string(payment.order.orderID), "payment_id": .int(payment.number),
                "status": .string(payment.status.rawValue), "amount": .amount(payment.amount),
                "err_code": .optional(payment.fault?.code),
            ])
        } catch {
            throw ControlFault("\(error.code): \(error.text)")
        }
    }
}
