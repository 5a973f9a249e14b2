import CLibPQ

extension PostgresError.Report {
    /// The fields of an error or notice, and its primary message. Field codes as in `postgres_ext.h`.
    static func read(_ result: OpaquePointer) -> (PostgresError.Report, message: String) {
        func field(_ code: Character) -> String? {
            guard let ascii = code.asciiValue, let text = PQresultErrorField(result, Int32(ascii)) else { return nil }
            return String(cString: text)
        }
        let report = PostgresError.Report(
            sqlState: field("C") ?? "", severity: field("V") ?? "", detail: field("D"), hint: field("H"),
            schema: field("s"), table: field("t"), column: field("c"), constraint: field("n"), position: field("P"),
            routine: field("R"))
        let message = field("M") ?? PQresultErrorMessage(result).map { String(cString: $0).trimmed } ?? ""
        return (report, message)
    }

    /// Whether the server ends the connection with this error.
    var isFatal: Bool { severity == "FATAL" || severity == "PANIC" }
}
