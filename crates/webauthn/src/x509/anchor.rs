//! Trust anchors: certificates that are believed because an operator or a metadata statement lists them.

use super::certificate::{Certificate, CertificateError};

/// A trust anchor. Data, handed in by the caller: nothing that came with a response ever becomes one.
#[derive(Clone, PartialEq, Eq)]
pub struct Anchor {
    der: Vec<u8>,
    subject: Vec<u8>,
    thumbprint: [u8; 32],
    key_fingerprint: [u8; 32],
}

impl Anchor {
    /// Takes a certificate as anchor: of an authority, or of an attestation key itself.
    ///
    /// # Errors
    /// If the bytes are no certificate.
    pub fn parse(der: &[u8]) -> Result<Self, CertificateError> {
        let certificate = Certificate::parse(der)?;
        Ok(Self {
            subject: certificate.subject().to_vec(),
            thumbprint: certificate.thumbprint(),
            key_fingerprint: certificate.key_fingerprint(),
            der: der.to_vec(),
        })
    }

    /// SHA-256 of the certificate, by which results and records name the anchor.
    #[must_use]
    pub fn thumbprint(&self) -> [u8; 32] {
        self.thumbprint
    }

    /// As [`Certificate::key_fingerprint`].
    #[must_use]
    pub fn key_fingerprint(&self) -> [u8; 32] {
        self.key_fingerprint
    }

    /// The certificate.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The subject's Name as DER.
    pub(crate) fn subject(&self) -> &[u8] {
        &self.subject
    }

    /// The certificate, read anew; it was read once by [`Anchor::parse`].
    pub(crate) fn certificate(&self) -> Option<Certificate<'_>> {
        Certificate::parse(&self.der).ok()
    }
}

impl std::fmt::Debug for Anchor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Anchor(")?;
        for byte in self.thumbprint.iter().take(4) {
            write!(f, "{byte:02x}")?;
        }
        f.write_str("…)")
    }
}
