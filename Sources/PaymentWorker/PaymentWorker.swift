import ArgumentParser
import Worker

@main
enum PaymentWorker {
    static func main() async { await WorkerCommand<PaymentApplication>.main() }
}
