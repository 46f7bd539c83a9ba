//! Requirements that several formats have of the attestation certificate.

use super::error::{AttestationError, ExtensionFault, Requirement};
use crate::aaguid::Aaguid;
use crate::der::{DerError, DerErrorKind, Reader, Tag};
use crate::x509::{Certificate, oid};

/// "Version MUST be set to 3."
pub(super) fn check_version(leaf: &Certificate<'_>) -> Result<(), AttestationError> {
    match leaf.version() {
        2 => Ok(()),
        found => Err(AttestationError::Requirement(Requirement::Version {
            found,
        })),
    }
}

/// "The Basic Constraints extension MUST have the CA component set to false."
pub(super) fn check_no_authority(leaf: &Certificate<'_>) -> Result<(), AttestationError> {
    match leaf.extensions().basic_constraints {
        Some(constraints) if !constraints.ca => Ok(()),
        other => Err(AttestationError::Requirement(Requirement::NoAuthority {
            found: other.is_some(),
        })),
    }
}

/// A key that Android's keystore describes belongs to an app, which signs with it what it likes: it is no
/// attestation key and no authority. Only the leaf of `android-key`, which is the credential itself, may have one.
pub(super) fn check_no_description(
    position: usize,
    certificate: &Certificate<'_>,
) -> Result<(), AttestationError> {
    match certificate.extensions().find(oid::ANDROID_KEY_DESCRIPTION) {
        Some(_) => Err(AttestationError::Requirement(
            Requirement::NoKeyDescription { position },
        )),
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
    let refuse = |fault| AttestationError::Requirement(Requirement::AaguidExtension(fault));
    if extension.critical {
        return Err(refuse(ExtensionFault::Critical));
    }
    let found =
        read_aaguid(extension.value).map_err(|error| refuse(ExtensionFault::Malformed(error)))?;
    match found == aaguid {
        true => Ok(()),
        false => Err(AttestationError::AaguidMismatch {
            expected: aaguid,
            found,
        }),
    }
}

fn read_aaguid(mut value: Reader<'_>) -> Result<Aaguid, DerError> {
    let here = value.error(DerErrorKind::Value);
    let bytes = value.bytes(Tag::OCTET_STRING)?;
    value.finish()?;
    bytes.try_into().map(Aaguid).map_err(|_| here)
}
