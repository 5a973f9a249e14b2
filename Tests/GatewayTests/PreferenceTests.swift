import Testing

@testable import Gateway

@Suite("Prefer") struct PreferenceTests {
    @Test(
        arguments: [
            ([], false, nil, nil),
            (["respond-async"], true, nil, "respond-async"),
            (["wait=5"], false, 5, "wait=5"),
            (["wait=10"], false, 10, "wait=10"),
            (["wait=11"], false, nil, nil),
            (["wait=0"], false, nil, nil),
            (["wait=soon"], false, nil, nil),
            (["return=minimal, wait=3"], false, 3, "wait=3"),
            (["return=minimal", "wait=3"], false, 3, "wait=3"),
            (["wait=3, respond-async"], true, nil, "respond-async"),
            ([""], false, nil, nil),
            ([" ; , "], false, nil, nil),
        ] as [([String], Bool, Int?, String?)])
    func reads(values: [String], isAsync: Bool, wait: Int?, applied: String?) {
        let preference = Preference(values)
        #expect(preference.isAsync == isAsync)
        #expect(preference.wait == wait)
        #expect(preference.applied == applied)
    }
}
