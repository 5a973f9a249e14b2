import CRabbitMQ
import Glibc

/// One connection to the broker with one channel, used by one thread, synchronous.
///
/// What is published or acknowledged is gathered and leaves in one write at the next ``receive(wait:wake:other:)``, ``flush(within:)`` or
/// declaration, or when 64 KiB have gathered. No call waits longer than its limit, even if the broker stops in the middle of a frame.
/// Call ``receive(wait:wake:other:)`` at least every five seconds, since heartbeats are served there.
///
/// After an error other than `.invalid` and `.blocked` the connection is dead: drop it and open another. Delivery tags and publish
/// sequence numbers die with it.
public final class AMQPConnection {
    /// Answers to declarations and the like are awaited this long.
    private static let callLimit: Duration = .seconds(5)
    private static let flushThreshold = 64 << 10
    /// More than this unsent and ``publish(_:)`` waits for the socket.
    private static let backlogLimit = 16 << 20
    /// Frames read in one go, so that a flood cannot keep `receive` from returning.
    private static let readLimit = 8192

    /// The broker stopped taking messages from this connection.
    public private(set) var isBlocked = false

    let frameMax: Int
    var outgoing = FrameBuffer()
    /// Sequence number of the last publish in confirm mode.
    var lastSequence: UInt64 = 0
    var confirms = false

    private let transport: Transport
    private var pending: [AMQPEvent] = []
    private var failure: AMQPError?
    private var content: IncomingContent?
    private var awaited: UInt32?
    private var answer = Answer()
    private var hasUnreadFrames = false
    private var lastSent: Int64
    private var lastReceived: Int64
    private let heartbeat: Int64  // nanoseconds; 0: none

    /// What the broker answers to a call, as far as anyone asks.
    struct Answer {
        var name = ""
        var messages = 0
        var consumers = 0
    }

    /// Connects, logs in and opens the channel.
    ///
    /// - Parameters:
    ///   - endpoint: Where to, as whom.
    ///   - name: Shown by the broker's tools, so that an operator sees whose connection it is.
    ///   - heartbeat: Seconds between signs of life; the peer is given up after two of them in silence.
    /// - Throws: ``AMQPError``: `.refused`, `.tls`, `.timeout` (5 s for each of connect, login, channel), `.connectionLost`.
    public init(_ endpoint: AMQPEndpoint, name: String, heartbeat: Int = 20) throws {
        transport = try Transport(endpoint, name: name, heartbeat: heartbeat)
        frameMax = transport.frameMax
        self.heartbeat = Int64(transport.heartbeat) * 1_000_000_000
        lastSent = monotonicNanoseconds()
        lastReceived = lastSent
        try call(Method.channelOpen, answer: Method.channelOpenOk) { $0.put(UInt8(0)) }
    }

    /// Ends the connection in order, waiting up to two seconds for the broker. Without a word when it is blocked or dead, as no
    /// answer would come.
    public func close() {
        guard failure == nil, !isBlocked else { return }
        let frame = outgoing.beginMethod(Method.connectionClose, channel: 0)
        putClosing()
        outgoing.endFrame(frame)
        awaited = Method.connectionCloseOk
        try? pump(until: .seconds(2)) { awaited == nil }
        failure = failure ?? AMQPError(.connectionLost, "closed here")
    }

    // MARK: Events

    /// Sends what is gathered, then returns what the broker has sent; waits only if there is nothing.
    ///
    /// - Parameters:
    ///   - wait: Longest wait. Zero: only look.
    ///   - wake: Ends the wait early when raised; it is lowered by then.
    ///   - other: A descriptor of the caller's that ends the wait early when it is readable.
    /// - Returns: Everything that was there; empty when the time was over, `wake` was raised or `other` is readable.
    /// - Throws: ``AMQPError``, once all that came before the failure has been returned.
    public func receive(wait: Duration, wake: WakeSignal? = nil, other: Int32? = nil) throws -> [AMQPEvent] {
        let start = monotonicNanoseconds()
        let (deadline, isFarOff) = start.addingReportingOverflow(max(0, wait.nanoseconds))
        do {
            if let failure { throw failure }
            var woken = false
            repeat {
                woken = try step(until: isFarOff ? .max : deadline, wake: wake, other: other, waits: pending.isEmpty)
            } while pending.isEmpty && !woken && monotonicNanoseconds() < deadline
        } catch {
            guard !pending.isEmpty else { throw error }
        }
        defer { pending.removeAll(keepingCapacity: false) }
        return pending
    }

