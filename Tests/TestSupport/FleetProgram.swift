/// An executable of the package.
public enum FleetProgram: String, Sendable, CaseIterable {
    case gateway = "Gateway"
    case order = "OrderWorker"
    case payment = "PaymentWorker"
    case shipping = "ShippingWorker"
    case promo = "PromoWorker"
    case invoice = "InvoiceWorker"
    case sandbox = "Sandbox"

    /// Its database role and schema; nil for what needs no database.
    public var schema: String? {
        switch self {
        case .gateway, .sandbox: nil
        case .order: "oms_order"
        case .payment: "oms_payment"
        case .shipping: "oms_shipping"
        case .promo: "oms_promo"
        case .invoice: "oms_invoice"
        }
    }

    public static let workers = allCases.filter { $0.schema != nil }
}
