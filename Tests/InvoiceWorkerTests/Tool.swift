import Foundation
import Testing

/// Programs that read a PDF independently of what made it.
enum Tool {
    /// Runs a program of `poppler-utils` on a PDF and returns what it printed.
    static func run(_ name: String, _ arguments: [String] = [], on pdf: [UInt8], output: [String] = []) throws -> String
    {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).pdf")
        try Data(pdf).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [name] + arguments + [file.path] + output
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(name) failed")
        return String(decoding: data, as: UTF8.self)
    }

    /// The text of each page, with spaces of one kind.
    static func pages(_ pdf: [UInt8]) throws -> [String] {
        let text = try run("pdftotext", ["-layout", "-enc", "UTF-8"], on: pdf, output: ["-"])
        return text.replacing("\u{A0}", with: " ").split(separator: "\u{C}", omittingEmptySubsequences: true).map(
            String.init
        )
        .filter { $0.contains(where: { !$0.isWhitespace }) }
    }
}