    /// Sends what is gathered and waits until the kernel has taken it all.
    ///
    /// - Throws: ``AMQPError``: `.timeout` when the broker does not read, which ends the connection; `.blocked` when it says so.
    public func flush(within limit: Duration = .seconds(5)) throws {
        if let failure { throw failure }
        try pump(until: limit) { outgoing.isEmpty || isBlocked }
        guard outgoing.isEmpty else { throw AMQPError(.blocked, "the broker takes no messages") }
    }

    /// Sends what the socket takes without waiting, so that the broker can start on it.
    func sendGathered() throws { try guarded { try sendOutgoing() } }

    /// Sends what is gathered if there is much of it. Called after each message.
    func flushIfLarge() throws {
        guard outgoing.count >= Self.flushThreshold else { return }
        if outgoing.count >= Self.backlogLimit { return try flush() }
        try sendGathered()
    }

    func throwIfDead() throws {
        if let failure { throw failure }
    }

    func throwIfUnusable() throws {
        try throwIfDead()
        guard !isBlocked else { throw AMQPError(.blocked, "the broker takes no messages") }
    }

    // MARK: Calls

    /// Sends a method and waits for its answer; what else arrives meanwhile is kept for ``receive(wait:wake:other:)``.
    @discardableResult
    func call(_ method: UInt32, answer expected: UInt32, _ fields: (inout FrameBuffer) throws -> Void) throws -> Answer
    {
        try throwIfUnusable()
        let mark = outgoing.count
        do {
            let frame = outgoing.beginMethod(method)
            try fields(&outgoing)
            outgoing.endFrame(frame)
        } catch {
            outgoing.truncate(to: mark)
            throw error
        }
        awaited = expected
        answer = Answer()
        try pump(until: Self.callLimit) { awaited == nil }
        return answer
    }

    private func pump(until limit: Duration, _ done: () -> Bool) throws {
        let deadline = monotonicNanoseconds() + limit.nanoseconds
        while true {
            try sendGathered()
            if done() { return }
            _ = try step(until: deadline, waits: true)
            guard done() || monotonicNanoseconds() < deadline else {
                throw fail(AMQPError(.timeout, "no answer from the broker within \(limit)"))
            }
        }
    }

