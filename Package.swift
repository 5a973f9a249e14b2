// swift-tools-version: 6.2
import PackageDescription

/// The rules every target of this package is compiled under.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// Outside the C wrappers every use of an unsafe construct has to be spelt out as `unsafe`.
let strictAndSafe: [SwiftSetting] = strict + [.strictMemorySafety()]

// MARK: Products of other packages

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let deques = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let jwt = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

// MARK: Targets

/// A module of `Sources/Shared`.
func shared(
    _ name: String, _ dependencies: [Target.Dependency] = [], settings: [SwiftSetting] = strictAndSafe
) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/Shared/\(name)", swiftSettings: settings)
}

/// A worker: its own executable over the shared runtime, with its migrations compiled in.
func worker(_ name: String, migrations: [String], _ dependencies: [Target.Dependency] = []) -> Target {
    .executableTarget(
        name: name,
        dependencies: ["Contracts", "Worker", "Service", "Postgres", "Bus", logging, metrics, lifecycle, arguments]
            + dependencies,
        resources: migrations.map { .embedInCode("Migrations/\($0).sql") },
        swiftSettings: strictAndSafe)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], fixtures: Bool = false) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, resources: fixtures ? [.copy("Fixtures")] : [], swiftSettings: strict)
}

let package = Package(
    name: "oms",
    products: [
        .executable(name: "Gateway", targets: ["Gateway"]),
        .executable(name: "OrderWorker", targets: ["OrderWorker"]),
        .executable(name: "PaymentWorker", targets: ["PaymentWorker"]),
        .executable(name: "ShippingWorker", targets: ["ShippingWorker"]),
        .executable(name: "PromoWorker", targets: ["PromoWorker"]),
        .executable(name: "InvoiceWorker", targets: ["InvoiceWorker"]),
        .executable(name: "Sandbox", targets: ["Sandbox"]),
        .executable(name: "oms", targets: ["oms"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0"),
        .package(url: "https://github.com/vapor/jwt-kit.git", from: "5.7.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.0"),
    ],
    targets: [
        // The C libraries. Each is imported by one Swift module only.
        .systemLibrary(
            name: "CRabbitMQ", path: "Sources/Shared/CRabbitMQ", pkgConfig: "librabbitmq",
            providers: [.apt(["librabbitmq-dev"])]),
        .systemLibrary(
            name: "CLibPQ", path: "Sources/Shared/CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(
            name: "CCurl", path: "Sources/Shared/CCurl", pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev", "libssl-dev"])]),
        .systemLibrary(
            name: "CPangoCairo", path: "Sources/Shared/CPangoCairo", pkgConfig: "pangocairo",
            providers: [.apt(["libpango1.0-dev"])]),

        // Shared modules; imports only point up this list.
        shared("Contracts"),
        shared("AMQP", ["CRabbitMQ", logging], settings: strict),
        shared("Postgres", ["CLibPQ", logging], settings: strict),
        shared("CurlHTTP", ["CCurl", logging], settings: strict),
        shared("Service", ["Contracts", logging, metrics, lifecycle, signals, configuration, hummingbird]),
        shared("Connectors", ["Contracts", "CurlHTTP", "Service", crypto, logging]),
        shared("Bus", ["Contracts", "AMQP", logging, metrics]),
        shared(
            "Worker",
            ["Contracts", "AMQP", "Bus", "Postgres", "Service", logging, metrics, lifecycle, arguments, crypto]),

        // The fleet.
        .executableTarget(
            name: "Gateway",
            dependencies: [
                "AMQP", "Contracts", "Bus", "CurlHTTP", "Service", logging, metrics, lifecycle, arguments, hummingbird,
                hummingbirdCore, httpTypes, nioCore, nioPosix, nioHTTPTypes, jwt,
            ],
            swiftSettings: strictAndSafe),
        worker(
            "OrderWorker",
            migrations: [
                "0001_orders", "0002_returns", "0003_draft_references", "0004_order_lists", "0005_documents_as_text",
            ],
            ["CurlHTTP", "Connectors", deques]),
        worker(
            "PaymentWorker", migrations: ["0001_payments", "0002_payment_lists"], ["CurlHTTP", "Connectors", crypto]),
        worker(
            "ShippingWorker", migrations: ["0001_shipments", "0002_shipment_lists", "0003_labels"],
            ["CurlHTTP", "Connectors"]),
        worker("PromoWorker", migrations: ["0001_promo_codes", "0002_promo_lists", "0003_redemption_versions"]),
        worker("InvoiceWorker", migrations: ["0001_invoices"], ["CPangoCairo"]),
        .executableTarget(
            name: "Sandbox",
            dependencies: [
                "Contracts", "AMQP", "CurlHTTP", "Service", logging, lifecycle, arguments, crypto, hummingbird,
            ],
            swiftSettings: strictAndSafe),
        .executableTarget(
            name: "oms",
            dependencies: ["Contracts", "AMQP", "Bus", "Postgres", "Connectors", arguments, crypto],
            swiftSettings: strictAndSafe),

        // Tests of single modules.
        tests("ContractsTests", ["Contracts"], fixtures: true),
        tests("AMQPTests", ["AMQP", "TestSupport"]),
        tests("PostgresTests", ["Postgres", "TestSupport"]),
        tests("CurlHTTPTests", ["CurlHTTP"]),
        tests("ServiceTests", ["Service", "CurlHTTP", "TestSupport", logging, metrics, lifecycle]),
        tests(
            "WorkerTests",
            ["Worker", "Bus", "AMQP", "Postgres", "Contracts", "Service", "TestSupport", logging, lifecycle]),
        tests(
            "OrderWorkerTests", ["OrderWorker", "Worker", "Contracts", "Postgres", "TestSupport"], fixtures: true),
        tests(
            "PaymentWorkerTests",
            ["PaymentWorker", "Worker", "Service", "Postgres", "CurlHTTP", "Connectors", "Contracts", "TestSupport"],
            fixtures: true),
        tests(
            "ShippingWorkerTests",
            ["ShippingWorker", "Worker", "Contracts", "Postgres", "CurlHTTP", "Connectors", "TestSupport", logging],
            fixtures: true),
        tests("PromoWorkerTests", ["PromoWorker", "Worker", "Contracts", "Postgres", "TestSupport"], fixtures: true),
        tests(
            "InvoiceWorkerTests", ["InvoiceWorker", "Contracts", "Worker", "Postgres", "TestSupport"], fixtures: true),
        tests(
            "GatewayTests",
            [
                "Gateway", "Contracts", "AMQP", "Bus", "CurlHTTP", "Service", crypto, cryptoExtras, jwt, logging,
                httpTypes,
                hummingbird, hummingbirdCore, hummingbirdTesting, nioCore, nioEmbedded, nioHTTPTypes,
            ]),
        tests("SandboxTests", ["Sandbox", "Contracts", "CurlHTTP", logging, hummingbird, hummingbirdTesting]),

        // Tests of the fleet as real processes over a live broker and database.
        .target(
            name: "TestSupport", dependencies: ["AMQP", "Bus", "Postgres", "CurlHTTP", "Contracts", crypto, yams],
            path: "Tests/TestSupport", swiftSettings: strict),
        tests("IntegrationTests", ["TestSupport", "Contracts", "Bus", "AMQP", "Postgres", "CurlHTTP", crypto]),
        tests("FaultTests", ["TestSupport", "Contracts", "Bus", "AMQP", "Postgres", "CurlHTTP"]),
    ]
)
