extension Input {
    /// Schema `PromoCodeText`: 2 to 32 letters, digits, `_` or `-`, the first a letter or digit. In upper case.
    public func promoCode() -> String? {
        let text = text(2...32) { scalar in
            switch scalar {
            case "A"..."Z", "a"..."z", "0"..."9", "_", "-": true
            default: false
            }
        }
        guard let text else { return nil }
        guard let first = text.utf8.first, first != UInt8(ascii: "_"), first != UInt8(ascii: "-") else {
            note("invalid_format", "Must begin with a letter or a digit.")
            return nil
        }
        return text.uppercased()
    }
}
