import CoreMetrics
import Synchronization

/// The process's metrics, as a swift-metrics backend that writes the Prometheus text format 0.0.4.
///
/// Names go out as given: no `_total` or unit is added, only a histogram's `_bucket`, `_sum` and `_count`; characters
/// Prometheus does not know become `_`. Timers and recorders are histograms, meters and non-aggregating
/// recorders gauges. Keep the `Counter` or `Timer` object: making one takes a lock, using it does not (a histogram takes a
/// short one of its own).
///
/// A name used with two kinds, or past `seriesLimit` label sets, is counted into a metric nobody sees: labels made of
/// identifiers must not eat the memory.
public final class PrometheusRegistry: MetricsFactory {
    public static let defaultBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    private enum Cell {
        case number(NumberCell)
        case histogram(HistogramCell)
    }

    private struct Family {
        let kind: Kind
        var cells: [String: Cell] = [:]
    }

    private struct Description {
        let help: String
        let buckets: [Double]?
    }

    private struct State {
        var families: [String: Family] = [:]
        var descriptions: [String: Description] = [:]
        var collectors: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())
    private let seriesLimit: Int

    public init(seriesLimit: Int = 2000) {
        self.seriesLimit = seriesLimit
    }

    /// Sets a metric's help text and, for a histogram, its upper bounds. Call it before the metric is made.
    public func describe(_ name: String, _ help: String, buckets: [Double]? = nil) {
        let bounds = buckets.map { Set($0.filter(\.isFinite)).sorted() }
        state.withLock { $0.descriptions[Self.name(name)] = Description(help: help, buckets: bounds) }
    }

    /// Has `collect` run before each scrape, to set gauges that are only read then.
    public func onScrape(_ collect: @escaping @Sendable () -> Void) {
        state.withLock { $0.collectors.append(collect) }
    }

    /// The metrics as text, families and label sets in alphabetical order.
    public var text: String {
        for collect in state.withLock({ $0.collectors }) { collect() }
        let (families, descriptions) = state.withLock { ($0.families, $0.descriptions) }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) where !family.cells.isEmpty {
            if let help = descriptions[name]?.help { text += "# HELP \(name) \(ExpositionText.help(help))\n" }
            text += "# TYPE \(name) \(family.kind.rawValue)\n"
            for (labels, cell) in family.cells.sorted(by: { $0.key < $1.key }) {
                switch cell {
                case .number(let cell): text += ExpositionText.sample(name, labels, cell.value)
                case .histogram(let cell): text += ExpositionText.histogram(name, labels, cell)
                }
            }
        }
        return text
    }

    // MARK: MetricsFactory

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        number(label, dimensions, .counter)
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        number(label, dimensions, .counter)
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        number(label, dimensions, .gauge)
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if aggregate { histogram(label, dimensions) } else { number(label, dimensions, .gauge) }
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions)
    }

    // A metric lives as long as its process: a counter that vanished and came back at zero would look like a restart.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    private func number(_ label: String, _ dimensions: [(String, String)], _ kind: Kind) -> NumberCell {
        let cell = cell(label, dimensions, kind) { _ in .number(NumberCell()) }
        if case .number(let cell) = cell { return cell }
        return NumberCell()
    }

    private func histogram(_ label: String, _ dimensions: [(String, String)]) -> HistogramCell {
        let cell = cell(label, dimensions, .histogram) { .histogram(HistogramCell(bounds: $0)) }
        if case .histogram(let cell) = cell { return cell }
        return HistogramCell(bounds: Self.defaultBuckets)
    }

    /// The one cell of that name and those labels. Nil if the name is of another kind or has too many label sets.
    private func cell(
        _ label: String, _ dimensions: [(String, String)], _ kind: Kind, make: ([Double]) -> Cell
    ) -> Cell? {
        let name = Self.name(label)
        let labels = ExpositionText.labels(dimensions.map { (Self.name($0.0), $0.1) })
        return state.withLock { state in
            var family = state.families[name] ?? Family(kind: kind)
            guard family.kind == kind else { return nil }
            if let cell = family.cells[labels] { return cell }
            guard family.cells.count < seriesLimit else { return nil }
            let cell = make(state.descriptions[name]?.buckets ?? Self.defaultBuckets)
            family.cells[labels] = cell
            state.families[name] = family
            return cell
        }
    }

    private static func name(_ text: String) -> String {
        let bytes = text.utf8.enumerated().map { index, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): byte
            case UInt8(ascii: "0")...UInt8(ascii: "9") where index > 0: byte
            default: UInt8(ascii: "_")
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
