import Contracts
import Testing

@testable import Gateway

@Suite("Token rules") struct TokenRulesTests {
    private static let now = Timestamp(milliseconds: 1_757_930_400_000)

    private func check(_ claims: String, _ rules: TokenRules = TokenRules()) throws -> VerifiedToken {
        try rules.check(try JSONParser.parse(claims), at: Self.now)
    }

    @Test(arguments: ["1757930460", "1757930460.5", "1.757930460e9"]) func goodToken(exp: String) throws {
        let token = try check(#"{"sub":"cust_42","tenant_id":"shop","role":"staff","exp":\#(exp)}"#)
        #expect(token.caller == Caller(tenant: "shop", actor: Actor(.staff, id: "cust_42")))
        #expect(token.expiresAt.milliseconds / 1000 == 1_757_930_460)
    }

    @Test(
        arguments: [
            (#""exp":1757930341"#, nil),
            (#""exp":1757930340"#, "token_expired"),
            (#""exp":"1757930460""#, "invalid_token"),
            (#""exp":-1"#, "invalid_token"),
            (#""exp":1e300"#, "invalid_token"),
            (#""iat":1"#, "invalid_token"),
            (#""exp":1757934000,"nbf":1757930460"#, nil),
            (#""exp":1757934000,"nbf":1757930461"#, "invalid_token"),
            (#""exp":1757934000,"nbf":"soon""#, "invalid_token"),
        ] as [(String, String?)])
    func times(claim: String, code: String?) {
        expect(code) { try check(#"{"sub":"a","tenant_id":"t","role":"customer",\#(claim)}"#) }
    }

    @Test(
        arguments: [
            #""sub":"a","tenant_id":"t""#, #""sub":"a","role":"customer""#, #""tenant_id":"t","role":"customer""#,
            #""sub":"a","tenant_id":"t","role":"root""#, #""sub":"a","tenant_id":"t","role":"anonymous""#,
            #""sub":"a","tenant_id":"t","role":"system""#, #""sub":"a b","tenant_id":"t","role":"customer""#,
            #""sub":"a","tenant_id":"","role":"customer""#, #""sub":1,"tenant_id":"t","role":"customer""#,
            #""sub":"a","tenant_id":"t","role":["admin"]"#,
        ])
    func whoItNames(claims: String) {
        expect("invalid_token") { try check(#"{\#(claims),"exp":1757934000}"#) }
    }

    @Test(
        arguments: [
            (#""iss":"https://id","aud":"oms""#, nil),
            (#""iss":"https://id","aud":["crm","oms"]"#, nil),
            (#""iss":"https://id","aud":["crm"]"#, "invalid_token"),
            (#""iss":"https://id","aud":"OMS""#, "invalid_token"),
            (#""iss":"https://id""#, "invalid_token"),
            (#""iss":"https://id/","aud":"oms""#, "invalid_token"),
            (#""aud":"oms""#, "invalid_token"),
        ] as [(String, String?)])
    func issuerAndAudience(claims: String, code: String?) {
        expect(code) {
            try check(
                #"{"sub":"a","tenant_id":"t","role":"customer","exp":1757934000,\#(claims)}"#,
                TokenRules(issuer: "https://id", audience: "oms"))
        }
    }

    private func expect(
        _ code: String?, _ work: () throws -> VerifiedToken, location: SourceLocation = #_sourceLocation
    ) {
        var found: String?
        do { _ = try work() } catch let problem as GatewayProblem { found = problem.problem.code.rawValue } catch {
            found = "\(error)"
        }
        #expect(found == code, sourceLocation: location)
    }
}
