import Connectors
import Contracts
import CurlHTTP

/// What is sent to LiqPay. Pure.
struct LiqPayRequests: Sendable {
    let account: LiqPayAccount

    /// A payload with its signature, encoded once: what is signed is what is sent.
    struct Signed: Sendable, Equatable {
        let data: String
        let signature: String
    }

    func signed(_ json: [UInt8]) -> Signed {
        let data = Base64.encode(json)
        return Signed(data: data, signature: LiqPaySignature.sign(data, account))
    }

    func status(of payment: Identifier) -> HTTPRequest {
        post { writer in
            writer.member("action", "status")
            writer.member("order_id", payment)
        }
    }

    func refund(_ amount: Money, of payment: Identifier) -> HTTPRequest {
        post { writer in
            writer.member("action", "refund")
            writer.member("order_id", payment)
            writer.member("amount", raw: amount.description.utf8)
        }
    }

    private func post(_ members: (inout JSONWriter) -> Void) -> HTTPRequest {
        let signed = signed(
            JSONWriter.object { writer in
                writer.member("version", account.version)
                writer.member("public_key", account.publicKey)
                members(&writer)
            })
        let form: FormFields = ["data": signed.data, "signature": signed.signature]
        return HTTPRequest(
            .post, account.requestURL, headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: Array(form.encoded.utf8), timeout: .seconds(15))
    }
}
