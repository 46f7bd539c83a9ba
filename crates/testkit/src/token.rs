//! What our tokens say.

use data_encoding::BASE64URL_NOPAD;
use oidc::jwk;
use oidc::jwt::{self, ALGORITHMS, Algorithm};
use serde_json::Value;

use crate::House;

/// The claims of a JWT, read without a look at its signature.
#[must_use]
pub fn read_claims(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap()
}

impl House {
    /// The claims of a JWT that one of the published keys verifies, as a client library reads them, and what signed it.
    pub async fn verify_token(&self, token: &str) -> (Value, Algorithm) {
        let parsed = jwt::parse(token).unwrap();
        let set = self.browser().get("/discovery/v2.0/keys").await.ok();
        let name = parsed.header().key_id.as_deref().unwrap();
        let keys = set["keys"].as_array().unwrap();
        let key = keys.iter().find(|key| key["kid"] == name).unwrap();
        let key = jwk::parse(key.to_string().as_bytes()).unwrap();
        parsed.verify(&key, ALGORITHMS).unwrap();
        (read_claims(token), parsed.header().algorithm)
    }
}
