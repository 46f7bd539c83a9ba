//! `packed` (section 8.2).

use super::certificate::{check_aaguid, check_no_authority, check_no_description, check_version};
use super::error::{AttestationError, Requirement};
use super::statement::Statement;
use super::{AttestationKind, Correct, Subject, TrustPath, verify_with};
use crate::algorithm::Algorithm;
use crate::error::shorten;
use crate::x509::{Certificate, Usage, oid};

pub(super) fn verify<'a>(
    statement: &'a [u8],
    subject: &Subject<'_>,
) -> Result<Correct<'a>, AttestationError> {
    let mut statement = Statement::read(statement)?;
    let (algorithm, signature) = (statement.algorithm()?, statement.signature()?);
    if statement.certificates.is_none() {
        return verify_self(algorithm, signature, subject);
    }
    let (leaf, certificates) = statement.take_certificates()?;
    // "Verify that sig is a valid signature over the concatenation of authenticatorData and clientDataHash
    // using the attestation public key in attestnCert with the algorithm specified in alg."
    verify_with(&leaf, algorithm, &subject.to_be_signed(), signature)?;
    // "Verify that attestnCert meets the requirements in 8.2.1."
    check_certificate(&leaf)?;
    // "If attestnCert contains an extension with OID 1.3.6.1.4.1.45724.1.1.4, verify that the value of this
    // extension matches the aaguid in authenticatorData."
    check_aaguid(&leaf, subject.aaguid)?;
    check_no_description(0, &leaf)?;
    Ok(Correct {
        kind: AttestationKind::Basic,
        path: Some(TrustPath {
            certificates,
            usage: Usage::Attestation,
        }),
    })
}

/// The branch without `x5c`.
fn verify_self(
    found: i64,
    signature: &[u8],
    subject: &Subject<'_>,
) -> Result<Correct<'static>, AttestationError> {
    // "Validate that alg matches the algorithm of the credentialPublicKey."
    if Algorithm::from_cose_id(found) != Some(subject.key.algorithm()) {
        let expected = subject.key.algorithm();
        return Err(AttestationError::AlgorithmMismatch { expected, found });
    }
    // "Verify that sig is a valid signature over the concatenation of authenticatorData and
    // clientDataHash using the credential public key with alg."
    subject
        .key
        .verify(&subject.to_be_signed(), signature)
        .map_err(|_| AttestationError::SignatureInvalid)?;
    Ok(Correct {
        kind: AttestationKind::SelfAttested,
        path: None,
    })
}

/// Section 8.2.1.
fn check_certificate(leaf: &Certificate<'_>) -> Result<(), AttestationError> {
    check_version(leaf)?;
    let text = |name: &[u8]| leaf.subject_name().find(name)?.text();
    let refuse = |field, found: Option<&str>| {
        let found = shorten(found.unwrap_or_default());
        Err(AttestationError::Requirement(Requirement::Subject {
            field,
            found,
        }))
    };
    // "Subject-C: ISO 3166 code specifying the country where the Authenticator vendor is incorporated
    // (PrintableString)". Certificates with a UTF8String are in use and no less clear.
    let country = text(oid::COUNTRY).unwrap_or_default();
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return refuse("country code", Some(country));
    }
    if text(oid::ORGANISATION).is_none() {
        return refuse("organisation", None);
    }
    let unit = text(oid::ORGANISATIONAL_UNIT);
    if unit != Some("Authenticator Attestation") {
        return refuse("unit \"Authenticator Attestation\"", unit);
    }
    if text(oid::COMMON_NAME).is_none() {
        return refuse("common name", None);
    }
    check_no_authority(leaf)
}
