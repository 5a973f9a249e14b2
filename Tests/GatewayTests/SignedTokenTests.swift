import Foundation
import Testing

@testable import Gateway

@Suite("Signed tokens") struct SignedTokenTests {
    @Test func parts() throws {
        let head = base64URL(Data(#"{"alg":"ES256","kid":"k1","typ":"JWT"}"#.utf8))
        let token = try #require(SignedToken("\(head).e30.AQID"))
        #expect(token.algorithm == "ES256")
        #expect(token.keyID == "k1")
        #expect(Array(token.content) == Array("\(head).e30".utf8))
        #expect(Array(token.signature) == [1, 2, 3])
        #expect(token.verifiedClaims() != nil)
    }

    @Test(
        arguments: [
            "", "a", "a.b", "a.b.c.d", "e30.e30.AQID", "!.e30.AQID",
            base64URL(Data(#"{"alg":1}"#.utf8)) + ".e30.AQID",
            base64URL(Data(#"{"alg":"HS256","crit":["b64"],"b64":false}"#.utf8)) + ".e30.AQID",
            base64URL(Data(#"{"alg":"HS256","alg":"none"}"#.utf8)) + ".e30.AQID",
            base64URL(Data(#"{"alg":"HS256"}"#.utf8)) + "=.e30.AQID",
            base64URL(Data(#"{"alg":"HS256"}"#.utf8)) + ".e30.AQID=",
        ])
    func noTokens(text: String) { #expect(SignedToken(text) == nil) }

    @Test(arguments: ["W10", "!", "e30x"]) func claimsThatAreNone(payload: String) throws {
        let token = try #require(SignedToken(base64URL(Data(#"{"alg":"HS256"}"#.utf8)) + ".\(payload).AQID"))
        #expect(token.verifiedClaims() == nil)
    }
}
