import ServiceLifecycle

/// Looks once a second for checkouts whose time is over.
struct CheckoutExpiry: Service {
    let bank: LiqPayBank

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: .seconds(1))
                bank.expireDue()
            }
        }
    }
}
