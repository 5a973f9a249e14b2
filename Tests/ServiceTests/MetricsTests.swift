import CoreMetrics
import Foundation
import Testing

@testable import Service

@Suite("Metrics") struct MetricsTests {
    @Test func writesTheTextFormat() {
        let registry = PrometheusRegistry()
        registry.describe("oms_orders_total", "Orders by status.\nSee \\docs \"x\".")
        registry.describe("oms_processing_time", "Seconds.", buckets: [0.5, 0.1, .infinity, 0.5])
        Counter(label: "oms_orders_total", dimensions: [("status", "confirmed")], factory: registry).increment(by: 12)
        Counter(label: "oms_orders_total", dimensions: [("status", "a\"b\\c\nd")], factory: registry).increment()
        Meter(label: "oms_payment_success_rate", dimensions: [("provider", "x")], factory: registry).set(99.5)
        Gauge(label: "plain", factory: registry).record(-3)
        FloatingPointCounter(label: "hb.bytes-sent", factory: registry).increment(by: 1.5)
        let timer = Timer(label: "oms_processing_time", dimensions: [("command", "c"), ("a", "b")], factory: registry)
        timer.recordMilliseconds(100)
        timer.recordMilliseconds(400)
        timer.recordSeconds(2)
        #expect(
            registry.text == """
                # TYPE hb_bytes_sent counter
                hb_bytes_sent 1.5
                # HELP oms_orders_total Orders by status.\\nSee \\\\docs "x".
                # TYPE oms_orders_total counter
                oms_orders_total{status="a\\"b\\\\c\\nd"} 1
                oms_orders_total{status="confirmed"} 12
                # TYPE oms_payment_success_rate gauge
                oms_payment_success_rate{provider="x"} 99.5
                # HELP oms_processing_time Seconds.
                # TYPE oms_processing_time histogram
                oms_processing_time_bucket{a="b",command="c",le="0.1"} 1
                oms_processing_time_bucket{a="b",command="c",le="0.5"} 2
                oms_processing_time_bucket{a="b",command="c",le="+Inf"} 3
                oms_processing_time_sum{a="b",command="c"} 2.5
                oms_processing_time_count{a="b",command="c"} 3
                # TYPE plain gauge
                plain -3

                """)
    }

    @Test func losesNoIncrement() async {
        let registry = PrometheusRegistry()
        await withTaskGroup { group in
            for worker in 0..<8 {
                group.addTask {
                    let own = Counter(label: "hits", dimensions: [("worker", "\(worker % 2)")], factory: registry)
                    let recorder = Recorder(label: "sizes", factory: registry)
                    for _ in 0..<10_000 {
                        own.increment()
                        recorder.record(2)
                    }
                }
            }
        }
        let text = registry.text
        #expect(text.contains("hits{worker=\"0\"} 40000\n") && text.contains("hits{worker=\"1\"} 40000\n"))
        #expect(text.contains("sizes_sum 160000\n") && text.contains("sizes_count 80000\n"))
        #expect(text.contains("sizes_bucket{le=\"1\"} 0\n") && text.contains("sizes_bucket{le=\"2.5\"} 80000\n"))
    }

    @Test func keepsOneKindANameAndBoundsLabels() {
        let registry = PrometheusRegistry(seriesLimit: 3)
        Counter(label: "a", factory: registry).increment()
        Meter(label: "a", factory: registry).set(5)
        for number in 0..<10 { Counter(label: "b", dimensions: [("id", "\(number)")], factory: registry).increment() }
        let text = registry.text
        #expect(text.contains("a 1\n") && !text.contains("gauge"))
        #expect(text.components(separatedBy: "b{").count - 1 == 3)
    }

    @Test(arguments: [
        (Double.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (0, "0"), (1e20, "1e+20"), (0.1, "0.1"),
    ])
    func writesNumbers(value: Double, text: String) {
        #expect(ExpositionText.number(value) == text)
    }

    @Test func readsProcStat() throws {
        let stat =
            "7 (a ) b) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 9 0 12345 1000000 512 18446744073709551615 1"
        let metrics = try #require(ProcessMetrics(stat: stat, openFiles: 4))
        #expect(metrics.cpuSeconds == 3 && metrics.threads == 9 && metrics.residentBytes == 512 * 4096)
        #expect(ProcessMetrics(stat: "7 (a) S 1", openFiles: 0) == nil)
        let live = try #require(ProcessMetrics())
        #expect(live.residentBytes > 1_000_000 && live.threads >= 1 && live.openFiles >= 3)
    }
}
