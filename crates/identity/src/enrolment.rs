//! A person's first passkey, by a registration link.

use crate::passkeys::Creation;
use crate::{Caller, Identity, Refusal};

/// What the page shows to whoever opened the link.
#[derive(Debug)]
pub struct Invitation {
    pub user_name: String,
    pub display_name: String,
    pub creation: Creation,
}

/// Checks the token (by POST; a GET acts on nothing) and starts the ceremony.
pub async fn begin(identity: &Identity, caller: &Caller, token: &str) -> Result<Invitation, Refusal> {
    todo!()
}

/// Uses up the link together with the credential. Opens no session. Returns the user name.
pub async fn finish(identity: &Identity, caller: &Caller, state: &str, response: &[u8]) -> Result<String, Refusal> {
    todo!()
}
