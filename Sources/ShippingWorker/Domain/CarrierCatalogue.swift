import Contracts

/// A carrier and what it can do here (schema `CarrierInfo`).
struct CarrierInfo: Sendable, Equatable, JSONEncodable {
    let code: Carrier
    let name: String
    let isRetired: Bool
    let services: [DeliveryService]
    let maxWeightGrams: Int64
    var isEnabled = false

    /// All that the system knows, in the order they are shown.
    static let all = [
        CarrierInfo(
            code: .novaposhta, name: "Nova Poshta", isRetired: false, services: [.branch, .courier, .locker],
            maxWeightGrams: 1_000_000),
        CarrierInfo(
            code: .meest, name: "Meest Express", isRetired: false, services: [.branch, .courier, .locker],
            maxWeightGrams: 1_000_000),
        CarrierInfo(
            code: .ukrposhta, name: "Ukrposhta", isRetired: false, services: [.branch, .courier],
            maxWeightGrams: 30_000),
        CarrierInfo(code: .justin, name: "Justin", isRetired: true, services: [.branch], maxWeightGrams: 30_000),
    ]

    static func of(_ carrier: Carrier) -> CarrierInfo? { all.first { $0.code == carrier } }

    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("code", code)
            $0.member("name", name)
            $0.member("available", isEnabled && !isRetired)
            if isRetired {
                $0.member("unavailable_reason", "retired")
            } else if !isEnabled {
                $0.member("unavailable_reason", "not_configured")
            }
            $0.member("services", array: services)
            $0.member("tracking", true)
            $0.member("label", true)
            $0.member("cancel", true)
            $0.member("max_weight_grams", maxWeightGrams)
        }
    }
}
