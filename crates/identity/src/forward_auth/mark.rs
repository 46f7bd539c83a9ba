//! Where a browser began and wants to go, on its way over our sign-in page: readable, and only we can make it. Nothing is
//! stored for it.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde::{Deserialize, Serialize};
use webauthn::base64url;

use super::MAX_URI;
use crate::seal::derive_mac;
use crate::{HOUR, Identity, Micros};

/// For so long somebody may take to sign in.
const LIVES: Micros = HOUR;
/// The longest in base64url: two addresses in JSON, of which each character may take two, a hash, a time and a MAC.
const MAX_LENGTH: usize = 3 * MAX_URI + 1024;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) origin: String,
    /// Path and query at the origin.
    pub(super) uri: String,
    /// Of the name that the browser has there.
    pub(super) browser_hash: [u8; 32],
    pub(super) began_at: Micros,
}

/// As written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    origin: &'a str,
    // May hold quotation marks and backslashes, which JSON writes differently.
    uri: std::borrow::Cow<'a, str>,
    browser: String,
    began: Micros,
}

fn derive_proof(identity: &Identity, body: &[u8]) -> [u8; 32] {
    let key = &identity.snapshot().keys.mac;
    derive_mac(key, &[b"claviger forward request", body])
}

impl Mark {
    /// In base64url with one dot: stands in an address as it is.
    pub(super) fn write(&self, identity: &Identity) -> String {
        let written = Written {
            origin: &self.origin,
            uri: self.uri.as_str().into(),
            browser: base64url::encode(&self.browser_hash),
            began: self.began_at,
        };
        // Texts and numbers are always written.
        let body = serde_json::to_vec(&written).unwrap_or_default();
        let proof = derive_proof(identity, &body);
        format!("{}.{}", base64url::encode(&body), base64url::encode(&proof))
    }

    /// One that we made.
    pub(super) fn read(identity: &Identity, text: &str) -> Option<Mark> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let (body, proof) = text.split_once('.')?;
        let (body, proof) = (
            base64url::decode(body).ok()?,
            base64url::decode(proof).ok()?,
        );
        verify_slices_are_equal(&derive_proof(identity, &body), &proof).ok()?;
        let written: Written<'_> = serde_json::from_slice(&body).ok()?;
        Some(Mark {
            origin: written.origin.to_owned(),
            uri: written.uri.into_owned(),
            browser_hash: base64url::decode(&written.browser).ok()?.try_into().ok()?,
            began_at: written.began,
        })
    }

    pub(super) fn is_recent(&self, identity: &Identity) -> bool {
        // Another node's clock may be a little ahead of ours.
        identity.0.ambient.now() - self.began_at < LIVES
    }
}
