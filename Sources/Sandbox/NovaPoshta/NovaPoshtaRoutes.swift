import Contracts
import CurlHTTP
import Hummingbird
import Synchronization

/// Nova Poshta over HTTP: the JSON API at one address, and the labels.
struct NovaPoshtaRoutes: Sendable {
    let post: NovaPoshtaPost
    let faults: FaultBoard
    let key: String

    func add(to router: Router<BasicRequestContext>) {
        router.post("novaposhta/v2.0/json") { request, _ in try await call(try await request.bytes()) }
        // The carrier takes the names of model and method in the path too; the body still rules.
        router.post("novaposhta/v2.0/json/{model}/{method}") { request, _ in try await call(try await request.bytes()) }
        router.get("novaposhta/orders/**") { request, _ in
            try await faults.around(.novaposhta, "label") { label(request.uri.path) }
        }
    }

    /// Refusals come with HTTP 200, too.
    private func call(_ body: [UInt8]) async throws -> Response {
        guard let json = try? JSONParser.parse(body), let model = json["modelName"]?.string,
            let method = json["calledMethod"]?.string
        else { return .json(NovaPoshtaAnswer.refusal(.method("undefined"))) }
        let plain = model.hasSuffix("General") ? String(model.dropLast(7)) : model
        return try await faults.around(.novaposhta, "\(plain).\(method)") {
            .json(answer(json, plain, method))
        }
    }

    private func answer(_ json: JSON, _ model: String, _ method: String) -> JSON {
        do throws(NovaPoshtaFault) {
            let given = json["apiKey"]?.string ?? ""
            guard !given.isEmpty else { throw .noKey }
            guard given == key else { throw .key }
            return try post.call(model, method, NovaPoshtaProperties(json["methodProperties"])).json
        } catch {
            return NovaPoshtaAnswer.refusal(error)
        }
    }

    /// `…/{form}/orders[]/{number or ref}/type/pdf/…/apiKey/{key}`. What is wrong gets an empty body, as from the carrier.
    private func label(_ path: String) -> Response {
        let parts = path.split(separator: "/").map { PercentEncoding.decode($0) ?? "" }
        let known = parts.indices.last { parts[$0] == "orders[]" || parts[$0] == "orders" }
        guard let known, known >= 1, known + 1 < parts.count, parts.last == key,
            parts.dropLast().last == "apiKey",
            let number = post.number(of: parts[known + 1])
        else { return Response(status: .ok) }
        let side = parts[known - 1].contains("85x85") ? 241 : 283
        return Response(
            status: .ok, headers: [.contentType: "application/pdf"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: NovaPoshtaLabel.pdf(number, side: side))))
    }
}

extension NovaPoshtaPost {
    /// The number of a waybill named by number or reference, nil when there is none or it was deleted.
    fileprivate func number(of name: String) -> String? {
        state.withLock { state in
            let ref = state.refs[name] ?? name
            return state.deleted.contains(ref) ? nil : state.parcels[ref]?.number
        }
    }
}
