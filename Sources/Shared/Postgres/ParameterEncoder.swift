/// Lays a statement's parameters out in PostgreSQL's binary format, all in one buffer that is used again for the next
/// statement: no allocation per value, element or statement once it has grown.
///
/// The array format is that of `array_recv` in PostgreSQL's `arrayfuncs.c`: dimensions, has-null flag, element type,
/// then length and lower bound of the dimension, then each element with its length (-1 for NULL), all big-endian.
final class ParameterEncoder {
    private var base: UnsafeMutableRawPointer
    private var capacity: Int
    private var count = 0
    private var starts: [Int] = []  // -1: NULL
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private var pointers: [UnsafePointer<CChar>?] = []

    init() {
        capacity = 16 * 1024
        base = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { base.deallocate() }

    /// Size of what was encoded last.
    var byteCount: Int { count }

    /// Replaces what was encoded before.
    ///
    /// - Throws: ``PostgresError`` `.misuse` when a parameter is larger than PostgreSQL takes (1 GiB).
    func encode(_ values: [PostgresValue]) throws(PostgresError) {
        if capacity > 4 << 20 { shrink() }
        count = 0
        starts.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        for value in values {
            let start = count
            guard write(value) else {
                starts.append(-1)
                lengths.append(0)
                continue
            }
            guard count - start < 1 << 30 else {
                throw PostgresError(.misuse, "parameter \(starts.count + 1) is larger than 1 GiB")
            }
            starts.append(start)
            lengths.append(Int32(count - start))
        }
    }

    /// Lends the parameters as libpq takes them; valid during the call only.
    func withParameters<Result>(
        _ body: (
            _ count: Int32, _ values: UnsafePointer<UnsafePointer<CChar>?>?, _ lengths: UnsafePointer<Int32>?,
            _ formats: UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        while formats.count < starts.count { formats.append(1) }
        pointers.removeAll(keepingCapacity: true)
        for start in starts {
            pointers.append(start < 0 ? nil : UnsafePointer((base + start).assumingMemoryBound(to: CChar.self)))
        }
        return body(Int32(starts.count), pointers, lengths, formats)
    }

    /// Returns false for NULL, which has no bytes.
    private func write(_ value: PostgresValue) -> Bool {
        switch value {
        case .null: return false
        case .bool(let value): append(value ? 1 : 0 as UInt8)
        case .int32(let value): append(value.bigEndian)
        case .int64(let value): append(value.bigEndian)
        case .double(let value): append(value.bitPattern.bigEndian)
        case .text(let value): append(text: value)
        case .bytes(let value), .json(let value): append(bytes: value)
        case .uuid(let value): append(value)
        case .timestamp(let value): append(PostgresEpoch.fromUnix(microseconds: value).bigEndian)
        case .date(let value): append(PostgresEpoch.fromUnix(days: value).bigEndian)
        case .boolArray(let values): append(values, .bool, width: 1) { append($0 ? 1 : 0 as UInt8) }
        case .int32Array(let values): append(values, .int32, width: 4) { append($0.bigEndian) }
        case .int64Array(let values): append(values, .int64, width: 8) { append($0.bigEndian) }
        case .doubleArray(let values): append(values, .double, width: 8) { append($0.bitPattern.bigEndian) }
        case .textArray(let values): append(values, .text, width: 16) { append(text: $0) }
        case .uuidArray(let values): append(values, .uuid, width: 16) { append($0) }
        case .timestampArray(let values):
            append(values, .timestamp, width: 8) { append(PostgresEpoch.fromUnix(microseconds: $0).bigEndian) }
        case .bytesArray(let values): append(values, .bytes, width: 64) { append(bytes: $0) }
        case .jsonArray(let values): append(values, .json, width: 64) { append(bytes: $0) }
        case .utf8Array(let values): append(values, .text, width: 64) { append(bytes: $0) }
        }
        return true
    }

    /// Appends an array; `width` is the guess of an element's size that room is made for.
    private func append<Element>(
        _ values: [Element?], _ type: PostgresType, width: Int, element: (Element) -> Void
    ) {
        reserve(20 + values.count * (4 + width))
        append(Int32(values.isEmpty ? 0 : 1).bigEndian)
        let flag = count
        append(Int32(0))
        append(type.rawValue.bigEndian)
        guard !values.isEmpty else { return }
        append(Int32(truncatingIfNeeded: values.count).bigEndian)
        append(Int32(1).bigEndian)
        var hasNull = false
        for value in values {
            let length = count
            append(Int32(-1))
            guard let value else {
                hasNull = true
                continue
            }
            element(value)
            // An element of 2 GiB and more can't be told by its length; `encode` refuses the whole then.
            let size = Int32(truncatingIfNeeded: count - length - 4)
            base.storeBytes(of: size.bigEndian, toByteOffset: length, as: Int32.self)
        }
        if hasNull { base.storeBytes(of: Int32(1).bigEndian, toByteOffset: flag, as: Int32.self) }
    }

    private func append<Number: BitwiseCopyable>(_ value: Number) {
        reserve(MemoryLayout<Number>.size)
        base.storeBytes(of: value, toByteOffset: count, as: Number.self)
        count += MemoryLayout<Number>.size
    }

    private func append(_ value: PostgresUUID) {
        append(value.high.bigEndian)
        append(value.low.bigEndian)
    }

    private func append(text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    private func append(bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    private func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        (base + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    private func reserve(_ more: Int) {
        guard count + more > capacity else { return }
        let larger = max(capacity * 2, count + more)
        let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
        moved.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = moved
        capacity = larger
    }

    /// One huge parameter must not hold its memory for the life of the connection.
    private func shrink() {
        base.deallocate()
        capacity = 16 * 1024
        base = .allocate(byteCount: capacity, alignment: 16)
    }
}
