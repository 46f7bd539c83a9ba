//! `apple`, Apple's anonymous attestation (section 8.8).

use super::error::{AttestationError, ExtensionFault, Requirement};
use super::statement::Statement;
use super::{AttestationKind, Correct, Subject, TrustPath};
use crate::der::{DerError, Reader, Tag};
use crate::error::Excerpt;
use crate::rp_id::sha256;
use crate::x509::{Usage, oid};

pub(super) fn verify<'a>(
    statement: &'a [u8],
    subject: &Subject<'_>,
) -> Result<Correct<'a>, AttestationError> {
    let mut statement = Statement::read(statement)?;
    let (leaf, certificates) = statement.take_certificates()?;
    // "Concatenate authenticatorData and clientDataHash to form nonceToHash. Perform SHA-256 hash of
    // nonceToHash to produce nonce."
    let nonce = sha256(&subject.to_be_signed());
    // "Verify that nonce equals the value of the extension with OID 1.2.840.113635.100.8.2 in credCert."
    let refuse = |fault| AttestationError::Requirement(Requirement::FormatExtension(fault));
    let extension = leaf.extensions().find(oid::APPLE_NONCE);
    let extension = extension.ok_or(refuse(ExtensionFault::Missing))?;
    let found =
        read_nonce(extension.value).map_err(|error| refuse(ExtensionFault::Malformed(error)))?;
    if *found != nonce {
        return Err(AttestationError::BindingMismatch {
            field: "the nonce",
            expected: Excerpt::of(&nonce),
            found: Excerpt::of(found),
        });
    }
    // "Verify that the credential public key equals the Subject Public Key of credCert."
    if !leaf.spki().is_key(&subject.key) {
        return Err(AttestationError::key_mismatch(subject, leaf.spki().shown()));
    }
    Ok(Correct {
        kind: AttestationKind::AnonCa,
        path: Some(TrustPath {
            certificates,
            usage: Usage::Attestation,
        }),
    })
}

/// `SEQUENCE { [1] EXPLICIT OCTET STRING }`.
fn read_nonce(mut value: Reader<'_>) -> Result<&[u8], DerError> {
    let mut outer = value.expect(Tag::SEQUENCE)?;
    value.finish()?;
    let mut tagged = outer.expect(Tag::constructed(1))?;
    outer.finish()?;
    let nonce = tagged.bytes(Tag::OCTET_STRING)?;
    tagged.finish()?;
    Ok(nonce)
}
