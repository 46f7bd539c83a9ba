//! `fido-u2f` (section 8.6).

use super::certificate::check_no_description;
use super::error::{AttestationError, U2fStep};
use super::policy::U2fAaguid;
use super::statement::Statement;
use super::{AttestationKind, Correct, Subject, TrustPath, verify_with};
use crate::algorithm::Algorithm;
use crate::x509::{KeyType, Usage};

pub(super) fn verify<'a>(
    statement: &'a [u8],
    subject: &Subject<'_>,
    aaguid: U2fAaguid,
) -> Result<Correct<'a>, AttestationError> {
    let mut statement = Statement::read(statement)?;
    let signature = statement.signature()?;
    // "Check that x5c has exactly one element."
    let (leaf, certificates) = statement.take_certificates()?;
    if certificates.len() != 1 {
        let found = certificates.len();
        return Err(AttestationError::CertificateCount { limit: 1, found });
    }
    // "If certificate public key is not an Elliptic Curve (EC) public key over the P-256 curve, terminate."
    if leaf.spki().key_type() != Some(KeyType::P256) {
        return Err(AttestationError::U2f(U2fStep::Curve {
            key: "the certificate's key",
            found: leaf.spki().shown(),
        }));
    }
    // "Convert the COSE_KEY formatted credentialPublicKey to Raw ANSI X9.62 public key format."
    let point = match subject.key.ec_point() {
        Some(point) if subject.key.algorithm() == Algorithm::Es256 => point,
        _ => {
            return Err(AttestationError::U2f(U2fStep::Curve {
                key: "the credential's key",
                found: subject.key.shown(),
            }));
        }
    };
    // "Let verificationData be the concatenation of (0x00 || rpIdHash || clientDataHash || credentialId ||
    // publicKeyU2F)."
    let verification_data = [
        &[0],
        &subject.rp_id_hash[..],
        subject.client_data_hash,
        subject.credential_id,
        point.as_slice(),
    ]
    .concat();
    // "Verify the sig using verificationData and the certificate public key per SEC1 with SHA-256."
    verify_with(
        &leaf,
        Algorithm::Es256.cose_id(),
        &verification_data,
        signature,
    )?;
    check_no_description(0, &leaf)?;
    // Not in the section: U2F devices have no AAGUID, and clients write zeros. Policy, as test vectors differ.
    if aaguid == U2fAaguid::Zero && !subject.aaguid.is_zero() {
        return Err(AttestationError::U2f(U2fStep::Aaguid {
            found: subject.aaguid,
        }));
    }
    Ok(Correct {
        kind: AttestationKind::Basic,
        path: Some(TrustPath {
            certificates,
            usage: Usage::Attestation,
        }),
    })
}
