import Glibc
import NIOCore

/// Where a call comes from, for quotas of callers without a token. Of IPv6 the network counts (the first 64 bits): a
/// customer of a provider has a whole one.
struct ClientAddress: Hashable, Sendable {
    private let high: UInt64
    private let isVersion6: Bool

    /// Calls whose address nobody can tell are one caller.
    static let unknown = ClientAddress(high: 0, isVersion6: false)

    private init(high: UInt64, isVersion6: Bool) {
        self.high = high
        self.isVersion6 = isVersion6
    }

    /// - `peer`: The other end of the connection.
    /// - `forwarded`: `X-Forwarded-For`, to which each proxy appends whom it speaks with.
    /// - `proxies`: How many proxies of ours stand in front. What stands further left in the field anybody may have written.
    init(peer: SocketAddress?, forwarded: String?, proxies: Int) {
        guard proxies > 0 else {
            self = peer.flatMap { Self($0.ipAddress) } ?? .unknown
            return
        }
        let hops = (forwarded ?? "").split(separator: ",")
        let hop = hops.count >= proxies ? hops[hops.count - proxies] : hops.first
        self = hop.flatMap { Self(String($0.filter { $0 != " " && $0 != "\t" })) } ?? .unknown
    }

    init?(_ text: String?) {
        guard let text else { return nil }
        let bare = Self.bare(text)
        var version4 = in_addr()
        if unsafe inet_pton(AF_INET, bare, &version4) == 1 {
            self.init(high: UInt64(version4.s_addr), isVersion6: false)
            return
        }
        var version6 = in6_addr()
        guard unsafe inet_pton(AF_INET6, bare, &version6) == 1 else { return nil }
        let bytes = unsafe withUnsafeBytes(of: version6) { unsafe Array($0) }
        if bytes.prefix(12) == Self.mapped {
            // As the system would tell it of an IPv4 connection.
            let number = bytes[12...].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            self.init(high: number, isVersion6: false)
        } else {
            self.init(high: bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }, isVersion6: true)
        }
    }

    /// What an IPv4 address begins with when it is written as IPv6.
    private static let mapped: ArraySlice<UInt8> = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    /// Without brackets and port, which some proxies write.
    private static func bare(_ text: String) -> String {
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            return String(text[text.index(after: text.startIndex)..<end])
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? String(parts[0]) : text
    }
}
