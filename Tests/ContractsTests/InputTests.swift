import Contracts
import Testing

/// Every fault of a client's body is noted with its JSON Pointer and code.
@Suite struct InputTests {
    private func fault(_ json: String, _ read: (Input) -> Void) throws -> FieldError? {
        let input = Input(try JSONParser.parse(json))
        read(input)
        #expect(input.faults.count <= 1)
        return input.faults.first
    }

    static let cases: [(String, String, @Sendable (Input) -> Void)] = [
        ("{}", "required", { _ = $0["x"].required().text(0...9) }),
        (#"{"x":null}"#, "required", { _ = $0["x"].required().text(0...9) }),
        (#"{"x":1}"#, "invalid_type", { _ = $0["x"].text(0...9) }),
        (#"{"x":"a"}"#, "too_short", { _ = $0["x"].text(2...9) }),
        (#"{"x":"abc"}"#, "too_long", { _ = $0["x"].text(0...2) }),
        (#"{"x":"a\u0000"}"#, "invalid_format", { _ = $0["x"].text(0...9) }),
        (#"{"x":"a b"}"#, "invalid_format", { _ = $0["x"].externalID() }),
        (#"{"x":"é"}"#, "invalid_format", { _ = $0["x"].externalID() }),
        (#"{"x":"1"}"#, "invalid_type", { _ = $0["x"].integer(0...9) }),
        (#"{"x":1.5}"#, "invalid_type", { _ = $0["x"].integer(0...9) }),
        (#"{"x":1e99}"#, "invalid_type", { _ = $0["x"].integer(0...9) }),
        (#"{"x":-1}"#, "too_small", { _ = $0["x"].integer(0...9) }),
        (#"{"x":10}"#, "too_large", { _ = $0["x"].integer(0...9) }),
        (#"{"x":1}"#, "invalid_type", { _ = $0["x"].bool() }),
        (#"{"x":"paid"}"#, "unknown_value", { _ = $0["x"].word(as: OrderStatus.self) }),
        (#"{"x":1}"#, "invalid_type", { _ = $0["x"].word(as: OrderStatus.self) }),
        (#"{"x":"uah"}"#, "invalid_format", { _ = $0["x"].currency() }),
        (#"{"x":true}"#, "invalid_type", { _ = $0["x"].money(.uah) }),
        (#"{"x":"1.005"}"#, "too_many_digits", { _ = $0["x"].money(.uah) }),
        (#"{"x":1e2}"#, "invalid_format", { _ = $0["x"].money(.uah) }),
        (#"{"x":"99999999999999"}"#, "too_large", { _ = $0["x"].money(.uah) }),
        (#"{"x":"now"}"#, "invalid_format", { _ = $0["x"].timestamp() }),
        (#"{"x":"2f1e6a0c-7a4b-4a54-8c9e-1234567890ab"}"#, "invalid_format", { _ = $0["x"].identifier() }),
        (#"{"x":[]}"#, "too_few_items", { _ = $0["x"].array(1...2) }),
        (#"{"x":[1,2,3]}"#, "too_many_items", { _ = $0["x"].array(1...2) }),
        (#"{"x":{}}"#, "invalid_type", { _ = $0["x"].array(1...2) }),
        (#"{"x":[]}"#, "invalid_type", { _ = $0["x"].object() }),
    ]

    @Test(arguments: cases.indices) func notes(index: Int) throws {
        let (json, code, read) = Self.cases[index]
        let fault = try fault(json, read)
        #expect(fault?.code == code)
        #expect(fault?.pointer == "/x")
        #expect(fault?.detail.isEmpty == false)
    }

    @Test func absentValuesAreNoFault() throws {
        let input = Input(try JSONParser.parse(#"{"y":null}"#))
        for name in ["x", "y"] {
            #expect(input[name].text(1...2) == nil)
            #expect(input[name].integer(0...1) == nil)
            #expect(input[name].money(.uah) == nil)
            #expect(input[name].array(1...1) == nil)
            #expect(input[name].object() == nil)
            #expect(input[name].bool() == nil)
            #expect(!input[name].isPresent)
        }
        #expect(input.faults.isEmpty)
    }

    @Test(arguments: [("2", Int64(2)), ("2.0", 2), ("2e0", 2), ("20e-1", 2)]) func wholeNumbers(
        text: String, value: Int64
    ) throws {
        #expect(Input(try JSONParser.parse(text)).integer(0...9) == value)
    }

    @Test func pointersAreEscaped() throws {
        let input = Input(try JSONParser.parse(#"{"a/b":{"c~d":["x",{}]}}"#))
        let entries = try #require(input["a/b"]["c~d"].array(0...9))
        _ = entries[1]["~/"].required().bool()
        #expect(input.faults.map(\.pointer) == ["/a~1b/c~0d/1/~0~1"])
    }

    @Test func countsCharactersAsTheContractDoes() throws {
        #expect(Input(.string("Київ")).text(4...4) == "Київ")
        #expect(Input(.string("😀")).text(1...1) == "😀")
    }
}
