//! Tests of the messages: published examples, what is refused and why, and what holds of whatever is sent.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod assertions;
mod dpop;
mod keys;
mod properties;
mod requests;
mod tokens;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use data_encoding::BASE64URL_NOPAD;
use oidc::jwk::PublicKey;
use serde_json::Value;

/// A key pair of P-256.
struct Pair(EcdsaKeyPair);

impl Pair {
    fn make() -> Pair {
        Pair(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn public(&self) -> PublicKey {
        PublicKey::of_p256(self.0.public_key().as_ref()).unwrap()
    }

    /// Signs texts as they stand, fit or not.
    fn sign(&self, header: &str, claims: &str) -> String {
        let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        let input = format!("{}.{}", encode(header), encode(claims));
        let signature = self.0.sign(&SystemRandom::new(), input.as_bytes()).unwrap();
        format!("{input}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }

    fn sign_claims(&self, claims: &Value) -> String {
        self.sign(r#"{"alg":"ES256"}"#, &claims.to_string())
    }
}
