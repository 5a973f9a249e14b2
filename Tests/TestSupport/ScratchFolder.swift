import Foundation

/// A folder of this process below the system's temporary one, which other users may enter but not list.
public func makeScratchFolder(_ purpose: String) throws -> String {
    let name = "oms-\(purpose)-\(getpid())-\(UInt32.random(in: .min ... .max))"
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
    try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711])
    return path
}