    private func guarded<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as AMQPError { throw fail(error) }
    }

    @discardableResult private func fail(_ error: AMQPError) -> AMQPError {
        if failure == nil { failure = error }
        return failure ?? error
    }

    // MARK: Input and output

    /// Sends, waits for input at most until `deadline` if `waits`, reads all there is.
    ///
    /// - Returns: Whether `wake` was raised or `other` is readable.
    private func step(until deadline: Int64, wake: WakeSignal? = nil, other: Int32? = nil, waits: Bool) throws -> Bool {
        try guarded {
            putHeartbeatIfDue()
            try sendOutgoing()
            var limit: Int64 = 0
            if waits, !hasUnreadFrames {
                let now = monotonicNanoseconds()
                let nextBeat = heartbeat > 0 ? lastSent + heartbeat / 2 : .max
                limit = max(0, min(deadline, nextBeat) - now)
            }
            let (readable, woken, isOtherReady) = poll(limit, wake, other)
            if woken { wake?.drain() }
            if readable || hasUnreadFrames { try readAll() }
            if heartbeat > 0, monotonicNanoseconds() - lastReceived > heartbeat * 2 {
                throw AMQPError(.connectionLost, "no sign of life from the broker for two heartbeats")
            }
            return woken || isOtherReady
        }
    }

    private func poll(_ limit: Int64, _ wake: WakeSignal?, _ other: Int32?) -> (Bool, woken: Bool, other: Bool) {
        let interest = Int16(POLLIN) | (outgoing.isEmpty ? 0 : Int16(POLLOUT))
        // The kernel passes over descriptors below zero.
        var all = (
            pollfd(fd: transport.descriptor, events: interest, revents: 0),
            pollfd(fd: wake?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: other ?? -1, events: Int16(POLLIN), revents: 0)
        )
        withUnsafeMutableBytes(of: &all) {
            let milliseconds = Duration.nanoseconds(limit).pollMilliseconds
            _ = Glibc.poll($0.baseAddress?.assumingMemoryBound(to: pollfd.self), 3, milliseconds)
        }
        return (all.0.revents & ~Int16(POLLOUT) != 0, all.1.revents != 0, all.2.revents != 0)
    }

    private func sendOutgoing() throws {
        guard !outgoing.isEmpty else { return }
        let sent = try transport.send(outgoing.unsent)
        if sent > 0 {
            outgoing.consume(sent)
            lastSent = monotonicNanoseconds()
        }
    }

    private func putHeartbeatIfDue() {
        guard heartbeat > 0, outgoing.isEmpty, monotonicNanoseconds() - lastSent >= heartbeat / 2 else { return }
        outgoing.endFrame(outgoing.beginFrame(FrameType.heartbeat, channel: 0))
    }

    private func readAll() throws {
        lastReceived = monotonicNanoseconds()
        hasUnreadFrames = try !transport.readFrames(limit: Self.readLimit) { try handle($0) }
    }

    // MARK: Frames

    private func handle(_ frame: amqp_frame_t) throws {
        switch frame.frame_type {
        case FrameType.method: try handle(frame.payload.method)
        case FrameType.header:
            guard let raw = frame.payload.properties.decoded?.assumingMemoryBound(to: amqp_basic_properties_t.self),
                content?.begin(AMQPProperties(raw.pointee), size: frame.payload.properties.body_size) == true
            else { throw AMQPError(.badData, "a content header without a message") }
            finishContent()
        case FrameType.body:
            let piece = UnsafeRawBufferPointer(
                start: frame.payload.body_fragment.bytes, count: frame.payload.body_fragment.len)
            guard content?.append(piece) == true else { throw AMQPError(.badData, "a content body without a header") }
            finishContent()
        default: break
        }
    }

    private func finishContent() {
        guard let event = content?.event else { return }
        content = nil
        pending.append(event)
    }

    private func handle(_ method: amqp_method_t) throws {
        func fields<Fields>(_: Fields.Type) throws -> Fields {
            guard let decoded = method.decoded else { throw AMQPError(.badData, "a method without fields") }
            return decoded.assumingMemoryBound(to: Fields.self).pointee
        }
        switch method.id {
        case Method.basicDeliver: content = IncomingContent(try fields(amqp_basic_deliver_t.self))
        case Method.basicReturn: content = IncomingContent(try fields(amqp_basic_return_t.self))
        case Method.basicAck:
            let ack = try fields(amqp_basic_ack_t.self)
            pending.append(.confirmed(sequence: ack.delivery_tag, multiple: ack.multiple != 0))
        case Method.basicNack:
            let nack = try fields(amqp_basic_nack_t.self)
            pending.append(.rejected(sequence: nack.delivery_tag, multiple: nack.multiple != 0))
        case Method.basicCancel:
            pending.append(.consumerCancelled(tag: String(try fields(amqp_basic_cancel_t.self).consumer_tag)))
        case Method.connectionBlocked:
            isBlocked = true
            pending.append(.blocked(reason: String(try fields(amqp_connection_blocked_t.self).reason)))
        case Method.connectionUnblocked:
            isBlocked = false
            pending.append(.unblocked)
        case Method.channelClose:
            let close = try fields(amqp_channel_close_t.self)
            putEmpty(Method.channelCloseOk, channel: 1)
            let frame = outgoing.beginMethod(Method.connectionClose, channel: 0)
            putClosing()
            outgoing.endFrame(frame)
            try? sendOutgoing()  // why it closed matters more than whether it still listens
            throw AMQPError(.channelClosed, String(close.reply_text), replyCode: close.reply_code)
        case Method.connectionClose:
            let close = try fields(amqp_connection_close_t.self)
            putEmpty(Method.connectionCloseOk, channel: 0)
            try? sendOutgoing()
            throw AMQPError(.connectionLost, String(close.reply_text), replyCode: close.reply_code)
        case awaited:
            awaited = nil
            switch method.id {
            case Method.queueDeclareOk:
                let ok = try fields(amqp_queue_declare_ok_t.self)
                answer = Answer(
                    name: String(ok.queue), messages: Int(ok.message_count), consumers: Int(ok.consumer_count))
            case Method.queuePurgeOk: answer.messages = Int(try fields(amqp_queue_purge_ok_t.self).message_count)
            case Method.queueDeleteOk: answer.messages = Int(try fields(amqp_queue_delete_ok_t.self).message_count)
            case Method.basicConsumeOk: answer.name = String(try fields(amqp_basic_consume_ok_t.self).consumer_tag)
            default: break
            }
        default: throw AMQPError(.badData, "a method nobody asked for: \(String(method.id, radix: 16))")
        }
    }

    private func putEmpty(_ method: UInt32, channel: UInt16) {
        outgoing.endFrame(outgoing.beginMethod(method, channel: channel))
    }

    /// The fields of a close that has no fault as its reason: 200 and no text, class or method.
    private func putClosing() {
        outgoing.put(UInt16(200))
        outgoing.put(UInt8(0))
        outgoing.put(UInt32(0))
    }
}
