//! Certificates (RFC 5280 section 4), borrowed from their DER.

use super::name::Name;
use super::oid;
use super::signature::{Scheme, Spki, read_algorithm};
use super::time::Time;
use crate::der::{DerError, DerErrorKind, Reader, Tag};
use crate::public_key::SignatureInvalid;
use crate::rp_id::sha256;

/// Longest certificate accepted, in bytes.
pub const MAX_CERTIFICATE: usize = 32 * 1024;
/// Most extensions in one certificate.
const MAX_EXTENSIONS: usize = 32;
/// Longest serial number, in bytes. RFC 5280 asks for at most 20; a few more were seen.
const MAX_SERIAL: usize = 32;

/// A certificate, parsed and not judged: nothing in it is believed until
/// [`validate`](super::validate) has led it to an anchor.
#[derive(Debug, Clone, Copy)]
pub struct Certificate<'a> {
    der: &'a [u8],
    to_be_signed: &'a [u8],
    version: u64,
    serial: &'a [u8],
    issuer: Name<'a>,
    subject: Name<'a>,
    not_before: Time,
    not_after: Time,
    spki: Spki<'a>,
    extensions: Extensions<'a>,
    scheme: Option<Scheme>,
    signature: &'a [u8],
}

/// Why bytes are no certificate or revocation list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Not DER, or not of the structure.
    #[error("{0}")]
    Der(#[from] DerError),
    /// Too long.
    #[error("{found} bytes long; the limit is {limit}")]
    TooLong {
        /// The greatest length accepted, in bytes.
        limit: usize,
        /// The length found.
        found: usize,
    },
    /// A version that does not exist, or one that has no extensions with extensions.
    #[error("version {found} does not exist or has no such extensions")]
    Version {
        /// The number found, 0 for version 1.
        found: u64,
    },
    /// The algorithm inside and outside of what is signed differ.
    #[error("the signature's algorithm differs inside and outside of what is signed")]
    AlgorithmMismatch,
}

/// What the extensions say, as far as this crate reads them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Extensions<'a> {
    /// The contents of the list, for looking one up.
    list: Option<Reader<'a>>,
    pub(crate) basic_constraints: Option<BasicConstraints>,
    /// Bit 0 uppermost.
    pub(crate) key_usage: Option<u16>,
    extended_key_usage: Option<Reader<'a>>,
    alternative_names: Option<Reader<'a>>,
    pub(crate) critical_alternative_names: bool,
    pub(crate) has_name_constraints: bool,
    /// The first critical extension outside of the allow list.
    pub(crate) unknown_critical: Option<&'a [u8]>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct BasicConstraints {
    pub(crate) ca: bool,
    pub(crate) path_length: Option<u64>,
}

/// One extension of a certificate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extension<'a> {
    pub(crate) oid: &'a [u8],
    pub(crate) critical: bool,
    /// The contents of the OCTET STRING.
    pub(crate) value: Reader<'a>,
}

