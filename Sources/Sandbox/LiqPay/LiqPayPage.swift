import Contracts

/// The pages a customer sees at LiqPay.
struct LiqPayPage: Sendable {
    /// The form with the test card; `message` tells what went wrong before.
    static func pay(_ payment: LiqPayPayment, message: String? = nil) -> String {
        let cards = LiqPayTestCard.allCases
            .map { "<tr><td>\($0.rawValue)</td><td>\($0.note)</td></tr>" }.joined()
        let title = payment.order.action == .hold ? "Заблокувати кошти" : "Оплата"
        return page(
            payment, title,
            """
            \(message.map { "<p class=\"error\">\(HTML.escape($0))</p>" } ?? "")
            <form method="post" action="/liqpay/checkout/\(payment.token)/pay">
            <label for="card">Номер картки</label>
            <input id="card" name="card" inputmode="numeric" autocomplete="off" value="\(LiqPayTestCard.success.rawValue)">
            <button class="main" name="action" value="pay">Сплатити \(payment.amount) \(payment.amount.currency)</button>
            <button class="plain" name="action" value="decline">Відмовитися</button>
            <button class="plain" name="action" value="cancel">Скасувати</button>
            </form>
            <p class="note">Тестова сторінка: гроші не списуються. Тестові картки:</p>
            <table class="note">\(cards)</table>
            """)
    }

    /// The second step of cards that ask for one.
    static func confirm(_ payment: LiqPayPayment) -> String {
        let question =
            switch payment.status {
            case .verifyOTP: ("Введіть код з SMS", "0000")
            case .verifyCVV: ("Введіть CVV-код картки", "000")
            default: ("Підтвердіть платіж у вашому банку (3-D Secure)", "")
            }
        let field = question.1.isEmpty ? "" : "<input id=\"code\" name=\"code\" value=\"\(question.1)\">"
        return page(
            payment, "Підтвердження",
            """
            <form method="post" action="/liqpay/checkout/\(payment.token)/confirm">
            <label for="code">\(question.0)</label>\(field)
            <button class="main" name="answer" value="accept">Підтвердити</button>
            <button class="plain" name="answer" value="reject">Відхилити</button>
            </form>
            """)
    }

    static func expired(_ payment: LiqPayPayment) -> String {
        let back = payment.order.resultURL.map { "<p><a href=\"\(HTML.escape($0))\">Повернутися до магазину</a></p>" }
        return page(
            payment, "Час на оплату вичерпано", "<p class=\"error\">Посилання більше не дійсне.</p>\(back ?? "")")
    }

    /// Shown where the shop gave no address to go back to.
    static func done(_ payment: LiqPayPayment) -> String {
        let text =
            payment.status.hasMoney
            ? "Дякуємо, платіж прийнято." : "Платіж не виконано: \(payment.fault?.text ?? payment.status.rawValue)"
        return page(payment, "Результат", "<p>\(HTML.escape(text))</p>")
    }

    static func refused(_ fault: LiqPayFault) -> String {
        HTML.page(
            "LiqPay",
            "<h1>Помилка</h1><p class=\"error\">\(HTML.escape(fault.text))</p><p class=\"note\">\(fault.code)</p>")
    }

    private static func page(_ payment: LiqPayPayment, _ title: String, _ body: String) -> String {
        HTML.page(
            "LiqPay: \(title)",
            """
            <h1>LiqPay · \(title)</h1>
            <p>\(HTML.escape(payment.order.text))</p>
            <p class="amount">\(payment.amount) \(payment.amount.currency)</p>
            \(body)
            """)
    }
}
