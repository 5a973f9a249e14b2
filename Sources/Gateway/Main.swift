import ArgumentParser
import NIOCore
import NIOPosix

/// Starts the gateway with Swift's tasks on the very threads that read and write the sockets: a request then runs from
/// its first byte to its last without being handed from thread to thread, which costs more than the work itself.
@main
enum Main {
    static func main() async {
        NIOSingletons.unsafeTryInstallSingletonPosixEventLoopGroupAsConcurrencyGlobalExecutor()
        await Gateway.main()
    }
}
