import Contracts
import Hummingbird

extension Response {
    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func json(_ value: JSON, status: HTTPResponse.Status = .ok) -> Response {
        json(value.jsonBytes, status: status)
    }

    static func html(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    static func text(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// An error of the sandbox itself or of a stand-in whose real error form is not fixed.
    static func failure(_ status: HTTPResponse.Status, _ code: String, _ message: String) -> Response {
        json(
            .members(["error": .members(["code": .string(code), "message": .string(message)])]), status: status)
    }

    /// Sends the browser on. An address that cannot be a header's value gives a page with its text instead.
    static func found(_ url: String) -> Response {
        guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return .html(HTML.page("", HTML.escape(url))) }
        return Response(status: .found, headers: [.location: url])
    }
}
