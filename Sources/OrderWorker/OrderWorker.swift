import ArgumentParser
import Worker

@main
enum OrderWorker {
    static func main() async { await WorkerCommand<OrderApplication>.main() }
}
