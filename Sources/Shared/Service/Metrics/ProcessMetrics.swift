import CoreMetrics
import FoundationEssentials
import Glibc

/// What Linux says of this process in `/proc/self`, under the names of the Prometheus client libraries.
struct ProcessMetrics {
    let cpuSeconds: Double
    let residentBytes: Double
    let openFiles: Double
    let threads: Double

    /// Nil where there is no `/proc`.
    init?() {
        guard let stat = FileManager.default.contents(atPath: "/proc/self/stat"),
            let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        else { return nil }
        self.init(stat: String(decoding: stat, as: UTF8.self), openFiles: files.count)
    }

    /// - `stat`: Text of `/proc/self/stat` (proc(5)): field 14 and 15 are clock ticks in user and kernel mode, 20
    ///   the threads, 24 the resident pages. Field 2 is a name that may hold blanks and brackets.
    init?(stat: String, openFiles: Int) {
        guard let nameEnd = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: nameEnd)...].split(separator: " ").map { Double($0) }
        guard fields.count > 21, let user = fields[11], let system = fields[12], let threads = fields[17],
            let pages = fields[21]
        else { return nil }
        cpuSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
        residentBytes = pages * Double(sysconf(Int32(_SC_PAGESIZE)))
        self.openFiles = Double(openFiles)
        self.threads = threads
    }

    /// Has the registry show them, read anew at each scrape.
    static func register(in registry: PrometheusRegistry) {
        registry.describe("process_cpu_seconds_total", "CPU time of the process, user and kernel.")
        registry.describe("process_resident_memory_bytes", "Memory of the process that is in RAM.")
        registry.describe("process_open_fds", "Open file descriptors of the process.")
        registry.describe("process_threads", "Threads of the process.")
        let cpu = registry.makeFloatingPointCounter(label: "process_cpu_seconds_total", dimensions: [])
        let memory = registry.makeMeter(label: "process_resident_memory_bytes", dimensions: [])
        let files = registry.makeMeter(label: "process_open_fds", dimensions: [])
        let threads = registry.makeMeter(label: "process_threads", dimensions: [])
        registry.onScrape {
            guard let now = ProcessMetrics() else { return }
            (cpu as? NumberCell)?.set(now.cpuSeconds)
            memory.set(now.residentBytes)
            files.set(now.openFiles)
            threads.set(now.threads)
        }
    }
}
