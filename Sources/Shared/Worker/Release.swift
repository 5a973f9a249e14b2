/// The version of the whole fleet: its processes are released together.
public enum Release {
    public static let version = "0.1.0"
}
