import Testing

@testable import InvoiceWorker

@Suite("IBAN") struct IBANTests {
    @Test(arguments: ["UA213223130000026007233566001", "DE89370400440532013000", "GB82WEST12345698765432"])
    func valid(text: String) { #expect(IBAN.isValid(text)) }

    @Test(arguments: [
        "", "UA213223130000026007233566002", "UA21 3223 1300 0002 6007 2335 66001", "ua213223130000026007233566001",
    ])
    func invalid(text: String) { #expect(!IBAN.isValid(text)) }
}
