/// SplitMix64: the same seed gives the same values on every run.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Up to forty elements, one in five of them nil.
    mutating func array<Element>(_ element: (inout SeededRandom) -> Element) -> [Element?] {
        (0..<Int.random(in: 0...40, using: &self)).map { _ in
            Int.random(in: 0..<5, using: &self) == 0 ? nil : element(&self)
        }
    }

    /// Latin, Cyrillic, emoji and characters that mean something to array and JSON syntax; never U+0000.
    mutating func text() -> String {
        let alphabet = Array("aZ9 ,{}\"\\'\n\tїЇєґ🌍€null")
        return String(
            (0..<Int.random(in: 0...30, using: &self)).compactMap { _ in alphabet.randomElement(using: &self) })
    }
}
