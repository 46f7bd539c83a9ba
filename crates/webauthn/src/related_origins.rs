//! Related origin requests (WebAuthn section 5.11): the document at `https://<rp id>/.well-known/webauthn`.

use crate::origin::Origin;
use serde::{Serialize, Serializer};

/// The document, to be served as `application/json`. Give it the same origins that the ceremonies expect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RelatedOrigins {
    /// The origins that may use the RP ID. Clients look at five distinct registrable names at least.
    #[serde(serialize_with = "serialize_origins")]
    pub origins: Vec<Origin>,
}

fn serialize_origins<S: Serializer>(origins: &[Origin], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(origins.iter().map(Origin::as_str))
}
