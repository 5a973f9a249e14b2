import Connectors
import Service
import Worker

/// The shipping worker's own settings.
struct ShippingSettings: SettingsGroup {
    /// nil without a key: the carrier cannot be used then.
    let novaPoshta: NovaPoshtaAccount?
    let tracking: TrackingPlan
    let cursors: CursorKey
    /// Weighs and prices the products of a quote.
    let catalogue: CatalogueSettings

    init(from reader: SettingsReader) {
        let key = reader.optionalSecret("NOVAPOSHTA_API_KEY", .text(), "Key of the Nova Poshta account")
        let url = reader.value(
            "NOVAPOSHTA_API_URL", .url("http", "https"), default: "https://api.novaposhta.ua/v2.0/json/",
            "Address of Nova Poshta's API")
        let printURL = reader.value(
            "NOVAPOSHTA_PRINT_URL", .url("http", "https"), default: "https://my.novaposhta.ua",
            "Where Nova Poshta prints labels")
        let city = reader.optional(
            "NOVAPOSHTA_SENDER_CITY_REF", .text(), "Nova Poshta's id of the city parcels are sent from; the account's")
        let branch = reader.optional(
            "NOVAPOSHTA_SENDER_BRANCH_REF", .text(),
            "Nova Poshta's id of the branch parcels are handed in; the account's")
        let interval = reader.value(
            "TRACKING_INTERVAL_SECONDS", .seconds(60...86_400), default: "1800",
            "How often a moving parcel is asked about; before hand-over 12 times as long, with a courier a third")
        let fixed = reader.optional(
            "NOVAPOSHTA_POLL_SECONDS", .seconds(1...86_400), "The same interval for every parcel, for trials")
        novaPoshta = key.map {
            NovaPoshtaAccount(
                key: $0.revealed, url: url, printURL: printURL, cityRef: city, branchRef: branch)
        }
        cursors = CursorKey(from: reader)
        catalogue = CatalogueSettings(from: reader)
        tracking = TrackingPlan(interval: interval, fixed: fixed)
    }
}