impl<'a> Certificate<'a> {
    /// Parses one certificate that must fill `der` entirely.
    ///
    /// # Errors
    /// If the bytes are too many, not DER, or no certificate of version 1 to 3; if an extension occurs
    /// twice or one of those that are read is malformed; if the two names of its signature's algorithm
    /// differ.
    pub fn parse(der: &'a [u8]) -> Result<Self, CertificateError> {
        if der.len() > MAX_CERTIFICATE {
            let (limit, found) = (MAX_CERTIFICATE, der.len());
            return Err(CertificateError::TooLong { limit, found });
        }
        let signed = Signed::read(der)?;
        let mut fields = signed.fields;
        // RFC 5280 section 4.1.2.1: version 1 is the default.
        let version = match fields.optional(Tag::constructed(0))? {
            Some(mut version) => {
                let found = version.unsigned(Tag::INTEGER)?;
                version.finish()?;
                found
            }
            None => 0,
        };
        let serial = read_serial(&mut fields)?;
        if read_algorithm(&mut fields)? != signed.algorithm {
            return Err(CertificateError::AlgorithmMismatch);
        }
        let issuer = Name::read(&mut fields)?;
        let mut validity = fields.expect(Tag::SEQUENCE)?;
        let not_before = Time::read(&mut validity)?;
        let not_after = Time::read(&mut validity)?;
        validity.finish()?;
        let subject = Name::read(&mut fields)?;
        let spki = Spki::read(&mut fields)?;
        // issuerUniqueID and subjectUniqueID, which nobody uses.
        fields.optional(Tag::primitive(1))?;
        fields.optional(Tag::primitive(2))?;
        let extensions = match fields.optional(Tag::constructed(3))? {
            Some(list) if version == 2 => Extensions::read(list)?,
            Some(_) => return Err(CertificateError::Version { found: version }),
            None if version <= 2 => Extensions::default(),
            None => return Err(CertificateError::Version { found: version }),
        };
        fields.finish()?;
        Ok(Self {
            der,
            to_be_signed: signed.to_be_signed,
            version,
            serial,
            issuer,
            subject,
            not_before,
            not_after,
            spki,
            extensions,
            scheme: Scheme::from_identifier(signed.algorithm),
            signature: signed.signature,
        })
    }

    /// The whole certificate.
    #[must_use]
    pub fn der(&self) -> &'a [u8] {
        self.der
    }

    /// SHA-256 of the whole certificate.
    #[must_use]
    pub fn thumbprint(&self) -> [u8; 32] {
        sha256(self.der)
    }

    /// SHA-256 over the public key and its algorithm. Certificates for one key, such as a root's own and one that
    /// another root cross-signed, have the same.
    #[must_use]
    pub fn key_fingerprint(&self) -> [u8; 32] {
        self.spki.fingerprint()
    }

    /// The serial number, as DER's INTEGER has it.
    #[must_use]
    pub fn serial(&self) -> &'a [u8] {
        self.serial
    }

    /// The issuer's Name as DER. Names are equal if their bytes are.
    #[must_use]
    pub fn issuer(&self) -> &'a [u8] {
        self.issuer.raw()
    }

    /// The subject's Name as DER.
    #[must_use]
    pub fn subject(&self) -> &'a [u8] {
        self.subject.raw()
    }

    /// The first instant at which the certificate is valid.
    #[must_use]
    pub fn not_before(&self) -> Time {
        self.not_before
    }

    /// The last instant at which the certificate is valid.
    #[must_use]
    pub fn not_after(&self) -> Time {
        self.not_after
    }

    /// The key identifier by which metadata names attestation certificates without AAGUID: SHA-1 of the
    /// contents of subjectPublicKey (RFC 5280 section 4.2.1.2, method 1). An index, not a proof.
    #[must_use]
    pub fn key_identifier(&self) -> [u8; 20] {
        let hash =
            aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, self.spki.key);
        hash.as_ref().try_into().unwrap_or_default()
    }

    /// The DNS names of subjectAltName, in order. Whoever accepts a certificate from an anchor under which
    /// anybody can get one (as under a public certificate authority) must compare them.
    pub fn dns_names(&self) -> impl Iterator<Item = &'a str> {
        let mut names = self.extensions.alternative_names;
        std::iter::from_fn(move || {
            let (tag, name) = names.as_mut()?.element().ok()?;
            Some((tag == Tag::primitive(2)).then(|| name.rest()))
        })
        .flatten()
        .filter_map(|name| std::str::from_utf8(name).ok())
    }

    /// The subject's common name, if there is exactly one and it is a UTF8String or PrintableString. It says
    /// whose key this is only as far as the anchor's owner checks names.
    #[must_use]
    pub fn subject_common_name(&self) -> Option<&'a str> {
        self.subject
            .find(oid::COMMON_NAME)
            .and_then(|attribute| attribute.text())
    }

    /// Verifies the signature of a JWS (RFC 7515) with this certificate's key: `name` is the header's `alg`,
    /// which the caller must have compared with those that it accepts, `message` is the signing input, and
    /// `signature` the decoded third part.
    ///
    /// # Errors
    /// If the algorithm is not an asymmetric one of RFC 7518, does not belong to the key, or the signature
    /// is not valid.
    pub fn verify_jws(
        &self,
        name: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureInvalid> {
        let scheme = Scheme::from_jws_name(name).ok_or(SignatureInvalid)?;
        self.spki
            .verify(scheme, message, signature)
            .map_err(|_| SignatureInvalid)
    }

    /// Verifies a signature with this certificate's key. `id` is a number of the COSE registry, the
    /// signature in WebAuthn's encoding. SHA-1 (RS1) is refused.
    ///
    /// # Errors
    /// If the algorithm is unknown, does not belong to the key, or the signature is not valid.
    pub fn verify(
        &self,
        id: i64,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureInvalid> {
        if Scheme::from_cose_id(id).is_none_or(Scheme::uses_sha1) {
            return Err(SignatureInvalid);
        }
        self.spki
            .verify_cose(id, message, signature)
            .map_err(|_| SignatureInvalid)
    }

    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    pub(crate) fn issuer_name(&self) -> Name<'a> {
        self.issuer
    }

    pub(crate) fn subject_name(&self) -> Name<'a> {
        self.subject
    }

    pub(crate) fn spki(&self) -> Spki<'a> {
        self.spki
    }

    pub(crate) fn extensions(&self) -> &Extensions<'a> {
        &self.extensions
    }

    pub(crate) fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// What its issuer signed, how, and the signature.
    pub(crate) fn signed(&self) -> (&'a [u8], Option<Scheme>, &'a [u8]) {
        (self.to_be_signed, self.scheme, self.signature)
    }
}

