extension Duration {
    /// Rounded up, never below 1: to libcurl 0 means no limit, and a wait cut short would spin.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow, whole < Int64(Int32.max) else { return Int(Int32.max) }
        return max(1, Int(whole + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
    }
}
