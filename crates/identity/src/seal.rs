//! Sealing with AES-256-GCM-SIV: secrets at rest, and ceremony states in pages.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::{digest, hmac};
use oidc::Seconds;
use store::Id;
use zeroize::Zeroizing;

use crate::SECOND;
use crate::ambient::Random;

const TAG: usize = 16;

/// 32 secret bytes; wiped when dropped, never shown.
#[derive(Clone)]
pub struct SecretBytes(Zeroizing<[u8; 32]>);

impl SecretBytes {
    pub fn new(bytes: [u8; 32]) -> SecretBytes {
        SecretBytes(Zeroizing::new(bytes))
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// Another key for one use: HKDF-SHA-256 (RFC 5869) with the label as info.
    pub(crate) fn derive(&self, label: &str) -> SecretBytes {
        let mut out = [0u8; 32];
        let prk = Salt::new(HKDF_SHA256, b"claviger").extract(self.0.as_slice());
        let info = [label.as_bytes()];
        // Both can only fail for more than 255 blocks of output.
        let okm = prk.expand(&info, HKDF_SHA256).expect("one block");
        okm.fill(&mut out).expect("one block");
        SecretBytes::new(out)
    }
}

impl std::fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretBytes")
    }
}

/// An authenticated cipher under one key.
pub(crate) struct Sealer(LessSafeKey);

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}

impl Sealer {
    pub(crate) fn new(key: &SecretBytes) -> Sealer {
        let key = UnboundKey::new(&AES_256_GCM_SIV, key.expose()).expect("a key of 32 bytes");
        Sealer(LessSafeKey::new(key))
    }

    /// Nonce, ciphertext and tag in one.
    pub(crate) fn seal(&self, random: &Random, associated: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = random.make();
        let mut body = plain.to_vec();
        self.0
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(associated),
                &mut body,
            )
            .expect("far below the cipher's limit");
        [nonce.as_slice(), &body].concat()
    }

    /// `None` when anything differs from what was sealed.
    pub(crate) fn open(&self, associated: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN)?;
        if body.len() < TAG {
            return None;
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut body = Zeroizing::new(body.to_vec());
        let length = self
            .0
            .open_in_place(nonce, Aad::from(associated), &mut body)
            .ok()?
            .len();
        body.truncate(length);
        Some(body)
    }
}

pub(crate) fn derive_hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut out = [0u8; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

/// Where something that works once is remembered: led by the time of its end, so that it is purged when it is over and not
/// before; the rest names it.
pub(crate) fn derive_spent_state(expires_at: Seconds, name: &[&[u8]]) -> Id {
    let mut state = [0; 16];
    state[..8].copy_from_slice(&expires_at.saturating_mul(SECOND).to_be_bytes());
    state[8..].copy_from_slice(&derive_hash(name)[..8]);
    Id(state)
}

/// HMAC-SHA-256 over parts, each led by its length, so that no two lists run together.
pub(crate) fn derive_mac(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let mut out = [0u8; 32];
    out.copy_from_slice(context.sign().as_ref());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_only_as_it_was() {
        let random = crate::ambient::Ambient::frozen(0, 1).random;
        let sealer = Sealer::new(&SecretBytes::new([7; 32]).derive("test"));
        let sealed = sealer.seal(&random, b"place", b"secret");
        assert_eq!(
            sealer.open(b"place", &sealed).unwrap().as_slice(),
            b"secret"
        );
        assert!(sealer.open(b"elsewhere", &sealed).is_none());
        for index in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[index] ^= 1;
            assert!(sealer.open(b"place", &bent).is_none());
            assert!(sealer.open(b"place", &sealed[..index]).is_none());
        }
        let other = Sealer::new(&SecretBytes::new([7; 32]).derive("other"));
        assert!(other.open(b"place", &sealed).is_none());
    }

    #[test]
    fn parts_do_not_run_together() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]);
        assert_ne!(
            derive_mac(&key, &[b"ab", b"c"]),
            derive_mac(&key, &[b"a", b"bc"])
        );
    }
}
