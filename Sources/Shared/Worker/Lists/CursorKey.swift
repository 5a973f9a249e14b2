import Contracts
import Crypto
import Foundation
import Service

/// Makes places in lists into cursors for clients, and back: 64 characters of base 64 for URLs, the place and 16 bytes of
/// an HMAC-SHA256 over it and over what the list is bound to.
///
/// All processes that may answer the next page need the same secret.
public struct CursorKey: Sendable {
    private let key: SymmetricKey
    private static let placeSize = 32
    private static let size = 48

    public init(secret: String) { key = SymmetricKey(data: Array(secret.utf8)) }

    /// The setting `CURSOR_SECRET`, which all workers with lists share.
    public init(from reader: SettingsReader) {
        let secret = reader.secret(
            "CURSOR_SECRET", .text(minimum: 32), "Signs the cursors of lists; the same for all processes of a worker")
        self.init(secret: secret.revealed)
    }

    /// `bound` names everything that makes the list what it is: tenant, filter, sort.
    public func cursor(after place: PagePlace, of bound: [String]) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.size)
        bytes.append(UInt64(bitPattern: place.time.milliseconds))
        bytes.append(UInt64(bitPattern: place.sequence))
        bytes.append(place.id.high)
        bytes.append(place.id.low)
        bytes += seal(bytes, bound)
        return Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
    }

    /// nil when the text is no cursor that ``cursor(after:of:)`` made for this list.
    public func place(_ cursor: String, of bound: [String]) -> PagePlace? {
        guard cursor.utf8.count == Self.size / 3 * 4, !cursor.utf8.contains(where: { "+/=".utf8.contains($0) }),
            let data = Data(base64Encoded: cursor.replacing("-", with: "+").replacing("_", with: "/")),
            data.count == Self.size
        else { return nil }
        let bytes = Array(data)
        let place = Array(bytes.prefix(Self.placeSize))
        // In the same time whatever differs.
        let difference = zip(bytes.dropFirst(Self.placeSize), seal(place, bound)).reduce(UInt8(0)) {
            $0 | ($1.0 ^ $1.1)
        }
        guard difference == 0 else { return nil }
        return PagePlace(
            time: Timestamp(milliseconds: Int64(bitPattern: place.word(0))), sequence: Int64(bitPattern: place.word(1)),
            id: Identifier(high: place.word(2), low: place.word(3)))
    }

    private func seal(_ place: [UInt8], _ bound: [String]) -> ArraySlice<UInt8> {
        var bytes = Array("page cursor 1".utf8) + place
        for part in bound {
            bytes.append(UInt64(part.utf8.count))
            bytes += part.utf8
        }
        return Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key)).prefix(Self.size - Self.placeSize)
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ word: UInt64) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) { append(UInt8(truncatingIfNeeded: word >> shift)) }
    }

    fileprivate func word(_ index: Int) -> UInt64 {
        self[index * 8..<index * 8 + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
