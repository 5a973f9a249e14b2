import ArgumentParser
import Worker

@main
enum PromoWorker {
    static func main() async { await WorkerCommand<PromoApplication>.main() }
}
