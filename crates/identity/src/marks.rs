//! Marks: when somebody proved or allowed something for one thing, carried by an address of ours and sealed against change.
//!
//! What it counts for is part of the seal, so a mark for one request, code or person is none for another.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use webauthn::base64url;

use crate::seal::derive_mac;
use crate::{HOUR, Identity, Micros};

/// For so long a mark counts: an address stays in a browser's history.
const LIVES: Micros = HOUR;

fn derive_proof(identity: &Identity, of: &[&[u8]], at: Micros) -> String {
    let time = at.to_be_bytes();
    let mut parts = of.to_vec();
    parts.push(&time);
    base64url::encode(&derive_mac(&identity.snapshot().keys.mac, &parts))
}

/// The mark of that time; `of` begins with what kind of mark it is.
pub(crate) fn write(identity: &Identity, of: &[&[u8]], at: Micros) -> String {
    format!("{at}.{}", derive_proof(identity, of, at))
}

/// The time of a mark that we made of this, as long as it counts.
pub(crate) fn read(identity: &Identity, of: &[&[u8]], mark: &str) -> Option<Micros> {
    let (time, proof) = mark.split_once('.')?;
    let at: Micros = time.parse().ok()?;
    let expected = derive_proof(identity, of, at);
    let holds = verify_slices_are_equal(expected.as_bytes(), proof.as_bytes()).is_ok();
    (holds && identity.0.ambient.now().saturating_sub(at) <= LIVES).then_some(at)
}
