//! Roots of formats that belong to one maker, as data; `data/anchors/README.md` says where they are from.

use super::policy::Format;
use crate::x509::Anchor;

static ROOTS: [(Format, &[u8]); 3] = [
    (
        Format::Apple,
        include_bytes!("../../data/anchors/apple-webauthn-root.der"),
    ),
    (
        Format::AndroidKey,
        include_bytes!("../../data/anchors/android-key-attestation-rsa.der"),
    ),
    (
        Format::AndroidKey,
        include_bytes!("../../data/anchors/android-key-attestation-ca1.der"),
    ),
];

/// Apple's root and both of Google's, each with the format whose statements it is believed for. To be parsed once
/// and answered by [`Trust::anchors`](super::Trust) for exactly that format; whether they are is the
/// caller's choice.
///
/// Such a root says nothing about the AAGUID. In `android-key` only the key is certified, by the keystore of a
/// phone on which any app may have a key certified; the AAGUID beside it is whatever the app wrote. So these never
/// stand in for the roots of a model: for an AAGUID that metadata names, they are believed only if its entry lists
/// them, and an attestation under them is never shown as proof of a model.
#[must_use]
pub fn roots() -> Vec<(Format, Anchor)> {
    // That each parses is a test's concern: these bytes don't change.
    ROOTS
        .iter()
        .filter_map(|(format, der)| Some((*format, Anchor::parse(der).ok()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Format, roots};
    use data_encoding::HEXLOWER;

    #[test]
    fn the_roots_are_the_published_ones() {
        let found: Vec<_> = roots()
            .iter()
            .map(|(format, anchor)| (*format, HEXLOWER.encode(&anchor.thumbprint())))
            .collect();
        let expected = [
            (
                Format::Apple,
                "0915dd5c07a28db549d1f677bb5a75d4bfbe9561a773424327762e9e02f9bb29",
            ),
            (
                Format::AndroidKey,
                "cedb1cb6dc896ae5ec797348bce9286753c2b38ee71ce0fbe34a9a1248800dfc",
            ),
            (
                Format::AndroidKey,
                "6d9db4ce6c5c0b293166d08986e05774a8776ceb525d9e4329520de12ba4bcc0",
            ),
        ];
        assert_eq!(
            found,
            expected.map(|(format, hex)| (format, hex.to_owned()))
        );
    }
}
