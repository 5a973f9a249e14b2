import Testing

@testable import Service

@Suite("Readiness") struct ReadinessTests {
    @Test func tellsTheStateOfAllComponents() {
        let readiness = Readiness()
        #expect(readiness.report.json == #"{"status":"ok"}"#)
        readiness.register("broker")
        readiness.register("order", .helpful)
        #expect(
            readiness.report.json
                == #"{"status":"unavailable","checks":{"broker":"unavailable","order":"unavailable"}}"#)
        #expect(readiness.report.httpStatus == 503)
        readiness.set("broker", .ok)
        #expect(readiness.report.json == #"{"status":"degraded","checks":{"broker":"ok","order":"unavailable"}}"#)
        #expect(readiness.report.httpStatus == 200)
        readiness.set("order", .ok)
        readiness.register("order")
        #expect(readiness.report.json == #"{"status":"ok","checks":{"broker":"ok","order":"ok"}}"#)
        readiness.set("order", .unavailable("silent"))
        #expect(readiness.report.status == .degraded)
        readiness.set("broker", .unavailable("blocked"))
        #expect(readiness.report.status == .unavailable)
    }

    @Test func isNotReadyOnceStopping() {
        let readiness = Readiness()
        readiness.set("broker", .ok)
        readiness.stop()
        readiness.set("broker", .ok)
        #expect(readiness.report == HealthReport(status: .unavailable, checks: ["broker": true]))
    }
}
