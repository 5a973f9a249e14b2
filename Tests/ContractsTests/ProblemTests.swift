import Contracts
import Testing

/// What a client sends may be of any length, a problem document may not.
@Suite struct ProblemTests {
    @Test(arguments: [("", 0, ""), ("їжак", 2, "їж"), ("їжак", 9, "їжак"), ("o\u{35e}\u{327}o", 2, "o\u{35e}")])
    func limitCountsAsTheSchemaDoes(text: String, count: Int, expected: String) {
        let limited = text.limited(to: count)
        #expect(Array(limited.unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test(arguments: [
        ("limitt", "limitt"), ("", "?"), (String(repeating: "n", count: 65), String(repeating: "n", count: 64)),
        ("o" + String(repeating: "\u{35e}", count: 90), "o" + String(repeating: "\u{35e}", count: 63)),
    ])
    func unknownParameter(name: String, told: String) throws {
        let reply = Problem.unknownParameter(name).reply(path: "/api/v1/orders", requestID: "r")
        let body = try JSONParser.parse(reply.body)
        #expect(reply.status == 400)
        #expect(body["errors"]?.array?.first?["parameter"]?.string == told)
        #expect(body["detail"]?.string == "There is no parameter \(told).")
    }

    @Test(arguments: [(499, true), (500, true), (501, false)])
    func longPathsAreLeftOut(length: Int, isTold: Bool) throws {
        let path = "/" + String(repeating: "p", count: length - 1)
        let body = try JSONParser.parse(Problem.notFound("order").reply(path: path, requestID: "r").body)
        #expect(body["instance"]?.string == (isTold ? path : nil))
    }

    @Test func detailIsLimited() throws {
        let detail = "o" + String(repeating: "\u{35e}", count: 2000)
        let body = try JSONParser.parse(Problem(.internalError, detail).reply(path: "", requestID: "").body)
        #expect(body["detail"]?.string?.unicodeScalars.count == 1000)
        #expect(body["request_id"]?.string == "-")
    }
}
