import Bus
import Postgres
import Service
import Worker

/// Wiring: which messages meet the rules of promo codes.
enum PromoApplication: WorkerApplication {
    static let name = WorkerName.promo
    static let adminPort = 9140
    static let migrations = [Migration("0001_promo_codes", bytes: PackageResources._001_promo_codes_sql)]

    static func build(_ settings: PromoSettings, _ context: FleetProcess.Context) -> WorkerDefinition<PromoHandler> {
        WorkerDefinition(
            name, commands: ["promo.create", "promo.redeem", "promo.release"],
            handler: PromoHandler(),
            queries: PromoQueries())
    }
}

/// The promo worker has no settings of its own.
struct PromoSettings: SettingsGroup {
    init(from reader: SettingsReader) {}
}
