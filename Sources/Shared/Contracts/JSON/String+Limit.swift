extension String {
    /// The beginning of the text, at most `count` characters as `maxLength` of JSON Schema counts them: Unicode scalars.
    /// `prefix` counts graphemes, and one of those may be of any length.
    public func limited(to count: Int) -> String { String(String.UnicodeScalarView(unicodeScalars.prefix(count))) }
}
