/// The version of the whole fleet: its processes are released together.
package enum Release {
    package static let version = "0.1.0"
}
