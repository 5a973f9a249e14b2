import CRabbitMQ
import Glibc

/// Sole owner of one librabbitmq connection: connects, logs in, hands out frames, sends bytes. Confined to one thread.
///
/// After the login the library is used for reading and for TLS only, and its heartbeats are switched off:
/// ``AMQPConnection`` keeps them, as only it knows when bytes left, and a heartbeat of the library's own could land in the middle of
/// a half-sent frame.
final class Transport {
    /// Time for each of: the TCP (and TLS) connect, the login.
    static let limit = timeval(tv_sec: 5, tv_usec: 0)

    let descriptor: Int32
    let isSecure: Bool
    let frameMax: Int
    /// Seconds, as agreed with the broker; 0 if it wants none.
    let heartbeat: Int

    private let state: amqp_connection_state_t
    private var pool = amqp_pool_t()  // what TLS frames are decoded into before the library encodes them

    /// - Throws: ``AMQPError``.
    init(_ endpoint: AMQPEndpoint, name: String, heartbeat: Int) throws {
        _ = Self.ignorePipeSignal
        guard let state = amqp_new_connection() else { throw AMQPError(.connectionLost, "out of memory") }
        do {
            descriptor = try Self.connect(state, endpoint)
            isSecure = endpoint.tls != nil
            Self.setOptions(descriptor)
            try Self.logIn(state, endpoint, name: name, heartbeat: heartbeat)
        } catch {
            amqp_destroy_connection(state)
            throw error
        }
        self.state = state
        frameMax = Int(amqp_get_frame_max(state))
        self.heartbeat = Int(amqp_get_heartbeat(state))
        amqp_tune_connection(state, amqp_get_channel_max(state), Int32(frameMax), 0)
        init_amqp_pool(&pool, 4096)
    }

    deinit {
        empty_amqp_pool(&pool)
        amqp_destroy_connection(state)
    }

    /// Writing to a socket the broker closed would otherwise end the process.
    private static let ignorePipeSignal: Void = { signal(SIGPIPE, SIG_IGN) }()

    // MARK: Bytes out

