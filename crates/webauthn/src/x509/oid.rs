//! Object identifiers, as the bytes that follow tag and length.

/// An object identifier in an error: its first bytes, as many as any that is read here has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Oid {
    bytes: [u8; 20],
    length: usize,
}

impl Oid {
    /// By its contents in DER: the bytes that follow tag and length.
    #[must_use]
    pub fn of(contents: &[u8]) -> Self {
        let mut bytes = [0; 20];
        for (place, byte) in bytes.iter_mut().zip(contents) {
            *place = *byte;
        }
        let length = contents.len();
        Self { bytes, length }
    }
}

/// With dots, as registries write it (X.690 section 8.19).
impl std::fmt::Display for Oid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (mut number, mut is_first) = (0_u128, true);
        for byte in self.bytes.iter().take(self.length) {
            number = (number << 7) | u128::from(byte & 0x7f);
            if byte & 0x80 != 0 {
                continue;
            }
            if is_first {
                // The first two numbers share a place.
                let first = (number / 40).min(2);
                write!(f, "{first}.{}", number - first * 40)?;
            } else {
                write!(f, ".{number}")?;
            }
            (number, is_first) = (0, false);
        }
        match self.length > self.bytes.len() {
            true => f.write_str("…"),
            false => Ok(()),
        }
    }
}

/// id-ce-keyUsage, 2.5.29.15.
pub(crate) const KEY_USAGE: &[u8] = b"\x55\x1d\x0f";
/// id-ce-subjectAltName, 2.5.29.17.
pub(crate) const SUBJECT_ALT_NAME: &[u8] = b"\x55\x1d\x11";
/// id-ce-basicConstraints, 2.5.29.19.
pub(crate) const BASIC_CONSTRAINTS: &[u8] = b"\x55\x1d\x13";
/// id-ce-issuingDistributionPoint, 2.5.29.28.
pub(crate) const ISSUING_DISTRIBUTION_POINT: &[u8] = b"\x55\x1d\x1c";
/// id-ce-nameConstraints, 2.5.29.30.
pub(crate) const NAME_CONSTRAINTS: &[u8] = b"\x55\x1d\x1e";
/// id-ce-certificatePolicies, 2.5.29.32.
pub(crate) const CERTIFICATE_POLICIES: &[u8] = b"\x55\x1d\x20";
/// id-ce-extKeyUsage, 2.5.29.37.
pub(crate) const EXTENDED_KEY_USAGE: &[u8] = b"\x55\x1d\x25";

/// tcg-kp-AIKCertificate, 2.23.133.8.3.
pub(crate) const TCG_AIK_CERTIFICATE: &[u8] = b"\x67\x81\x05\x08\x03";
/// id-kp-serverAuth, 1.3.6.1.5.5.7.3.1.
pub(crate) const SERVER_AUTH: &[u8] = b"\x2b\x06\x01\x05\x05\x07\x03\x01";
/// anyExtendedKeyUsage, 2.5.29.37.0.
pub(crate) const ANY_EXTENDED_KEY_USAGE: &[u8] = b"\x55\x1d\x25\x00";

/// id-at-commonName, 2.5.4.3.
pub(crate) const COMMON_NAME: &[u8] = b"\x55\x04\x03";

/// id-at-countryName, 2.5.4.6.
pub(crate) const COUNTRY: &[u8] = b"\x55\x04\x06";
/// id-at-organizationName, 2.5.4.10.
pub(crate) const ORGANISATION: &[u8] = b"\x55\x04\x0a";
/// id-at-organizationalUnitName, 2.5.4.11.
pub(crate) const ORGANISATIONAL_UNIT: &[u8] = b"\x55\x04\x0b";

/// tcg-at-tpmManufacturer, 2.23.133.2.1.
pub(crate) const TPM_MANUFACTURER: &[u8] = b"\x67\x81\x05\x02\x01";
/// tcg-at-tpmModel, 2.23.133.2.2.
pub(crate) const TPM_MODEL: &[u8] = b"\x67\x81\x05\x02\x02";
/// tcg-at-tpmVersion, 2.23.133.2.3.
pub(crate) const TPM_VERSION: &[u8] = b"\x67\x81\x05\x02\x03";

/// id-fido-gen-ce-aaguid, 1.3.6.1.4.1.45724.1.1.4.
pub(crate) const FIDO_AAGUID: &[u8] = b"\x2b\x06\x01\x04\x01\x82\xe5\x1c\x01\x01\x04";
/// Apple's nonce, 1.2.840.113635.100.8.2.
pub(crate) const APPLE_NONCE: &[u8] = b"\x2a\x86\x48\x86\xf7\x63\x64\x08\x02";
/// Android's key description, 1.3.6.1.4.1.11129.2.1.17.
pub(crate) const ANDROID_KEY_DESCRIPTION: &[u8] = b"\x2b\x06\x01\x04\x01\xd6\x79\x02\x01\x11";

/// AlgorithmIdentifier of Ed25519 keys and signatures, whole (RFC 8410).
pub(crate) const ED25519_IDENTIFIER: &[u8] = b"\x30\x05\x06\x03\x2b\x65\x70";
/// AlgorithmIdentifier of ML-DSA-44 keys and signatures, whole (RFC 9881).
pub(crate) const ML_DSA_44_IDENTIFIER: &[u8] =
    b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x11";
/// The same of ML-DSA-65.
pub(crate) const ML_DSA_65_IDENTIFIER: &[u8] =
    b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x12";
/// The same of ML-DSA-87.
pub(crate) const ML_DSA_87_IDENTIFIER: &[u8] =
    b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x13";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_written_with_dots() {
        for (contents, expected) in [
            (KEY_USAGE, "2.5.29.15"),
            (FIDO_AAGUID, "1.3.6.1.4.1.45724.1.1.4"),
            (TCG_AIK_CERTIFICATE, "2.23.133.8.3"),
            (&[0x88, 0x37], "2.999"),
            (&[0x00], "0.0"),
            (&[], ""),
        ] {
            assert_eq!(Oid::of(contents).to_string(), expected);
        }
        // Longer than any that is known, and one number as long as there is room.
        let long = Oid::of(&[1; 21]).to_string();
        assert_eq!(long, format!("0.1{}…", ".1".repeat(19)));
        let _ = Oid::of(&[0xff; 200]).to_string();
    }
}
