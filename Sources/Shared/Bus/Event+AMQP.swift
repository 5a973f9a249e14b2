import AMQP
import Contracts

extension Event {
    /// The event on the public stream: CloudEvents 1.0 in binary mode, as events.md section 1 says.
    public func publicMessage(from worker: WorkerName) -> AMQPMessage {
        let id = id.description
        var headers: AMQPHeaders = [
            "cloudEvents:specversion": .string("1.0"),
            "cloudEvents:id": .string(id),
            "cloudEvents:source": .string(worker.source),
            "cloudEvents:type": .string(type),
            "cloudEvents:subject": .string(subject),
            "cloudEvents:time": .string(time.description),
            "tenant_id": .string(tenant),
            "sequence": .int64(sequence),
            "schema_version": .int32(1),
        ]
        if let causationID { headers["causation_id"] = .string(causationID.description) }
        if let traceparent { headers["traceparent"] = .string(traceparent) }
        return AMQPMessage(
            exchange: FleetExchange.events, routingKey: type, mandatory: false,
            properties: AMQPProperties(
                contentType: Reply.json, contentEncoding: "utf-8", headers: headers,
                deliveryMode: AMQPProperties.persistent, correlationID: requestID.isEmpty ? nil : requestID,
                messageID: id,
                timestamp: time.milliseconds / 1000, type: type, appID: worker.appID),
            body: body)
    }
}
