import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

@Suite("Connections that break") struct ConnectionFaultTests {
    private static func count(_ endpoint: PostgresEndpoint) throws -> Int64 {
        try PostgresConnection(endpoint).run(Statement("SELECT count(*) FROM t")).only().int64(0)
    }

    @Test func killedServerLosesTheTransactionAndComesBack() async throws {
        try await onThread {
            let server = try PrivatePostgres()
            defer { server.remove() }
            let connection = try PostgresConnection(server.endpoint())
            try connection.simple("CREATE TABLE t (n bigint)")
            try connection.run(Statement("INSERT INTO t VALUES (1)"))
            try connection.pipeline([.begin, Statement("INSERT INTO t VALUES (2)")])
            try server.kill()
            let error = #expect(throws: PostgresError.self) { try connection.pipeline([.commit]) }
            #expect(error?.code == .connectionLost)
            #expect(error?.commitUnknown == false, "the end of the connection was seen before COMMIT was sent")
            #expect(error?.classification == .databaseAway)
            #expect(!connection.isOpen)
            #expect(connection.transactionStatus == .closed)
            #expect(connection.socket == -1)
            #expect(throws: PostgresError.self) { try connection.run(Statement("SELECT 1")) }
            let refused = #expect(throws: PostgresError.self) { try connection.reconnect() }
            #expect(refused?.code == .connectFailed(sqlState: nil))
            #expect(refused?.classification == .databaseAway)
            try server.start()
            try connection.reconnect()
            #expect(try connection.run(Statement("SELECT array_agg(n) FROM t")).only().int64Array(0) == [1])
            // Shut down in order while idle: the next call says why.
            try server.stop()
            let farewell = #expect(throws: PostgresError.self) { try connection.run(Statement("SELECT 1")) }
            #expect(farewell?.code == .connectionLost)
            #expect(farewell?.message.contains("57P01") == true)
        }
    }

    @Test func serverKilledDuringAStatementLosesIt() async throws {
        try await onThread {
            let server = try PrivatePostgres()
            defer { server.remove() }
            var options = PostgresOptions()
            options.statementTimeout = nil
            options.replyTimeout = nil
            let connection = try PostgresConnection(server.endpoint(), options: options)
            try connection.simple("CREATE TABLE t (n bigint)")
            let isKilled = DispatchSemaphore(value: 0)
            let kill = Thread {
                let asleep = Statement("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
                let observer = try? PostgresConnection(server.endpoint())
                while (try? observer?.run(asleep).isEmpty) == true { usleep(1000) }
                try? server.kill()
                isKilled.signal()
            }
            kill.start()
            let error = #expect(throws: PostgresError.self) {
                try connection.pipeline([
                    .begin, Statement("INSERT INTO t VALUES (1)"), Statement("SELECT pg_sleep(600)"), .commit,
                ])
            }
            #expect(error?.code == .connectionLost)
            #expect(error?.commitUnknown == true, "COMMIT was on its way and nothing was heard of it")
            isKilled.wait()
            try server.start()
            #expect(try Self.count(server.endpoint()) == 0)
        }
    }

    @Test func terminatedBackendIsSeenIdleAndBusy() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            let admin = try TestDatabase.connect()
            let terminate = { (process: Int32) in
                let done = try admin.run(Statement("SELECT pg_terminate_backend($1, 5000)", [.int32(process)]))
                #expect(try done.only().bool(0))
            }
            try connection.checkAlive()
            try terminate(connection.serverProcess)
            let idle = #expect(throws: PostgresError.self) { try connection.checkAlive() }
            #expect(idle?.code == .connectionLost)
            #expect(idle?.message.contains("57P01") == true)

