import Configuration
import FoundationEssentials

/// A set of settings, read and declared in one place: its initialiser.
public protocol SettingsGroup: Sendable {
    /// Reads each setting once, in the order the listing shall show, without reading conditionally.
    init(from reader: SettingsReader)
}

/// Hands out settings, notes their declarations and collects what is wrong with them.
///
/// A name is looked up as `<NAME>`, or in the file that `<NAME>_FILE` names (container secrets; one line end at its end
/// is dropped). For shared settings `<PREFIX>_<NAME>` wins over `<NAME>`. Set but empty counts as not set.
public final class SettingsReader {
    private let config: ConfigReader
    private let prefix: String
    let adminPort: Int
    private(set) var declarations: [SettingDeclaration] = []
    private var problems: [String] = []

    private init(prefix: String, adminPort: Int, environment: [String: String]) {
        self.prefix = prefix
        self.adminPort = adminPort
        config = ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: environment))
    }

    /// Reads a group.
    ///
    /// - `group`: What to read.
    /// - `prefix`: The worker's own, without the underscore: `PAYMENT`. Empty for none.
    /// - `adminPort`: Default of `ADMIN_PORT`.
    /// - `environment`: The variables.
    /// Throws: ``SettingsError`` with every problem of the group.
    public static func load<Group: SettingsGroup>(
        _ group: Group.Type, prefix: String, adminPort: Int = 9090, environment: [String: String]
    ) throws(SettingsError) -> Group {
        let reader = SettingsReader(prefix: prefix, adminPort: adminPort, environment: environment)
        let value = Group(from: reader)
        guard reader.problems.isEmpty else { throw SettingsError(problems: reader.problems) }
        return value
    }

    /// The settings a group declares.
    public static func declarations<Group: SettingsGroup>(
        of group: Group.Type, prefix: String, adminPort: Int = 9090
    ) -> [SettingDeclaration] {
        let reader = SettingsReader(prefix: prefix, adminPort: adminPort, environment: [:])
        _ = Group(from: reader)
        return reader.declarations
    }

    /// A setting with a default, or a required one if `fallback` is nil.
    public func value<Value>(
        _ name: String, _ kind: SettingKind<Value>, default fallback: String? = nil, shared: Bool = false,
        _ meaning: String
    ) -> Value {
        let setting = declare(name, kind, fallback, shared, meaning)
        return read(setting, kind) ?? kind.standIn
    }

    /// A setting that may be left out.
    public func optional<Value>(
        _ name: String, _ kind: SettingKind<Value>, shared: Bool = false, _ meaning: String
    ) -> Value? {
        read(declare(name, kind, nil, shared, meaning, optional: true), kind)
    }

    /// A required setting whose value is never shown.
    public func secret<Value>(
        _ name: String, _ kind: SettingKind<Value>, shared: Bool = false, _ meaning: String
    ) -> Redacted<Value> {
        let setting = declare(name, kind, nil, shared, meaning, secret: true)
        return Redacted(read(setting, kind) ?? kind.standIn)
    }

    /// A setting that may be left out and whose value is never shown.
    public func optionalSecret<Value>(
        _ name: String, _ kind: SettingKind<Value>, shared: Bool = false, _ meaning: String
    ) -> Redacted<Value>? {
        read(declare(name, kind, nil, shared, meaning, secret: true, optional: true), kind).map(Redacted.init)
    }

    /// Adds a problem that only shows when several settings are looked at together.
    public func report(_ name: String, _ problem: String) {
        problems.append("\(name): \(problem)")
    }

    private func declare<Value>(
        _ name: String, _ kind: SettingKind<Value>, _ fallback: String?, _ isShared: Bool, _ meaning: String,
        secret: Bool = false, optional: Bool = false
    ) -> SettingDeclaration {
        let setting = SettingDeclaration(
            name: name, requirement: kind.requirement, defaultText: fallback, meaning: meaning, isSecret: secret,
            isOptional: optional, ownName: isShared && !prefix.isEmpty ? "\(prefix)_\(name)" : nil)
        declarations.append(setting)
        return setting
    }

    private func read<Value>(_ setting: SettingDeclaration, _ kind: SettingKind<Value>) -> Value? {
        for name in [setting.ownName, setting.name].compactMap({ $0 }) {
            switch lookUp(name, isSecret: setting.isSecret) {
            case .absent: continue
            case .broken(let problem):
                problems.append(problem)
                return nil
            case .found(let text):
                if let value = kind.parse(text) { return value }
                let got =
                    setting.isSecret ? "the value given is not (it is a secret and not shown)" : "got \(quoted(text))"
                report(name, "must be \(kind.requirement), \(got)")
                return nil
            }
        }
        guard let text = setting.defaultText else {
            if !setting.isOptional { report(setting.name, "is required: must be \(kind.requirement)") }
            return nil
        }
        guard let value = kind.parse(text) else {
            report(setting.name, "its default \(quoted(text)) is wrong: must be \(kind.requirement)")
            return nil
        }
        return value
    }

    private enum LookUp {
        case absent
        case broken(String)
        case found(String)
    }

    private func lookUp(_ name: String, isSecret: Bool) -> LookUp {
        let direct = variable(name, isSecret: isSecret)
        guard let path = variable(name + "_FILE", isSecret: false) else { return direct.map(LookUp.found) ?? .absent }
        guard direct == nil else { return .broken("\(name): set either \(name) or \(name)_FILE, not both") }
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
        else {
            return .broken("\(name)_FILE: must be the path of a readable text file, got \(quoted(path))")
        }
        let value = text.hasSuffix("\r\n") || text.hasSuffix("\n") ? String(text.dropLast()) : text
        return value.isEmpty ? .broken("\(name)_FILE: the file \(quoted(path)) is empty") : .found(value)
    }

    private func variable(_ name: String, isSecret: Bool) -> String? {
        let key = ConfigKey(name.split(separator: "_").map { $0.lowercased() })
        return config.string(forKey: key, isSecret: isSecret).flatMap { $0.isEmpty ? nil : $0 }
    }

    private func quoted(_ text: String) -> String {
        JSONText.quoted(text.count > 100 ? text.prefix(100) + "..." : text)
    }
}
