import Contracts
import CurlHTTP
import Logging

/// The outside world in one piece: all stand-ins with their state, which is in memory only.
struct SandboxWorld: Sendable {
    let settings: SandboxSettings
    let clock: SandboxClock
    let faults = FaultBoard()
    let catalogue = Catalogue()
    let stock: Stock
    let callbacks: LiqPayCallbacks
    let bank: LiqPayBank
    let post: NovaPoshtaPost
    let events = EventLog()

    init(_ settings: SandboxSettings, clock: SandboxClock = .wall, http: any HTTPSending, logger: Logger) {
        self.settings = settings
        self.clock = clock
        stock = Stock(clock: clock)
        let callbacks = LiqPayCallbacks(http: http, settings: settings, faults: faults, logger: logger)
        self.callbacks = callbacks
        bank = LiqPayBank(clock: clock) { callbacks.send($0) }
        post = NovaPoshtaPost(clock: clock, step: settings.parcelStep)
    }

    /// As at the start. Payment and waybill numbers go on.
    func reset() {
        faults.clear()
        catalogue.reset()
        stock.reset()
        callbacks.reset()
        bank.reset()
        post.reset()
        events.reset()
    }
}
