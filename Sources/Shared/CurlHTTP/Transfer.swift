import CCurl

/// One request on the wire. Sole owner of its easy handle; lives on the client's thread alone.
final class Transfer {
    let job: TransferJob
    let completion: TransferEngine.Completion
    let easy: UnsafeMutableRawPointer

    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var headers = HTTPHeaders()
    private var headerBytes = 0
    private var body: [UInt8] = []
    private var overflow: String?
    /// How often libcurl was about to write the request; above 1 it repeated it on a new connection.
    private var sends = 0

    /// Header bytes an answer may have.
    private static let headerLimit = 64 << 10

    /// - Throws: ``HTTPClientError`` `.badURL` or `.setup`.
    init(_ job: TransferJob, caFile: String?, _ completion: @escaping TransferEngine.Completion)
        throws(HTTPClientError)
    {
        let request = job.request
        guard URLLabel(request.url).isUsable else {
            throw HTTPClientError(.badURL, wasSent: false, "\(request): no absolute http or https URL")
        }
        guard request.headers.fields.allSatisfy(Self.isSendable) else {
            throw HTTPClientError(.badURL, wasSent: false, "\(request): a header has a forbidden character")
        }
        guard let easy = curl_easy_init() else {
            throw HTTPClientError(.setup, wasSent: false, "\(request): out of memory")
        }
        self.job = job
        self.completion = completion
        self.easy = easy
        var outcomes = setConnection(request, caFile: caFile)
        outcomes += setRequest(request)
        outcomes += setCallbacks()
        if outcomes.contains(where: { $0 != CURLE_OK }) {
            throw HTTPClientError(.setup, wasSent: false, "\(request): libcurl refuses an option")
        }
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headerList)
    }

    var wasSent: Bool { sends > 0 }

    /// An error of this transfer; before anything was sent a lost connection or a timeout is a `.notSent`.
    func error(_ code: HTTPClientError.Code, _ what: String) -> HTTPClientError {
        let isBeforeSend = !wasSent && (code == .timeout || code == .connectionLost)
        return HTTPClientError(isBeforeSend ? .notSent : code, wasSent: wasSent, "\(job.request): \(what)")
    }

    /// What the end of the transfer means. The texts are libcurl's fixed ones: its longer ones may quote the request.
    func outcome(of result: CURLcode) -> Result<HTTPResponse, HTTPClientError> {
        if let overflow { return .failure(error(.bodyTooLarge, overflow)) }
        let text = String(cString: curl_easy_strerror(result))
        switch result {
        case CURLE_OK:
            var status = 0
            guard curlhttp_get_long(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK, status > 0 else {
                return .failure(error(.connectionLost, "no HTTP status"))
            }
            return .success(HTTPResponse(status: status, headers: headers, body: body))
        case CURLE_OPERATION_TIMEDOUT: return .failure(error(.timeout, text))
        case CURLE_ABORTED_BY_CALLBACK:
            return .failure(error(.connectionLost, "the kept connection died; sending twice is not allowed"))
        default: return .failure(error(.connectionLost, text))
        }
    }

    // MARK: Callbacks of libcurl

    /// - Returns: False to refuse.
    func willSend() -> Bool {
        if wasSent && !job.request.isRepeatable { return false }
        sends += 1
        return true
    }

    func received(header line: UnsafeRawBufferPointer) -> Bool {
        headerBytes += line.count
        guard headerBytes <= Self.headerLimit else {
            overflow = "more than \(Self.headerLimit) bytes of headers"
            return false
        }
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            headers = HTTPHeaders()  // an interim answer (1xx) came before
        } else if let colon = text.firstIndex(of: ":") {
            headers.add(String(text[..<colon]), Self.trimmed(text[text.index(after: colon)...]))
        }
        return true
    }

    func received(body bytes: UnsafeRawBufferPointer) -> Bool {
        guard body.count + bytes.count <= job.request.bodyLimit else {
            overflow = "more than \(job.request.bodyLimit) bytes of body"
            return false
        }
        body.append(contentsOf: bytes)
        return true
    }

    // MARK: Options

    private func setConnection(_ request: HTTPRequest, caFile: String?) -> [CURLcode] {
        let verified = [
            curlhttp_set_long(easy, CURLOPT_SSL_VERIFYPEER, 1),
            curlhttp_set_long(easy, CURLOPT_SSL_VERIFYHOST, 2),
            curlhttp_set_long(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2),
        ]
        return verified
            + (caFile.map {
                [
                    curlhttp_set_string(easy, CURLOPT_CAINFO, $0),
                    curlhttp_set_string(easy, CURLOPT_CAPATH, nil),
                ]
            } ?? []) + [
                curlhttp_set_long(easy, CURLOPT_NOSIGNAL, 1),
                curlhttp_set_long(easy, CURLOPT_FOLLOWLOCATION, 0),
                curlhttp_set_long(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1),
                curlhttp_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https"),
                curlhttp_set_string(easy, CURLOPT_PROXY, ""),
                curlhttp_set_long(easy, CURLOPT_TCP_NODELAY, 1),
                curlhttp_set_long(easy, CURLOPT_MAXAGE_CONN, 30),
                curlhttp_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.wholeMilliseconds),
            ]
    }

    private func setRequest(_ request: HTTPRequest) -> [CURLcode] {
        var outcomes = [
            curlhttp_set_string(easy, CURLOPT_URL, request.url),
            curlhttp_set_string(easy, CURLOPT_CUSTOMREQUEST, request.method.rawValue),
        ]
        let mayHaveNoBody = request.method == .get || request.method == .head || request.method == .delete
        if request.method == .head {
            outcomes.append(curlhttp_set_long(easy, CURLOPT_NOBODY, 1))
        } else if !request.body.isEmpty || !mayHaveNoBody {
            outcomes.append(
                curlhttp_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count)))
            outcomes.append(
                request.body.withUnsafeBytes { bytes in
                    // Copied by libcurl. An empty array may have no address, which would mean "read from a callback".
                    bytes.baseAddress.map {
                        curlhttp_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: $0))
                    } ?? curlhttp_set_string(easy, CURLOPT_COPYPOSTFIELDS, "")
                })
        }
        // Without these libcurl would name a content type of its own and wait for a "100 Continue" before long bodies.
        for name in ["Content-Type", "Expect"] where request.headers[name] == nil { addHeaderLine(name + ":") }
        for (name, value) in request.headers.fields { addHeaderLine(value.isEmpty ? name + ";" : "\(name): \(value)") }
        outcomes.append(curlhttp_set_list(easy, CURLOPT_HTTPHEADER, headerList))
        return outcomes
    }

    private func addHeaderLine(_ line: String) {
        if let longer = curl_slist_append(headerList, line) { headerList = longer }
    }

    private func setCallbacks() -> [CURLcode] {
        let context = Unmanaged.passUnretained(self).toOpaque()
        return [
            curlhttp_set_pointer(easy, CURLOPT_WRITEDATA, context),
            curlhttp_set_pointer(easy, CURLOPT_HEADERDATA, context),
            curlhttp_set_pointer(easy, CURLOPT_PREREQDATA, context),
            curlhttp_set_data_callback(easy, CURLOPT_WRITEFUNCTION) { data, size, count, context in
                Transfer.feed(data, size * count, context) { $0.received(body: $1) }
            },
            curlhttp_set_data_callback(easy, CURLOPT_HEADERFUNCTION) { data, size, count, context in
                Transfer.feed(data, size * count, context) { $0.received(header: $1) }
            },
            curlhttp_set_prereq_callback(easy) { context, _, _, _, _ in
                guard let context else { return CURL_PREREQFUNC_ABORT }
                let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                return transfer.willSend() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
            },
        ]
    }

    /// - Returns: What libcurl expects: the number of bytes, or anything else to end the transfer.
    private static func feed(
        _ data: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?,
        _ take: (Transfer, UnsafeRawBufferPointer) -> Bool
    ) -> Int {
        guard count > 0 else { return 0 }
        guard let context, let data else { return 0 }
        let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        return take(transfer, UnsafeRawBufferPointer(start: data, count: count)) ? count : 0
    }

    // MARK: Header text

    private static func isSendable(_ field: (name: String, value: String)) -> Bool {
        let isToken = field.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"()<>@,;:\\\"/[]?={}".utf8.contains($0) }
        return !field.name.isEmpty && isToken && field.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }

    private static func trimmed(_ text: Substring) -> String {
        let isBlank = { (character: Character) in character.isWhitespace }
        let head = text.drop(while: isBlank)
        guard let last = head.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(head[...last])
    }
}
