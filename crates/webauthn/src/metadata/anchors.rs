//! The anchors of the FIDO Alliance's own service, as data; `data/anchors/README.md` says where they are from.

use crate::x509::Anchor;

/// The domain whose certificate signs the FIDO Alliance's blobs. Its roots certify anybody's domain, so a chain that
/// ends at one of them says nothing before this name was compared.
pub const SIGNER: &str = "mds.fidoalliance.org";

static CERTIFICATES: [&[u8]; 2] = [
    include_bytes!("../../data/anchors/globalsign-root-r46.der"),
    include_bytes!("../../data/anchors/globalsign-root-r3.der"),
];

/// GlobalSign Root R46, and R3 which signed before it and cross-signed it.
#[must_use]
pub fn anchors() -> Vec<Anchor> {
    // That each parses is a test's concern: these bytes don't change.
    CERTIFICATES
        .iter()
        .filter_map(|der| Anchor::parse(der).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::anchors;
    use data_encoding::HEXLOWER;

    #[test]
    fn the_anchors_are_the_published_ones() {
        let thumbprints: Vec<_> = anchors()
            .iter()
            .map(|anchor| HEXLOWER.encode(&anchor.thumbprint()))
            .collect();
        assert_eq!(
            thumbprints,
            [
                "4fa3126d8d3a11d1c4855a4f807cbad6cf919d3a5a88b03bea2c6372d93c40c9",
                "cbb522d7b7f127ad6a0113865bdf1cd4102e7d0759af635a7cf4720dc963c53b",
            ]
        );
    }
}
