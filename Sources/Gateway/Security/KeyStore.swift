import Contracts
import CurlHTTP
import JWTKit
import Logging
import ServiceLifecycle
import Synchronization

/// The token issuer's published keys: fetched, kept, and fetched again from time to time and when a token names a key that
/// is not known. While the issuer is away the keys that were read last stay good. Nobody waits for a lock over a fetch.
final class KeyStore: ServiceLifecycle.Service {
    struct Timing: Sendable {
        /// Between two fetches when nothing happens: how long a withdrawn key is still taken.
        var interval: Duration = .seconds(300)
        /// Between two fetches at least, whatever key ids strangers send.
        var pause: Duration = .seconds(10)
        var timeout: Duration = .seconds(5)
    }

    private struct State {
        var keys: SigningKeys?
        /// Counts changes of the keys.
        var generation = 0
        var lastFetch: ContinuousClock.Instant?
        var fetch: Task<Void, Never>?
    }

    private let url: String
    private let http: any HTTPSending
    private let timing: Timing
    private let logger: Logger
    private let onKeys: @Sendable () -> Void
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    /// `onKeys` is told when keys are there for the first time.
    init(
        url: String, http: any HTTPSending, timing: Timing = Timing(), logger: Logger,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }, onKeys: @escaping @Sendable () -> Void = {}
    ) {
        self.url = url
        self.http = http
        self.timing = timing
        self.logger = logger
        self.now = now
        self.onKeys = onKeys
    }

    /// Counts changes of the keys: what was verified before a change has to be verified again.
    var generation: Int { state.withLock { $0.generation } }

    /// The key that a token names; nil when the issuer has none such. An unknown one is looked for at the issuer, unless that
    /// was done a moment ago. Throws ``GatewayProblem`` 503 while no keys were ever read: no token can be judged then.
    func verifier(id: String?, algorithm: String) async throws -> (any JWTAlgorithm)? {
        if let known = state.withLock({ $0.keys?.verifier(id: id, algorithm: algorithm) }) { return known }
        await fetch()
        guard let keys = state.withLock({ $0.keys }) else {
            throw GatewayProblem(.unavailable, "The keys of the token issuer are not known yet.", retryAfter: 2)
        }
        return keys.verifier(id: id, algorithm: algorithm)
    }

    /// Fetches from time to time until it is cancelled or the process shuts down; after a failure soon again.
    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                await fetch()
                let hasKeys = state.withLock { $0.keys != nil }
                try? await Task.sleep(for: hasKeys ? timing.interval : timing.pause)
            }
        }
    }

    /// Fetches the keys, or joins a fetch that is under way. Does nothing when the last one was a moment ago.
    func fetch() async {
        let task = state.withLock { state -> Task<Void, Never>? in
            if let running = state.fetch { return running }
            let now = now()
            if let last = state.lastFetch, last + timing.pause > now { return nil }
            state.lastFetch = now
            let task = Task { await self.load() }
            state.fetch = task
            return task
        }
        await task?.value
    }

    private func load() async {
        let loaded = await download()
        let isFirst = state.withLock { state in
            state.fetch = nil
            guard let loaded, loaded.published != state.keys?.published else { return false }
            let isFirst = state.keys == nil
            state.keys = loaded
            state.generation += 1
            return isFirst
        }
        if isFirst { onKeys() }
    }

    private func download() async -> SigningKeys? {
        let request = HTTPRequest(.get, url, headers: ["Accept": "application/json"], timeout: timing.timeout)
        do {
            let answer = try await http.send(request)
            if answer.status == 200, let keys = await SigningKeys(keySet: answer.body) { return keys }
            logger.warning("the token issuer's keys cannot be read", metadata: ["status": "\(answer.status)"])
        } catch {
            logger.warning("the token issuer is away", metadata: ["error": "\(error)"])
        }
        return nil
    }
}