fn read_serial<'a>(fields: &mut Reader<'a>) -> Result<&'a [u8], DerError> {
    let here = fields.error(DerErrorKind::Value);
    match fields.integer(Tag::INTEGER)? {
        serial if serial.len() <= MAX_SERIAL => Ok(serial),
        _ => Err(here),
    }
}

/// `SEQUENCE { toBeSigned, AlgorithmIdentifier, BIT STRING }`: certificates and revocation lists.
pub(crate) struct Signed<'a> {
    pub(crate) to_be_signed: &'a [u8],
    /// The contents of what is signed.
    pub(crate) fields: Reader<'a>,
    pub(crate) algorithm: &'a [u8],
    pub(crate) signature: &'a [u8],
}

impl<'a> Signed<'a> {
    pub(crate) fn read(der: &'a [u8]) -> Result<Self, DerError> {
        let mut outer = Reader::new(der);
        let mut contents = outer.expect(Tag::SEQUENCE)?;
        outer.finish()?;
        let mut ahead = contents;
        let to_be_signed = contents.raw(Tag::SEQUENCE)?;
        let fields = ahead.expect(Tag::SEQUENCE)?;
        let algorithm = read_algorithm(&mut contents)?;
        let signature = contents.bit_string()?;
        contents.finish()?;
        Ok(Self {
            to_be_signed,
            fields,
            algorithm,
            signature,
        })
    }
}

impl<'a> Extension<'a> {
    pub(crate) fn read(list: &mut Reader<'a>) -> Result<Self, DerError> {
        let mut extension = list.expect(Tag::SEQUENCE)?;
        let oid = extension.oid()?;
        let critical = extension.flag()?;
        let value = extension.expect(Tag::OCTET_STRING)?;
        extension.finish()?;
        Ok(Self {
            oid,
            critical,
            value,
        })
    }
}

