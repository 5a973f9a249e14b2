import ArgumentParser
import Bus
import Contracts
import Foundation

/// `oms parked`: what failed for good, and what becomes of it.
struct Parked: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists, shows, replays and drops messages that failed for good.",
        discussion: "The broker is RABBITMQ_URL.", subcommands: [List.self, Show.self, Replay.self, Drop.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "A line each; no bodies.")

        @Argument(help: "Workers; all when none is named.")
        var workers: [WorkerName] = WorkerName.allCases

        @Flag(help: "How many there are of each type and reason.")
        var byCause = false

        @Option(help: "How many of each queue, from the oldest on.")
        var limit = 1000

        func validate() throws {
            guard (1...65_535).contains(limit) else { throw ValidationError("--limit must be 1 to 65535.") }
        }

        func run() throws {
            for worker in workers {
                let queue = try ParkedQueue(of: worker)
                defer { queue.close() }
                let parked = try queue.take(limit)
                byCause ? printCauses(worker, parked) : printLines(worker, parked)
            }
        }

        private func printLines(_ worker: WorkerName, _ parked: [ParkedMessage]) {
            for entry in parked {
                let columns = [
                    worker.rawValue, entry.id, entry.type, entry.tenant, entry.firstAt, "\(entry.attempts)",
                    entry.error,
                ]
                print(columns.joined(separator: "\t"))
            }
        }

        private func printCauses(_ worker: WorkerName, _ parked: [ParkedMessage]) {
            let causes = Dictionary(grouping: parked) { [$0.type, $0.error] }
            for (cause, entries) in causes.sorted(by: { ($1.value.count, $0.key[1]) < ($0.value.count, $1.key[1]) }) {
                print(([worker.rawValue, "\(entries.count)"] + cause).joined(separator: "\t"))
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Everything about messages, with their bodies, which may hold personal data.")

        @OptionGroup var choice: ParkedChoice

        func run() throws {
            try choice.perform { _, parked in
                print(String(decoding: parked.document, as: UTF8.self))
            }
        }
    }

    struct Replay: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sends messages back to the queue they came from.",
            discussion: "What was handled meanwhile is recognised for 8 days. Remove the cause first.")

        @OptionGroup var choice: ParkedChoice

        @Option(help: "Messages a second at most.")
        var rate: Double = 100

        func validate() throws {
            guard rate > 0 else { throw ValidationError("--rate must be above 0.") }
        }

        func run() throws {
            try choice.perform { queue, parked in
                try queue.replay(parked)
                print("replayed\t\(parked.id)\t\(parked.type)\t\(parked.origin ?? "")")
                Thread.sleep(forTimeInterval: 1 / rate)
            }
        }
    }

    struct Drop: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Deletes messages for good.")

        @OptionGroup var choice: ParkedChoice

        func run() throws {
            try choice.perform { queue, parked in
                try queue.drop(parked)
                print("dropped\t\(parked.id)\t\(parked.type)")
            }
        }
    }
}

extension ParkedMessage {
    /// One JSON object: what the list shows, and the message itself.
    fileprivate var document: [UInt8] {
        JSONWriter.object {
            $0.member("id", id)
            $0.member("type", type)
            $0.member("tenant_id", tenant)
            $0.member("origin", origin)
            $0.member("attempts", attempts)
            $0.member("first_at", firstAt)
            $0.member("error", error)
            guard let message else { return }
            $0.member("actor", message.actor)
            $0.member("request_id", message.requestID)
            $0.member("subject", message.subject)
            $0.member("traceparent", message.traceparent)
            if (try? JSONParser.parse(message.body)) != nil {
                $0.member("body", raw: message.body)
            } else {
                $0.member("body_base64", Data(message.body).base64EncodedString())
            }
        }
    }
}
