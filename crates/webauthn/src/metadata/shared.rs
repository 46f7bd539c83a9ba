//! Which attestation roots vouch for more models than one.

use super::entry::Entry;
use crate::rp_id::sha256;
use crate::x509::{Anchor, Certificate};
use std::collections::HashMap;

/// The roots of a blob's entries, by how many entries each vouches for. Section 8.2.1 of WebAuthn asks for the model's name
/// in a `packed` certificate "if the related attestation root certificate is used for multiple authenticator models".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SharedAnchors {
    /// By the fingerprint of an authority's key, and by the hash of the name under which an authority issued what an
    /// entry lists: an entry may list another authority's certificate from the same root, or the attestation certificate.
    users: HashMap<[u8; 32], Users>,
    entries: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Users {
    /// The entry with this number.
    One(usize),
    Several,
}

impl SharedAnchors {
    /// Counts one more entry of the blob; each is to be given once. A root that can't be read counts for nothing, as it
    /// vouches for nobody.
    pub fn add(&mut self, entry: &Entry) {
        let number = self.entries;
        self.entries += 1;
        for der in &entry.statement().attestation_roots {
            let Ok(root) = Certificate::parse(der) else {
                continue;
            };
            self.count(root.key_fingerprint(), number);
            if !root.is_self_issued() {
                self.count(sha256(root.issuer()), number);
            }
        }
    }

    fn count(&mut self, authority: [u8; 32], number: usize) {
        let users = self.users.entry(authority).or_insert(Users::One(number));
        if *users != Users::One(number) {
            *users = Users::Several;
        }
    }

    /// Whether the anchor vouches for more than one of the entries that were counted: they list its key, or what is issued
    /// in its name.
    #[must_use]
    pub fn is_shared(&self, anchor: &Anchor) -> bool {
        let users = |authority| self.users.get(&authority).copied();
        match (
            users(anchor.key_fingerprint()),
            users(sha256(anchor.subject())),
        ) {
            (Some(Users::Several), _) | (_, Some(Users::Several)) => true,
            (Some(one), Some(other)) => one != other,
            _ => false,
        }
    }
}
