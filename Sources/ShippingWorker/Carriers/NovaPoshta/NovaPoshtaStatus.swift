import Contracts

extension ShipmentStatus {
    /// Nova Poshta's status code of a parcel.
    ///
    /// - Returns: nil for a code that is not in the table, and for 3: a number that the carrier does not know yet says
    ///   nothing about a parcel that we know.
    init?(novaPoshta code: String) {
        switch code {
        case "1": self = .created
        case "2": self = .cancelled
        case "4", "41", "12": self = .pickedUp
        case "5", "6", "104", "112": self = .inTransit
        case "7", "8", "14", "107": self = .atBranch
        case "9", "10", "11", "106": self = .delivered
        case "101": self = .outForDelivery
        case "102", "103", "105", "108": self = .returning
        case "111": self = .failed
        default: return nil
        }
    }
}
