import CPangoCairo

/// One PDF in the making: A4 pages in points, the origin at the top left. All calls to Pango and Cairo are here.
///
/// A canvas belongs to the thread that made it. Pango keeps a font map a thread, so canvases of several threads do not
/// meet.
@safe final class Canvas {
    static let width = 595.28
    static let height = 841.89
    static let family = "DejaVu Sans"

    private let output = Output()
    private let surface: OpaquePointer
    private let cairo: OpaquePointer
    private let context: OpaquePointer

    /// `time` is what the file says about when it was made, as RFC 3339 in whole seconds. Without it Cairo takes the
    /// clock and no two files are alike.
    init(title: String, author: String, time: String) throws(DocumentError) {
        unsafe surface = unsafe cairo_pdf_surface_create_for_stream(
            { target, bytes, count in
                guard let target = unsafe target else { return CAIRO_STATUS_WRITE_ERROR }
                unsafe Unmanaged<Output>.fromOpaque(target).takeUnretainedValue().bytes.append(
                    contentsOf: UnsafeBufferPointer(start: bytes, count: Int(count)))
                return CAIRO_STATUS_SUCCESS
            }, Unmanaged.passUnretained(output).toOpaque(), Self.width, Self.height)
        unsafe cairo = unsafe cairo_create(surface)
        unsafe context = unsafe pango_font_map_create_context(pango_cairo_font_map_get_default())
        setMetadata(title: title, author: author, time: time)
        setTextOptions()
        try checkFont()
    }

    deinit {
        unsafe g_object_unref(UnsafeMutableRawPointer(context))
        unsafe cairo_destroy(cairo)
        unsafe cairo_surface_destroy(surface)
    }

