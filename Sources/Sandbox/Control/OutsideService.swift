/// The parts of the outside world that can be made to fail, by the name they have in paths.
enum OutsideService: String, Sendable, CaseIterable {
    case core
    case crm
    case liqpay
    case novaposhta
}
