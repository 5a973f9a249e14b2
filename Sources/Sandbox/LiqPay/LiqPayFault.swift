/// A refusal in LiqPay's words: `err_code` and the text shown with it.
struct LiqPayFault: Error, Sendable, Equatable {
    let code: String
    let text: String

    init(_ code: String, _ text: String) {
        self.code = code
        self.text = text
    }

    static let signature = LiqPayFault("err_signature", "Невірний підпис")
    static let publicKey = LiqPayFault("public_key_not_found", "public_key не знайдено")
    static let action = LiqPayFault("err_api_action", "Невірний параметр action")
    static let duplicate = LiqPayFault("order_id_duplicate", "Такий order_id вже існує")
    static let noOrderID = LiqPayFault("order_id_empty", "Порожній order_id")
    static let amount = LiqPayFault("wrong_amount_currency", "Невірна сума або валюта")
    static let notFound = LiqPayFault("payment_not_found", "Платіж не знайдено")
    static let state = LiqPayFault("payment_err_status", "Неправильний статус платежу")
    static let holdAmount = LiqPayFault("err_amount_hold", "Сума більша за заблоковану")
    static let expired = LiqPayFault("expired_prepared", "Час на оплату вичерпано")

    static func missing(_ field: String) -> LiqPayFault { LiqPayFault("err_missing", "Не передано параметр \(field)") }
    static func wrong(_ field: String) -> LiqPayFault { LiqPayFault("err_wrong", "Невірний параметр \(field)") }
}
