import ArgumentParser
import Worker

@main
enum InvoiceWorker {
    static func main() async { await WorkerCommand<InvoiceApplication>.main() }
}