impl<'a> Extensions<'a> {
    /// `outer` is the contents of the explicit tag around the list.
    fn read(mut outer: Reader<'a>) -> Result<Self, DerError> {
        let mut list = outer.expect(Tag::SEQUENCE)?;
        outer.finish()?;
        let mut found = Self {
            list: Some(list),
            ..Self::default()
        };
        let mut seen: [&[u8]; MAX_EXTENSIONS] = [&[]; MAX_EXTENSIONS];
        for place in 0.. {
            if list.is_empty() {
                break;
            }
            let here = list.error(DerErrorKind::Duplicate);
            let extension = Extension::read(&mut list)?;
            // RFC 5280 section 4.2: no extension twice.
            if seen.iter().take(place).any(|seen| *seen == extension.oid) {
                return Err(here);
            }
            match seen.get_mut(place) {
                Some(free) => *free = extension.oid,
                None => return Err(list.error(DerErrorKind::TooMany)),
            }
            found.take(extension)?;
        }
        Ok(found)
    }

    fn take(&mut self, extension: Extension<'a>) -> Result<(), DerError> {
        let Extension {
            oid,
            critical,
            mut value,
        } = extension;
        match oid {
            oid::BASIC_CONSTRAINTS => {
                self.basic_constraints = Some(BasicConstraints::read(value)?);
            }
            oid::KEY_USAGE => {
                self.key_usage = Some(value.named_bits()?);
                value.finish()?;
            }
            oid::EXTENDED_KEY_USAGE => {
                self.extended_key_usage = Some(read_oids(value)?);
            }
            oid::SUBJECT_ALT_NAME => {
                let names = value.expect(Tag::SEQUENCE)?;
                value.finish()?;
                check_elements(names)?;
                self.alternative_names = Some(names);
                self.critical_alternative_names = critical;
            }
            oid::NAME_CONSTRAINTS => self.has_name_constraints = true,
            // Read and ignored: policies say what an issuer promises, and nothing here asks for one.
            oid::CERTIFICATE_POLICIES => {}
            unknown if critical && self.unknown_critical.is_none() => {
                self.unknown_critical = Some(unknown);
            }
            _ => {}
        }
        Ok(())
    }

    /// The extension with this identifier.
    pub(crate) fn find(&self, oid: &[u8]) -> Option<Extension<'a>> {
        let mut list = self.list?;
        std::iter::from_fn(|| Extension::read(&mut list).ok())
            .find(|extension| extension.oid == oid)
    }

    /// The contents of subjectAltName: GeneralNames.
    pub(crate) fn alternative_names(&self) -> Option<Reader<'a>> {
        self.alternative_names
    }

    /// Whether extKeyUsage allows this use: `None` if the certificate has no such extension.
    pub(crate) fn allows_extended(&self, wanted: &[u8]) -> Option<bool> {
        let mut list = self.extended_key_usage?;
        Some(std::iter::from_fn(|| list.oid().ok()).any(|oid| oid == wanted))
    }

    /// The first purpose of extKeyUsage, for an error.
    pub(crate) fn first_purpose(&self) -> Option<&'a [u8]> {
        self.extended_key_usage?.oid().ok()
    }
}

impl BasicConstraints {
    fn read(mut value: Reader<'_>) -> Result<Self, DerError> {
        let mut fields = value.expect(Tag::SEQUENCE)?;
        value.finish()?;
        let ca = fields.flag()?;
        let path_length = match fields.is_empty() {
            true => None,
            false => Some(fields.unsigned(Tag::INTEGER)?),
        };
        fields.finish()?;
        Ok(Self { ca, path_length })
    }
}

fn read_oids(mut value: Reader<'_>) -> Result<Reader<'_>, DerError> {
    let list = value.expect(Tag::SEQUENCE)?;
    value.finish()?;
    let mut ahead = list;
    while !ahead.is_empty() {
        ahead.oid()?;
    }
    Ok(list)
}

fn check_elements(mut list: Reader<'_>) -> Result<(), DerError> {
    while !list.is_empty() {
        list.element()?;
    }
    Ok(())
}
