//! Attestation statements as CBOR: which members each format has. Members that are not known are ignored.

use super::error::AttestationError;
use crate::cbor::{CborError, CborErrorKind, Key, Reader};
use crate::error::{ParseError, Part};
use crate::x509::{Certificate, MAX_CERTIFICATES};

/// The members of `packed`, `fido-u2f`, `android-key`, `apple` and `tpm` statements.
#[derive(Debug, Default)]
pub(super) struct Statement<'a> {
    alg: Option<i64>,
    sig: Option<&'a [u8]>,
    /// `x5c`, the leaf first; `None` if there is no such member.
    pub(super) certificates: Option<Vec<Certificate<'a>>>,
    ver: Option<&'a str>,
    cert_info: Option<&'a [u8]>,
    pub_area: Option<&'a [u8]>,
    response: Option<&'a [u8]>,
    length: usize,
}

impl<'a> Statement<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, AttestationError> {
        let mut statement = Self {
            length: bytes.len(),
            ..Self::default()
        };
        // Certificates are parsed after the CBOR, whose errors come first.
        let mut certificates: Option<Vec<&[u8]>> = None;
        let mut reader = Reader::new(bytes);
        let read = reader.map::<CborError>(|key, value| {
            match key {
                Key::Text("alg") => statement.alg = Some(value.int()?),
                Key::Text("sig") => statement.sig = Some(value.bytes()?),
                Key::Text("ver") => statement.ver = Some(value.text()?),
                Key::Text("certInfo") => statement.cert_info = Some(value.bytes()?),
                Key::Text("pubArea") => statement.pub_area = Some(value.bytes()?),
                Key::Text("response") => statement.response = Some(value.bytes()?),
                Key::Text("x5c") => {
                    let mut list = Vec::with_capacity(2);
                    value.array::<CborError>(|entry| {
                        list.push(entry.bytes()?);
                        Ok(())
                    })?;
                    certificates = Some(list);
                }
                _ => value.skip()?,
            }
            Ok(())
        });
        read.and_then(|()| reader.finish())
            .map_err(ParseError::cbor(Part::AttestationStatement))?;
        statement.certificates = certificates
            .as_deref()
            .map(parse_certificates)
            .transpose()?;
        Ok(statement)
    }

    fn need<T>(&self, member: Option<T>, name: &'static str) -> Result<T, AttestationError> {
        let missing = || {
            ParseError::cbor(Part::AttestationStatement)(CborError {
                offset: self.length,
                kind: CborErrorKind::MissingKey(name),
            })
        };
        Ok(member.ok_or_else(missing)?)
    }

    pub(super) fn algorithm(&self) -> Result<i64, AttestationError> {
        self.need(self.alg, "alg")
    }

    pub(super) fn signature(&self) -> Result<&'a [u8], AttestationError> {
        self.need(self.sig, "sig")
    }

    pub(super) fn version(&self) -> Result<&'a str, AttestationError> {
        self.need(self.ver, "ver")
    }

    pub(super) fn cert_info(&self) -> Result<&'a [u8], AttestationError> {
        self.need(self.cert_info, "certInfo")
    }

    pub(super) fn pub_area(&self) -> Result<&'a [u8], AttestationError> {
        self.need(self.pub_area, "pubArea")
    }

    pub(super) fn response(&self) -> Result<&'a [u8], AttestationError> {
        self.need(self.response, "response")
    }

    /// The certificates of a format that must have them, given away with the leaf.
    pub(super) fn take_certificates(
        &mut self,
    ) -> Result<(Certificate<'a>, Vec<Certificate<'a>>), AttestationError> {
        let certificates = self.certificates.take();
        let certificates = self.need(certificates, "x5c")?;
        let leaf = certificates
            .first()
            .copied()
            .ok_or_else(|| count_error(0))?;
        Ok((leaf, certificates))
    }
}

pub(super) const fn count_error(found: usize) -> AttestationError {
    let limit = MAX_CERTIFICATES;
    AttestationError::CertificateCount { limit, found }
}

pub(super) fn parse_certificates<'a>(
    list: &[&'a [u8]],
) -> Result<Vec<Certificate<'a>>, AttestationError> {
    if list.is_empty() || list.len() > MAX_CERTIFICATES {
        return Err(count_error(list.len()));
    }
    list.iter()
        .enumerate()
        .map(|(position, der)| {
            Certificate::parse(der)
                .map_err(|source| AttestationError::Certificate { position, source })
        })
        .collect()
}
