//! What of the sender's bytes and words stands in an error: so much that a reader can tell and search for it, bounded, on
//! one line, and nothing that is a secret.

use crate::rp_id::sha256;

/// Characters of a text in an error.
const MAX_TEXT: usize = 120;

/// The start of a byte string that is no secret, and its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Excerpt {
    start: [u8; 8],
    length: usize,
}

impl Excerpt {
    /// Of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut start = [0; 8];
        for (place, byte) in start.iter_mut().zip(bytes) {
            *place = *byte;
        }
        let length = bytes.len();
        Self { start, length }
    }
}

impl std::fmt::Display for Excerpt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.length == 0 {
            return f.write_str("nothing");
        }
        for byte in self.start.iter().take(self.length) {
            write!(f, "{byte:02x}")?;
        }
        if self.length > self.start.len() {
            write!(f, "… ({} bytes)", self.length)?;
        }
        Ok(())
    }
}

/// A public key by its type and the start of its SHA-256. Keys themselves stand in no error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownKey {
    kind: &'static str,
    fingerprint: [u8; 8],
}

impl ShownKey {
    /// `parts`: a point's coordinates, modulus and exponent, or the raw key.
    pub(crate) fn of(kind: &'static str, parts: &[&[u8]]) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = sha256(&parts.concat());
        let fingerprint = [a, b, c, d, e, f, g, h];
        Self { kind, fingerprint }
    }
}

impl std::fmt::Display for ShownKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ", self.kind)?;
        self.fingerprint
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A text of the sender's.
pub(crate) fn shorten(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(MAX_TEXT)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_are_bounded_and_on_one_line() {
        assert_eq!(Excerpt::of(&[]).to_string(), "nothing");
        assert_eq!(Excerpt::of(&[0, 0xff]).to_string(), "00ff");
        assert_eq!(
            Excerpt::of(&[7; 32]).to_string(),
            "0707070707070707… (32 bytes)"
        );
        assert_ne!(Excerpt::of(&[0]), Excerpt::of(&[0, 0]));
        let text = format!("a\nb{}", "x".repeat(500));
        assert_eq!(shorten(&text).chars().count(), 120);
        assert!(shorten(&text).starts_with("abx"));
    }

    #[test]
    fn a_key_is_shown_by_its_hash() {
        let shown = ShownKey::of("P-256", &[b"ab", b"c"]).to_string();
        assert_eq!(shown, "P-256 ba7816bf8f01cfea");
    }
}
