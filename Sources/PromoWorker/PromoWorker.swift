@main
enum PromoWorker {
    static func main() {}
}
