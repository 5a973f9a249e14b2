import Contracts
import Foundation
import JWTKit
import Testing

@testable import Gateway

@Suite("Signing keys") struct SigningKeysTests {
    /// The examples of RFC 7515, appendices A.2 and A.3.
    private static let rsaKey = """
        {"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-y\
        RT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2\
        CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyu\
        XpoQ","e":"AQAB"}
        """
    private static let ecKey = """
        {"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",\
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
        """
    private static let payload =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    private static let rsaToken = """
        eyJhbGciOiJSUzI1NiJ9.\(payload).cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5Y\
        Kt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB\
        _eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB\
        p0igcN_IoypGlUPQGe77Rw
        """
    private static let ecToken = """
        eyJhbGciOiJFUzI1NiJ9.\(payload).DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6N\
        U1Q
        """

    @Test(arguments: [rsaToken, ecToken]) func examplesOfTheStandard(text: String) async throws {
        let keys = try #require(await SigningKeys(keySet: FakeIssuer.keySet(Self.rsaKey, Self.ecKey)))
        let token = try #require(SignedToken(text))
        let key = try #require(keys.verifier(id: nil, algorithm: token.algorithm))
        #expect(try key.verify(token.signature, signs: token.content))
        #expect(token.verifiedClaims()?["iss"]?.string == "joe")
        let other = try #require(SignedToken(text.replacing(Self.payload, with: "e30")))
        #expect((try? key.verify(other.signature, signs: other.content)) != true)
    }

    @Test(
        arguments: [
            #"{"kty":"oct","kid":"a","k":"c2VjcmV0"}"#,
            #"{"kty":"EC","crv":"P-384","kid":"a","x":"AA","y":"AA"}"#,
            #"{"kty":"EC","crv":"P-256","kid":"a","x":"AA","y":"AA"}"#,
            #"{"kty":"RSA","kid":"a","n":"AQAB","e":"AQAB"}"#,
            #"{"kty":"RSA","kid":"a","e":"AQAB"}"#,
            #"{"kty":"AKP","alg":"ML-DSA-44","kid":"a"}"#,
            ecKey.replacing("{", with: #"{"use":"enc","#),
            ecKey.replacing("{", with: #"{"alg":"ES384","#),
            ecKey.replacing("{", with: #"{"alg":"HS256","#),
            ecKey.replacing("{", with: #"{"key_ops":["sign"],"#),
            #""key""#,
        ])
    func keysThatAreLeftOut(key: String) async throws {
        #expect(await SigningKeys(keySet: FakeIssuer.keySet(key)) == nil)
        #expect(await SigningKeys(keySet: FakeIssuer.keySet(key, Self.ecKey))?.count == 1)
    }

    @Test(arguments: ["", "{}", "[]", #"{"keys":{}}"#, #"{"keys":[]}"#, "<html>"]) func noKeySet(body: String) async {
        #expect(await SigningKeys(keySet: Array(body.utf8)) == nil)
    }

    @Test func whichKeyIsMeant() async throws {
        let (one, two, rsa) = (FakeIssuer.ec(), FakeIssuer.ec(), try FakeIssuer.rsa())
        let set = FakeIssuer.keySet(try one.published("one"), try two.published("two"), try rsa.published("three"))
        let keys = try #require(await SigningKeys(keySet: set))
        #expect(keys.verifier(id: "one", algorithm: "ES256") != nil)
        #expect(keys.verifier(id: "three", algorithm: "RS256") != nil)
        #expect(keys.verifier(id: "one", algorithm: "RS256") == nil, "a key serves one algorithm only")
        #expect(keys.verifier(id: "four", algorithm: "ES256") == nil)
        #expect(keys.verifier(id: nil, algorithm: "ES256") == nil, "two could be meant")
        #expect(keys.verifier(id: nil, algorithm: "RS256") != nil)
    }
}
