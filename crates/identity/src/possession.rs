//! Keys that tokens are bound to: each request that shows such a token is signed by its key, and counts once (RFC 9449).
//!
//! What asks for a token or changes anything spends the proof in its unit, so it counts once on all nodes together. What only
//! reads writes nothing: there a node remembers the proofs that it saw itself, and the minute that a proof lives bounds the rest.

use oidc::dpop::{self, About};
use oidc::jwt::JwtError;
use store::{Id, Unit};

use crate::limits::Remembered;
use crate::seal::derive_spent_state;
use crate::{Identity, Refusal, SECOND, codes};

/// A key whose possession this request proved. Made only by [`check`].
#[derive(Debug, Clone)]
pub(crate) struct Possession {
    /// Its thumbprint.
    pub(crate) key: [u8; 32],
    state: Id,
    /// One for the whole request, which may change something more than once.
    attempt: Id,
}

impl Possession {
    /// Uses the proof up in this unit.
    pub(crate) fn spend(&self, identity: &Identity, unit: &mut Unit) {
        unit.spend_within(identity.0.tenant_id, self.state, self.attempt);
    }
}

/// Another request showed the proof before.
pub(crate) fn replayed() -> Refusal {
    unfit("proof.replayed")
}

fn unfit(detail: &'static str) -> Refusal {
    Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::PROOF_UNFIT)
    }
}

/// Verifies the proof that came with a request, which this node then knows.
///
/// # Errors
/// [`codes::PROOF_UNFIT`]; [`codes::LIMITED`] while more come than can be remembered.
pub(crate) fn check(
    identity: &Identity,
    proof: &str,
    about: About<'_>,
) -> Result<Possession, Refusal> {
    let now = identity.0.ambient.now();
    let held = dpop::verify(proof, about, now / SECOND).map_err(|error| {
        unfit(match error {
            JwtError::Expired => "proof.expired",
            JwtError::NotYetValid => "proof.not_yet_valid",
            JwtError::SignatureInvalid | JwtError::KeyMismatch => "proof.signature",
            JwtError::ClaimUnfit => "proof.of_another_request",
            JwtError::TooLong
            | JwtError::Malformed
            | JwtError::AlgorithmRefused
            | JwtError::Critical => "proof.malformed",
        })
    })?;
    let state = derive_spent_state(
        held.expires_at,
        &[
            b"claviger proof of possession",
            &held.key,
            held.id.as_bytes(),
        ],
    );
    match identity
        .0
        .proofs
        .remember(state.0, held.expires_at.saturating_mul(SECOND), now)
    {
        Remembered::First => Ok(Possession {
            key: held.key,
            state,
            attempt: identity.0.ambient.make_id(),
        }),
        Remembered::Again => Err(replayed()),
        Remembered::Full => Err(Refusal {
            retry_after: Some(60),
            ..Refusal::new(&codes::LIMITED)
        }),
    }
}
