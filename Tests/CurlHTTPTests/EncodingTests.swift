import Testing

@testable import CurlHTTP

@Suite("Encoding") struct EncodingTests {
    @Test(arguments: [
        ("AZaz09-._~", "AZaz09-._~"), ("a b+c", "a%20b%2Bc"), ("%/?&=", "%25%2F%3F%26%3D"),
        ("Київ", "%D0%9A%D0%B8%D1%97%D0%B2"),
        ("!'()*", "%21%27%28%29%2A"), ("", ""),
    ])
    func percentEncodesAllButUnreserved(plain: String, encoded: String) {
        #expect(PercentEncoding.encode(plain) == encoded)
        #expect(PercentEncoding.decode(encoded) == plain)
    }

    @Test(arguments: ["%", "%4", "%G1", "%-1", "%FF", "abc%"])
    func refusesBrokenEscapes(encoded: String) {
        #expect(PercentEncoding.decode(encoded) == nil)
        #expect(FormFields(decoding: "a=\(encoded)".utf8) == nil)
    }

    @Test func plusIsAPlusOutsideForms() {
        #expect(PercentEncoding.decode("a+b") == "a+b")
    }

    @Test func formTellsSpaceFromPlus() throws {
        let form: FormFields = ["phone": "+380 50", "note": "a&b=c"]
        #expect(form.encoded == "phone=%2B380+50&note=a%26b%3Dc")
        let decoded = try #require(FormFields(decoding: form.encoded.utf8))
        #expect(decoded["phone"] == "+380 50")
        #expect(decoded["note"] == "a&b=c")
    }

    @Test func formKeepsDoublesEmptiesAndEqualSigns() throws {
        let form = try #require(FormFields(decoding: "a=1&a=2&&b&c=&d=x=y".utf8))
        #expect(form.fields.map(\.name) == ["a", "a", "b", "c", "d"])
        #expect(form.fields.map(\.value) == ["1", "2", "", "", "x=y"])
        #expect(form["e"] == nil)
    }

    @Test func headersIgnoreCaseAndReplaceAll() {
        var headers: HTTPHeaders = ["X-Key": "1", "x-key": "2"]
        #expect(headers["X-KEY"] == "1")
        #expect(headers.all("x-Key") == ["1", "2"])
        headers["x-key"] = "3"
        #expect(headers.all("X-Key") == ["3"])
        headers["X-Key"] = nil
        #expect(headers.fields.isEmpty)
        #expect(headers["X-Ke\u{79}["] == nil)
    }
}
