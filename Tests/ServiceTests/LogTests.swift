import Foundation
import Logging
import Testing

@testable import Service

@Suite("Logs") struct LogTests {
    private func handler(_ format: ProcessSettings.LogFormat, _ sink: LogSink) -> LineLogHandler {
        LineLogHandler(
            service: "order-worker", label: "test", level: .trace, format: format, sink: sink,
            metadataProvider: TraceContext.logMetadata)
    }

    @Test func aLineIsOneJSONObject() throws {
        let pipe = Pipe()
        let sink = LogSink(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        var logger = Logger(label: "test") { _ in handler(.json, sink) }
        logger[metadataKey: "order"] = "a\"b"
        let trace = TraceContext.root()
        let message = "line 1\nline \"2\"\t\\ \u{1} \u{7F} Київ \u{2028}"
        TraceContext.$current.withValue(trace) {
            logger.warning(
                "\(message)", metadata: ["list": ["x", ["k\n": "v"]], "secret": "\(Redacted("hunter2"))"])
        }
        logger.info("second")
        sink.flush(atMost: .seconds(20))
        try pipe.fileHandleForWriting.close()
        let text = String(decoding: try #require(try pipe.fileHandleForReading.readToEnd()), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 3 && lines[2].isEmpty)
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
        #expect(object["message"] as? String == message)
        #expect(object["level"] as? String == "warning")
        #expect(object["service"] as? String == "order-worker")
        let stamp = try #require(object["ts"] as? String)
        #expect(stamp.contains(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/))
        let metadata = try #require(object["metadata"] as? [String: Any])
        #expect(metadata["order"] as? String == "a\"b")
        #expect(metadata["trace_id"] as? String == trace.traceID)
        #expect(metadata["span_id"] as? String == trace.spanID)
        #expect((metadata["list"] as? [Any])?.count == 2)
        #expect(metadata["secret"] as? String == "[redacted]")
        #expect(!lines[1].contains("trace_id"))
    }

    @Test func aTextLineIsOneLine() {
        let bytes = handler(.text, LogSink(descriptor: -1)).line(
            .info, "a\nb", ["k": "x y\r\n"], at: Date(timeIntervalSince1970: 0))
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "1970-01-01T00:00:00.000Z INFO order-worker test: a\\nb k=\"x y\\r\\n\"\n")
    }

    /// A pipe nobody reads takes 64 KiB, then writes would block for ever.
    @Test(.timeLimit(.minutes(1))) func aStuckReaderDoesNotStopTheProcess() {
        let pipe = Pipe()
        let sink = LogSink(descriptor: pipe.fileHandleForWriting.fileDescriptor, limit: 100_000) {
            Array("dropped \($0)\n".utf8)
        }
        let line = Array((String(repeating: "x", count: 999) + "\n").utf8)
        let start = ContinuousClock.now
        for _ in 0..<1000 { sink.write(line) }
        sink.flush(atMost: .milliseconds(100))
        #expect(ContinuousClock.now - start < .seconds(10))
        var text = ""
        var isWritten = false
        while !isWritten {
            text += String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
            sink.write(Array("end\n".utf8))
            isWritten = text.contains("end\n")
        }
        sink.flush(atMost: .seconds(20))
        let dropped = text.matches(of: /dropped (\d+)\n/).compactMap { Int($0.1) }.reduce(0, +)
        #expect(dropped >= 600 && dropped < 1000)
    }
}
