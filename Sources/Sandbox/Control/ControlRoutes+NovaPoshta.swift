import Contracts
import Hummingbird

extension ControlRoutes {
    /// - `PUT novaposhta/step` `{"step_ms": 1000}`: how long a parcel stays in one status.
    /// - `PUT novaposhta/parcels/{number}` with one of `{"status": 111}` (stand still there), `{"resume": true}`,
    ///   `{"advance": true}`, `{"refuse": true}` (103, and a return waybill).
    func addNovaPoshta(to router: Router<BasicRequestContext>) {
        router.put("_sandbox/novaposhta/step") { request, _ in
            try await answer(request) { json throws(ControlFault) in
                guard let step = json["step_ms"]?.int, (1...86_400_000).contains(step) else {
                    throw ControlFault("step_ms has to be 1 to 86400000")
                }
                world.post.setStep(.milliseconds(step))
                return .members(["step_ms": .int(step)])
            }
        }
        router.put("_sandbox/novaposhta/parcels/{number}") { request, context in
            let number = try context.parameters.require("number")
            return try await answer(request) { json throws(ControlFault) in
                guard let parcel = world.post.apply(try order(json), to: number) else { return nil }
                return .members([
                    "number": .string(parcel.number), "status": .int(parcel.status),
                    "return_number": .optional(parcel.returnNumber),
                ])
            }
        }
    }

    private func order(_ json: JSON) throws(ControlFault) -> NovaPoshtaPost.Order {
        if let status = json["status"]?.int, (1...999).contains(status) { return .hold(status: Int(status)) }
        if json["resume"]?.bool == true { return .resume }
        if json["advance"]?.bool == true { return .advance }
        if json["refuse"]?.bool == true { return .refuse }
        throw ControlFault("one of status, resume, advance, refuse is needed")
    }
}
