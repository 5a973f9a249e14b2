import Contracts

/// A disturbance of one stand-in, until it is taken away or used up.
struct Fault: Sendable {
    /// Only calls of this name are touched, such as `refund` or `InternetDocument.save`; nil means all of the service.
    var operation: String?

    /// Waited before anything else.
    var delay: Duration = .zero

    /// What part of the touched calls fails, 0 to 1. Spread evenly, not by chance, so that a run can be repeated.
    var errorRate: Double = 0

    var status = 500

    /// The work is done and its answer thrown away: the caller cannot know that it happened.
    var isAfterWork = false

    /// A call that would fail gets no answer at all.
    var hangs = false

    /// How many calls it touches before it goes away by itself; nil means all.
    var times: Int?

    /// How often LiqPay's callback is sent, for operation `callback`.
    var copies = 1

    /// Reads the control API's form: `operation`, `delay_ms`, `error_rate`, `status`, `after_work`, `hang`, `times`, `copies`.
    ///
    /// - Throws: ``ControlFault``.
    init(_ json: JSON) throws(ControlFault) {
        operation = json["operation"]?.string
        delay = .milliseconds(try Self.whole(json, "delay_ms", 0...600_000) ?? 0)
        let status = try Self.whole(json, "status", 200...599)
        isAfterWork = json["after_work"]?.bool ?? false
        hangs = json["hang"]?.bool ?? false
        times = try Self.whole(json, "times", 1...1_000_000).map(Int.init)
        copies = Int(try Self.whole(json, "copies", 1...20) ?? 1)
        self.status = Int(status ?? 500)
        if let text = json["error_rate"]?.scalarText {
            guard let rate = Double(text), (0...1).contains(rate) else {
                throw ControlFault("error_rate has to be 0 to 1")
            }
            errorRate = rate
        } else {
            errorRate = status != nil || isAfterWork || hangs ? 1 : 0
        }
    }

    private static func whole(_ json: JSON, _ name: String, _ range: ClosedRange<Int64>) throws(ControlFault) -> Int64?
    {
        guard let value = json[name] else { return nil }
        guard let number = value.int, range.contains(number) else {
            throw ControlFault("\(name) has to be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    var json: JSON {
        .members([
            "operation": .optional(operation), "delay_ms": .int(delay.wholeMilliseconds),
            "error_rate": .number("\(errorRate)"), "status": .int(status), "after_work": .bool(isAfterWork),
            "hang": .bool(hangs), "times": times.map(JSON.int) ?? .null, "copies": .int(copies),
        ])
    }
}

/// A request of the control API that cannot be read; answered 400.
struct ControlFault: Error {
    let message: String

    init(_ message: String) { self.message = message }
}
