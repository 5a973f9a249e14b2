import Foundation
import Glibc

/// Returns once all threads of a process stand still after a SIGSTOP, which is a moment after `kill` has returned.
///
/// - Throws: ``TestSupportError`` when one still runs after 10 seconds.
func awaitFrozen(_ pid: pid_t) throws {
    let tasks = "/proc/\(pid)/task"
    for _ in 0..<10_000 {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        let states = threads.compactMap { thread in
            // The state follows the program's name, which stands in brackets.
            (try? String(contentsOfFile: "\(tasks)/\(thread)/stat", encoding: .utf8))?
                .split(separator: ")").last?.split(separator: " ").first
        }
        if !states.isEmpty, states.allSatisfy({ "TtZX".contains($0) }) { return }
        usleep(1_000)
    }
    throw TestSupportError("process \(pid) does not stand still")
}
