//! A credential as its device keeps it: the public key credential source (WebAuthn section 4).

use crate::key::expand;
use crate::{Error, SigningKey};

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
    /// The keys of the trust groups that the device is in with this credential, oldest first; empty where the
    /// device keeps none or the credential can't be backed up.
    pub cmtg_keys: Vec<SigningKey>,
    /// Which of them answers: a place in `cmtg_keys`.
    pub active_cmtg_key: usize,
    /// The last signature counter given out; stays zero on devices that keep none.
    pub counter: u32,
}

impl Credential {
    /// The trust group key that answers, if any.
    #[must_use]
    pub fn cmtg_key(&self) -> Option<&SigningKey> {
        self.cmtg_keys.get(self.active_cmtg_key)
    }

    /// Joins a new trust group, as a device does that has no sign of belonging to the ones before: makes its
    /// key from 32 fresh secret bytes and answers with it from now on. Credentials that can't be backed up
    /// have no trust groups.
    ///
    /// # Errors
    /// [`Error::NotSupported`] for a credential that can't be backed up, [`Error::Crypto`] when aws-lc refuses
    /// the key.
    pub fn join_trust_group(&mut self, randomness: &[u8; 32]) -> Result<(), Error> {
        if !self.backup_eligible {
            return Err(Error::NotSupported);
        }
        let mut seed = zeroize::Zeroizing::new([0; 32]);
        expand(randomness, &[b"trust group key"], &mut *seed)?;
        let key = SigningKey::derive(self.key.algorithm(), &seed)?;
        self.active_cmtg_key = self.cmtg_keys.len();
        self.cmtg_keys.push(key);
        Ok(())
    }
}