    private func setMetadata(title: String, author: String, time: String) {
        unsafe cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title)
        unsafe cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, author)
        unsafe cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, time)
        unsafe cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, time)
    }

    /// Nothing of a screen and nothing of the process's environment: points, no hinting, a fixed language.
    private func setTextOptions() {
        let options = unsafe cairo_font_options_create()
        unsafe cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        unsafe cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        unsafe cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
        unsafe pango_cairo_context_set_font_options(context, options)
        unsafe cairo_font_options_destroy(options)
        unsafe pango_cairo_context_set_resolution(context, 72)
        unsafe pango_context_set_round_glyph_positions(context, 0)
        unsafe pango_context_set_language(context, pango_language_from_string("uk"))
    }

    private func checkFont() throws(DocumentError) {
        let wanted = unsafe Self.fontDescription(.body)
        defer { unsafe pango_font_description_free(wanted) }
        guard let font = unsafe pango_context_load_font(context, wanted) else { throw .fontMissing(found: "none") }
        defer { unsafe g_object_unref(font) }
        let found = unsafe pango_font_describe(font)
        defer { unsafe pango_font_description_free(found) }
        let family = unsafe pango_font_description_get_family(found).map { unsafe String(cString: $0) } ?? ""
        guard family == Self.family else { throw .fontMissing(found: family) }
    }

    fileprivate static func fontDescription(_ style: TextStyle) -> OpaquePointer? {
        let description = unsafe pango_font_description_new()
        unsafe pango_font_description_set_family(description, Self.family)
        unsafe pango_font_description_set_weight(description, style.isBold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL)
        unsafe pango_font_description_set_absolute_size(description, style.size * Double(PANGO_SCALE))
        return unsafe description
    }

    // MARK: Drawing

    /// Text laid out for this canvas, to be measured first and drawn later.
    ///
    /// `width` is where lines are broken, and the box for the alignment; nil: one line as long as it gets. A word that is
    /// longer than the line is cut without a hyphen, which could be taken for a part of it.
    func text(_ text: String, _ style: TextStyle, width: Double? = nil, _ alignment: Alignment = .left) -> TextBlock {
        let layout = unsafe pango_layout_new(context)
        let font = unsafe Self.fontDescription(style)
        unsafe pango_layout_set_font_description(layout, font)
        unsafe pango_font_description_free(font)
        let clean = text.oneLine
        unsafe pango_layout_set_text(layout, clean, Int32(clean.utf8.count))
        if let width {
            unsafe pango_layout_set_width(layout, Int32(width * Double(PANGO_SCALE)))
            unsafe pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
            unsafe pango_layout_set_alignment(layout, alignment.inPango)
            let attributes = unsafe pango_attr_list_new()
            unsafe pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(0))
            unsafe pango_layout_set_attributes(layout, attributes)
            unsafe pango_attr_list_unref(attributes)
        }
        return unsafe TextBlock(layout: layout, ink: style.ink)
    }

    /// Text on one line of a column: set smaller when it would not fit.
    func fitted(_ text: String, _ style: TextStyle, width: Double, _ alignment: Alignment = .right) -> TextBlock {
        let natural = self.text(text, style).width
        var style = style
        if natural > width { style.size *= width / natural * 0.99 }
        return self.text(text, style, width: width, alignment)
    }

    func draw(_ block: TextBlock, x: Double, y: Double) {
        setInk(block.ink)
        unsafe cairo_move_to(cairo, x, y)
        unsafe pango_cairo_show_layout(cairo, block.layout)
    }

    func fill(x: Double, y: Double, width: Double, height: Double, _ ink: Ink) {
        setInk(ink)
        unsafe cairo_rectangle(cairo, x, y, width, height)
        unsafe cairo_fill(cairo)
    }

    func fillCircle(x: Double, y: Double, radius: Double, _ ink: Ink) {
        setInk(ink)
        unsafe cairo_new_path(cairo)
        unsafe cairo_arc(cairo, x, y, radius, 0, 2 * .pi)
        unsafe cairo_fill(cairo)
    }

    func line(x: Double, y: Double, width: Double, thickness: Double = 0.6, _ ink: Ink = .rule) {
        fill(x: x, y: y - thickness / 2, width: width, height: thickness, ink)
    }

    /// Draws a QR code as a stencil of one bit a module: no seams between modules, and a fraction of the time that
    /// Cairo takes for as many rectangles.
    func draw(_ code: QRCode, x: Double, y: Double, side: Double) {
        let size = Int32(code.size)
        let stencil = unsafe cairo_image_surface_create(CAIRO_FORMAT_A8, size, size)
        defer { unsafe cairo_surface_destroy(stencil) }
        guard let pixels = unsafe cairo_image_surface_get_data(stencil) else { return }
        let stride = Int(unsafe cairo_image_surface_get_stride(stencil))
        for row in 0..<code.size {
            for column in 0..<code.size { unsafe pixels[row * stride + column] = code[row, column] ? 0xFF : 0 }
        }
        unsafe cairo_surface_mark_dirty(stencil)

        setInk(.black)
        unsafe cairo_save(cairo)
        unsafe cairo_translate(cairo, x, y)
        unsafe cairo_scale(cairo, side / Double(code.size), side / Double(code.size))
        let pattern = unsafe cairo_pattern_create_for_surface(stencil)
        unsafe cairo_pattern_set_filter(pattern, CAIRO_FILTER_NEAREST)
        unsafe cairo_mask(cairo, pattern)
        unsafe cairo_pattern_destroy(pattern)
        unsafe cairo_restore(cairo)
    }

    private func setInk(_ ink: Ink) {
        let rgb = ink.rgb
        unsafe cairo_set_source_rgb(cairo, rgb.red, rgb.green, rgb.blue)
    }

    // MARK: Pages

    /// Ends the page; what is drawn then goes to the next one.
    func endPage() { unsafe cairo_show_page(cairo) }

    /// Ends the document. Nothing can be drawn any more.
    ///
    /// - Returns: The PDF.
    func finish() throws(DocumentError) -> [UInt8] {
        unsafe cairo_surface_finish(surface)
        let statuses = unsafe [cairo_status(cairo), cairo_surface_status(surface)]
        for status in statuses where status != CAIRO_STATUS_SUCCESS && status != CAIRO_STATUS_SURFACE_FINISHED {
            throw .drawing(unsafe String(cString: cairo_status_to_string(status)))
        }
        return output.bytes
    }
}

extension Alignment {
    fileprivate var inPango: PangoAlignment {
        switch self {
        case .left: PANGO_ALIGN_LEFT
        case .center: PANGO_ALIGN_CENTER
        case .right: PANGO_ALIGN_RIGHT
        }
    }
}

/// Collects what Cairo writes.
private final class Output {
    var bytes: [UInt8] = []
}

/// Text that was laid out. Sole owner of its `PangoLayout`.
@safe final class TextBlock {
    fileprivate let layout: OpaquePointer?
    fileprivate let ink: Ink
    let width: Double
    let height: Double

    fileprivate init(layout: OpaquePointer?, ink: Ink) {
        unsafe self.layout = unsafe layout
        self.ink = ink
        var extents = PangoRectangle()
        unsafe pango_layout_get_extents(layout, nil, &extents)
        width = Double(extents.width) / Double(PANGO_SCALE)
        height = Double(extents.height) / Double(PANGO_SCALE)
    }

    deinit { unsafe g_object_unref(UnsafeMutableRawPointer(layout)) }
}
