import Contracts
import Postgres
import Worker

/// Answers `shipment.get`, `shipment.track`, `shipment.carriers` and `shipment.list`.
struct ShippingQueries: QueryHandler {
    let types = ["shipment.get", "shipment.track", "shipment.carriers", "shipment.list"]
    let policy: ShippingPolicy
    let cursors: CursorKey

    func answer(_ queries: [Message], _ read: ([Statement]) throws -> [Rows]) throws -> [Reply] {
        let lists = queries.filter { $0.type == "shipment.list" }.map(list)
        var pages = try QueryPlan.answer(lists, read)[...]
        let shipments = try ShipmentStore.find(Set(queries.compactMap(\.pathID)), read)
        let now = Timestamp.now
        return queries.map { query in
            switch query.type {
            case "shipment.list": return pages.removeFirst()
            case "shipment.carriers": return carriers(query)
            default: break
            }
            guard let shipment = query.pathID.flatMap({ shipments[$0] }), shipment.tenant == query.tenant,
                query.actor.maySee(customer: shipment.customerID)
            else { return Problem.notFound("shipment").reply(to: query) }
            return query.type == "shipment.get" ? get(shipment, query) : track(shipment, query, now)
        }
    }

    private func list(_ query: Message) -> QueryPlan {
        let filter: ShipmentFilter
        do {
            filter = try ShipmentFilter(query, cursors)
        } catch {
            return .refused(error.problem, query)
        }
        return QueryPlan([filter.statement]) { rows in
            let page = try Page(rows[0], of: filter.range, by: "shipment_id")
            return page.reply(
                try page.rows.map { try ShipmentStore.shipment($0).document(for: .init(of: query.actor)) })
        }
    }

    private func get(_ shipment: Shipment, _ query: Message) -> Reply {
        query.reply(["ETag": "\"\(shipment.version)\""]) {
            shipment.document(for: .init(of: query.actor))
        }
    }

    private func track(_ shipment: Shipment, _ query: Message, _ now: Timestamp) -> Reply {
        let isStale = policy.tracking.isStale(shipment, at: now)
        let tag = "\"\(shipment.version)-\(shipment.heardAt.milliseconds)\(isStale ? "-stale" : "")\""
        return query.reply(["ETag": tag, "Last-Modified": shipment.heardAt.httpDate]) {
            JSONWriter.object {
                $0.member("shipment_id", shipment.id)
                $0.member("order_id", shipment.orderID)
                $0.member("carrier", shipment.carrier)
                $0.member("tracking_number", shipment.trackingNumber)
                $0.member("tracking_url", shipment.trackingURL)
                $0.member("status", shipment.status)
                $0.member("carrier_status", shipment.carrierStatus)
                $0.member("estimated_delivery_date", shipment.estimatedDeliveryDate)
                $0.member("events", array: shipment.events.reversed())
                $0.member("as_of", shipment.heardAt)
                $0.member("stale", isStale)
            }
        }
    }

    private func carriers(_ query: Message) -> Reply {
        let body = JSONWriter.object {
            $0.member(
                "data",
                array: CarrierInfo.all.map { info in
                    var info = info
                    info.isEnabled = policy.enabled.contains(info.code)
                    return info
                })
        }
        let fingerprint = (try? JSONParser.parse(body))?.fingerprint ?? 0
        let tag = "\"\(String(fingerprint, radix: 16))\""
        return query.reply(["ETag": tag, "Cache-Control": "private, max-age=60"]) { body }
    }
}

extension Message {
    /// 200, or 304 when the caller has this very version.
    fileprivate func reply(_ headers: [String: String], body: () -> [UInt8]) -> Reply {
        if let known = parameters["if-none-match"], ETagList(known).contains(headers["ETag"] ?? "") {
            return Reply(status: 304, headers: headers, body: [])
        }
        return Reply(status: 200, headers: headers, body: body())
    }
}

extension Timestamp {
    /// As in `Last-Modified` (RFC 9110 section 5.6.7): `Wed, 17 Sep 2025 14:05:00 GMT`.
    var httpDate: String {
        let seconds = milliseconds / 1000
        let date = CalendarDate(daysSince1970: seconds / 86_400)
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let time = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map(two).joined(separator: ":")
        return
            "\(weekdays[Int(seconds / 86_400 % 7)]), \(two(date.day)) \(months[Int(date.month - 1)]) \(date.year) \(time) GMT"
    }
}
