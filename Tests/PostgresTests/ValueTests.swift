import Postgres
import TestSupport
import Testing

@Suite("Values") struct ValueTests {
    @Test func scalarsComeBackAsSent() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            let uuid = PostgresUUID(high: 0x0011_2233_4455_6677, low: 0x8899_AABB_CCDD_EEFF)
            let row = try connection.run(
                Statement(
                    """
                    SELECT $1 AS bool, $2 AS int32, $3 AS int64, $4 AS double, $5 AS text, $6 AS bytes, $7 AS uuid,
                        $8 AS timestamp, $9 AS date, $10 AS json, $7::text AS uuid_text, $8::text AS timestamp_text,
                        $9::text AS date_text, $6::text AS bytes_text
                    """,
                    [
                        .bool(true), .int32(.min), .int64(.min), .double(-0.1), .text("Привіт, світе 🌍"),
                        .bytes([0, 255, 1]), .uuid(uuid), .timestamp(1_700_000_000_123_456), .date(-1),
                        .json(Array(#"{"a": "ї"}"#.utf8)),
                    ])
            ).only()
            #expect(try row.bool("bool"))
            #expect(try row.int32("int32") == .min)
            #expect(try row.int64("int64") == .min)
            #expect(try row.double("double") == -0.1)
            #expect(try row.text("text") == "Привіт, світе 🌍")
            #expect(try row.bytes("bytes") == [0, 255, 1])
            #expect(try row.uuid("uuid") == uuid)
            #expect(try row.timestamp("timestamp") == 1_700_000_000_123_456)
            #expect(try row.date("date") == -1)
            #expect(try row.json("json") == Array(#"{"a": "ї"}"#.utf8))
            // The server understands them as we do: not merely an echo.
            #expect(try row.text("uuid_text") == "00112233-4455-6677-8899-aabbccddeeff")
            #expect(uuid.description == "00112233-4455-6677-8899-aabbccddeeff")
            #expect(try row.text("timestamp_text") == "2023-11-14 22:13:20.123456+00")
            #expect(try row.text("date_text") == "1969-12-31")
            #expect(try row.text("bytes_text") == #"\x00ff01"#)
        }
    }

