//! Requirements that several formats have of the attestation certificate.

use super::error::{AttestationError, Requirement};
use crate::aaguid::Aaguid;
use crate::der::Tag;
use crate::x509::{Certificate, oid};

/// "Version MUST be set to 3."
pub(super) fn check_version(leaf: &Certificate<'_>) -> Result<(), AttestationError> {
    match leaf.version() {
        2 => Ok(()),
        _ => Err(AttestationError::Requirement(Requirement::Version)),
    }
}

/// "The Basic Constraints extension MUST have the CA component set to false."
pub(super) fn check_no_authority(leaf: &Certificate<'_>) -> Result<(), AttestationError> {
    match leaf.extensions().basic_constraints {
        Some(constraints) if !constraints.ca => Ok(()),
        _ => Err(AttestationError::Requirement(Requirement::NoAuthority)),
    }
}

/// A key that Android's keystore describes belongs to an app, which signs with it what it likes: it is no
/// attestation key and no authority. Only the leaf of `android-key`, which is the credential itself, may have one.
pub(super) fn check_no_description(certificate: &Certificate<'_>) -> Result<(), AttestationError> {
    match certificate.extensions().find(oid::ANDROID_KEY_DESCRIPTION) {
        Some(_) => Err(AttestationError::Requirement(Requirement::NoKeyDescription)),
        None => Ok(()),
    }
}

/// id-fido-gen-ce-aaguid: an OCTET STRING inside the extension's, not critical. It may be absent from a correct
/// statement; whether somebody is believed without it is decided where the anchor is known
/// ([`NotAttested::ModelNotNamed`](super::NotAttested::ModelNotNamed)).
pub(super) fn check_aaguid(leaf: &Certificate<'_>, aaguid: Aaguid) -> Result<(), AttestationError> {
    let Some(extension) = leaf.extensions().find(oid::FIDO_AAGUID) else {
        return Ok(());
    };
    let malformed = AttestationError::Requirement(Requirement::AaguidExtension);
    let mut value = extension.value;
    let read = value.bytes(Tag::OCTET_STRING);
    match read {
        Ok(found) if found.len() == 16 && value.is_empty() && !extension.critical => {
            if *found == aaguid.0 {
                Ok(())
            } else {
                Err(AttestationError::AaguidMismatch)
            }
        }
        _ => Err(malformed),
    }
}
