/// A kind of worker. Its raw value is the word in queue names, schemas and settings.
public enum WorkerName: String, Sendable, CaseIterable {
    case order, payment, shipping, promo, invoice

    /// Changes that were accepted, or come from the fleet itself: kept until they are handled.
    public var commandQueue: String { "oms.\(rawValue).commands" }
    /// Changes whose sender waits for the answer and sends them as commands if none comes.
    public var requestQueue: String { "oms.\(rawValue).requests" }
    public var eventQueue: String { "oms.\(rawValue).events" }
    public var queryQueue: String { "oms.\(rawValue).queries" }
    /// Suspects: what was delivered three times without being settled, one at a time.
    public var soloQueue: String { "oms.\(rawValue).solo" }
    /// What failed for good, until a person looks.
    public var parkedQueue: String { "oms.\(rawValue).parked" }

    /// `app_id` of its events.
    public var appID: String { "oms-\(rawValue)" }
    /// `cloudEvents:source` of its events.
    public var source: String { "/oms/\(rawValue)" }
    /// The schema of its tables, and the role that owns it.
    public var schema: String { "oms_\(rawValue)" }
}

/// The exchanges of the fleet.
public enum FleetExchange {
    public static let commands = "oms.commands"
    public static let requests = "oms.requests"
    public static let queries = "oms.queries"
    /// Bundles of events for the fleet's own workers.
    public static let fleet = "oms.fleet"
    /// The public stream.
    public static let events = "oms.events"
    /// Where public events go that nobody has bound a queue for.
    public static let unrouted = "oms.events.unrouted"
}

/// The waiting times of the retry ladder (events.md section 5.1). A message that failed at the last step is parked.
public enum RetryStep: String, Sendable, CaseIterable {
    case oneSecond = "1s"
    case tenSeconds = "10s"
    case oneMinute = "1m"
    case tenMinutes = "10m"

    public var exchange: String { "oms.retry.\(rawValue)" }

    public var delay: Duration {
        switch self {
        case .oneSecond: .seconds(1)
        case .tenSeconds: .seconds(10)
        case .oneMinute: .seconds(60)
        case .tenMinutes: .seconds(600)
        }
    }

    /// The step after so many failed tries; nil past the last.
    public static func after(attempts: Int) -> RetryStep? { attempts < allCases.count ? allCases[attempts] : nil }
}
