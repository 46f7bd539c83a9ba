//! `cmtgKey`: the credential manager trust group key (w3c/webauthn pull request 2377, a draft).
//!
//! A provider of synced passkeys shares a second key only among devices that it saw to belong together. The
//! public key stands in authenticator data, which the passkey signs; a signature *by that key* over the same
//! message comes beside it, unsigned. Together they show that the answering device is in that group.
//!
//! It means "the same trust group as before" and nothing else: it is no attestation (security 33).

use super::outputs::{AuthenticatorOutputs, ClientCmtgKey};
use crate::algorithm::Algorithm;
use crate::authenticator_data::Flags;
use crate::public_key::CoseKey;
use crate::rp_id::sha256;

/// What a response says about the trust group of the device that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrustGroup {
    /// Nothing: no output, or a credential that can't be backed up, where it has no meaning.
    None,
    /// The device proved to hold this group's key.
    Verified(Thumbprint),
    /// A group was claimed without proof. To be treated as if nothing had been said, and to be reported:
    /// honest providers don't make it.
    Forged(TrustGroupFault),
}

/// A trust group's name: SHA-256 of its public key's COSE_Key, as the authenticator encoded it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Thumbprint(pub [u8; 32]);

impl std::fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::base64url::encode(&self.0))
    }
}

impl std::fmt::Debug for Thumbprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Thumbprint({self})")
    }
}

/// Why a claimed trust group is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrustGroupFault {
    /// The client names a key that authenticator data does not have: the passkey did not sign it.
    KeyNotSigned,
    /// The client names another key than authenticator data.
    KeyMismatch,
    /// The key is none that can be verified with.
    KeyUnreadable,
    /// The key has another algorithm than the passkey.
    AlgorithmMismatch,
    /// There is no signature by the key, or none that can be read.
    SignatureMissing,
    /// The signature is not valid.
    SignatureInvalid,
}

impl TrustGroupFault {
    /// A stable word for records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeyNotSigned => "trust_group.key_not_signed",
            Self::KeyMismatch => "trust_group.key_mismatch",
            Self::KeyUnreadable => "trust_group.key_unreadable",
            Self::AlgorithmMismatch => "trust_group.algorithm_mismatch",
            Self::SignatureMissing => "trust_group.signature_missing",
            Self::SignatureInvalid => "trust_group.signature_invalid",
        }
    }
}

/// What a trust group is judged by. Everything but `client` was verified before, or comes with the credential.
pub(crate) struct Proof<'a> {
    pub(crate) flags: Flags,
    /// The passkey's algorithm.
    pub(crate) algorithm: Algorithm,
    pub(crate) authenticator: &'a AuthenticatorOutputs<'a>,
    pub(crate) client: Option<&'a ClientCmtgKey>,
    pub(crate) authenticator_data: &'a [u8],
    pub(crate) client_data_hash: &'a [u8; 32],
}

/// The draft's verification of the output, for both ceremonies. At sign-in only after the passkey's own signature.
pub(crate) fn judge(proof: &Proof<'_>) -> TrustGroup {
    // "Ignored when BE is 0": a credential that stays on its device has no group of devices.
    if !proof.flags.backup_eligible() {
        return TrustGroup::None;
    }
    match (proof.authenticator.cmtg_key, proof.client) {
        (None, None) => TrustGroup::None,
        (None, Some(_)) => TrustGroup::Forged(TrustGroupFault::KeyNotSigned),
        (Some(key), client) => verify(key, client, proof).map_or_else(TrustGroup::Forged, |()| {
            TrustGroup::Verified(Thumbprint(sha256(key)))
        }),
    }
}

fn verify(
    key: &[u8],
    client: Option<&ClientCmtgKey>,
    proof: &Proof<'_>,
) -> Result<(), TrustGroupFault> {
    let client = client.ok_or(TrustGroupFault::SignatureMissing)?;
    // The client's copy adds nothing, but one that differs was bent on the way.
    if client.key.as_deref() != Some(key) {
        return Err(TrustGroupFault::KeyMismatch);
    }
    let parsed = CoseKey::parse(key).map_err(|_| TrustGroupFault::KeyUnreadable)?;
    // A key of small order would verify what nobody signed.
    parsed.check().map_err(|_| TrustGroupFault::KeyUnreadable)?;
    // "The signature algorithm is the same as for the user credential."
    if parsed.algorithm() != proof.algorithm {
        return Err(TrustGroupFault::AlgorithmMismatch);
    }
    let signature = client.signature.as_deref();
    let signature = signature.ok_or(TrustGroupFault::SignatureMissing)?;
    // "Over the assertion signature input", at registration too.
    let message = [proof.authenticator_data, proof.client_data_hash].concat();
    parsed
        .verify(&message, signature)
        .map_err(|_| TrustGroupFault::SignatureInvalid)
}
