import Contracts

/// What the process is told by its environment. Every setting has a value that works on one machine with no account.
struct SandboxSettings: Sendable {
    var host = "127.0.0.1"
    var port = 8090

    /// Nil leaves the bus alone: no stock, no record of events.
    var rabbitMQURL: String? = "amqp://guest:guest@127.0.0.1:56729"

    /// Whether Core answers `order.*` with `stock.*`.
    var answersStock = true

    /// Whether the events of the bus are recorded.
    var recordsEvents = true

    var liqPayPublicKey = "sandbox_i00000000000"
    var liqPayPrivateKey = "sandbox_Kq3vN8xTz1uRw5yAe7cGh9jLm2pQs4dF"

    /// The waits between two tries of one callback; after the last it is given up.
    var callbackPauses: [Duration] = [.seconds(1), .seconds(2), .seconds(5), .seconds(10), .seconds(30), .seconds(60)]

    var novaPoshtaKey = "0123456789abcdef0123456789abcdef"

    /// How long a parcel stays in one status.
    var parcelStep: Duration = .seconds(30)

    init() {}

    /// - Throws: ``Fault`` naming the first variable that cannot be read; the process says so and ends.
    init(environment: [String: String]) throws(Fault) {
        func text(_ name: String) -> String? {
            guard let value = environment[name], !value.isEmpty else { return nil }
            return value
        }
        host = text("HTTP_HOST") ?? host
        if let value = text("HTTP_PORT") {
            guard let number = Int(value), (1...65_535).contains(number) else {
                throw Fault(name: "HTTP_PORT", rule: "a port number from 1 to 65535")
            }
            port = number
        }
        rabbitMQURL = text("RABBITMQ_URL") ?? rabbitMQURL
        answersStock = try Self.flag("SANDBOX_STOCK", text("SANDBOX_STOCK"))
        recordsEvents = try Self.flag("SANDBOX_NOTIFICATION", text("SANDBOX_NOTIFICATION"))
        liqPayPublicKey = text("LIQPAY_PUBLIC_KEY") ?? liqPayPublicKey
        liqPayPrivateKey = text("LIQPAY_PRIVATE_KEY") ?? liqPayPrivateKey
        novaPoshtaKey = text("NOVAPOSHTA_API_KEY") ?? novaPoshtaKey
        if let value = text("SANDBOX_NP_STEP_SECONDS") {
            guard let milliseconds = DecimalText.thousandths(value), milliseconds > 0 else {
                throw Fault(name: "SANDBOX_NP_STEP_SECONDS", rule: "seconds above zero, at most three decimals")
            }
            parcelStep = .milliseconds(milliseconds)
        }
    }

    private static func flag(_ name: String, _ value: String?) throws(Fault) -> Bool {
        switch value?.lowercased() {
        case nil, "on", "true", "1": true
        case "off", "false", "0": false
        default: throw Fault(name: name, rule: "on or off")
        }
    }

    /// A variable that cannot be read. Never repeats the value, which may be a secret.
    struct Fault: Error, CustomStringConvertible {
        let name: String
        let rule: String

        var description: String { "\(name) has to be \(rule)" }
    }
}
