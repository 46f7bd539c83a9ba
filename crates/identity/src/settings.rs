//! What an operator configures for the use cases.

pub use webauthn::attestation::{AndroidRevocationList, MAX_ANDROID_LIST};
pub use webauthn::metadata::SIGNER;
pub use webauthn::options::AttestationConveyance;
pub use webauthn::x509::{Anchor, MAX_REVOCATION_LIST, RevocationList};
pub use webauthn::{Algorithm, Origin, RpId};

use std::path::PathBuf;
use std::sync::Arc;

use webauthn::DEFAULT_ALGORITHMS;
use webauthn::passkey_endpoints::PasskeyEndpoints;
use webauthn::related_origins::RelatedOrigins;

use crate::providers::OperatorProviders;
use crate::{DAY, HOUR, MINUTE, Micros};

/// A further allowed origin and what it may be used for (security 25).
#[derive(Debug, Clone)]
pub struct ExtraOrigin {
    pub origin: Origin,
    pub register: bool,
    pub assert: bool,
}

/// Whose metadata blobs are believed. Another than the FIDO Alliance's is an operator's own decision, made where
/// the configuration is (security 32: tier 0).
#[derive(Debug, Clone)]
pub struct MetadataTrust {
    pub anchors: Vec<Anchor>,
    /// The domain that the signer's certificate must be for; `None` only with anchors that certify nobody else.
    pub signer: Option<String>,
    /// Revocation lists for the signer's chain, DER: those to begin with (`metadata::replace_revocation_lists`).
    pub revocation_lists: Vec<Vec<u8>>,
}

impl Default for MetadataTrust {
    /// The FIDO Alliance's own service.
    fn default() -> MetadataTrust {
        MetadataTrust {
            anchors: webauthn::metadata::anchors(),
            signer: Some(SIGNER.to_owned()),
            revocation_lists: Vec::new(),
        }
    }
}

/// How passwords are hashed (RFC 9106), and which are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passwords {
    pub memory_kib: u32,
    pub iterations: u32,
    pub parallelism: u32,
    /// As many are hashed at once; each takes the memory above.
    pub threads: u32,
    /// SHA-1 hashes of breached passwords in ascending order, a line each.
    pub breached_list: Option<PathBuf>,
}

impl Default for Passwords {
    fn default() -> Passwords {
        Passwords {
            memory_kib: 19 * 1024,
            iterations: 2,
            parallelism: 1,
            threads: 1,
            breached_list: None,
        }
    }
}

#[derive(Debug, Clone)]
pub struct Settings {
    /// The one origin under which pages are served.
    pub public_origin: Origin,
    pub rp_id: RpId,
    pub extra_origins: Vec<ExtraOrigin>,
    /// Offered at registration, best first.
    pub algorithms: Vec<Algorithm>,
    /// How long a ceremony's challenge stays valid.
    pub challenge_lifetime: Micros,
    /// How old a verified sign-in may be for sensitive changes (security 7).
    pub freshness: Micros,
    pub session_idle: Micros,
    pub session_absolute: Micros,
    pub max_passkeys: u32,
    /// What registrations ask authenticators to say about themselves.
    pub attestation: AttestationConveyance,
    pub metadata: MetadataTrust,
    /// Names and icons of passkeys' makers, where the operator supplies any.
    pub providers: Arc<OperatorProviders>,
    pub passwords: Arc<Passwords>,
    pub setup_link_lifetime: Micros,
    pub registration_link_lifetime: Micros,
    /// Sign-in tries per minute: from one address, and for one name.
    pub tries_per_address: u32,
    pub tries_per_name: u32,
    /// Changes per minute that one person may ask for, from any number of browsers.
    pub changes_per_person: u32,
    /// Tokens per minute that one application may ask for.
    pub tokens_per_client: u32,
}

impl Settings {
    /// The defaults for an origin; the RP ID is the origin's host.
    pub fn new(public_origin: Origin, rp_id: RpId) -> Settings {
        Settings {
            public_origin,
            rp_id,
            extra_origins: Vec::new(),
            algorithms: DEFAULT_ALGORITHMS.to_vec(),
            challenge_lifetime: 5 * MINUTE,
            freshness: 5 * MINUTE,
            session_idle: 8 * HOUR,
            session_absolute: 7 * DAY,
            max_passkeys: 10,
            attestation: AttestationConveyance::None,
            metadata: MetadataTrust::default(),
            providers: Arc::default(),
            passwords: Arc::default(),
            setup_link_lifetime: HOUR,
            registration_link_lifetime: 24 * HOUR,
            tries_per_address: 60,
            tries_per_name: 20,
            changes_per_person: 30,
            tokens_per_client: 6000,
        }
    }

    /// Origins from which a passkey may be registered.
    pub(crate) fn register_origins(&self) -> Vec<Origin> {
        self.allowed_origins(|extra| extra.register)
    }

    /// Origins from which a passkey may be used.
    pub(crate) fn assert_origins(&self) -> Vec<Origin> {
        self.allowed_origins(|extra| extra.assert)
    }

    fn allowed_origins(&self, allows: impl Fn(&ExtraOrigin) -> bool) -> Vec<Origin> {
        let extra = self
            .extra_origins
            .iter()
            .filter(|extra| allows(extra))
            .map(|extra| extra.origin.clone());
        std::iter::once(self.public_origin.clone())
            .chain(extra)
            .collect()
    }

    /// Every origin of the related-origins document (WebAuthn section 5.11).
    pub fn related_origins(&self) -> RelatedOrigins {
        RelatedOrigins {
            origins: self.allowed_origins(|_| true),
        }
    }

    /// The document that tells password managers where people create and manage passkeys: one page of ours.
    pub fn passkey_endpoints(&self, path: &str) -> PasskeyEndpoints {
        let page = format!("{}{path}", self.public_origin.as_str());
        PasskeyEndpoints {
            enroll: Some(page.clone()),
            manage: Some(page),
            // No secret is derived from anybody's passkey.
            prf_usage_details: None,
        }
    }
}
