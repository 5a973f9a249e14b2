import CRabbitMQ

// Copies out of librabbitmq's buffers, which die with the frame they came in.

extension String {
    init(_ bytes: amqp_bytes_t) {
        self.init(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
    }
}

extension AMQPProperties {
    init(_ raw: amqp_basic_properties_t) {
        let flags = UInt16(truncatingIfNeeded: raw._flags)
        func text(_ flag: UInt16, _ bytes: amqp_bytes_t) -> String? { flags & flag == 0 ? nil : String(bytes) }
        self.init(
            contentType: text(PropertyFlag.contentType, raw.content_type),
            contentEncoding: text(PropertyFlag.contentEncoding, raw.content_encoding),
            headers: flags & PropertyFlag.headers == 0 ? [:] : AMQPHeaders(raw.headers),
            deliveryMode: flags & PropertyFlag.deliveryMode == 0 ? nil : raw.delivery_mode,
            priority: flags & PropertyFlag.priority == 0 ? nil : raw.priority,
            correlationID: text(PropertyFlag.correlationID, raw.correlation_id),
            replyTo: text(PropertyFlag.replyTo, raw.reply_to),
            expiration: text(PropertyFlag.expiration, raw.expiration),
            messageID: text(PropertyFlag.messageID, raw.message_id),
            timestamp: flags & PropertyFlag.timestamp == 0 ? nil : Int64(bitPattern: raw.timestamp),
            type: text(PropertyFlag.type, raw.type),
            userID: text(PropertyFlag.userID, raw.user_id),
            appID: text(PropertyFlag.appID, raw.app_id))
    }
}

extension AMQPHeaders {
    init(_ table: amqp_table_t) {
        self.init()
        reserveCapacity(Int(table.num_entries))
        for entry in UnsafeBufferPointer(start: table.entries, count: Int(table.num_entries)) {
            append(String(entry.key), AMQPValue(entry.value))
        }
    }
}

extension AMQPValue {
    init(_ field: amqp_field_value_t) {
        let value = field.value
        switch field.kind {
        case UInt8(ascii: "S"): self = .string(String(value.bytes))
        case UInt8(ascii: "t"): self = .bool(value.boolean != 0)
        case UInt8(ascii: "b"): self = .int32(Int32(value.i8))
        case UInt8(ascii: "B"): self = .int32(Int32(value.u8))
        case UInt8(ascii: "s"): self = .int32(Int32(value.i16))
        case UInt8(ascii: "u"): self = .int32(Int32(value.u16))
        case UInt8(ascii: "I"): self = .int32(value.i32)
        case UInt8(ascii: "i"): self = .int64(Int64(value.u32))
        case UInt8(ascii: "l"): self = .int64(value.i64)
        case UInt8(ascii: "L"): self = .int64(Int64(clamping: value.u64))
        case UInt8(ascii: "f"): self = .double(Double(value.f32))
        case UInt8(ascii: "d"): self = .double(value.f64)
        case UInt8(ascii: "D"):
            var scaled = Double(value.decimal.value)
            for _ in 0..<value.decimal.decimals { scaled /= 10 }
            self = .double(scaled)
        case UInt8(ascii: "T"): self = .timestamp(Int64(bitPattern: value.u64))
        case UInt8(ascii: "x"):
            self = .bytes([UInt8](UnsafeRawBufferPointer(start: value.bytes.bytes, count: value.bytes.len)))
        case UInt8(ascii: "F"): self = .table(AMQPHeaders(value.table))
        case UInt8(ascii: "A"):
            self = .array(
                UnsafeBufferPointer(start: value.array.entries, count: Int(value.array.num_entries)).map {
                    AMQPValue($0)
                })
        default: self = .null
        }
    }
}
