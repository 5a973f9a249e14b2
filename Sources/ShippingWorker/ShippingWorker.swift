import ArgumentParser
import Worker

@main
enum ShippingWorker {
    static func main() async { await WorkerCommand<ShippingApplication>.main() }
}
