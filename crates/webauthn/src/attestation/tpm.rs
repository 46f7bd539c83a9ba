//! `tpm` (section 8.3).

mod attest;
mod certificate;
mod public;
mod vendors;

use super::error::{AttestationError, TpmStep};
use super::policy::TpmManufacturers;
use super::statement::Statement;
use super::{AttestationKind, Correct, Subject, TrustPath};
use crate::error::{Excerpt, shorten};
use crate::x509::{Scheme, Usage};
use attest::CertifyInfo;
use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512};
use public::PublicArea;

pub use vendors::TPM_MANUFACTURERS;

pub(super) fn verify<'a>(
    statement: &'a [u8],
    subject: &Subject<'_>,
    manufacturers: TpmManufacturers<'_>,
) -> Result<Correct<'a>, AttestationError> {
    let mut statement = Statement::read(statement)?;
    // Section 8.3: "ver: The version of the TPM specification to which the signature conforms", "2.0".
    let version = statement.version()?;
    if version != "2.0" {
        let found = shorten(version);
        return Err(AttestationError::Tpm(TpmStep::Version { found }));
    }
    let (found, signature) = (statement.algorithm()?, statement.signature()?);
    let (pub_area, cert_info) = (statement.pub_area()?, statement.cert_info()?);
    let (leaf, certificates) = statement.take_certificates()?;
    // "Verify that the public key specified by the parameters and unique fields of pubArea is identical to the
    // credentialPublicKey in the attestedCredentialData in authenticatorData."
    let public = PublicArea::parse(pub_area).map_err(Malformed::of("pubArea"))?;
    if !public.is_key(&subject.key) {
        return Err(AttestationError::key_mismatch(subject, public.shown()));
    }
    // "Validate that certInfo is valid."
    let info = CertifyInfo::parse(cert_info)?;
    // "Verify that extraData is set to the hash of attToBeSigned using the hash algorithm employed in alg."
    let hash = Scheme::from_cose_id(found)
        .and_then(find_hash)
        .ok_or(AttestationError::Algorithm { found })?;
    let to_be_signed = subject.to_be_signed();
    let expected = digest::digest(hash, &to_be_signed);
    if info.extra_data != expected.as_ref() {
        return Err(AttestationError::BindingMismatch {
            field: "extraData",
            expected: Excerpt::of(expected.as_ref()),
            found: Excerpt::of(info.extra_data),
        });
    }
    // "Verify that attested contains a TPMS_CERTIFY_INFO structure, whose name field contains a valid Name for
    // pubArea, as computed using the algorithm in the nameAlg field of pubArea." Part 1 section 16: nameAlg,
    // then the hash of the public area.
    let hash = digest::digest(public.name_hash, pub_area);
    let name = [&public.name_algorithm.to_be_bytes()[..], hash.as_ref()].concat();
    if info.name != name {
        return Err(AttestationError::Tpm(TpmStep::Name {
            expected: Excerpt::of(&name),
            found: Excerpt::of(info.name),
        }));
    }
    // "Verify the sig is a valid signature over certInfo using the attestation public key in aikCert with the
    // algorithm specified in alg." RS1 is known here and in no other format.
    leaf.spki()
        .verify_cose(found, cert_info, signature)
        .map_err(|unverified| AttestationError::unverified(unverified, found))?;
    // "Verify that aikCert meets the requirements in 8.3.1", and the AAGUID extension.
    certificate::check(&leaf, manufacturers)?;
    super::certificate::check_aaguid(&leaf, subject.aaguid)?;
    Ok(Correct {
        kind: AttestationKind::AttCa,
        path: Some(TrustPath {
            certificates,
            usage: Usage::TpmAttestationKey,
        }),
    })
}

/// The hash that a signature scheme employs.
fn find_hash(scheme: Scheme) -> Option<&'static digest::Algorithm> {
    Some(match scheme {
        Scheme::RsaPkcs1Sha1 => &SHA1_FOR_LEGACY_USE_ONLY,
        Scheme::EcdsaSha256 | Scheme::RsaPkcs1Sha256 | Scheme::RsaPssSha256 => &SHA256,
        Scheme::EcdsaSha384 | Scheme::RsaPkcs1Sha384 | Scheme::RsaPssSha384 => &SHA384,
        Scheme::EcdsaSha512 | Scheme::RsaPkcs1Sha512 | Scheme::RsaPssSha512 => &SHA512,
        // Schemes that no TPM 2.0 has.
        _ => return None,
    })
}

/// The hash algorithms of TPM 2.0 (TPM_ALG_ID) that name objects.
fn find_name_hash(identifier: u16) -> Option<&'static digest::Algorithm> {
    Some(match identifier {
        0x0004 => &SHA1_FOR_LEGACY_USE_ONLY,
        0x000b => &SHA256,
        0x000c => &SHA384,
        0x000d => &SHA512,
        _ => return None,
    })
}

/// A TPM structure that can't be read at this offset.
#[derive(Debug, Clone, Copy)]
struct Malformed(usize);

impl Malformed {
    /// For `map_err` around a reader of this part.
    fn of(part: &'static str) -> impl Fn(Self) -> AttestationError {
        move |Self(offset)| AttestationError::Tpm(TpmStep::Malformed { part, offset })
    }
}

/// Takes big-endian fields off the front of a TPM structure.
struct Fields<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Fields<'a> {
    const fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            offset: 0,
        }
    }

    const fn malformed(&self) -> Malformed {
        Malformed(self.offset)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let split = self.rest.split_first_chunk::<N>();
        let (taken, rest) = split.ok_or(self.malformed())?;
        (self.rest, self.offset) = (rest, self.offset + N);
        Ok(*taken)
    }

    fn u16(&mut self) -> Result<u16, Malformed> {
        self.take().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Result<u32, Malformed> {
        self.take().map(u32::from_be_bytes)
    }

    /// A TPM2B: length and bytes.
    fn sized(&mut self) -> Result<&'a [u8], Malformed> {
        let here = self.malformed();
        let length = usize::from(self.u16()?);
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(here)?;
        (self.rest, self.offset) = (rest, self.offset + length);
        Ok(taken)
    }

    fn finish(self) -> Result<(), Malformed> {
        match self.rest {
            [] => Ok(()),
            _ => Err(self.malformed()),
        }
    }
}
