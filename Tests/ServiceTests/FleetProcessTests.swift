import CoreMetrics
import CurlHTTP
import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import Service

/// Whole processes within this one: they take its SIGTERM, so one after another.
@Suite("Fleet process", .serialized, .timeLimit(.minutes(1))) struct FleetProcessTests {
    struct Own: SettingsGroup {
        let rate: Int
        init(from reader: SettingsReader) { rate = reader.value("RATE", .integer(1...5), default: "2", "Rate") }
    }

    /// Runs until told to stop; then waits for leave, or for ever if it is stubborn.
    final class Worker: Service {
        let mayEnd = Atomic(false)
        private let ended = Atomic(false)

        var hasEnded: Bool { ended.load(ordering: .relaxed) }

        func run() async throws {
            try? await gracefulShutdown()
            while !mayEnd.load(ordering: .relaxed), !Task.isCancelled { try? await Task.sleep(for: .milliseconds(10)) }
            ended.store(true, ordering: .relaxed)
        }
    }

    struct Failing: Service {
        struct Failure: Error {}
        func run() async throws { throw Failure() }
    }

    private let process = FleetProcess(name: "test", version: "1.2.3", settingsPrefix: "TEST", adminPort: 9)
    private let port: Int

    init() throws { port = try freePort() }

    private func context(grace: Int = 30) throws -> FleetProcess.Context {
        let settings = try SettingsReader.load(
            ProcessSettings.self, prefix: "",
            environment: ["ADMIN_PORT": "\(port)", "SHUTDOWN_GRACE_SECONDS": "\(grace)"])
        return FleetProcess.Context(
            logger: Logger(label: "test"), readiness: Readiness(), metrics: PrometheusRegistry(), settings: settings)
    }

    private func own() throws -> Own { try SettingsReader.load(Own.self, prefix: "", environment: [:]) }

    /// Asks until there is an answer: at first the server is not up yet.
    private func get(_ path: String, with client: HTTPClient) async throws -> HTTPResponse {
        let request = HTTPRequest(.get, "http://127.0.0.1:\(port)\(path)")
        while true {
            if let response = try? await client.send(request) { return response }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test func wrongSettingsEndIt() async {
        let code = await process.run(Own.self, environment: ["RATE": "9", "LOG_LEVEL": "loud"]) { _, _ in
            Issue.record("built in spite of wrong settings")
            return []
        }
        #expect(code == .configuration)
        #expect(code.rawValue == 78)
    }

    @Test func servesHealthAndMetricsUntilStopped() async throws {
        let context = try context()
        let worker = Worker()
        context.readiness.register("broker")
        context.metrics.describe("oms_orders_total", "Orders.")
        context.metrics.makeCounter(label: "oms_orders_total", dimensions: [("status", "new")]).increment(by: 2)
        ProcessMetrics.register(in: context.metrics)
        let own = try own()
        // swift-format-ignore: OnlyOneTrailingClosureArgument
        async let code = process.serve(own, context, onStuck: {}) { _, _ in [worker] }

        let client = try HTTPClient()
        let live = try await get("/health/live", with: client)
        #expect(live.status == 200)
        #expect(String(decoding: live.body, as: UTF8.self) == #"{"status":"ok"}"#)
        #expect(live.headers["content-type"] == "application/json")
        let starting = try await get("/health/ready", with: client)
        #expect(starting.status == 503)
        context.readiness.set("broker", .ok)
        let ready = try await get("/health/ready", with: client)
        #expect(ready.status == 200)
        #expect(String(decoding: ready.body, as: UTF8.self) == #"{"status":"ok","checks":{"broker":"ok"}}"#)
        let metrics = try await get("/metrics", with: client)
        let text = String(decoding: metrics.body, as: UTF8.self)
        #expect(metrics.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(text.contains("# TYPE oms_orders_total counter\noms_orders_total{status=\"new\"} 2\n"))
        #expect(text.contains(/\nprocess_resident_memory_bytes [1-9][0-9]{6,}\n/))
        #expect(text.contains(/\nprocess_threads [1-9]/) && text.contains(/\nprocess_open_fds [1-9]/))
        #expect(text.contains("# TYPE process_cpu_seconds_total counter\n"))
        #expect(try await get("/other", with: client).status == 404)

        kill(getpid(), SIGTERM)
        while try await get("/health/ready", with: client).status == 200 {}
        #expect(try await get("/health/live", with: client).status == 200)  // while the worker finishes
        #expect(!worker.hasEnded)
        worker.mayEnd.store(true, ordering: .relaxed)
        #expect(await code == .ok)
        #expect(worker.hasEnded)
    }

    @Test func cutsOffWhatDoesNotStopInTime() async throws {
        let context = try context(grace: 1)
        let worker = Worker()
        let own = try own()
        // swift-format-ignore: OnlyOneTrailingClosureArgument
        async let code = process.serve(own, context, onStuck: {}) { _, _ in [worker] }
        _ = try await get("/health/live", with: HTTPClient())
        let start = ContinuousClock.now
        kill(getpid(), SIGTERM)
        #expect(await code == .failure)
        #expect(worker.hasEnded)
        #expect(ContinuousClock.now - start > .milliseconds(900))
    }

    @Test func aFailingServiceEndsIt() async throws {
        let worker = Worker()
        worker.mayEnd.store(true, ordering: .relaxed)
        // swift-format-ignore: OnlyOneTrailingClosureArgument
        let code = try await process.serve(own(), context(), onStuck: {}) { _, _ in [worker, Failing()] }
        #expect(code == .failure)
        #expect(worker.hasEnded)
    }

    @Test func aFailedBuildEndsIt() async throws {
        // swift-format-ignore: OnlyOneTrailingClosureArgument
        let code = try await process.serve(own(), context(), onStuck: {}) { _, _ in throw Failing.Failure() }
        #expect(code == .failure)
    }
}
