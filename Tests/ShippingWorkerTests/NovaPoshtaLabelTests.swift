import Connectors
import Contracts
import CurlHTTP
import Synchronization
import Testing

@testable import ShippingWorker

@Suite("Nova Poshta labels") struct NovaPoshtaLabelTests {
    /// Gives one answer and remembers the question.
    private final class Printer: HTTPSending {
        private let answer: Result<HTTPResponse, HTTPClientError>
        private let asked = Mutex<HTTPRequest?>(nil)

        init(_ answer: Result<HTTPResponse, HTTPClientError>) { self.answer = answer }

        var request: HTTPRequest? { asked.withLock { $0 } }

        func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
            asked.withLock { $0 = request }
            return try answer.get()
        }
    }

    private func connector(_ printer: Printer) -> NovaPoshtaConnector {
        NovaPoshtaConnector(
            http: printer,
            account: NovaPoshtaAccount(key: "secret", url: "http://127.0.0.1/", printURL: "https://print.example/"))
    }

    /// The addresses of the carrier's pages.
    @Test(arguments: [
        (
            LabelSize.a4,
            "https://print.example/orders/printDocument/orders%5B%5D/20451234567890/type/pdf/apiKey/secret"
        ),
        (
            .hundred,
            "https://print.example/orders/printMarking100x100/orders%5B%5D/20451234567890/type/pdf/zebra/zebra/apiKey/secret"
        ),
        (
            .eightyFive,
            "https://print.example/orders/printMarking85x85/orders%5B%5D/20451234567890/type/pdf8/apiKey/secret"
        ),
    ]) func addresses(size: LabelSize, url: String) async throws {
        let pdf = Array("%PDF-1.4\n".utf8)
        let printer = Printer(.success(HTTPResponse(status: 200, body: pdf)))
        #expect(try await connector(printer).label("20451234567890", size, timeout: .seconds(1)) == pdf)
        #expect(printer.request?.url == url)
        #expect(printer.request?.method == .get)
    }

    @Test(arguments: [(200, ""), (200, "0"), (200, "<html></html>"), (404, "%PDF"), (503, "")])
    func whatIsNoLabel(status: Int, body: String) async {
        let printer = Printer(.success(HTTPResponse(status: status, body: Array(body.utf8))))
        let error = await #expect(throws: CarrierError.self) {
            try await connector(printer).label("20451234567890", .hundred, timeout: .seconds(1))
        }
        #expect(error?.cause.code == .badReply)
    }

    @Test func theKeyIsNotToldToAnybody() async {
        let lost = HTTPClientError(.timeout, wasSent: true, "https://print.example/apiKey/secret")
        let error = await #expect(throws: CarrierError.self) {
            try await connector(Printer(.failure(lost))).label("20451234567890", .hundred, timeout: .seconds(1))
        }
        #expect(error?.cause.description == "novaposhta outcomeUnknown: label: timeout")
    }
}
