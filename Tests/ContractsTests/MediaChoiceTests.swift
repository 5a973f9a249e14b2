import Contracts
import Testing

@Suite("Accept") struct MediaChoiceTests {
    @Test(arguments: [
        ("*/*", "application/pdf"), ("", "application/pdf"), ("application/json", "application/json"),
        ("application/pdf, application/json", "application/pdf"), ("application/*", "application/pdf"),
        ("application/json, */*;q=0.5", "application/json"),
        ("application/pdf;q=0.1, application/json;q=0.2", "application/json"),
        ("application/pdf;q=0, */*", "application/json"), ("Application/JSON; q=1", "application/json"),
        ("text/html, application/json;q=0.9, */*;q=0.8", "application/json"),
    ])
    func chooses(accept: String, media: String) {
        #expect(MediaChoice(accept: accept).best(of: ["application/pdf", "application/json"]) == media)
    }

    @Test(arguments: ["text/html", "image/*", "application/json;q=0", "nonsense", "*/json"])
    func nothing(accept: String) {
        #expect(MediaChoice(accept: accept).best(of: ["application/pdf", "application/json"]) == nil)
    }
}