    /// Sends what goes out without waiting.
    ///
    /// - Returns: How many bytes left; fewer than given when the peer does not read.
    func send(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        guard !isSecure else { return try sendSecurely(bytes) }
        var sent = 0
        while sent < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[sent...])
            let result = Glibc.send(
                descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            if result >= 0 {
                sent += result
            } else if errno == EAGAIN || errno == EWOULDBLOCK {
                break
            } else if errno != EINTR {
                throw AMQPError(.connectionLost, "send: \(String(cString: strerror(errno)))")
            }
        }
        return sent
    }

    /// The TLS session is the library's, and it takes decoded frames only. Each is handed over when the socket has room for it, as
    /// the library would wait for ever where it has not.
    private func sendSecurely(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        var sent = 0
        while sent < bytes.count, isWritable() {
            let size = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: sent + 3, as: UInt32.self)))
            let payload = amqp_bytes_t(
                len: size,
                bytes: bytes.baseAddress.map { UnsafeMutableRawPointer(mutating: $0 + sent + FrameType.prefix) })
            try sendFrame(
                bytes[sent], channel: UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: sent + 1, as: UInt16.self)),
                payload: payload)
            sent += size + FrameType.overhead
        }
        return sent
    }

    private func sendFrame(_ type: UInt8, channel: UInt16, payload: amqp_bytes_t) throws {
        var frame = amqp_frame_t()
        frame.frame_type = type
        frame.channel = channel
        func rest(_ offset: Int) -> amqp_bytes_t {
            amqp_bytes_t(len: payload.len - offset, bytes: payload.bytes.map { $0 + offset })
        }
        var status: Int32 = 0
        switch (type, payload.bytes) {
        case (FrameType.method, let bytes?):
            let method = UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self))
            frame.payload.method.id = method
            status = amqp_decode_method(method, &pool, rest(4), &frame.payload.method.decoded)
        case (FrameType.header, let bytes?):
            let classID = UInt16(bigEndian: bytes.loadUnaligned(as: UInt16.self))
            frame.payload.properties.class_id = classID
            frame.payload.properties.body_size = UInt64(
                bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
            status = amqp_decode_properties(classID, &pool, rest(12), &frame.payload.properties.decoded)
        case (FrameType.body, _): frame.payload.body_fragment = payload
        default: break
        }
        if status >= 0 { status = amqp_send_frame(state, &frame) }
        recycle_amqp_pool(&pool)
        guard status >= 0 else { throw Self.error(status, "send") }
    }

    private func isWritable() -> Bool {
        var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return Glibc.poll(&poll, 1, 0) > 0
    }

    // MARK: Frames in

    /// Calls `body` with each frame that is there without waiting, up to `limit` of them. What a frame points to is valid in that
    /// call only.
    ///
    /// - Returns: Whether all was read; if not, call again before waiting on the descriptor.
    func readFrames(limit: Int, _ body: (amqp_frame_t) throws -> Void) throws -> Bool {
        var frame = amqp_frame_t()
        var none = timeval()
        for _ in 0..<limit {
            let status = amqp_simple_wait_frame_noblock(state, &frame, &none)
            if status == AMQP_STATUS_TIMEOUT.rawValue { return true }
            guard status >= 0 else { throw Self.error(status, "receive") }
            // The pools only ever grow otherwise; when a frame was just completed is the one time they may be emptied.
            defer { amqp_maybe_release_buffers_on_channel(state, frame.channel) }
            try body(frame)
        }
        return false
    }

    // MARK: Connect

    private static func connect(_ state: amqp_connection_state_t, _ endpoint: AMQPEndpoint) throws -> Int32 {
        let socket: OpaquePointer?
        if let tls = endpoint.tls {
            socket = amqp_ssl_socket_new(state)
            try configure(socket, tls)
        } else {
            socket = amqp_tcp_socket_new(state)
        }
        guard let socket else { throw AMQPError(.connectionLost, "no socket") }
        var limit = limit
        let status = amqp_socket_open_noblock(socket, endpoint.host, Int32(endpoint.port), &limit)
        guard status >= 0 else { throw error(status, "connect to \(endpoint)") }
        return amqp_get_sockfd(state)
    }

    private static func configure(_ socket: OpaquePointer?, _ tls: AMQPEndpoint.TLS) throws {
        guard let socket else { throw AMQPError(.tls, "no TLS socket") }
        amqp_ssl_socket_set_verify_peer(socket, tls.verifiesPeer ? 1 : 0)
        amqp_ssl_socket_set_verify_hostname(socket, tls.verifiesPeer ? 1 : 0)
        guard amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST) >= 0 else {
            throw AMQPError(.tls, "TLS 1.2 is not available")
        }
        // The library trusts nobody by itself; this is where Debian and its kin keep the system's authorities.
        let file = tls.authorityFile ?? "/etc/ssl/certs/ca-certificates.crt"
        if tls.verifiesPeer || tls.authorityFile != nil {
            guard amqp_ssl_socket_set_cacert(socket, file) >= 0 else {
                throw AMQPError(.tls, "cannot read the authorities in \(file)")
            }
        }
    }

    private static func setOptions(_ descriptor: Int32) {
        func set(_ level: Int32, _ option: Int32, _ value: Int32) {
            var value = value
            setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
        set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, 20)
        set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 5)
        set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 4)
        // Also ends a connection on which unsent bytes are stuck because the broker stopped reading in an alarm.
        set(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, 30_000)
    }

    private static func logIn(
        _ state: amqp_connection_state_t, _ endpoint: AMQPEndpoint, name: String, heartbeat: Int
    ) throws {
        var limit = limit
        amqp_set_handshake_timeout(state, &limit)
        // The library announces none of these by itself, and the broker sends only what was announced.
        let capabilities: AMQPHeaders = [
            "consumer_cancel_notify": true, "connection.blocked": true, "basic.nack": true, "publisher_confirms": true,
        ]
        var buffer = FrameBuffer(capacity: 1024)
        try buffer.putTable(["capabilities": .table(capabilities), "connection_name": .string(name)])
        var pool = amqp_pool_t()
        init_amqp_pool(&pool, 4096)
        defer { empty_amqp_pool(&pool) }
        var properties = amqp_table_t()
        var offset = 0
        let encoded = amqp_bytes_t(
            len: buffer.count, bytes: UnsafeMutableRawPointer(mutating: buffer.unsent.baseAddress))
        let status = amqp_decode_table(encoded, &pool, &properties, &offset)
        guard status >= 0 else { throw error(status, "client properties") }
        let reply = amqp_login_plain(
            state, endpoint.virtualHost, AMQP_DEFAULT_FRAME_SIZE, Int32(heartbeat), &properties, endpoint.user,
            endpoint.password)
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL: break
        case AMQP_RESPONSE_SERVER_EXCEPTION: throw refusal(reply)
        case AMQP_RESPONSE_LIBRARY_EXCEPTION: throw error(reply.library_error, "log in at \(endpoint)")
        default: throw AMQPError(.connectionLost, "closed while logging in at \(endpoint)")
        }
    }

    private static func refusal(_ reply: amqp_rpc_reply_t) -> AMQPError {
        guard reply.reply.id == Method.connectionClose,
            let close = reply.reply.decoded?.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
        else { return AMQPError(.badData, "unexpected answer to the login: \(reply.reply.id)") }
        // 403: user or password; 530: virtual host; 402: unknown virtual host of older brokers. Others are the broker's own trouble.
        let code: AMQPError.Code = [402, 403, 530].contains(close.reply_code) ? .refused : .connectionLost
        return AMQPError(code, String(close.reply_text), replyCode: close.reply_code)
    }

    private static func error(_ status: Int32, _ what: String) -> AMQPError {
        let code: AMQPError.Code =
            switch status {
            case AMQP_STATUS_TIMEOUT.rawValue: .timeout
            case AMQP_STATUS_BAD_AMQP_DATA.rawValue, AMQP_STATUS_UNKNOWN_CLASS.rawValue,
                AMQP_STATUS_UNKNOWN_METHOD.rawValue, AMQP_STATUS_INCOMPATIBLE_AMQP_VERSION.rawValue,
                AMQP_STATUS_WRONG_METHOD.rawValue:
                .badData
            // Certificate, host name, engine and handshake; a session that breaks later is a lost connection.
            case AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED.rawValue, AMQP_STATUS_SSL_PEER_VERIFY_FAILED.rawValue,
                AMQP_STATUS_SSL_CONNECTION_FAILED.rawValue:
                .tls
            case AMQP_STATUS_BROKER_UNSUPPORTED_SASL_METHOD.rawValue: .refused
            default: .connectionLost
            }
        return AMQPError(code, "\(what): \(String(cString: amqp_error_string2(status)))")
    }
}
