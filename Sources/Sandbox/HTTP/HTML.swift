/// Text into pages.
enum HTML {
    /// Safe between tags and inside a quoted attribute.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.append(character)
            }
        }
        return escaped
    }

    /// A whole page.
    static func page(_ title: String, _ body: String) -> String {
        """
        <!doctype html>
        <html lang="uk"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(escape(title))</title>
        <style>
        body { font: 16px/1.5 system-ui, sans-serif; margin: 0; background: #eef2ee; color: #1d2a22 }
        main { max-width: 30rem; margin: 2rem auto; padding: 1.5rem 2rem; background: #fff; border-radius: 12px }
        h1 { font-size: 1.25rem } .amount { font-size: 2rem; font-weight: 700; margin: .25rem 0 1rem }
        label { display: block; margin: .75rem 0 .25rem } input { font: inherit; padding: .5rem; width: 100%; box-sizing: border-box }
        button { font: inherit; padding: .6rem 1rem; margin: .75rem .5rem 0 0; border: 0; border-radius: 8px; cursor: pointer }
        .main { background: #5ba829; color: #fff } .plain { background: #dde5dd }
        .error { background: #fde8e8; border-radius: 8px; padding: .5rem 1rem } .note { color: #5c6b61; font-size: .875rem }
        table { border-collapse: collapse; width: 100%; font-size: .875rem } td, th { text-align: left; padding: .2rem .4rem }
        </style></head><body><main>
        \(body)
        </main></body></html>
        """
    }
}
