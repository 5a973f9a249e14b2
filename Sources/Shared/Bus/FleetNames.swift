/// A kind of worker. Its raw value is the word in queue names, schemas and settings.
package enum WorkerName: String, Sendable, CaseIterable {
    case order, payment, shipping, promo, invoice

    /// Changes that were accepted, or come from the fleet itself: kept until they are handled.
    package var commandQueue: String { "oms.\(rawValue).commands" }
    /// Changes whose sender waits for the answer and sends them as commands if none comes.
    package var requestQueue: String { "oms.\(rawValue).requests" }
    package var eventQueue: String { "oms.\(rawValue).events" }
    package var queryQueue: String { "oms.\(rawValue).queries" }
    /// Suspects: what was delivered three times without being settled, one at a time.
    package var soloQueue: String { "oms.\(rawValue).solo" }
    /// What failed for good, until a person looks.
    package var parkedQueue: String { "oms.\(rawValue).parked" }

    /// `app_id` of its events.
    package var appID: String { "oms-\(rawValue)" }
    /// `cloudEvents:source` of its events.
    package var source: String { "/oms/\(rawValue)" }
    /// The schema of its tables, and the role that owns it.
    package var schema: String { "oms_\(rawValue)" }
}

/// The exchanges of the fleet.
package enum FleetExchange {
    package static let commands = "oms.commands"
    package static let requests = "oms.requests"
    package static let queries = "oms.queries"
    /// Bundles of events for the fleet's own workers.
    package static let fleet = "oms.fleet"
    /// The public stream.
    package static let events = "oms.events"
    /// Where public events go that nobody has bound a queue for.
    package static let unrouted = "oms.events.unrouted"
}

/// The waiting times of the retry ladder (events.md section 5.1). A message that failed at the last step is parked.
package enum RetryStep: String, Sendable, CaseIterable {
    case oneSecond = "1s"
    case tenSeconds = "10s"
    case oneMinute = "1m"
    case tenMinutes = "10m"

    package var exchange: String { "oms.retry.\(rawValue)" }

    package var delay: Duration {
        switch self {
        case .oneSecond: .seconds(1)
        case .tenSeconds: .seconds(10)
        case .oneMinute: .seconds(60)
        case .tenMinutes: .seconds(600)
        }
    }

    /// The step after so many failed tries; nil past the last.
    package static func after(attempts: Int) -> RetryStep? { attempts < allCases.count ? allCases[attempts] : nil }
}
