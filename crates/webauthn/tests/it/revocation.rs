//! Revocation lists as supplied data: what they refuse, and when they count.

use crate::authority::der::{boolean, element, integer, named_bits, sequence, utf8};
use crate::authority::*;
use crate::chains::{World, at, judge_with, refused};
use webauthn::x509::{Chain, MissingList, PathError, PathRule, Revocation, RevocationList, Usage};

struct Lists {
    world: World,
    sent: [Vec<u8>; 2],
    root: [Vec<u8>; 1],
}

impl Lists {
    fn new() -> Self {
        let world = World::new();
        let sent = [
            world.leaf().sign(&world.middle),
            world.middle().sign(&world.root),
        ];
        let root = [world.root().sign(&world.root)];
        Self { world, sent, root }
    }

    fn judge(&self, lists: &[Vec<u8>], missing: MissingList) -> Result<Chain, PathError> {
        let lists: Vec<_> = lists
            .iter()
            .map(|der| RevocationList::parse(der).unwrap())
            .collect();
        let revocation = Revocation::Lists {
            lists: &lists,
            at: at(NOW),
            missing,
        };
        judge_with(
            &self.sent,
            &self.root,
            Usage::Attestation,
            at(NOW),
            revocation,
        )
    }
}

#[test]
fn revoked_certificates_refuse() {
    let case = Lists::new();
    let (leaf, middle) = (case.world.leaf().serial, case.world.middle().serial);
    let of_middle =
        |serials: &[&[u8]]| ListTemplate::new("Middle", serials).sign(&case.world.middle);
    let of_root = |serials: &[&[u8]]| ListTemplate::new("Root", serials).sign(&case.world.root);
    let both = |one: &[&[u8]], other: &[&[u8]]| [of_middle(one), of_root(other)];
    use MissingList::{Accepted, Refused};
    assert!(
        case.judge(&both(&[b"\x01", b"\x7f\x00"], &[]), Refused)
            .is_ok()
    );
    assert_eq!(
        case.judge(&both(&[b"\x01", &leaf], &[]), Refused),
        refused(0, PathRule::Revoked)
    );
    assert_eq!(
        case.judge(&both(&[], &[&middle]), Accepted),
        refused(1, PathRule::Revoked)
    );
    // Without a list: as the caller says.
    assert!(case.judge(&[], Accepted).is_ok());
    assert_eq!(
        case.judge(&[], Refused),
        refused(0, PathRule::RevocationUnknown)
    );
    assert_eq!(
        case.judge(&[of_middle(&[])], Refused),
        refused(1, PathRule::RevocationUnknown)
    );
}

#[test]
fn a_list_counts_only_if_the_issuer_signed_it_and_it_is_current() {
    let case = Lists::new();
    let leaf = case.world.leaf().serial;
    let list = || ListTemplate::new("Middle", &[&leaf]);
    let root_list = ListTemplate::new("Root", &[]).sign(&case.world.root);
    let judge = |der: Vec<u8>| case.judge(&[der, root_list.clone()], MissingList::Refused);
    assert_eq!(
        judge(list().sign(&case.world.middle)),
        refused(0, PathRule::Revoked)
    );
    // Signed by another key: as good as absent, neither revoking nor answering.
    let unknown = refused(0, PathRule::RevocationUnknown);
    assert_eq!(judge(list().sign(&Key::p256())), unknown);
    // Past its time it still revokes, but no longer clears.
    let stale = |serials: &[&[u8]]| {
        let mut list = ListTemplate::new("Middle", serials);
        list.next_update = Some(NOW - 1);
        list.sign(&case.world.middle)
    };
    assert_eq!(judge(stale(&[&leaf])), refused(0, PathRule::Revoked));
    assert_eq!(judge(stale(&[])), unknown);
    let mut early = list();
    early.this_update = NOW + 1;
    assert_eq!(judge(early.sign(&case.world.middle)), unknown);
    let mut endless = ListTemplate::new("Middle", &[]);
    endless.next_update = None;
    assert_eq!(judge(endless.sign(&case.world.middle)), unknown);
}

#[test]
fn a_list_that_covers_something_else_answers_nothing() {
    let case = Lists::new();
    let root_list = ListTemplate::new("Root", &[]).sign(&case.world.root);
    let judge = |extension: Vec<u8>| {
        let mut list = ListTemplate::new("Middle", &[]);
        list.extensions = vec![extension];
        let der = list.sign(&case.world.middle);
        case.judge(&[der, root_list.clone()], MissingList::Refused)
    };
    let point = |parts: &[Vec<u8>]| extension(b"\x55\x1d\x1c", true, &sequence(parts));
    assert!(
        judge(point(&[element(0x81, &[0xff])])).is_ok(),
        "users only"
    );
    assert!(judge(point(&[element(0xa0, &utf8("where"))])).is_ok());
    let number = extension(b"\x55\x1d\x14", false, &integer(&[7]));
    assert!(judge(number.clone()).is_ok());
    let unknown = refused(0, PathRule::RevocationUnknown);
    assert_eq!(
        judge(point(&[element(0x82, &[0xff])])),
        unknown,
        "authorities only"
    );
    assert_eq!(
        judge(point(&[element(0x83, &[0x01, 0x40])])),
        unknown,
        "some reasons"
    );
    assert_eq!(judge(point(&[element(0x84, &[0xff])])), unknown, "indirect");
    let delta = extension(b"\x55\x1d\x1b", true, &integer(&[7]));
    assert_eq!(judge(delta), unknown, "a delta");
    assert_eq!(boolean(true), [1, 1, 0xff]);
}

/// An authority whose key may not sign lists can't be made to clear or revoke by one.
#[test]
fn a_list_needs_the_right_key_usage() {
    let world = World::new();
    let middle = world.middle().with(KEY_USAGE, true, named_bits(0x04, 2));
    let case = Lists {
        sent: [world.leaf().sign(&world.middle), middle.sign(&world.root)],
        root: [world.root().sign(&world.root)],
        world,
    };
    let list = ListTemplate::new("Middle", &[&case.world.leaf().serial]).sign(&case.world.middle);
    assert!(case.judge(&[list], MissingList::Accepted).is_ok());
}
