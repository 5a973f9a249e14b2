import Contracts

/// Results of effects as JSON, on their way from the connector to the decision.
extension WaybillOutcome {
    var json: [UInt8] {
        JSONWriter.object {
            switch self {
            case .made(let waybill):
                $0.member("ref", waybill.ref)
                $0.member("number", waybill.number)
                $0.member("cost", waybill.cost)
                $0.member("currency", waybill.cost?.currency)
                $0.member("estimated_delivery_date", waybill.estimatedDeliveryDate)
                $0.member("city_ref", waybill.cityRef)
            case .refused(let code, let message):
                $0.member("error_code", code)
                $0.member("error_message", message)
            }
        }
    }

    init(json: JSON) throws {
        if let code = json["error_code"]?.string {
            self = .refused(code: code, message: try json.text("error_message"))
        } else {
            let cost = try json["cost"].map { _ in try json.money("cost", try json.currency()) }
            self = .made(
                Waybill(
                    ref: try json.text("ref"), number: try json.text("number"), cost: cost,
                    estimatedDeliveryDate: json.date("estimated_delivery_date"), cityRef: json["city_ref"]?.string))
        }
    }
}

extension CancelOutcome {
    var json: [UInt8] {
        JSONWriter.object {
            if case .tooLate(let message) = self { $0.member("error_message", message) }
        }
    }

    init(json: JSON) { self = json["error_message"]?.string.map { .tooLate(message: $0) } ?? .cancelled }
}

extension TrackingReport {
    var json: [UInt8] {
        JSONWriter.object {
            $0.member("code", code)
            $0.member("text", text)
            $0.member("status", status)
            $0.member("time", time)
            $0.member("location", location)
            $0.member("estimated_delivery_date", estimatedDeliveryDate)
            $0.member("return_number", returnNumber)
            $0.member("is_returned", isReturned)
        }
    }

    init(json: JSON) throws {
        self.init(
            code: try json.text("code"), text: try json.text("text"),
            status: json["status"]?.string.flatMap { ShipmentStatus(rawValue: $0) },
            time: try json.optionalTime("time"), location: json["location"]?.string,
            estimatedDeliveryDate: json.date("estimated_delivery_date"), returnNumber: json["return_number"]?.string,
            isReturned: try json.flag("is_returned"))
    }
}

extension QuoteRequest {
    var json: [UInt8] {
        JSONWriter.object {
            $0.member("order_id", orderID)
            $0.member("carrier", consignment.carrier)
            $0.member("service", consignment.service)
            $0.member("city", consignment.city)
            $0.member("city_ref", consignment.cityRef)
            $0.member("weight_grams", consignment.weightGrams)
            $0.member("declared_value", consignment.declaredValue)
            $0.member("currency", consignment.currency)
        }
    }

    init(json: JSON) throws {
        self.init(
            orderID: try json.id("order_id"),
            consignment: Consignment(
                carrier: try json.word("carrier"), service: try json.word("service"), city: try json.text("city"),
                cityRef: json["city_ref"]?.string, weightGrams: try json.int("weight_grams"),
                declaredValue: try json.money("declared_value", try json.currency())))
    }
}

/// What the effect of a quote gives back: the request and its outcome.
struct Quote: Sendable, Equatable {
    let orderID: Identifier
    let currency: Currency
    let outcome: QuoteOutcome

    init(_ request: QuoteRequest, _ outcome: QuoteOutcome) {
        orderID = request.orderID
        currency = request.consignment.currency
        self.outcome = outcome
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("order_id", orderID)
        switch outcome {
        case .price(let price, let source, let date):
            writer.member("price", price)
            writer.member("currency", currency)
            writer.member("source", source)
            writer.member("estimated_delivery_date", date)
        case .refused(let code):
            writer.member("currency", currency)
            writer.member("error_code", code.rawValue)
        }
    }

    var json: [UInt8] { JSONWriter.object { writeMembers(to: &$0) } }

    init(json: JSON) throws {
        orderID = try json.id("order_id")
        let currency = try json.currency()
        self.currency = currency
        if let code = json["error_code"]?.string {
            guard let code = ProblemCode(rawValue: code) else { throw StoredFormatError("error_code") }
            outcome = .refused(code)
        } else {
            let source = json["source"]?.string.flatMap { QuoteOutcome.Source(rawValue: $0) }
            guard let source else { throw StoredFormatError("source") }
            outcome = .price(try json.money("price", currency), source, json.date("estimated_delivery_date"))
        }
    }
}

extension JSON {
    /// A day, or nil when the member is absent or no day.
    fileprivate func date(_ name: String) -> CalendarDate? { self[name]?.string.flatMap { CalendarDate($0) } }
}
