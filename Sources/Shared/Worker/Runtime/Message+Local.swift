import Contracts

/// Messages that the runtime makes itself: due timers and results of effects. They never pass the broker.
extension Message {
    /// Type of what came as no readable bundle.
    static let unreadable = "unreadable"

    private static let dueParameter = "due_at"
    private static let attemptParameter = "attempt"
    private static let fingerprintParameter = "fingerprint"

    /// Not from the broker: not remembered in the inbox, de-duplicated by its own row.
    var isLocal: Bool { type.hasPrefix("timer.") || type.hasPrefix("effect.") }

    static func due(_ timer: TimerChange) -> Message {
        Message(
            id: Identifier.new(), type: "timer.\(timer.name)", tenant: timer.tenant,
            parameters: timer.dueAt.map { [dueParameter: String($0.milliseconds)] } ?? [:], subject: timer.subject)
    }

    /// The timer's row behind the message; nil for other messages, and for due times that aggregates keep themselves.
    var timer: TimerChange? {
        guard type.hasPrefix("timer."), let due = parameters[Self.dueParameter].flatMap({ Int64($0) }) else {
            return nil
        }
        return .set(
            String(type.dropFirst("timer.".count)), subject: subject, tenant: tenant, at: Timestamp(milliseconds: due))
    }

    static func result(of effect: Effect, _ body: [UInt8]) -> Message {
        Message(
            id: effect.id, type: "effect.\(effect.kind)", tenant: effect.tenant, body: body,
            requestID: effect.requestID,
            parameters: [attemptParameter: String(effect.attempt)], traceparent: effect.traceparent,
            causationID: effect.id, subject: effect.subject)
    }

    /// The effect whose result this is, with the attempt that made it.
    var effectResult: (Identifier, Int)? {
        guard type.hasPrefix("effect."), let attempt = parameters[Self.attemptParameter].flatMap({ Int($0) }) else {
            return nil
        }
        return (id, attempt)
    }

    /// Tells a repeated request from another one with the same key: path and body in canonical form, of a forwarded message
    /// those of the request.
    var fingerprint: UInt64 {
        guard repeats.contains(.keyed) else { return 0 }
        if let known = parameters[Self.fingerprintParameter].flatMap({ UInt64($0) }) { return known }
        var hash = FNV128()
        hash.add(path.utf8)
        let body = (try? JSONParser.parse(body))?.fingerprint ?? 0
        hash.add((0..<8).map { UInt8(truncatingIfNeeded: body >> ($0 * 8)) })
        return hash.low
    }
}

extension Message {
    /// This message in the form that another worker gets: what was added to its body must not make its repeat another
    /// request.
    func forwarded(as form: Message) -> Message {
        var forwarded = form
        if repeats.contains(.keyed) { forwarded.parameters[Self.fingerprintParameter] = String(fingerprint) }
        return forwarded
    }

    /// A repeat of the same request in the form that the first one was forwarded in.
    func forwarded(like first: Message) -> Message {
        var forwarded = first
        forwarded.replyTo = replyTo
        forwarded.repeats = repeats
        forwarded.requestID = requestID
        forwarded.traceparent = traceparent
        return forwarded
    }
}

extension Effect {
    func caused(by message: Message) -> Effect {
        var effect = self
        effect.requestID = message.requestID
        effect.traceparent = message.traceparent
        return effect
    }
}
