import Contracts
import CurlHTTP
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import Synchronization
import Testing

@testable import Sandbox

/// A shop's callback address: a real server that refuses the first posts and keeps them all.
final class CallbackReceiver: Sendable {
    let url: String
    private let posts: AsyncStream<FormFields>

    private init(port: Int, posts: AsyncStream<FormFields>) {
        url = "http://localhost:\(port)/hook"
        self.posts = posts
    }

    static func run(refusals: Int, _ body: @Sendable (CallbackReceiver) async throws -> Void) async throws {
        let (posts, continuation) = AsyncStream.makeStream(of: FormFields.self)
        let count = Mutex(0)
        let router = Router()
        router.post("hook") { request, _ in
            if let form = try await request.form() { continuation.yield(form) }
            let number = count.withLock { count in
                count += 1
                return count
            }
            return number <= refusals ? HTTPResponse.Status.internalServerError : .ok
        }
        try await Application(router: router, logger: Logger(label: "receiver")).test(.live) { client in
            try await body(CallbackReceiver(port: try #require(client.port), posts: posts))
        }
    }

    /// The next post that came in.
    func next() async throws -> FormFields {
        for await post in posts { return post }
        throw CancellationError()
    }

    /// Checks the signature, then reads the payload.
    func open(_ form: FormFields) throws -> JSON {
        try LiqPayEnvelope(
            form, publicKey: TestWorld.publicKey, signature: LiqPaySignature(privateKey: TestWorld.privateKey)
        ).json
    }
}
