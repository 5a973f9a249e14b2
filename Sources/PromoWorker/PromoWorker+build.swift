import Bus
import Postgres
import Worker

extension PromoWorker {
    /// Which messages the worker takes and who handles them.
    static func definition() -> WorkerDefinition<PromoHandler> {
        WorkerDefinition(
            .promo, commands: ["promo.create", "promo.redeem", "promo.release"],
            fleetEvents: ["order.confirmed", "order.cancelled", "order.refunded"], handler: PromoHandler(),
            queries: PromoQueries(),
            migrations: [Migration("0001_promo_codes", bytes: PackageResources._001_promo_codes_sql)])
    }
}
