@main
enum ShippingWorker {
    static func main() {}
}
