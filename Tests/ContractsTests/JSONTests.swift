import Contracts
import Foundation
import Testing

@Suite struct JSONTests {
    // MARK: Parser

    static let values: [(String, JSON)] = [
        ("null", JSON.null), (" true ", .bool(true)), ("\t\r\n false", .bool(false)), ("0", .number("0")),
        ("-0", .number("-0")), ("-1.5e+10", .number("-1.5e+10")), ("1E400", .number("1E400")),
        ("12345678901234567890123", .number("12345678901234567890123")), ("1.10", .number("1.10")),
        ("[]", .array([])), ("{}", .object([])), (#""""#, .string("")),
        (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{C}\n\r\t")), (#""\u0041\u00e9\u20AC""#, .string("Aé€")),
        (#""\ud83d\ude00""#, .string("😀")), (#""😀é""#, .string("😀é")), (#""\u0000""#, .string("\0")),
        (#""\uFFFF\u007f""#, .string("\u{FFFF}\u{7F}")), (#"{"":1}"#, .object([.init("", .number("1"))])),
        (#"[1,[2,{"a":null}]]"#, .array([.number("1"), .array([.number("2"), .object([.init("a", .null)])])])),
    ]

    @Test(arguments: values)
    func reads(text: String, value: JSON) throws { #expect(try JSONParser.parse(text) == value) }

    @Test(arguments: [
        "", " ", "nul", "nulll", "True", "+1", "01", "-", "1.", ".5", "1e", "1e+", "0x1", "NaN", "Infinity", "--1",
        "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "]", "{", "{1:2}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#,
        #"{"a":1 "b":2}"#, "{a:1}", #"{'a':1}"#, #"""#, #""a"#, #""\""#, #""\x41""#, #""\u00g0""#, #""\u12""#,
        #""\ud83d""#, #""\ud83dx""#, #""\ud83d\u0041""#, #""\ude00""#, "\"\t\"", "\"\n\"", "\"\u{1}\"", "1 1", "{}{}",
        "[] x", "// c\n1", "/* c */1", "\u{FEFF}1", "\u{A0}1", #"{"a":1,"a":2}"#, #"{"a":1,"b":2,"\u0061":3}"#, "\0",
        "1\0",
    ])
    func refuses(text: String) { #expect(throws: JSONParser.Fault.self) { try JSONParser.parse(text) } }

    @Test(
        arguments: [
            [0xFF], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80], [0xC3],
        ] as [[UInt8]])
    func refusesWhatIsNoUTF8(bytes: [UInt8]) {
        #expect(throws: JSONParser.Fault.self) { try JSONParser.parse([0x22] + bytes + [0x22]) }
        #expect(throws: JSONParser.Fault.self) { try JSONParser.parse([0x22, 0x5C, 0x6E] + bytes + [0x22]) }
        #expect(throws: JSONParser.Fault.self) { try JSONParser.parse(bytes) }
    }

    @Test(arguments: [("[", "]"), (#"{"a":"#, "}"), (#"[{"a":"#, "}]")]) func depth(open: String, close: String) throws
    {
        let levels = open.hasPrefix("[{") ? 2 : 1
        func nested(_ count: Int) -> String {
            String(repeating: open, count: count / levels) + "1" + String(repeating: close, count: count / levels)
        }
        _ = try JSONParser.parse(nested(32))
        #expect(throws: JSONParser.Fault.tooDeep) { try JSONParser.parse(nested(34)) }
        #expect(throws: JSONParser.Fault.tooDeep) { try JSONParser.parse(nested(100_000)) }
    }

    @Test func duplicateAmongManyMembers() {
        let names = (0..<40).map { "\"m\($0)\":\($0)" } + ["\"m3\":1"]
        #expect(throws: JSONParser.Fault.self) { try JSONParser.parse("{\(names.joined(separator: ","))}") }
    }

    @Test func tellsWhereItStopped() {
        #expect(throws: JSONParser.Fault.malformed(offset: 5)) { try JSONParser.parse(#"{"a" 1}"#) }
    }

    /// What Foundation's parser reads is read alike, and garbage made of real documents never crashes.
    @Test(arguments: 0..<20) func damagedDocuments(seed: UInt64) {
        var random = Seeded(seed)
        let document = Array(
            #"{"items":[{"product_id":"prod_\u0031","quantity":2.50e1}],"note":"Київ 😀\n","x":[true,null]}"#.utf8)
        for _ in 0..<300 {
            var bytes = document
            for _ in 0...Int.random(in: 0...2, using: &random) {
                let index = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.insert(bytes[Int.random(in: bytes.indices, using: &random)], at: index)
                }
            }
            guard let json = try? JSONParser.parse(bytes) else { continue }
            // Taken by us, so it must be JSON for others too.
            #expect(
                (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil,
                "\(String(decoding: bytes, as: UTF8.self))")
            #expect((try? JSONParser.parse(json.jsonBytes)) == json)
        }
    }

    // MARK: Writer

    @Test func everyCharacterIsReadBack() throws {
        var scalars = String.UnicodeScalarView()
        for value in UInt32(0)...0x2FF { if let scalar = Unicode.Scalar(value) { scalars.append(scalar) } }
        for value: UInt32 in [0x2028, 0x2029, 0xD7FF, 0xE000, 0xFFFE, 0x10000, 0x10FFFF] {
            if let scalar = Unicode.Scalar(value) { scalars.append(scalar) }
        }
        let text = String(scalars)
        let bytes = text.jsonBytes
        #expect(try JSONParser.parse(bytes) == .string(text))
        let foreign = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed) as? String
        #expect(foreign.map { Array($0.unicodeScalars) } == Array(text.unicodeScalars))
        #expect(bytes.allSatisfy { $0 >= 0x20 })
    }

    @Test func membersAndCommas() {
        let bytes = JSONWriter.object {
            $0.member("a", Int64.min)
            $0.member("b", String?.none)
            $0.member("c", array: [true, false])
            $0.member("d") { $0.member("e", "\"") }
            $0.member("f") { _ in }
            $0.member("g", array: [String]())
            $0.name("h")
            $0.array([1, 2]) { writer, value in writer.object { $0.member("i", value) } }
            $0.member("j", raw: "[1, 2]".utf8)
            $0.name("k")
            $0.null()
        }
        let expected = """
            {"a":-9223372036854775808,"c":[true,false],"d":{"e":"\\""},"f":{},"g":[],"h":[{"i":1},{"i":2}],"j":[1, 2],"k":null}
            """
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    // MARK: Fingerprint

    @Test(arguments: [
        (#"{"a":1,"b":2}"#, #" { "b" : 2, "a" : 1 }"#), (#"{"a":"\u0041"}"#, #"{"a":"A"}"#), ("[1,2]", "[ 1 , 2 ]"),
        (#"{"a":{"x":1,"y":[]}}"#, #"{"a":{"y":[],"x":1}}"#),
    ])
    func sameFingerprint(one: String, other: String) throws {
        #expect(try JSONParser.parse(one).fingerprint == JSONParser.parse(other).fingerprint)
    }

    @Test func differentFingerprints() throws {
        let texts = [
            "null", "0", "1", "1.0", "\"1\"", "true", "false", "[]", "{}", "[1]", "[[1]]", "[1,2]", "[2,1]", "[12]",
            #"{"a":1}"#, #"{"a":"1"}"#, #"{"b":1}"#, #"{"a":1,"b":2}"#, #"{"a":[1],"b":2}"#, #"{"a":[1,{"b":2}]}"#,
            #"["a","b"]"#, #"["ab"]"#, #"[["a"],"b"]"#, #"{"a":null}"#, #""""#, "[null]",
        ]
        let prints = try texts.map { try JSONParser.parse($0).fingerprint }
        #expect(Set(prints).count == texts.count)
    }
}
