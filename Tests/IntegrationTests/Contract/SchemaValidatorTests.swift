import Contracts
import TestSupport
import Testing

/// The validator itself: a comparison that lets everything pass would make every test above it green.
@Suite("Schema validator") struct SchemaValidatorTests {
    private static let yaml = """
        openapi: 3.1.0
        paths: {}
        components:
          schemas:
            Name: {type: string, minLength: 2, maxLength: 3, pattern: '^[a-z]+$'}
            Person:
              type: object
              required: [name]
              properties:
                name: {$ref: '#/components/schemas/Name'}
                age: {type: integer, minimum: 0, maximum: 150}
                tags: {type: array, minItems: 1, maxItems: 2, uniqueItems: true, items: {enum: [a, b, c]}}
                next: {type: [string, 'null']}
                at: {type: string, format: date-time}
                day: {type: string, format: date}
                mail: {type: string, format: email}
                kind: {const: one}
                sum: {anyOf: [{type: string}, {type: number}]}
                more: {type: object, additionalProperties: {type: string}, minProperties: 1, maxProperties: 2}
              not: {required: [age, tags]}
            Employee:
              $ref: '#/components/schemas/Person'
              required: [id]
              properties:
                id: {type: integer}
            Strange: {type: string, contentEncoding: base64}
        """

    @Test(
        arguments: [
            (#"{"name":"ab"}"#, 0), (#"{"name":"ab","next":null}"#, 0), (#"{}"#, 1), (#"[]"#, 2), (#"{"name":"a"}"#, 1),
            (#"{"name":"abcd"}"#, 1), (#"{"name":"AB"}"#, 1), (#"{"name":null}"#, 1), (#"{"name":"ab","x":1}"#, 1),
            (#"{"name":"ab","age":-1}"#, 1), (#"{"name":"ab","age":151}"#, 1), (#"{"name":"ab","age":1.5}"#, 1),
            (#"{"name":"ab","age":1.0}"#, 0), (#"{"name":"ab","tags":[]}"#, 1), (#"{"name":"ab","tags":["a","a"]}"#, 1),
            (#"{"name":"ab","tags":["a","b","c"]}"#, 1), (#"{"name":"ab","tags":["d"]}"#, 1),
            (#"{"name":"ab","tags":["a"],"age":1}"#, 1), (#"{"name":"ab","at":"2025-09-15T10:00:00.000Z"}"#, 0),
            (#"{"name":"ab","at":"today"}"#, 1), (#"{"name":"ab","day":"2025-02-30"}"#, 1),
            (#"{"name":"ab","day":"2025-02-28"}"#, 0), (#"{"name":"ab","mail":"a"}"#, 1),
            (#"{"name":"ab","kind":"two"}"#, 1),
            (#"{"name":"ab","sum":1}"#, 0), (#"{"name":"ab","sum":true}"#, 1), (#"{"name":"ab","more":{}}"#, 1),
            (#"{"name":"ab","more":{"a":"b"}}"#, 0), (#"{"name":"ab","more":{"a":1}}"#, 1),
            (#"{"name":"ab","more":{"a":"1","b":"2","c":"3"}}"#, 1),
        ])
    func faults(value: String, count: Int) throws {
        let document = try APIDocument(yaml: Self.yaml)
        let schema = try #require(try document.schema("Person"))
        let faults = SchemaValidator(document).faults(in: try JSONParser.parse(value), schema)
        #expect(faults.count == count, "\(faults)")
    }

    /// Members stand beside those of the schema that is referred to.
    @Test(
        arguments: [
            (#"{"name":"ab","id":1}"#, 0), (#"{"name":"ab"}"#, 1), (#"{"id":1}"#, 1), (#"{"name":"ab","id":"1"}"#, 1),
            (#"{"name":"ab","id":1,"x":1}"#, 1), (#"{"name":"ab","id":1,"next":{"id":1}}"#, 1),
        ])
    func membersBesideReference(value: String, count: Int) throws {
        let document = try APIDocument(yaml: Self.yaml)
        let schema = try #require(try document.schema("Employee"))
        let faults = SchemaValidator(document).faults(in: try JSONParser.parse(value), schema)
        #expect(faults.count == count, "\(faults)")
    }

    @Test func unknownKeyword() throws {
        let document = try APIDocument(yaml: Self.yaml)
        let schema = try #require(try document.schema("Strange"))
        #expect(SchemaValidator(document).faults(in: .string("eA=="), schema).count == 1)
    }

    /// Every example of the contract fits its own schema.
    @Test func examplesOfTheContract() throws {
        let document = try #require(Contract.document)
        let validator = SchemaValidator(document)
        for (example, schema) in [
            ("OrderConfirmed", "Order"), ("OrderPending", "Order"), ("OrderPage", "OrderPage"),
            ("Timeline", "Timeline"),
            ("Invoice", "Invoice"), ("PaymentPending", "Payment"), ("Refund", "Refund"), ("Shipment", "Shipment"),
            ("Tracking", "Tracking"), ("CarrierList", "CarrierList"), ("PromoCode", "PromoCode"),
            ("OperationFailed", "Operation"), ("ProblemValidation", "Problem"),
        ] {
            let value = try #require(document.root["components"]?["examples"]?[example]?["value"])
            let faults = validator.faults(in: value, try #require(try document.schema(schema)))
            #expect(faults.isEmpty, "\(example): \(faults)")
        }
    }
}

extension APIDocument {
    fileprivate func schema(_ name: String) throws -> JSON? { root["components"]?["schemas"]?[name] }
}
