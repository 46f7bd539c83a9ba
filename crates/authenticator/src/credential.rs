//! A credential as its device keeps it: the public key credential source (WebAuthn section 4).

use crate::SigningKey;

/// One credential on a device. `Debug` shows no secret: the key hides itself.
#[derive(Debug, Clone)]
pub struct Credential {
    /// The credential id.
    pub id: Vec<u8>,
    /// The RP ID that it is bound to.
    pub rp_id: String,
    /// The user handle: 1 to 64 bytes from the relying party.
    pub user_handle: Vec<u8>,
    /// The account's name, as the relying party gave it.
    pub user_name: String,
    /// The person's name, as the relying party gave it.
    pub user_display_name: String,
    /// The private key.
    pub key: SigningKey,
    /// Whether it is found without an allow list.
    pub discoverable: bool,
    /// BE: fixed at creation.
    pub backup_eligible: bool,
    /// The last signature counter given out; stays zero on devices that keep none.
    pub counter: u32,
}
