import Glibc
import Synchronization

/// The system's random numbers, fetched 256 bytes at a time: the generator of the standard library makes a system call for
/// each number, which is most of what an id costs.
public struct RandomWords: RandomNumberGenerator {
    private static let fetched = Mutex<[UInt64]>([])
    /// 256 bytes, the most that one call of `getentropy` gives.
    private static let count = 32

    public init() {}

    public func next() -> UInt64 {
        Self.fetched.withLock { words in
            if words.isEmpty { words = Self.fetch() }
            return words.removeLast()
        }
    }

    private static func fetch() -> [UInt64] {
        var words = [UInt64](repeating: 0, count: count)
        let outcome = unsafe words.withUnsafeMutableBytes { bytes in
            unsafe bytes.baseAddress.map { unsafe getentropy($0, bytes.count) }
        }
        precondition(outcome == 0, "the system gives no random numbers")
        return words
    }
}