    @Test func nullKeepsItsType() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            let values: [PostgresValue] = [
                .optional(Bool?.none), .optional(Int32?.none), .optional(Int64?.none), .optional(Double?.none),
                .optional(String?.none), .optional(PostgresUUID?.none), .optional(timestamp: nil),
                .optional(date: nil), .optional(bytes: nil), .optional(json: nil),
            ]
            let columns = values.indices.map { "$\($0 + 1)" }.joined(separator: ",")
            let types = values.indices.map { "pg_typeof($\($0 + 1))::text" }.joined(separator: ",")
            let row = try connection.run(Statement("SELECT \(columns)", values)).only()
            let typeRow = try connection.run(Statement("SELECT \(types)", values)).only()
            for index in values.indices { #expect(try row.isNull(.index(index))) }
            #expect(try row.int64OrNil(2) == nil)
            #expect(try row.textOrNil(4) == nil)
            let names = try values.indices.map { try typeRow.text(.index($0)) }
            #expect(
                names == [
                    "boolean", "integer", "bigint", "double precision", "text", "uuid", "timestamp with time zone",
                    "date", "bytea", "json",
                ])
            let inferred = try connection.run(Statement("SELECT 1 + $1 IS NULL", [.null])).only()
            #expect(try inferred.bool(0))
        }
    }

    @Test func widerAccessorsReadNarrowerColumns() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            try connection.simple("CREATE TYPE mood AS ENUM ('добре', 'зле')")
            let row = try connection.run(
                Statement(
                    """
                    SELECT 7::smallint AS small, 8::integer AS int, 1.5::real AS real, 'x'::varchar AS varchar,
                        'зле'::mood AS mood, '{"k":1}'::jsonb AS jsonb, 1::numeric AS numeric,
                        'infinity'::timestamptz AS never, '2000-01-01 00:00:01'::timestamp AS local,
                        ARRAY[1::smallint] AS smalls, ARRAY[[1,2],[3,4]] AS matrix
                    """)
            ).only()
            #expect(try row.int32("small") == 7)
            #expect(try row.int64("small") == 7)
            #expect(try row.int64("int") == 8)
            #expect(try row.double("real") == 1.5)
            #expect(try row.text("varchar") == "x")
            #expect(try row.text("mood") == "зле")
            #expect(try row.json("jsonb") == Array(#"{"k": 1}"#.utf8))
            #expect(try row.timestamp("local") == 946_684_801_000_000)
            #expect(try row.int32Array("smalls") == [1])
            for wrong in ["numeric", "never", "matrix"] {
                let error = #expect(throws: PostgresError.self) {
                    switch wrong {
                    case "numeric": _ = try row.int64("numeric")
                    case "never": _ = try row.timestamp("never")
                    default: _ = try row.int32Array("matrix")
                    }
                }
                #expect(error?.code == .badColumn)
                #expect(error?.message.contains(wrong) == true)
            }
        }
    }

    @Test func wrongColumnsAreErrors() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            let rows = try connection.run(Statement("SELECT 1::bigint AS id, NULL::text AS name, '{}'::text[] AS tags"))
            let row = try rows.only()
            let wrong: [() throws -> Void] = [
                { _ = try row.text("id") }, { _ = try row.int64("missing") }, { _ = try row.int64(3) },
                { _ = try row.text("name") }, { _ = try row.int64(.index(-1)) }, { _ = try row.int32("id") },
                { _ = try row.int64Array("id") }, { _ = try row.text("tags") }, { _ = try row.uuid("id") },
            ]
            for access in wrong {
                let error = #expect(throws: PostgresError.self) { try access() }
                #expect(error?.code == .badColumn)
                #expect(error?.classification == .bug)
            }
            #expect(throws: PostgresError.self) {
                try connection.run(Statement("SELECT 1 WHERE false")).only()
            }
        }
    }

    @Test func emptyAndLargeArraysComeBack() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            let long = String(repeating: "ї", count: 500_000)
            let row = try connection.run(
                Statement(
                    "SELECT $1, $2, $3, $4, $5, array_length($2, 1), octet_length($4), $6",
                    [
                        .int64Array([]), .textArray(["", nil, "ї\"{},\\"]), .bytesArray([[], [0], nil]), .text(long),
                        .jsonArray([Array("[1]".utf8), nil]), .utf8Array([Array("ї".utf8), nil]),
                    ])
            ).only()
            #expect(try row.int64Array(0) == [])
            #expect(try row.textArray(1) == ["", nil, "ї\"{},\\"])
            #expect(try row.bytesArray(2) == [[], [0], nil])
            #expect(try row.text(3) == long)
            #expect(try row.jsonArray(4) == [Array("[1]".utf8), nil])
            #expect(try row.int32(5) == 3)
            #expect(try row.int32(6) == 1_000_000)
            #expect(try row.textArray(7) == ["ї", nil])
        }
    }

    /// The server unnests what was encoded and aggregates it again, so both directions and the elements are checked.
    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64]) func randomArraysComeBack(seed: UInt64) async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            var random = SeededRandom(seed: seed)
            for _ in 0..<30 {
                let bools = random.array { Bool.random(using: &$0) }
                let int32s = random.array { Int32.random(in: .min ... .max, using: &$0) }
                let int64s = random.array { Int64.random(in: .min ... .max, using: &$0) }
                let doubles = random.array { Double.random(in: -1e300...1e300, using: &$0) }
                let texts = random.array { $0.text() }
                let uuids = random.array { PostgresUUID(high: $0.next(), low: $0.next()) }
                let times = random.array {
                    Int64.random(in: -210_000_000_000_000_000...9_000_000_000_000_000, using: &$0)
                }
                let bytes = random.array { Array($0.text().utf8) }
                let rows = try connection.pipeline(
                    [
                        .boolArray(bools), .int32Array(int32s), .int64Array(int64s), .doubleArray(doubles),
                        .textArray(texts), .uuidArray(uuids), .timestampArray(times), .bytesArray(bytes),
                    ].map { value in
                        Statement(
                            """
                            SELECT $1, (SELECT coalesce(array_agg(e ORDER BY n), $1) FROM unnest($1)
                                WITH ORDINALITY AS u(e, n)), cardinality($1)
                            """, [value])
                    })
                for column in [0, 1] {
                    let column = Column.index(column)
                    #expect(try rows[0][0].boolArray(column) == bools)
                    #expect(try rows[1][0].int32Array(column) == int32s)
                    #expect(try rows[2][0].int64Array(column) == int64s)
                    #expect(try rows[3][0].doubleArray(column) == doubles)
                    #expect(try rows[4][0].textArray(column) == texts)
                    #expect(try rows[5][0].uuidArray(column) == uuids)
                    #expect(try rows[6][0].timestampArray(column) == times)
                    #expect(try rows[7][0].bytesArray(column) == bytes)
                }
                #expect(try rows[4][0].int32(2) == Int32(texts.count))
            }
        }
    }

    @Test func unnestInsertsFiveThousandRows() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            try connection.simple(
                "CREATE TABLE item (id uuid PRIMARY KEY, n bigint, name text, at timestamptz, body jsonb)")
            let indices = Array(0..<5000 as Range<Int64>)
            let result = try connection.run(
                Statement(
                    """
                    INSERT INTO item SELECT id, n, name, at, body
                    FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::timestamptz[], $5::json[])
                        AS u(id, n, name, at, body)
                    """,
                    [
                        .uuidArray(indices.map { PostgresUUID(high: 1, low: UInt64($0)) }), .int64Array(indices),
                        .textArray(indices.map { $0 % 7 == 0 ? nil : "товар \($0)" }),
                        .timestampArray(indices.map { $0 * 1_000_000 }),
                        .jsonArray(indices.map { Array("{\"n\":\($0)}".utf8) }),
                    ]))
            #expect(result.affected == 5000)
            #expect(result.commandTag == "INSERT 0 5000")
            let rows = try connection.run(Statement("SELECT * FROM item ORDER BY id"))
            try #require(rows.count == 5000)
            #expect(rows.columnNames == ["id", "n", "name", "at", "body"])
            for (index, row) in rows.enumerated() {
                let ok =
                    try row.uuid(0) == PostgresUUID(high: 1, low: UInt64(index)) && row.int64("n") == Int64(index)
                    && row.textOrNil(2) == (index % 7 == 0 ? nil : "товар \(index)")
                    && row.timestamp(3) == Int64(index) * 1_000_000
                    && row.json(4) == Array("{\"n\": \(index)}".utf8)
                try #require(ok, "row \(index)")
            }
        }
    }

    @Test func orderOfIdentifiersIsTheServers() async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            var random = SeededRandom(seed: 9)
            let uuids = (0..<500).map { _ in PostgresUUID(high: random.next(), low: random.next()) }
            let rows = try connection.run(
                Statement("SELECT id FROM unnest($1) AS u(id) ORDER BY id", [.uuidArray(uuids)]))
            #expect(try rows.map { try $0.uuid(0) } == uuids.sorted())
        }
    }

    /// A time that can't be told must not silently become another one.
    @Test(arguments: [
        PostgresValue.timestamp(.min), .timestamp(-300_000_000_000_000_000), .date(.min), .date(.max), .text("a\0b"),
    ])
    func valuesPostgresCannotHoldAreRefused(value: PostgresValue) async throws {
        try await onThread {
            let (_, connection) = try TestDatabase.schema()
            let error = #expect(throws: PostgresError.self) {
                try connection.run(Statement("SELECT $1", [value]))
            }
            #expect(error?.classification == .data)
            #expect(try connection.run(Statement("SELECT 1")).only().int32(0) == 1)
        }
    }
}
