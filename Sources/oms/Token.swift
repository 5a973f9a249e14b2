import ArgumentParser
import Connectors
import Contracts

/// `oms token`: a bearer token for the HTTP API, signed with the Gateway's own secret.
struct Token: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints a bearer token (HS256).", discussion: "Signs with JWT_SECRET, which the Gateway checks with.")

    @Option(help: "What the bearer may do: customer, staff, admin or service.")
    var role: Role = .customer

    @Option(help: "Who the bearer is; for a customer its customer id.")
    var sub = "cust_42"

    @Option(help: "The tenant everything belongs to.")
    var tenant = "default"

    @Option(help: "Seconds until it expires.")
    var ttl: Int64 = 86_400

    func validate() throws {
        guard role != .anonymous else { throw ValidationError("Nobody needs a token to be anonymous.") }
        guard ttl > 0 else { throw ValidationError("--ttl must be above 0.") }
    }

    func run() throws {
        let issued = Timestamp.now.milliseconds / 1000
        let claims = JSONWriter.object {
            $0.member("sub", sub)
            $0.member("tenant_id", tenant)
            $0.member("role", role)
            $0.member("iat", issued)
            $0.member("exp", issued + ttl)
        }
        print(JSONWebToken.signed(claims: claims, secret: try Environment.required("JWT_SECRET")))
    }
}

extension Role: ExpressibleByArgument {}
