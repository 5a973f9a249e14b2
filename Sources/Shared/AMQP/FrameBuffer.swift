import Glibc

/// Frames on their way to the broker, encoded once into one growing buffer.
///
/// `amqp_basic_publish` makes three `send` calls a message, each of which may wait for ever on a peer that stopped reading. Written
/// here, a burst of messages leaves in one call that never waits, whatever the peer does.
struct FrameBuffer: ~Copyable {
    private var storage: UnsafeMutableRawPointer
    private var capacity: Int
    /// First byte not yet sent, and first free one.
    private var start = 0
    private var end = 0

    init(capacity: Int = 64 << 10) {
        self.capacity = capacity
        storage = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { storage.deallocate() }

    var isEmpty: Bool { start == end }
    var count: Int { end - start }
    var unsent: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: storage + start, count: end - start) }

    mutating func consume(_ count: Int) {
        start += count
        if start == end {
            start = 0
            end = 0
        }
    }

    /// Takes back what was added since ``count`` had that value. Nothing may have been sent in between.
    mutating func truncate(to count: Int) { end = start + count }

    // MARK: Frames

    /// Opens a frame; returns what ``endFrame(_:)`` needs.
    mutating func beginFrame(_ type: UInt8, channel: UInt16) -> Int {
        let offset = end - start
        put(type)
        put(channel)
        put(UInt32(0))
        return offset
    }

    /// - Returns: The bytes of the frame in all.
    @discardableResult mutating func endFrame(_ offset: Int) -> Int {
        let position = start + offset
        store(UInt32(end - position - FrameType.prefix), at: position + 3)
        put(FrameType.end)
        return end - position
    }

    mutating func beginMethod(_ method: UInt32, channel: UInt16 = 1) -> Int {
        let offset = beginFrame(FrameType.method, channel: channel)
        put(method)
        return offset
    }

    // MARK: Fields

    mutating func put(_ byte: UInt8) {
        ensure(1)
        storage.storeBytes(of: byte, toByteOffset: end, as: UInt8.self)
        end += 1
    }

    mutating func put<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number) {
        ensure(MemoryLayout<Number>.size)
        store(number, at: end)
        end += MemoryLayout<Number>.size
    }

    mutating func put(bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        ensure(bytes.count)
        memcpy(storage + end, source, bytes.count)
        end += bytes.count
    }

    mutating func putShort(_ text: String) throws {
        let count = text.utf8.count
        guard count <= 255 else {
            throw AMQPError(.invalid, "a name or property of \(count) bytes (at most 255): \(text.prefix(40))…")
        }
        put(UInt8(count))
        putText(text)
    }

    mutating func putTable(_ headers: AMQPHeaders) throws {
        let offset = reserveLength()
        for (name, value) in headers {
            try putShort(name)
            try put(value)
        }
        fillLength(offset)
    }

    mutating func put(_ value: AMQPValue) throws {
        switch value {
        case .string(let text):
            put(UInt8(ascii: "S"))
            put(UInt32(text.utf8.count))
            putText(text)
        case .int32(let number):
            put(UInt8(ascii: "I"))
            put(number)
        case .int64(let number):
            put(UInt8(ascii: "l"))
            put(number)
        case .bool(let flag):
            put(UInt8(ascii: "t"))
            put(UInt8(flag ? 1 : 0))
        case .double(let number):
            put(UInt8(ascii: "d"))
            put(number.bitPattern)
        case .timestamp(let seconds):
            put(UInt8(ascii: "T"))
            put(seconds)
        case .bytes(let bytes):
            put(UInt8(ascii: "x"))
            put(UInt32(bytes.count))
            bytes.withUnsafeBytes { put(bytes: $0) }
        case .table(let table):
            put(UInt8(ascii: "F"))
            try putTable(table)
        case .array(let values):
            put(UInt8(ascii: "A"))
            let offset = reserveLength()
            for value in values { try put(value) }
            fillLength(offset)
        case .null:
            put(UInt8(ascii: "V"))
        }
    }

    // MARK: Storage

    private mutating func putText(_ text: String) {
        var text = text
        text.withUTF8 { put(bytes: UnsafeRawBufferPointer($0)) }
    }

    private mutating func reserveLength() -> Int {
        let offset = end - start
        put(UInt32(0))
        return offset
    }

    private mutating func fillLength(_ offset: Int) {
        store(UInt32(end - start - offset - 4), at: start + offset)
    }

    private func store<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number, at position: Int) {
        storage.storeBytes(of: number.bigEndian, toByteOffset: position, as: Number.self)
    }

    private mutating func ensure(_ count: Int) {
        if end + count > capacity { grow(count) }
    }

    private mutating func grow(_ count: Int) {
        // What is sent makes room first; offsets of open frames count from `start`, so they stay right.
        if start > 0 {
            memmove(storage, storage + start, end - start)
            end -= start
            start = 0
        }
        guard end + count > capacity else { return }
        capacity = max(capacity * 2, end + count)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        memcpy(larger, storage, end)
        storage.deallocate()
        storage = larger
    }
}
