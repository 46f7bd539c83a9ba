//! Google's list of certificates that are no longer to be believed: asked for every certificate of an `android-key`
//! statement, at registration and whenever a stored one is judged anew.

use crate::authority::*;
use crate::device::sha256;
use crate::formats::{origin, purpose};
use crate::statements::*;
use webauthn::attestation::{
    AndroidRevocationList, AttestationError, AttestationNeed, AttestationPolicy, Model, Trust,
    Verdict, reevaluate,
};
use webauthn::x509::{Anchor, PathError, PathRule, Place, Revocation, Time};

fn list_of(serials: &[&[u8]]) -> AndroidRevocationList {
    let entries: Vec<_> = serials
        .iter()
        .map(|serial| {
            let text = data_encoding::HEXLOWER.encode(serial);
            format!(r#""{text}": {{"status": "REVOKED"}}"#)
        })
        .collect();
    let json = format!(r#"{{"entries": {{{}}}}}"#, entries.join(","));
    AndroidRevocationList::parse(json.as_bytes()).unwrap()
}

/// Policies of these tests live as long as they like.
fn leak(list: AndroidRevocationList) -> &'static AndroidRevocationList {
    Box::leak(Box::new(list))
}

/// A phone: leaf and intermediate below the maker's root, each with a serial number of its own.
struct Phone {
    maker: Maker,
    parts: Parts,
    leaf: Vec<u8>,
    middle: Vec<u8>,
}

impl Phone {
    fn new() -> Self {
        let maker = Maker::new();
        let hash = sha256(&maker.client_data);
        let batch = Key::p256();
        let mut middle = Template::authority("Batch", &batch, "Maker Root");
        middle.serial = vec![0x22, 0x33];
        let description = key_description(1, &hash, &[], &[purpose(&[2]), origin(0)]);
        let mut leaf = Template::leaf("Android", &maker.credential, "Batch").with(
            KEY_DESCRIPTION,
            false,
            description.clone(),
        );
        // Its first bit is set, so that DER puts a zero before it.
        leaf.serial = vec![0x00, 0xc4, 0x01];
        let chain = Cbor::List(vec![leaf.sign(&batch), middle.sign(&maker.root)]);
        Self {
            parts: with(maker.android_with(description), "x5c", chain),
            leaf: leaf.serial,
            middle: middle.serial,
            maker,
        }
    }

    fn judge(&self, list: Option<&AndroidRevocationList>) -> Verdict {
        let anchor = Anchor::parse(&self.maker.root()).unwrap();
        let anchors = |_: &Model| vec![&anchor];
        let policy = AttestationPolicy::NOT_REQUIRED.with_trust(Trust {
            anchors: &anchors,
            is_shared: &|_| false,
            at: Time::from_unix_seconds(NOW),
            revocation: Revocation::Unchecked,
            android: list,
        });
        let object = self.maker.object("android-key", &encode(&self.parts));
        let judged = reevaluate(&object, &self.maker.client_data, &policy).unwrap();
        judged.verdict
    }
}

fn revoked(place: Place) -> Verdict {
    let rule = PathRule::Revoked;
    Verdict::Failed(AttestationError::Chain(PathError { place, rule }))
}

#[test]
fn every_certificate_of_an_android_chain_is_asked_for() {
    let phone = Phone::new();
    assert!(phone.judge(None).is_attested());
    assert!(phone.judge(Some(&list_of(&[]))).is_attested());
    assert!(
        phone
            .judge(Some(&list_of(&[b"\x77", b"\xc4"])))
            .is_attested()
    );
    for (listed, place) in [
        (&phone.leaf[..], Place::Sent(0)),
        (&phone.leaf[1..], Place::Sent(0)),
        (&phone.middle[..], Place::Sent(1)),
        // The root was not sent.
        (
            &Template::authority("Maker Root", &phone.maker.root, "Maker Root").serial,
            Place::Anchor,
        ),
    ] {
        let verdict = phone.judge(Some(&list_of(&[b"\x77", listed])));
        assert_eq!(verdict, revoked(place), "{listed:x?}");
        assert_eq!(verdict.code(), Some("chain.revoked"));
    }
}

#[test]
fn a_listed_certificate_refuses_where_attestation_is_required() {
    let phone = Phone::new();
    let list = leak(list_of(&[&phone.middle]));
    let register = |need| {
        let statement = encode(&phone.parts);
        let verified = phone.maker.register("android-key", &statement, |policy| {
            policy.need = need;
            policy.trust.android = Some(list);
        });
        verified.map(|it| it.attestation().verdict.code())
    };
    assert_eq!(register(AttestationNeed::Attested), Err("chain.revoked"));
    assert_eq!(
        register(AttestationNeed::Nothing),
        Ok(Some("chain.revoked"))
    );
}

/// Other makers number their certificates as they like.
#[test]
fn the_list_says_nothing_about_other_formats() {
    let maker = Maker::new();
    let listed = leak(list_of(&[&maker.packed_leaf().serial]));
    let verified = maker.register("packed", &encode(&maker.packed()), |policy| {
        policy.need = AttestationNeed::Attested;
        policy.trust.android = Some(listed);
    });
    assert!(verified.unwrap().attestation().verdict.is_attested());
}