            try connection.reconnect()
            let own = #expect(throws: PostgresError.self) {
                try connection.pipeline([
                    .begin, Statement("SELECT pg_terminate_backend(pg_backend_pid())"), Statement("SELECT 1"), .commit,
                ])
            }
            #expect(own?.sqlState == "57P01")
            #expect(own?.statement == 1)
            #expect(own?.classification == .databaseAway)
            #expect(own?.commitUnknown == false, "the server stopped before COMMIT")
            #expect(!connection.isOpen)
        }
    }

    /// The commit happens, its answer is lost: the caller must not believe either.
    @Test func lostAnswerToCommitIsUnknown() async throws {
        try await onThread {
            let shared = try TestDatabase.fresh()
            let proxy = try TestProxy(to: Int(shared.port ?? "") ?? 0)
            defer { proxy.stop() }
            let direct = try PostgresConnection(shared)
            try direct.simple("CREATE TABLE t (n bigint)")
            for statements in [[.commit], [Statement("INSERT INTO t VALUES (2)")]] as [[Statement]] {
                proxy.change { $0.holdsAnswers = false }
                let connection = try PostgresConnection(shared.replacing(port: proxy.port))
                if statements == [.commit] { try connection.pipeline([.begin, Statement("INSERT INTO t VALUES (1)")]) }
                let before = try Self.count(shared)
                proxy.change { $0.holdsAnswers = true }
                let cut = Thread {
                    while (try? Self.count(shared)) == before { usleep(1000) }
                    proxy.cut()
                }
                cut.start()
                let error = #expect(throws: PostgresError.self) { try connection.pipeline(statements) }
                #expect(error?.code == .connectionLost)
                #expect(error?.commitUnknown == true)
                #expect(error?.classification == .commitUnknown)
                #expect(try Self.count(shared) == before + 1)
            }
        }
    }

    @Test func silentServerIsGivenUp() async throws {
        try await onThread {
            let shared = try TestDatabase.shared()
            let proxy = try TestProxy(to: Int(shared.port ?? "") ?? 0)
            defer { proxy.stop() }
            var options = PostgresOptions()
            options.replyTimeout = .seconds(3)
            let calls = Mutex(0)
            let connection = try PostgresConnection(shared.replacing(port: proxy.port), options: options)
            connection.waitingInterval = .milliseconds(50)
            connection.whileWaiting = { calls.withLock { $0 += 1 } }
            try connection.run(.begin)
            let before = proxy.answeredBytes
            proxy.change { $0.holdsAnswers = true }
            let start = ContinuousClock.now
            let error = #expect(throws: PostgresError.self) { try connection.run(Statement("SELECT 1")) }
            let elapsed = ContinuousClock.now - start
            #expect(error?.code == .connectionLost)
            #expect(error?.commitUnknown == false)
            #expect(elapsed >= .seconds(3) && elapsed < .seconds(15))
            #expect(calls.withLock { $0 } >= 3, "the thread could serve others meanwhile")
            #expect(proxy.answeredBytes > before, "the server did answer")
        }
    }

    @Test(arguments: [(1, 0 as UInt32), (7, 200), (1000, 500)])
    func slowPeerGivesTheSameAnswers(slice: Int, delay: UInt32) async throws {
        try await onThread {
            let shared = try TestDatabase.shared()
            let proxy = try TestProxy(to: Int(shared.port ?? "") ?? 0, .init(slice: slice, delay: delay))
            defer { proxy.stop() }
            var options = PostgresOptions()
            options.connectTimeout = .seconds(60)
            let connection = try PostgresConnection(shared.replacing(port: proxy.port), options: options)
            let text = String(repeating: "повільно ", count: 100)
            let rows = try connection.pipeline(
                (0..<5).map { Statement("SELECT $1, $2 || $3", [.int64($0), .text(text), .int64($0)]) })
            for (index, rows) in rows.enumerated() {
                #expect(try rows.only().int64(0) == Int64(index))
                #expect(try rows.only().text(1) == text + "\(index)")
            }
        }
    }

    @Test func peerThatNeverAnswersTimesOut() async throws {
        try await onThread {
            let listener = try SilentListener()
            var options = PostgresOptions()
            options.connectTimeout = .milliseconds(300)
            let start = ContinuousClock.now
            let error = #expect(throws: PostgresError.self) {
                try PostgresConnection(
                    PostgresEndpoint(url: "postgres://oms:oms@127.0.0.1:\(listener.port)/oms"), options: options)
            }
            let elapsed = ContinuousClock.now - start
            #expect(error?.code == .connectFailed(sqlState: nil))
            #expect(elapsed >= .milliseconds(300) && elapsed < .seconds(10))
        }
    }

    @Test func theNextHostIsTried() async throws {
        try await onThread {
            let listener = try SilentListener()
            let shared = try TestDatabase.shared()
            var options = PostgresOptions()
            options.connectTimeout = .seconds(3)
            let port = try #require(shared.port)
            let several = try PostgresEndpoint(
                url: "postgres://oms:oms@127.0.0.1:\(try freePort()),127.0.0.1:\(listener.port),127.0.0.1:\(port)/oms")
            let connection = try PostgresConnection(several, options: options)
            #expect(try connection.run(Statement("SELECT inet_server_port()")).only().int32(0) == Int32(port))
        }
    }

    @Test(arguments: [
        ("oms", "wrong", "oms", "28P01"), ("nobody", "x", "oms", "28P01"), ("oms", "oms", "none", "3D000"),
    ])
    func refusedLoginsSayWhy(user: String, password: String, database: String, sqlState: String) async throws {
        try await onThread {
            let server = try PrivateServers.readOnly.get()
            let endpoint = try server.endpoint().replacing(user: user, password: password, database: database)
            let error = #expect(throws: PostgresError.self) { try PostgresConnection(endpoint) }
            #expect(error?.code == .connectFailed(sqlState: sqlState))
            #expect(error?.classification == .databaseAway)
            #expect("\(String(describing: error))".contains("wrong") == false)
        }
    }

    @Test func readOnlyServerIsRefused() async throws {
        try await onThread {
            let endpoint = try PrivateServers.readOnly.get().endpoint()
            let error = #expect(throws: PostgresError.self) { try PostgresConnection(endpoint) }
            #expect(error?.classification == .databaseAway)
            #expect(error?.message.contains("read-only") == true)
            var options = PostgresOptions()
            options.requiresReadWrite = false
            #expect(try PostgresConnection(endpoint, options: options).run(Statement("SELECT 1")).count == 1)
        }
    }

    @Test func idleTransactionIsEndedByTheServer() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema { $0.idleInTransactionTimeout = .seconds(1) }
            try connection.run(.begin)
            let deadline = ContinuousClock.now + .seconds(10)
            var ended: PostgresError?
            while ended == nil, ContinuousClock.now < deadline {
                do throws(PostgresError) { try connection.checkAlive() } catch { ended = error }
                usleep(5000)
            }
            #expect(ended?.code == .connectionLost)
            #expect(ended?.message.contains("25P03") == true)
        }
    }
}

/// Accepts connections (the kernel does) and never says a word.
private final class SilentListener {
    let port: Int
    private let descriptor: Int32

    init() throws {
        port = try freePort()
        descriptor = try listenOnLoopback(port: port)
    }

    deinit { close(descriptor) }
}

/// Servers with settings of their own, shared by the tests of this module.
enum PrivateServers {
    static let readOnly = Result { try PrivatePostgres(settings: "-c default_transaction_read_only=on") }
}
