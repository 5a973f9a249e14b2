import CurlHTTP
import Testing

@testable import Sandbox

/// The vectors of LiqPay's documentation (the published ones) and of payments recomputed with other software.
@Suite("LiqPay signatures") struct LiqPaySignatureTests {
    struct Vector: Sendable {
        let key: String
        let data: String
        let sha3: String?
        let sha1: String?
    }

    static let privateKey = "sandbox_Kq3vN8xTz1uRw5yAe7cGh9jLm2pQs4dF"
    static let publishedKey = "a4825234f4bae72a0be04eafe9e8e2bada209255"

    static let vectors = [
        // A checkout.
        Vector(
            key: privateKey,
            data:
                "eyJ2ZXJzaW9uIjo3LCJwdWJsaWNfa2V5Ijoic2FuZGJveF9pMDAwMDAwMDAwMDAiLCJhY3Rpb24iOiJwYXkiLCJhbW91bnQiOjE0OS45MCwiY3VycmVuY3kiOiJVQUgiLCJkZXNjcmlwdGlvbiI6ItCX0LDQvNC+0LLQu9C10L3QvdGPIOKEljEwMDEgKyDQtNC+0YHRgtCw0LLQutCwIiwib3JkZXJfaWQiOiJvcmRfMTAwMSIsInJlc3VsdF91cmwiOiJodHRwczovL3Nob3AuZXhhbXBsZS9wYXkvcmV0dXJuP289MTAwMSIsInNlcnZlcl91cmwiOiJodHRwczovL3Nob3AuZXhhbXBsZS93ZWJob29rcy9saXFwYXkiLCJwYXl0eXBlcyI6ImNhcmQsYXBheSxncGF5IiwibGFuZ3VhZ2UiOiJ1ayJ9",
            sha3: "/urExHHz2Fn3eiNFXWAcpJqFaXlznM509irNW4WfCWw=", sha1: "KegUannEvIdUu5JltsVzcNwHBxI="),
        // A callback whose text holds `+` and `/`.
        Vector(
            key: privateKey,
            data:
                "eyJwYXltZW50X2lkIjoyNDAwMDAwMDAxLCJhY3Rpb24iOiJwYXkiLCJzdGF0dXMiOiJzdWNjZXNzIiwidmVyc2lvbiI6NywidHlwZSI6ImJ1eSIsInBheXR5cGUiOiJjYXJkIiwicHVibGljX2tleSI6InNhbmRib3hfaTAwMDAwMDAwMDAwIiwiYWNxX2lkIjo0MTQ5NjMsIm9yZGVyX2lkIjoib3JkXzEwMDEiLCJsaXFwYXlfb3JkZXJfaWQiOiJMUFRFU1QxMDA5IiwiZGVzY3JpcHRpb24iOiLQl9Cw0LzQvtCy0LvQtdC90L3RjyDihJYxMDAxOiDQutC+0YTQtSDQvtC/0YLQv9C+0L/QutC+0YDQvT8gfiDQtNC+0YHRgtCw0LLQutCwPtC00ZbQvCIsInNlbmRlcl9jYXJkX21hc2syIjoiNDI0MjQyKjQyIiwiY3VycmVuY3kiOiJVQUgiLCJhbW91bnQiOjE0OS45LCJzZW5kZXJfY29tbWlzc2lvbiI6MC4wLCJyZWNlaXZlcl9jb21taXNzaW9uIjoyLjI1LCJhbW91bnRfZGViaXQiOjE0OS45LCJhbW91bnRfY3JlZGl0IjoxNDkuOSwibXBpX2VjaSI6IjciLCJpc18zZHMiOmZhbHNlLCJjcmVhdGVfZGF0ZSI6MTcyNjAwMDAwMDAwMCwiZW5kX2RhdGUiOjE3MjYwMDAwMDMwMDAsInRyYW5zYWN0aW9uX2lkIjoyNDAwMDAwMDAxfQ==",
            sha3: "GA2P/UD3SzQi6ZmanodKLw2TpdYFNJ+j0jiZjnWP5zs=", sha1: "MqVmvgi+pjXvY5Njb0+fxon0n0Y="),
        // Published, version 7.
        Vector(
            key: publishedKey,
            data:
                "eyJwdWJsaWNfa2V5IjoiaTAwMDAwMDAwIiwidmVyc2lvbiI6NywiYWN0aW9uIjoicGF5IiwiYW1vdW50IjoiMyIsImN1cnJlbmN5IjoiVUFIIiwiZGVzY3JpcHRpb24iOiJ0ZXN0Iiwib3JkZXJfaWQiOiIwMDAwMDEifQ==",
            sha3: "0adgJ8F2Ds5HCVkcz4AlmdLMRoIJf7IxsL3QmeFRz/s=", sha1: "CZQ2WPZ4+rJnKdg5BT9lSsJtXZk="),
    ]

    @Test(arguments: vectors) func signsByVersion(vector: Vector) {
        let signature = LiqPaySignature(privateKey: vector.key)
        #expect(signature.sign(vector.data, version: 7) == vector.sha3)
        #expect(signature.sign(vector.data, version: 3) == vector.sha1)
    }

    @Test func signsThePublishedVersion3() {
        let json = """
            {"public_key":"i00000000","version":"3","action":"pay","amount":"3","currency":"UAH","description":"test","order_id":"000001"}
            """
        let form = TestWorld.form(json, version: 3, privateKey: Self.publishedKey)
        #expect(form["signature"] == "wR+UZDC4jjeL/qUOvIsofIWpZh8=")
    }

    @Test(arguments: vectors) func acceptsOnlyTheHashOfTheVersion(vector: Vector) throws {
        let signature = LiqPaySignature(privateKey: vector.key)
        let (sha3, sha1) = (try #require(vector.sha3), try #require(vector.sha1))
        #expect(signature.accepts(sha3, of: vector.data, version: 7))
        #expect(!signature.accepts(sha1, of: vector.data, version: 7))
        #expect(!signature.accepts(sha3, of: vector.data + "=", version: 7))
        #expect(!signature.accepts(String(sha3.dropLast()), of: vector.data, version: 7))
        #expect(!LiqPaySignature(privateKey: "other").accepts(sha3, of: vector.data, version: 7))
    }
}
