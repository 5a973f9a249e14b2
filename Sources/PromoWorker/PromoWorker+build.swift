import Bus
import Postgres
import Service
import Worker

/// Wiring: which messages meet the rules of promo codes.
enum PromoApplication: WorkerApplication {
    static let name = WorkerName.promo
    static let adminPort = 9140
    static let migrations = [
        Migration("0001_promo_codes", bytes: PackageResources._001_promo_codes_sql),
        Migration("0002_promo_lists", bytes: PackageResources._002_promo_lists_sql),
        Migration("0003_redemption_versions", bytes: PackageResources._003_redemption_versions_sql),
    ]

    static func build(_ settings: PromoSettings, _ context: FleetProcess.Context) -> WorkerDefinition {
        WorkerDefinition(
            name, commands: ["promo.create", "promo.update", "promo.redeem", "promo.release"],
            handler: PromoHandler(),
            queries: PromoQueries(cursors: settings.cursors))
    }
}

/// The promo worker's own settings.
struct PromoSettings: SettingsGroup {
    let cursors: CursorKey

    init(from reader: SettingsReader) { cursors = CursorKey(from: reader) }
}
