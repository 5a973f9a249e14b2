extension FrameBuffer {
    /// Adds the frames of one message.
    ///
    /// - Parameters:
    ///   - message: To encode.
    ///   - frameMax: The broker's limit for a frame in all; bodies are cut to it, headers cannot be.
    /// - Throws: ``AMQPError`` `.invalid`; then nothing was added.
    mutating func putPublish(_ message: AMQPMessage, frameMax: Int) throws {
        let mark = count
        do {
            let method = beginMethod(Method.basicPublish)
            put(UInt16(0))
            try putShort(message.exchange)
            try putShort(message.routingKey)
            put(UInt8(message.mandatory ? 1 : 0))
            endFrame(method)

            let header = beginFrame(FrameType.header, channel: 1)
            put(UInt16(60))
            put(UInt16(0))
            put(UInt64(message.body.count))
            try putProperties(message.properties)
            let size = endFrame(header)
            guard size <= frameMax else {
                throw AMQPError(.invalid, "properties of \(size) bytes do not fit in a frame of \(frameMax)")
            }
        } catch {
            truncate(to: mark)
            throw error
        }
        message.body.withUnsafeBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                let piece = min(bytes.count - offset, frameMax - FrameType.overhead)
                let body = beginFrame(FrameType.body, channel: 1)
                put(bytes: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + piece]))
                endFrame(body)
                offset += piece
            }
        }
    }

    private mutating func putProperties(_ properties: AMQPProperties) throws {
        var flags: UInt16 = 0
        if properties.contentType != nil { flags |= PropertyFlag.contentType }
        if properties.contentEncoding != nil { flags |= PropertyFlag.contentEncoding }
        if !properties.headers.isEmpty { flags |= PropertyFlag.headers }
        if properties.deliveryMode != nil { flags |= PropertyFlag.deliveryMode }
        if properties.priority != nil { flags |= PropertyFlag.priority }
        if properties.correlationID != nil { flags |= PropertyFlag.correlationID }
        if properties.replyTo != nil { flags |= PropertyFlag.replyTo }
        if properties.expiration != nil { flags |= PropertyFlag.expiration }
        if properties.messageID != nil { flags |= PropertyFlag.messageID }
        if properties.timestamp != nil { flags |= PropertyFlag.timestamp }
        if properties.type != nil { flags |= PropertyFlag.type }
        if properties.userID != nil { flags |= PropertyFlag.userID }
        if properties.appID != nil { flags |= PropertyFlag.appID }
        put(flags)
        // In the order of the flags, which is the order of the wire.
        if let value = properties.contentType { try putShort(value) }
        if let value = properties.contentEncoding { try putShort(value) }
        if !properties.headers.isEmpty { try putTable(properties.headers) }
        if let value = properties.deliveryMode { put(value) }
        if let value = properties.priority { put(value) }
        if let value = properties.correlationID { try putShort(value) }
        if let value = properties.replyTo { try putShort(value) }
        if let value = properties.expiration { try putShort(value) }
        if let value = properties.messageID { try putShort(value) }
        if let value = properties.timestamp { put(value) }
        if let value = properties.type { try putShort(value) }
        if let value = properties.userID { try putShort(value) }
        if let value = properties.appID { try putShort(value) }
    }
}
