//! `android-key` (section 8.4).

use super::certificate::check_no_description;
use super::error::{AndroidStep, AttestationError, ExtensionFault, Requirement};
use super::policy::AndroidEnforcement;
use super::statement::Statement;
use super::{AttestationKind, Correct, Subject, TrustPath, verify_with};
use crate::der::{DerError, DerErrorKind, Reader, Tag};
use crate::error::Excerpt;
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
    for (position, certificate) in certificates.iter().enumerate().skip(1) {
        check_no_description(position, certificate)?;
    }
    // "Verify that the public key in the first certificate in x5c matches the credentialPublicKey."
    if !leaf.spki().is_key(&subject.key) {
        return Err(AttestationError::key_mismatch(subject, leaf.spki().shown()));
    }
    let refuse = |fault| AttestationError::Requirement(Requirement::FormatExtension(fault));
    let extension = leaf.extensions().find(oid::ANDROID_KEY_DESCRIPTION);
    let extension = extension.ok_or(refuse(ExtensionFault::Missing))?;
    let description = KeyDescription::read(extension.value)
        .map_err(|error| refuse(ExtensionFault::Malformed(error)))?;
    // "Verify that the attestationChallenge field in the attestation certificate extension data is identical
    // to clientDataHash."
    if description.challenge != subject.client_data_hash {
        return Err(AttestationError::BindingMismatch {
            field: "attestationChallenge",
            expected: Excerpt::of(subject.client_data_hash),
            found: Excerpt::of(description.challenge),
        });
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
    /// `None`: absent.
    purposes: Option<Purposes>,
    all_applications: bool,
    origin: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purposes {
    SigningAlone,
    /// None at all (`None`), or one that is not signing.
    Other(Option<u64>),
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
        let lists = [
            ("softwareEnforced", &self.software),
            ("teeEnforced", &self.hardware),
        ];
        if let Some((list, _)) = lists.into_iter().find(|(_, it)| it.all_applications) {
            return Err(AndroidStep::AllApplications { list });
        }
        let fields = ["attestationSecurityLevel", "keymasterSecurityLevel"];
        let mut levels = fields.into_iter().zip(self.security_levels);
        let in_software = levels.find(|(_, level)| !SECURITY_LEVELS_HARDWARE.contains(level));
        match in_software {
            Some((field, found)) if enforcement == AndroidEnforcement::Hardware => {
                return Err(AndroidStep::SecurityLevel { field, found });
            }
            _ => {}
        }
        // "For the following, use only the teeEnforced authorization list if the RP wants to accept only keys
        // from a trusted execution environment, otherwise use the union of teeEnforced and softwareEnforced."
        let software = (enforcement == AndroidEnforcement::Any).then_some(&self.software);
        let lists = || std::iter::once(&self.hardware).chain(software);
        // "The value in the AuthorizationList.origin field is equal to KM_ORIGIN_GENERATED." In a union of two
        // that say something, both must.
        let mut origins = lists().filter_map(|list| list.origin).peekable();
        if origins.peek().is_none() {
            return Err(AndroidStep::Origin { found: None });
        }
        if let Some(other) = origins.find(|origin| *origin != ORIGIN_GENERATED) {
            let found = Some(other);
            return Err(AndroidStep::Origin { found });
        }
        // "The value in the AuthorizationList.purpose field is equal to KM_PURPOSE_SIGN."
        let mut purposes = lists().filter_map(|list| list.purposes).peekable();
        if purposes.peek().is_none() {
            return Err(AndroidStep::Purpose { found: None });
        }
        let other = purposes.find_map(|purposes| match purposes {
            Purposes::SigningAlone => None,
            Purposes::Other(found) => Some(found),
        });
        match other {
            Some(found) => Err(AndroidStep::Purpose { found }),
            None => Ok(()),
        }
    }
}

impl Authorizations {
    /// Whether the element with this tag was read already.
    fn has(&self, tag: Tag) -> bool {
        (tag == Tag::constructed(1) && self.purposes.is_some())
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
                    found.purposes = Some(Purposes::read(&mut purposes)?);
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

impl Purposes {
    fn read(set: &mut Reader<'_>) -> Result<Self, DerError> {
        let mut found = Self::Other(None);
        while !set.is_empty() {
            match (set.unsigned(Tag::INTEGER)?, found) {
                (PURPOSE_SIGN, Self::Other(None)) => found = Self::SigningAlone,
                (PURPOSE_SIGN, _) | (_, Self::Other(Some(_))) => {}
                (other, _) => found = Self::Other(Some(other)),
            }
        }
        Ok(found)
    }
}
