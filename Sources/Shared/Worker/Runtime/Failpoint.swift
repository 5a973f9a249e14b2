import Foundation
import Synchronization

/// A named place where a test can make this process fail: `OMS_FAILPOINTS=after-commit:3:kill` ends it without notice
/// at the third time it comes by; the actions are `kill` and `stop` (frozen until continued). `OMS_FAILPOINT_LOG` names
/// a file that gets a line before, so that a test can prove that the fault has fired.
public enum Failpoint {
    private struct Trap: Sendable {
        let action: Int32
        var left: Int
    }

    private static let isArmed = ProcessInfo.processInfo.environment["OMS_FAILPOINTS"] != nil

    private static let traps: Mutex<[String: Trap]> = {
        var traps: [String: Trap] = [:]
        for entry in (ProcessInfo.processInfo.environment["OMS_FAILPOINTS"] ?? "").split(separator: ",") {
            let parts = entry.split(separator: ":")
            guard parts.count == 3, let count = Int(parts[1]) else { continue }
            traps[String(parts[0])] = Trap(action: parts[2] == "stop" ? SIGSTOP : SIGKILL, left: count)
        }
        return Mutex(traps)
    }()

    /// - `prepare`: Brings about what the name says, when that would otherwise happen a little later.
    public static func hit(_ name: String, _ prepare: () -> Void = {}) {
        guard isArmed else { return }
        let action = traps.withLock { traps -> Int32? in
            guard var trap = traps[name], trap.left > 0 else { return nil }
            trap.left -= 1
            traps[name] = trap
            return trap.left == 0 ? trap.action : nil
        }
        guard let action else { return }
        prepare()
        if let path = ProcessInfo.processInfo.environment["OMS_FAILPOINT_LOG"] {
            _ = FileManager.default.createFile(atPath: path, contents: Data("\(name) \(getpid())\n".utf8))
        }
        kill(getpid(), action)
    }
}
