extension [UInt8] {
    /// Appends a number in decimal ASCII.
    public mutating func appendDecimal(_ value: Int64) {
        guard value >= 0 else {
            append(UInt8(ascii: "-"))
            return appendDecimal(magnitude: value.magnitude)
        }
        appendDecimal(magnitude: value.magnitude)
    }

    private mutating func appendDecimal(magnitude: UInt64) {
        if magnitude >= 10 { appendDecimal(magnitude: magnitude / 10) }
        append(UInt8(ascii: "0") + UInt8(magnitude % 10))
    }

    mutating func appendTwoDigits(_ value: Int64) {
        append(UInt8(ascii: "0") + UInt8(value / 10 % 10))
        append(UInt8(ascii: "0") + UInt8(value % 10))
    }
}
