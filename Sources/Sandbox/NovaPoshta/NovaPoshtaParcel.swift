import Contracts

/// A waybill and where its parcel is. The parcel moves by time: one status of its path after the other.
struct NovaPoshtaParcel: Sendable {
    /// What the caller said when the waybill was made.
    struct Details: Sendable {
        var from: NovaPoshtaCity
        var to: NovaPoshtaCity
        /// Nil: to doors.
        var branch: NovaPoshtaBranch?
        var recipientName: String
        var recipientPhone: String
        var senderPhone: String
        var grams: Int64
        var seats: Int64
        var declared: Money
        /// Nil: no money is collected.
        var cashOnDelivery: Money?
        var service: NovaPoshtaService
        var clientNumber: String
        var text: String
    }

    let ref: String
    let number: String
    let details: Details
    let price: Money
    let createdAt: Timestamp
    let estimated: CalendarDate
    /// Codes still to come begin after `position`.
    private(set) var path: [Int]
    private(set) var position = 0
    private var since: Timestamp
    /// When each status was reached.
    private(set) var reachedAt: [Timestamp]
    /// A status set by the control API; the parcel stands still in it.
    private(set) var forced: Int?
    /// The waybill on which the parcel goes back.
    var returnNumber: String?
    /// The waybill that this one brings back.
    let returns: String?

    init(
        ref: String, number: String, details: Details, price: Money, estimated: CalendarDate, at time: Timestamp,
        returns: String? = nil
    ) {
        self.ref = ref
        self.number = number
        self.details = details
        self.price = price
        self.estimated = estimated
        self.returns = returns
        createdAt = time
        since = time
        reachedAt = [time]
        path = Self.path(details)
    }

    /// 1 created, 4 or 41 handed over, 5 and 6 on the way between cities, then 7 at the branch, 8 in the locker or 101
    /// with the courier, 9 received; with cash on delivery 10 and 11 follow, the money on its way and paid out.
    private static func path(_ details: Details) -> [Int] {
        var path = details.from.ref == details.to.ref ? [1, 41] : [1, 4, 5, 6]
        if let branch = details.branch { path.append(branch.kind == .locker ? 8 : 7) } else { path.append(101) }
        path.append(9)
        if details.cashOnDelivery != nil { path += [10, 11] }
        return path
    }

    var status: Int { forced ?? path[position] }

    /// Whether the carrier has not got the parcel yet.
    var isWithSender: Bool { status == 1 }

    /// When it came into its status.
    var changedAt: Timestamp { forced == nil ? reachedAt[position] : since }

    /// When the recipient took it, nil before.
    var receivedAt: Timestamp? {
        path.firstIndex(of: 9).flatMap { $0 <= position && forced == nil ? reachedAt[$0] : nil }
    }

    /// When it came to the branch, the locker or the courier, nil before.
    var arrivedAt: Timestamp? {
        path.firstIndex { [7, 8, 101].contains($0) }.flatMap { $0 <= position ? reachedAt[$0] : nil }
    }

    /// Moves the parcel on to where it is by now.
    mutating func move(to now: Timestamp, step: Duration) {
        guard forced == nil, step > .zero else { return }
        while position + 1 < path.count, since.adding(step) <= now {
            since = since.adding(step)
            reachedAt.append(since)
            position += 1
        }
    }

    /// One status further at once.
    mutating func advance(at now: Timestamp) {
        forced = nil
        since = now
        guard position + 1 < path.count else { return }
        position += 1
        reachedAt.append(now)
    }

    /// Holds the parcel in a status, whatever its path says.
    mutating func force(_ status: Int, at now: Timestamp) {
        forced = status
        since = now
    }

    /// Lets it go on from where it was before ``force(_:at:)``.
    mutating func resume(at now: Timestamp) {
        forced = nil
        since = now
    }
}

extension NovaPoshtaParcel {
    /// The carrier's words for a status.
    static func text(_ status: Int, branch: NovaPoshtaBranch?) -> String {
        switch status {
        case 1: "Відправник самостійно створив цю накладну, але ще не надав до відправки"
        case 2: "Видалено"
        case 3: "Номер не знайдено"
        case 4, 41: "Відправлення у місті відправника"
        case 5: "Відправлення прямує до міста одержувача"
        case 6: "Відправлення у місті одержувача"
        case 7: "Прибув на відділення"
        case 8: "Відправлення завантажено у Поштомат"
        case 9: "Відправлення отримано"
        case 10: "Відправлення отримано. Протягом доби ви одержите грошовий переказ"
        case 11: "Відправлення отримано. Грошовий переказ видано одержувачу"
        case 101: "На шляху до одержувача"
        case 102, 103, 108: "Відмова одержувача"
        case 104: "Змінено адресу"
        case 105: "Припинено зберігання"
        case 106: "Одержано і створено накладну зворотної доставки"
        case 111: "Невдала спроба доставки через відсутність одержувача"
        case 112: "Дату доставки перенесено одержувачем"
        default: "Статус \(status)"
        }
    }
}
