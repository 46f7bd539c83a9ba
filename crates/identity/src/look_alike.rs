//! Credential ids for names that have none, so that an answer doesn't tell who exists (security 20).
//!
//! For one name they never change: they follow from the compared name under a key that never rotates. Each
//! carries a tag under the same key, by which the server knows its own in any ceremony.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use store::Id;
use webauthn::options::CredentialDescriptor;

use crate::seal::derive_mac;

const TAG: usize = 8;

/// What passkeys out there look like: length of the id, transports in alphabetical order, and how often of 256.
/// Fixed, so that a name's answer stays the same for ever; `docs/decisions/0004` says why.
const MIX: [(usize, &[&str], u8); 12] = [
    (20, &["hybrid", "internal"], 72),
    (16, &["hybrid", "internal"], 52),
    (32, &["internal"], 36),
    (32, &["hybrid", "internal"], 24),
    (16, &["internal"], 16),
    (48, &["nfc", "usb"], 14),
    (64, &["usb"], 10),
    (48, &["usb"], 8),
    (64, &["nfc", "usb"], 8),
    (20, &["internal"], 6),
    (32, &[], 5),
    (64, &["ble", "nfc", "usb"], 5),
];

/// Passkeys a person has, and how often of 256 that many or fewer.
const COUNTS: [(u8, u8); 5] = [(1, 128), (2, 204), (3, 236), (4, 250), (5, 255)];

/// Whose row is looked for where nobody has this name.
pub(crate) fn derive_person(key: &hmac::Key, name: &str) -> Id {
    let mac = derive_mac(key, &[b"person", name.as_bytes()]);
    let mut id = [0; 16];
    id.copy_from_slice(&mac[..16]);
    Id(id)
}

/// The look-alikes of a name: as many as people have.
pub(crate) fn derive_credentials(key: &hmac::Key, name: &str) -> Vec<CredentialDescriptor> {
    let shape = derive_mac(key, &[b"shape", name.as_bytes()]);
    let count = COUNTS
        .iter()
        .find(|(_, upto)| shape[0] <= *upto)
        .map_or(1, |(count, _)| *count);
    let draws = shape.iter().skip(1).take(usize::from(count));
    draws
        .enumerate()
        .map(|(index, draw)| derive_credential(key, name, index as u8, *draw))
        .collect()
}

fn derive_credential(key: &hmac::Key, name: &str, index: u8, draw: u8) -> CredentialDescriptor {
    let (length, transports) = pick(draw);
    let mut id = Vec::with_capacity(64);
    for block in 0u8..2 {
        id.extend_from_slice(&derive_mac(key, &[b"id", name.as_bytes(), &[index, block]]));
    }
    id.truncate(length - TAG);
    let tag = derive_mac(key, &[b"tag", &id]);
    id.extend_from_slice(&tag[..TAG]);
    CredentialDescriptor {
        id,
        transports: transports.iter().map(|&word| word.to_owned()).collect(),
    }
}

fn pick(draw: u8) -> (usize, &'static [&'static str]) {
    let mut left = draw;
    for (length, transports, share) in MIX {
        if left < share {
            return (length, transports);
        }
        left -= share;
    }
    (MIX[0].0, MIX[0].1)
}

/// Whether we made this id up.
pub(crate) fn is_look_alike(key: &hmac::Key, credential_id: &[u8]) -> bool {
    let Some((id, tag)) = credential_id.split_last_chunk::<TAG>() else {
        return false;
    };
    verify_slices_are_equal(&derive_mac(key, &[b"tag", id])[..TAG], tag).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_recognised_and_of_many_shapes() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &[3; 32]);
        let mut lengths = std::collections::BTreeSet::new();
        let mut counts = std::collections::BTreeSet::new();
        for n in 0..500 {
            let name = format!("person{n}");
            let credentials = derive_credentials(&key, &name);
            assert_eq!(credentials, derive_credentials(&key, &name));
            counts.insert(credentials.len());
            for credential in credentials {
                lengths.insert(credential.id.len());
                assert!(is_look_alike(&key, &credential.id));
                let mut other = credential.id.clone();
                other[0] ^= 1;
                assert!(!is_look_alike(&key, &other));
            }
        }
        assert_eq!(
            lengths.into_iter().collect::<Vec<_>>(),
            [16, 20, 32, 48, 64]
        );
        assert_eq!(counts.into_iter().collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        assert!(!is_look_alike(&key, b"short"));
    }

    #[test]
    fn the_mix_covers_every_draw() {
        assert_eq!(
            MIX.iter()
                .map(|(_, _, share)| u32::from(*share))
                .sum::<u32>(),
            256
        );
    }
}
