import CCurl

/// The part of a URL that may stand in a log: scheme, host, port and path. No user, password, query or fragment.
struct URLLabel {
    let text: String

    /// False if the text is no absolute `http` or `https` URL.
    let isUsable: Bool

    init(_ url: String) {
        guard !url.utf8.contains(0), let parsed = curl_url() else {
            (text, isUsable) = ("(unusable URL)", false)
            return
        }
        defer { curl_url_cleanup(parsed) }
        let outcome = curl_url_set(parsed, CURLUPART_URL, url, UInt32(CURLU_NON_SUPPORT_SCHEME))
        guard outcome == CURLUE_OK, let scheme = Self.part(CURLUPART_SCHEME, of: parsed),
            let host = Self.part(CURLUPART_HOST, of: parsed)
        else {
            (text, isUsable) = ("(unusable URL)", false)
            return
        }
        let port = Self.part(CURLUPART_PORT, of: parsed).map { ":" + $0 } ?? ""
        text = "\(scheme)://\(host)\(port)\(Self.part(CURLUPART_PATH, of: parsed) ?? "")"
        isUsable = scheme == "http" || scheme == "https"
    }

    private static func part(_ part: CURLUPart, of parsed: OpaquePointer) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(parsed, part, &text, 0) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
