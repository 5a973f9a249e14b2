import Foundation
import Testing

@testable import Service

@Suite("Settings") struct SettingsTests {
    enum Mode: String, CaseIterable { case fast, safe }

    struct Sample: SettingsGroup {
        let database: Redacted<String>
        let lifetime: Duration
        let retries: Int
        let isOn: Bool
        let mode: Mode
        let rate: String
        let key: Redacted<String>?
        let note: String?

        init(from reader: SettingsReader) {
            database = reader.databaseURL()
            lifetime = reader.value("PAYMENT_LIFETIME_MINUTES", .minutes(1...1440), default: "30", "Time to pay")
            retries = reader.value("RETRIES", .integer(0...9), default: "3", "Tries")
            isOn = reader.value("FEATURE", .flag, default: "false", "A switch")
            mode = reader.value("MODE", .word(or: Mode.safe), default: "safe", "How")
            rate = reader.value("TAX_PERCENT", .percent, default: "20", "Tax")
            key = reader.optionalSecret("API_KEY", .text(minimum: 8), "Key")
            note = reader.optional("NOTE", .text(), "Remark")
        }
    }

    private func load(_ environment: [String: String]) throws(SettingsError) -> Sample {
        try SettingsReader.load(Sample.self, prefix: "PAYMENT", environment: environment)
    }

    private let url = "postgres://u:p@h/d"

    @Test func takesDefaultsAndValues() throws {
        let defaults = try load(["DATABASE_URL": url, "NOTE": "", "RETRIES": ""])
        #expect(defaults.database.revealed == url)
        #expect(defaults.lifetime == .seconds(1800) && defaults.retries == 3 && !defaults.isOn)
        #expect(defaults.mode == .safe && defaults.rate == "20" && defaults.key == nil && defaults.note == nil)
        let given = try load([
            "DATABASE_URL": url, "PAYMENT_LIFETIME_MINUTES": "1440", "RETRIES": "0", "FEATURE": "true", "MODE": "fast",
            "TAX_PERCENT": "12.50", "API_KEY": "12345678", "NOTE": "a b",
        ])
        #expect(given.lifetime == .seconds(86400) && given.retries == 0 && given.isOn && given.mode == .fast)
        #expect(given.rate == "12.50" && given.key?.revealed == "12345678" && given.note == "a b")
    }

    @Test func namesAllProblemsAtOnceAndNoSecret() {
        let error = #expect(throws: SettingsError.self) {
            try load([
                "DATABASE_URL": "mysql://root:hunter2@h", "PAYMENT_LIFETIME_MINUTES": "abc", "RETRIES": "10",
                "FEATURE": "yes\n", "MODE": "Fast", "TAX_PERCENT": "100.1", "API_KEY": "hunter2",
            ])
        }
        #expect(
            error?.problems == [
                "DATABASE_URL: must be a URL that begins with postgres:// or postgresql:// and has a host, "
                    + "the value given is not (it is a secret and not shown)",
                "PAYMENT_LIFETIME_MINUTES: must be a whole number from 1 to 1440, got \"abc\"",
                "RETRIES: must be a whole number from 0 to 9, got \"10\"",
                "FEATURE: must be true or false, got \"yes\\n\"",
                "MODE: must be one of fast, safe, got \"Fast\"",
                "TAX_PERCENT: must be a decimal number from 0 to 100 with at most 4 decimals, got \"100.1\"",
                "API_KEY: must be text of at least 8 bytes, the value given is not (it is a secret and not shown)",
            ])
        #expect(error.map { "\($0)".contains("hunter2") } == false)
    }

    @Test func requiredMeansRequired() {
        let error = #expect(throws: SettingsError.self) { try load([:]) }
        #expect(error?.problems.count == 1)
        #expect(error?.description.hasPrefix("DATABASE_URL: is required") == true)
    }

    @Test func ownNameWins() throws {
        let own = "postgresql://own@h/d"
        #expect(try load(["DATABASE_URL": url, "PAYMENT_DATABASE_URL": own]).database.revealed == own)
        #expect(try load(["DATABASE_URL": url, "ORDER_DATABASE_URL": own]).database.revealed == url)
        #expect(try load(["DATABASE_URL": "junk", "PAYMENT_DATABASE_URL": own]).database.revealed == own)
        #expect(try load(["DATABASE_URL": url, "PAYMENT_RETRIES": "9"]).retries == 3)
    }

    @Test func readsFiles() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "setting-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try (url + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try load(["DATABASE_URL_FILE": path]).database.revealed == url)
        #expect(try load(["DATABASE_URL": "junk", "PAYMENT_DATABASE_URL_FILE": path]).database.revealed == url)
        let both = #expect(throws: SettingsError.self) { try load(["DATABASE_URL": url, "DATABASE_URL_FILE": path]) }
        #expect(both?.problems == ["DATABASE_URL: set either DATABASE_URL or DATABASE_URL_FILE, not both"])
        let missing = #expect(throws: SettingsError.self) { try load(["DATABASE_URL_FILE": path + "x"]) }
        #expect(
            missing?.problems == ["DATABASE_URL_FILE: must be the path of a readable text file, got \"\(path)x\""])
    }

    @Test(arguments: [
        ("postgres://h", true), ("postgresql://u:p@h:5432/d?sslmode=require", true), ("postgres://", false),
        ("postgres:///d", false), ("postgres://u@/d", false), ("postgres://:5432/d", false), ("http://h/d", false),
        ("postgres://h/a b", false), ("h", false), ("POSTGRES://h", false), ("postgres://[::1]:5432/d", true),
    ])
    func checksURLs(text: String, isRight: Bool) {
        let kind = SettingKind.url("postgres", "postgresql")
        #expect((kind.parse(text) != nil) == isRight)
    }

    @Test(arguments: [
        ("0", true), ("100", true), ("100.0000", true), ("0.0001", true), ("99.99999", false), ("", false),
        (".5", false),
        ("5.", false), ("-1", false), ("+1", false), ("1e1", false), ("1,5", false), ("1.2.3", false), ("101", false),
    ])
    func checksPercentages(text: String, isRight: Bool) {
        #expect((SettingKind.percent.parse(text) != nil) == isRight)
    }

    @Test func listsEachSettingOnce() throws {
        let process = FleetProcess(name: "payment-worker", version: "1", settingsPrefix: "PAYMENT", adminPort: 9102)
        let table = process.settingsTable(Sample.self)
        let rows = table.split(separator: "\n")
        for name in ["DATABASE_URL (PAYMENT_DATABASE_URL)", "RETRIES", "API_KEY", "LOG_LEVEL", "ADMIN_PORT"] {
            #expect(rows.filter { $0.hasPrefix(name + " ") }.count == 1)
        }
        let database = try #require(rows.first { $0.hasPrefix("DATABASE_URL") })
        #expect(database.contains(" required ") && database.contains("(secret)"))
        #expect(rows.contains { $0.hasPrefix("ADMIN_PORT") && $0.contains(" 9102 ") })
    }

    @Test func redactedHasNoText() {
        let secret = Redacted("hunter2")
        var dumped = ""
        dump([secret], to: &dumped)
        #expect("\(secret) \(String(reflecting: secret)) \([secret])" == "[redacted] [redacted] [[redacted]]")
        #expect(!dumped.contains("hunter2"))
        #expect(secret.revealed == "hunter2")
    }
}
