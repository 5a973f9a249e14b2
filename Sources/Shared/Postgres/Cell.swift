/// One value that is not NULL, in PostgreSQL's binary format, still inside the answer's memory. `rows` keeps that alive.
struct Cell {
    let type: UInt32
    let content: UnsafeRawBufferPointer
    let rows: Rows
    let position: Int

    func bool() throws(PostgresError) -> Bool {
        guard type == PostgresType.bool.rawValue, content.count == 1 else { throw mismatch("bool") }
        return content[0] != 0
    }

    func int32() throws(PostgresError) -> Int32 {
        switch type {
        case PostgresType.int32.rawValue: try number("int32")
        case ForeignType.int16: Int32(try number("int32") as Int16)
        default: throw mismatch("int32")
        }
    }

    func int64() throws(PostgresError) -> Int64 {
        switch type {
        case PostgresType.int64.rawValue: try number("int64")
        case PostgresType.int32.rawValue: Int64(try number("int64") as Int32)
        case ForeignType.int16: Int64(try number("int64") as Int16)
        case ForeignType.oid: Int64(try number("int64") as UInt32)
        default: throw mismatch("int64")
        }
    }

    func double() throws(PostgresError) -> Double {
        switch type {
        case PostgresType.double.rawValue: Double(bitPattern: try number("double"))
        case ForeignType.float: Double(Float(bitPattern: try number("double")))
        default: throw mismatch("double")
        }
    }

    func text() throws(PostgresError) -> String {
        guard !Self.unlikeText.contains(type) else { throw mismatch("text") }
        return String(decoding: content, as: UTF8.self)
    }

    func bytes() throws(PostgresError) -> [UInt8] {
        guard type == PostgresType.bytes.rawValue else { throw mismatch("bytes") }
        return Array(content)
    }

    func json() throws(PostgresError) -> [UInt8] {
        switch type {
        case PostgresType.json.rawValue, PostgresType.text.rawValue: return Array(content)
        case ForeignType.jsonb:
            guard content.first == 1 else { throw mismatch("json") }  // version of the format
            return Array(content.dropFirst())
        default: throw mismatch("json")
        }
    }

    func uuid() throws(PostgresError) -> PostgresUUID {
        guard type == PostgresType.uuid.rawValue, content.count == 16 else { throw mismatch("uuid") }
        return PostgresUUID(
            high: UInt64(bigEndian: content.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: content.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    func timestamp() throws(PostgresError) -> Int64 {
        guard type == PostgresType.timestamp.rawValue || type == ForeignType.localTimestamp else {
            throw mismatch("timestamp")
        }
        let value: Int64 = try number("timestamp")
        let (result, overflow) = value.addingReportingOverflow(PostgresEpoch.microseconds)
        guard !overflow, value != .min, value != .max else { throw mismatch("finite timestamp") }
        return result
    }

    func date() throws(PostgresError) -> Int32 {
        guard type == PostgresType.date.rawValue else { throw mismatch("date") }
        let value: Int32 = try number("date")
        let (result, overflow) = value.addingReportingOverflow(PostgresEpoch.days)
        guard !overflow, value != .min, value != .max else { throw mismatch("finite date") }
        return result
    }

    /// The elements of a one-dimensional array; see ``ParameterEncoder`` for the format.
    func array<Element>(
        _ element: (Cell) throws(PostgresError) -> Element
    ) throws(PostgresError) -> [Element?] {
        var offset = 0
        func take<Number: FixedWidthInteger & BitwiseCopyable>() throws(PostgresError) -> Number {
            guard offset + MemoryLayout<Number>.size <= content.count else { throw mismatch("array") }
            defer { offset += MemoryLayout<Number>.size }
            return Number(bigEndian: content.loadUnaligned(fromByteOffset: offset, as: Number.self))
        }
        guard Self.arrays.contains(type) else { throw mismatch("array") }
        let dimensions: Int32 = try take()
        _ = try take() as Int32  // has-null flag
        let elementType: UInt32 = try take()
        guard dimensions != 0 else { return [] }
        guard dimensions == 1 else { throw mismatch("one-dimensional array") }
        let count: Int32 = try take()
        _ = try take() as Int32  // lower bound
        var elements: [Element?] = []
        elements.reserveCapacity(min(Int(count), content.count / 4))
        for _ in 0..<count {
            let length = Int(try take() as Int32)
            guard length >= 0 else {
                elements.append(nil)
                continue
            }
            guard offset + length <= content.count else { throw mismatch("array") }
            let part = UnsafeRawBufferPointer(rebasing: content[offset..<offset + length])
            elements.append(try element(Cell(type: elementType, content: part, rows: rows, position: position)))
            offset += length
        }
        return elements
    }

    private func number<Number: FixedWidthInteger & BitwiseCopyable>(
        _ wanted: String
    ) throws(PostgresError) -> Number {
        guard content.count == MemoryLayout<Number>.size else { throw mismatch(wanted) }
        return Number(bigEndian: content.loadUnaligned(as: Number.self))
    }

    private func mismatch(_ wanted: String) -> PostgresError {
        let known =
            PostgresType(rawValue: type).map { "\($0)" } ?? (type == ForeignType.numeric ? "numeric" : "\(type)")
        return PostgresError(.badColumn, "column \(rows.columnNames[position]) has type \(known), not \(wanted)")
    }

    /// Types whose binary form is not their text; all others, enumerations and domains among them, are taken as text.
    private static let unlikeText: Set<UInt32> = arrays.union([
        PostgresType.bool.rawValue, PostgresType.bytes.rawValue, PostgresType.int64.rawValue,
        PostgresType.int32.rawValue, PostgresType.double.rawValue, PostgresType.date.rawValue,
        PostgresType.timestamp.rawValue, PostgresType.uuid.rawValue, ForeignType.int16, ForeignType.oid,
        ForeignType.float, ForeignType.localTimestamp, ForeignType.numeric, ForeignType.jsonb,
    ])

    private static let arrays: Set<UInt32> = [
        PostgresType.jsonArray.rawValue, PostgresType.boolArray.rawValue, PostgresType.bytesArray.rawValue,
        PostgresType.int32Array.rawValue, PostgresType.textArray.rawValue, PostgresType.int64Array.rawValue,
        PostgresType.doubleArray.rawValue, PostgresType.timestampArray.rawValue, PostgresType.uuidArray.rawValue,
        ForeignType.jsonbArray, ForeignType.int16Array, ForeignType.varcharArray, ForeignType.nameArray,
    ]
}
