//! `android-key` (section 8.4).

use super::certificate::check_no_description;
use super::error::{AndroidStep, AttestationError, Requirement};
use super::policy::AndroidEnforcement;
use super::statement::Statement;
use super::{AttestationKind, Correct, Subject, TrustPath, verify_with};
use crate::der::{DerError, DerErrorKind, Reader, Tag};
use crate::x509::{Usage, oid};

/// KM_ORIGIN_GENERATED.
const ORIGIN_GENERATED: u64 = 0;
/// KM_PURPOSE_SIGN.
const PURPOSE_SIGN: u64 = 2;
/// SecurityLevel TrustedEnvironment and StrongBox. Any other, unknown ones included, is not hardware.
const SECURITY_LEVELS_HARDWARE: [u64; 2] = [1, 2];

pub(super) fn verify<'a>(
    statement: &'a [u8],
    subject: &Subject<'_>,
    enforcement: AndroidEnforcement,
) -> Result<Correct<'a>, AttestationError> {
    let mut statement = Statement::read(statement)?;
    let (algorithm, signature) = (statement.algorithm()?, statement.signature()?);
    let (leaf, certificates) = statement.take_certificates()?;
    // "Verify that sig is a valid signature over the concatenation of authenticatorData and clientDataHash
    // using the public key in the first certificate in x5c with the algorithm specified in alg."
    verify_with(&leaf, algorithm, &subject.to_be_signed(), signature)?;
    // Not in the section, but in Android's own: the first description from the root on is the one to believe. An app
    // can have the keystore certify a key that then signs certificates of its own, with any description.
    certificates
        .iter()
        .skip(1)
        .try_for_each(check_no_description)?;
    // "Verify that the public key in the first certificate in x5c matches the credentialPublicKey."
    if !leaf.spki().is_key(&subject.key) {
        return Err(AttestationError::KeyMismatch);
    }
    let description = leaf
        .extensions()
        .find(oid::ANDROID_KEY_DESCRIPTION)
        .and_then(|extension| KeyDescription::read(extension.value).ok())
        .ok_or(AttestationError::Requirement(Requirement::FormatExtension))?;
    // "Verify that the attestationChallenge field in the attestation certificate extension data is identical
    // to clientDataHash."
    if description.challenge != subject.client_data_hash {
        return Err(AttestationError::BindingMismatch);
    }
    description
        .check(enforcement)
        .map_err(AttestationError::Android)?;
    Ok(Correct {
        kind: AttestationKind::Basic,
        path: Some(TrustPath {
            certificates,
            usage: Usage::AndroidKey,
        }),
    })
}

/// KeyDescription of Android's key attestation, as far as section 8.4 reads it.
struct KeyDescription<'a> {
    /// Of what made the description, and of what keeps the key.
    security_levels: [u64; 2],
    challenge: &'a [u8],
    software: Authorizations,
    hardware: Authorizations,
}

/// AuthorizationList.
#[derive(Default)]
struct Authorizations {
    /// `None`: absent. `Some(true)`: signing and nothing else.
    signs_only: Option<bool>,
    all_applications: bool,
    origin: Option<u64>,
}

impl<'a> KeyDescription<'a> {
    fn read(mut value: Reader<'a>) -> Result<Self, DerError> {
        let mut fields = value.expect(Tag::SEQUENCE)?;
        value.finish()?;
        fields.unsigned(Tag::INTEGER)?; // attestationVersion
        let attestation_level = fields.unsigned(Tag::ENUMERATED)?;
        fields.unsigned(Tag::INTEGER)?; // keymasterVersion
        let keymaster_level = fields.unsigned(Tag::ENUMERATED)?;
        let challenge = fields.bytes(Tag::OCTET_STRING)?;
        fields.bytes(Tag::OCTET_STRING)?; // uniqueId
        let software = Authorizations::read(fields.expect(Tag::SEQUENCE)?)?;
        let hardware = Authorizations::read(fields.expect(Tag::SEQUENCE)?)?;
        fields.finish()?;
        Ok(Self {
            security_levels: [attestation_level, keymaster_level],
            challenge,
            software,
            hardware,
        })
    }

    fn check(&self, enforcement: AndroidEnforcement) -> Result<(), AndroidStep> {
        // "The AuthorizationList.allApplications field is not present on either authorization list, since
        // PublicKeyCredential MUST be scoped to the RP ID."
        if self.software.all_applications || self.hardware.all_applications {
            return Err(AndroidStep::AllApplications);
        }
        let in_hardware = self
            .security_levels
            .iter()
            .all(|level| SECURITY_LEVELS_HARDWARE.contains(level));
        if enforcement == AndroidEnforcement::Hardware && !in_hardware {
            return Err(AndroidStep::SecurityLevel);
        }
        // "For the following, use only the teeEnforced authorization list if the RP wants to accept only keys
        // from a trusted execution environment, otherwise use the union of teeEnforced and softwareEnforced."
        let software = (enforcement == AndroidEnforcement::Any).then_some(&self.software);
        let lists = || std::iter::once(&self.hardware).chain(software);
        // "The value in the AuthorizationList.origin field is equal to KM_ORIGIN_GENERATED." In a union of two
        // that say something, both must.
        let mut origins = lists().filter_map(|list| list.origin).peekable();
        if origins.peek().is_none() || !origins.all(|origin| origin == ORIGIN_GENERATED) {
            return Err(AndroidStep::Origin);
        }
        // "The value in the AuthorizationList.purpose field is equal to KM_PURPOSE_SIGN."
        let mut purposes = lists().filter_map(|list| list.signs_only).peekable();
        if purposes.peek().is_none() || !purposes.all(|signs_only| signs_only) {
            return Err(AndroidStep::Purpose);
        }
        Ok(())
    }
}

impl Authorizations {
    /// Whether the element with this tag was read already.
    fn has(&self, tag: Tag) -> bool {
        (tag == Tag::constructed(1) && self.signs_only.is_some())
            || (tag == Tag::constructed(600) && self.all_applications)
            || (tag == Tag::constructed(702) && self.origin.is_some())
    }

    fn read(mut list: Reader<'_>) -> Result<Self, DerError> {
        let mut found = Self::default();
        while !list.is_empty() {
            let twice = Err(list.error(DerErrorKind::Duplicate));
            match list.element()? {
                // Two readers could believe two different ones.
                (tag, _) if found.has(tag) => return twice,
                (tag, mut value) if tag == Tag::constructed(1) => {
                    let mut purposes = value.expect(Tag::SET)?;
                    value.finish()?;
                    let mut signs_only = !purposes.is_empty();
                    while !purposes.is_empty() {
                        signs_only &= purposes.unsigned(Tag::INTEGER)? == PURPOSE_SIGN;
                    }
                    found.signs_only = Some(signs_only);
                }
                (tag, _) if tag == Tag::constructed(600) => found.all_applications = true,
                (tag, mut value) if tag == Tag::constructed(702) => {
                    found.origin = Some(value.unsigned(Tag::INTEGER)?);
                    value.finish()?;
                }
                _ => {}
            }
        }
        Ok(found)
    }
}
