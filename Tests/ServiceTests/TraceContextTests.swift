import Testing

@testable import Service

@Suite("Trace context") struct TraceContextTests {
    static let trace = "0af7651916cd43dd8448eb211c80319c"

    @Test(arguments: [
        "00-\(trace)-b7ad6b7169203331-01", "00-\(trace)-b7ad6b7169203331-00",
        "00-0000000000000000000000000000000a-0000000000000001-01",
    ])
    func keepsValidText(text: String) {
        #expect(TraceContext(traceparent: text)?.traceparent == text)
    }

    @Test(arguments: [
        "cc-\(trace)-b7ad6b7169203331-01", "cc-\(trace)-b7ad6b7169203331-01-what-comes-later",
        "00-\(trace)-b7ad6b7169203331-ff",
    ])
    func readsOtherVersionsAndFlags(text: String) {
        #expect(TraceContext(traceparent: text)?.traceparent == "00-\(Self.trace)-b7ad6b7169203331-01")
    }

    @Test(arguments: [
        "", "00", "ff-\(trace)-b7ad6b7169203331-01", "00-\(trace)-b7ad6b7169203331-01-x",
        "cc-\(trace)-b7ad6b7169203331-01x", "00-\(trace.uppercased())-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01", "00-\(trace)-0000000000000000-01",
        "00-\(trace)-b7ad6b716920333-001", "00-\(trace)_b7ad6b7169203331-01", "0g-\(trace)-b7ad6b7169203331-01",
        "00-\(trace)-b7ad6b7169203331-0g", " 00-\(trace)-b7ad6b7169203331-01",
    ])
    func refuses(text: String) {
        #expect(TraceContext(traceparent: text) == nil)
    }

    @Test func rootsAndChildren() throws {
        let root = TraceContext.root()
        let child = root.child()
        #expect(TraceContext.root().traceID != root.traceID)
        #expect(child.traceID == root.traceID && child.spanID != root.spanID && child.isSampled)
        #expect(TraceContext(traceparent: child.traceparent) == child)
        let unsampled = try #require(TraceContext(traceparent: "00-\(Self.trace)-b7ad6b7169203331-00"))
        #expect(!unsampled.child().isSampled)
    }
}
