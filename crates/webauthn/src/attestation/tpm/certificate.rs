//! Requirements of a TPM's attestation certificate (section 8.3.1).

use super::super::certificate::{check_no_authority, check_version};
use super::super::error::{AttestationError, Requirement};
use super::super::policy::TpmManufacturers;
use crate::der::{DerError, Tag};
use crate::error::{Excerpt, shorten};
use crate::x509::{Certificate, Name, Oid, oid};

pub(super) fn check(
    leaf: &Certificate<'_>,
    manufacturers: TpmManufacturers<'_>,
) -> Result<(), AttestationError> {
    let refuse = |requirement| Err(AttestationError::Requirement(requirement));
    // "Version MUST be set to 3."
    check_version(leaf)?;
    // "Subject field MUST be set to empty."
    if !leaf.subject_name().is_empty() {
        let found = Excerpt::of(leaf.subject());
        return refuse(Requirement::EmptySubject { found });
    }
    // "The Subject Alternative Name extension MUST be set as defined in TPMv2-EK-Profile section 3.2.9."
    let missing = |missing| AttestationError::Requirement(Requirement::TpmNames { missing });
    let names = find_names(leaf).ok_or(missing("the one directory name"))?;
    let manufacturer = names
        .find(oid::TPM_MANUFACTURER)
        .and_then(|attribute| attribute.text())
        .ok_or(missing("the manufacturer"))?;
    let model = names.find(oid::TPM_MODEL);
    model.ok_or(missing("the model"))?;
    let version = names.find(oid::TPM_VERSION);
    version.ok_or(missing("the version"))?;
    // The vendor table of the TCG, as data of the caller.
    let known = match manufacturers {
        TpmManufacturers::Any => true,
        TpmManufacturers::Listed(list) => list
            .iter()
            .any(|known| known.eq_ignore_ascii_case(manufacturer)),
    };
    if !known {
        let found = shorten(manufacturer);
        return refuse(Requirement::TpmManufacturer { found });
    }
    // "The Extended Key Usage extension MUST contain the OID 2.23.133.8.3."
    if leaf.extensions().allows_extended(oid::TCG_AIK_CERTIFICATE) != Some(true) {
        let found = leaf.extensions().first_purpose().map(Oid::of);
        let expected = Oid::of(oid::TCG_AIK_CERTIFICATE);
        return refuse(Requirement::AttestationPurpose { expected, found });
    }
    // "The Basic Constraints extension MUST have the CA component set to false."
    check_no_authority(leaf)
}

/// The directoryName of the subject alternative name; of two, neither: it must be clear whose TPM it is.
fn find_names<'a>(leaf: &Certificate<'a>) -> Option<Name<'a>> {
    let mut names = leaf.extensions().alternative_names()?;
    let mut found = None;
    while !names.is_empty() {
        let (tag, contents) = names.element().ok()?;
        if tag == Tag::constructed(4) && found.replace(contents).is_some() {
            return None;
        }
    }
    let mut contents = found?;
    let read: Result<Name<'_>, DerError> = Name::read(&mut contents);
    read.ok().filter(|_| contents.is_empty())
}
