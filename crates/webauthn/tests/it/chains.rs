//! Path validation: each rule, and its violation. Chains are made here, of keys made for the test.

use crate::authority::der::{bit_string, element, named_bits, oid, sequence};
use crate::authority::*;
use webauthn::x509::{
    Anchor, Certificate, Chain, Oid, PathError, PathInput, PathRule, Place, Revocation, Time,
    Usage, validate,
};

pub(crate) const fn at(seconds: i64) -> Time {
    Time::from_unix_seconds(seconds)
}

/// A root, an authority below it, and a leaf below that.
pub(crate) struct World {
    pub(crate) root: Key,
    pub(crate) middle: Key,
    pub(crate) leaf: Key,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            root: Key::p256(),
            middle: Key::p256(),
            leaf: Key::p256(),
        }
    }

    pub(crate) fn root(&self) -> Template {
        Template::authority("Root", &self.root, "Root")
    }

    pub(crate) fn middle(&self) -> Template {
        Template::authority("Middle", &self.middle, "Root")
    }

    pub(crate) fn leaf(&self) -> Template {
        Template::leaf("Leaf", &self.leaf, "Middle")
    }

    /// Leaf and authority below the root, all as given.
    fn judge(
        &self,
        leaf: &Template,
        middle: &Template,
        root: &Template,
    ) -> Result<Chain, PathError> {
        let sent = [leaf.sign(&self.middle), middle.sign(&self.root)];
        judge(&sent, &[root.sign(&self.root)], Usage::Attestation)
    }
}

fn judge(sent: &[Vec<u8>], anchors: &[Vec<u8>], usage: Usage) -> Result<Chain, PathError> {
    judge_with(sent, anchors, usage, at(NOW), Revocation::Unchecked)
}

pub(crate) fn judge_with(
    sent: &[Vec<u8>],
    anchors: &[Vec<u8>],
    usage: Usage,
    time: Time,
    revocation: Revocation<'_>,
) -> Result<Chain, PathError> {
    let certificates: Vec<_> = sent
        .iter()
        .map(|der| Certificate::parse(der).unwrap())
        .collect();
    let anchors: Vec<_> = anchors
        .iter()
        .map(|der| Anchor::parse(der).unwrap())
        .collect();
    let anchors: Vec<_> = anchors.iter().collect();
    validate(&PathInput {
        certificates: &certificates,
        anchors: &anchors,
        usage,
        at: time,
        revocation,
    })
}

pub(crate) fn refused(position: usize, rule: PathRule) -> Result<Chain, PathError> {
    let place = Place::Sent(position);
    Err(PathError { place, rule })
}

fn refused_anchor(rule: PathRule) -> Result<Chain, PathError> {
    let place = Place::Anchor;
    Err(PathError { place, rule })
}

fn thumbprint(der: &[u8]) -> [u8; 32] {
    crate::device::sha256(der)
}

#[test]
fn a_chain_to_an_anchor_names_its_certificates() {
    let world = World::new();
    let (leaf, middle) = (
        world.leaf().sign(&world.middle),
        world.middle().sign(&world.root),
    );
    let root = world.root().sign(&world.root);
    let sent = [leaf.clone(), middle.clone()];
    let chain = judge(&sent, &[root.clone()], Usage::Attestation).unwrap();
    assert_eq!(chain.anchor(), thumbprint(&root));
    assert_eq!(
        chain.certificates(),
        [thumbprint(&leaf), thumbprint(&middle)]
    );
    // The root sent along changes nothing.
    let with_root = [leaf.clone(), middle.clone(), root.clone()];
    assert_eq!(judge(&with_root, &[root], Usage::Attestation), Ok(chain));
    // The authority in the middle may be the anchor, sent or not.
    for sent in [vec![leaf.clone(), middle.clone()], vec![leaf.clone()]] {
        let chain = judge(&sent, &[middle.clone()], Usage::Attestation).unwrap();
        assert_eq!(chain.anchor(), thumbprint(&middle));
        assert_eq!(chain.certificates(), [thumbprint(&leaf)]);
    }
}

#[test]
fn a_leaf_may_be_the_anchor_itself() {
    let world = World::new();
    let leaf = world.leaf().sign(&world.middle);
    let chain = judge(&[leaf.clone()], &[leaf.clone()], Usage::Attestation).unwrap();
    assert_eq!(chain.anchor(), thumbprint(&leaf));
    assert!(chain.certificates().is_empty());
    // Exactly that certificate: one with its name and key and other claims is not believed.
    let other = world
        .leaf()
        .with(&[0x55, 0x1d, 0x7f], false, vec![5, 0])
        .sign(&world.middle);
    assert_eq!(
        judge(&[other], &[leaf], Usage::Attestation),
        refused(0, PathRule::NoAnchor)
    );
}

#[test]
fn a_root_that_the_sender_made_proves_nothing() {
    let world = World::new();
    let forger = Key::p256();
    let trusted = world.root().sign(&world.root);
    // Its own chain up to its own root, under another name and under the trusted root's very name.
    for name in ["Forger", "Root"] {
        let root = Template::authority(name, &forger, name).sign(&forger);
        let leaf = Template::leaf("Leaf", &world.leaf, name).sign(&forger);
        for sent in [vec![leaf.clone(), root.clone()], vec![leaf.clone()]] {
            let last = sent.len() - 1;
            assert_eq!(
                judge(&sent, &[trusted.clone()], Usage::Attestation),
                refused(last, PathRule::NoAnchor),
                "{name}"
            );
        }
        // The true root put behind it does not help: it did not issue the forger's.
        let sent = [leaf, root, trusted.clone()];
        let refusal = judge(&sent, &[trusted.clone()], Usage::Attestation).unwrap_err();
        assert_eq!(refusal.place, Place::Sent(1));
    }
    // A leaf that signs itself.
    let alone = Template::leaf("Root", &forger, "Root").sign(&forger);
    assert_eq!(
        judge(&[alone.clone(), alone], &[trusted], Usage::Attestation),
        refused(1, PathRule::NotAuthority)
    );
}

/// R46 cross-signed by R3, as FIDO's metadata was sent in August 2026: either anchor alone suffices.
#[test]
fn a_cross_signed_root_works_with_either_anchor() {
    let (old, new, leaf) = (Key::rsa(), Key::p384(), Key::p256());
    let old_root = Template::authority("R3", &old, "R3").sign(&old);
    let new_root = Template::authority("R46", &new, "R46").sign(&new);
    let cross = Template::authority("R46", &new, "R3").sign(&old);
    let signer = Template::leaf("Signer", &leaf, "R46").sign(&new);
    for sent in [
        vec![signer.clone(), cross.clone()],
        vec![signer.clone(), cross.clone(), old_root.clone()],
        vec![signer.clone(), new_root.clone()],
        vec![signer.clone()],
    ] {
        let chain = judge(&sent, &[new_root.clone()], Usage::BlobSigner).unwrap();
        assert_eq!(chain.anchor(), thumbprint(&new_root));
        assert_eq!(chain.certificates(), [thumbprint(&signer)]);
    }
    for sent in [
        vec![signer.clone(), cross.clone()],
        vec![signer.clone(), cross.clone(), old_root.clone()],
    ] {
        let chain = judge(&sent, &[old_root.clone()], Usage::BlobSigner).unwrap();
        assert_eq!(chain.anchor(), thumbprint(&old_root));
        assert_eq!(
            chain.certificates(),
            [thumbprint(&signer), thumbprint(&cross)]
        );
        let both = [old_root.clone(), new_root.clone()];
        assert_eq!(
            judge(&sent, &both, Usage::BlobSigner).unwrap().anchor(),
            thumbprint(&new_root)
        );
    }
    assert_eq!(
        judge(&[signer, new_root], &[old_root], Usage::BlobSigner),
        refused(1, PathRule::NoAnchor)
    );
}

#[test]
fn anchors_of_one_name_are_told_apart_by_their_keys() {
    let (world, other) = (World::new(), Key::p256());
    let namesake = Template::authority("Root", &other, "Root").sign(&other);
    let root = world.root().sign(&world.root);
    let sent = [
        world.leaf().sign(&world.middle),
        world.middle().sign(&world.root),
    ];
    for anchors in [
        [namesake.clone(), root.clone()],
        [root.clone(), namesake.clone()],
    ] {
        let chain = judge(&sent, &anchors, Usage::Attestation).unwrap();
        assert_eq!(chain.anchor(), thumbprint(&root));
    }
    assert_eq!(
        judge(&sent, &[namesake], Usage::Attestation),
        refused(1, PathRule::NoAnchor)
    );
}

#[test]
fn validity_is_judged_at_the_given_time_for_every_certificate() {
    let world = World::new();
    let sent = [
        world.leaf().sign(&world.middle),
        world.middle().sign(&world.root),
    ];
    let root = [world.root().sign(&world.root)];
    let (first, last) = (NOW - 30 * DAY, NOW + 300 * DAY);
    let early = PathRule::NotYetValid {
        not_before: at(first),
        at: at(first - 1),
    };
    let late = PathRule::Expired {
        not_after: at(last),
        at: at(last + 1),
    };
    for (time, rule) in [
        (first - 1, Some(early)),
        (first, None),
        (last, None),
        (last + 1, Some(late)),
    ] {
        let outcome = judge_with(
            &sent,
            &root,
            Usage::Attestation,
            at(time),
            Revocation::Unchecked,
        );
        assert_eq!(outcome.err().map(|error| error.rule), rule, "{time}");
    }
    let over = |mut template: Template| {
        template.not_after = NOW - 1;
        template
    };
    let expired = PathRule::Expired {
        not_after: at(NOW - 1),
        at: at(NOW),
    };
    let (leaf, middle, root) = (world.leaf(), world.middle(), world.root());
    assert_eq!(
        world.judge(&over(leaf.clone()), &middle, &root),
        refused(0, expired)
    );
    assert_eq!(
        world.judge(&leaf, &over(middle.clone()), &root),
        refused(1, expired)
    );
    assert_eq!(
        world.judge(&leaf, &middle, &over(root)),
        refused_anchor(expired)
    );
}

#[test]
fn a_renewed_root_with_the_same_key_takes_the_place_of_the_expired_one() {
    let world = World::new();
    let mut expired = world.root();
    expired.not_after = NOW - 1;
    let sent = [
        world.leaf().sign(&world.middle),
        world.middle().sign(&world.root),
        expired.sign(&world.root),
    ];
    let anchors = [expired.sign(&world.root), world.root().sign(&world.root)];
    let chain = judge(&sent, &anchors, Usage::Attestation).unwrap();
    assert_eq!(chain.anchor(), thumbprint(&anchors[1]));
}

#[test]
fn only_authorities_issue() {
    let world = World::new();
    let (leaf, middle, root) = (world.leaf(), world.middle(), world.root());
    for bent in [
        middle.clone().with(BASIC_CONSTRAINTS, true, sequence(&[])),
        middle.clone().without(BASIC_CONSTRAINTS),
    ] {
        assert_eq!(
            world.judge(&leaf, &bent, &root),
            refused(1, PathRule::NotAuthority)
        );
    }
    let bent = root.clone().without(BASIC_CONSTRAINTS);
    assert_eq!(
        world.judge(&leaf, &middle, &bent),
        refused_anchor(PathRule::NotAuthority)
    );
    // keyUsage without keyCertSign, and none at all.
    let only_lists = middle.clone().with(KEY_USAGE, true, named_bits(0x02, 1));
    assert_eq!(
        world.judge(&leaf, &only_lists, &root),
        refused(
            1,
            PathRule::KeyUsage {
                expected: "keyCertSign",
                found: 0x0200,
            }
        )
    );
    assert!(
        world
            .judge(&leaf, &middle.clone().without(KEY_USAGE), &root)
            .is_ok()
    );
    // A root of version 1 may be an anchor; an authority of version 1 that was sent may not issue.
    let old = |mut template: Template| {
        (template.version, template.extensions) = (0, vec![]);
        template
    };
    assert!(world.judge(&leaf, &middle, &old(root.clone())).is_ok());
    assert_eq!(
        world.judge(&leaf, &old(middle), &root),
        refused(1, PathRule::NotAuthority)
    );
    // Nor one that is self-issued, as a root is: here the anchor's name with another key, which the anchor certified.
    let sent = [
        Template::leaf("Leaf", &world.leaf, "Root").sign(&world.middle),
        old(Template::authority("Root", &world.middle, "Root")).sign(&world.root),
    ];
    assert_eq!(
        judge(&sent, &[root.sign(&world.root)], Usage::Attestation),
        refused(1, PathRule::NotAuthority)
    );
}

#[test]
fn a_leaf_must_be_allowed_to_sign() {
    let world = World::new();
    let (leaf, middle, root) = (world.leaf(), world.middle(), world.root());
    let signs = leaf.clone().with(KEY_USAGE, true, named_bits(0x80, 7));
    assert!(world.judge(&signs, &middle, &root).is_ok());
    let agrees = leaf.with(KEY_USAGE, true, named_bits(0x08, 3));
    assert_eq!(
        world.judge(&agrees, &middle, &root),
        refused(
            0,
            PathRule::KeyUsage {
                expected: "digitalSignature",
                found: 0x0800,
            }
        )
    );
}

/// A keystore's certificate is for the passkey itself, whose key may have any use that it was made with. Those above it
/// are authorities as everywhere.
#[test]
fn a_keystores_leaf_may_have_any_key_usage() {
    let world = World::new();
    let judge = |leaf: &Template, middle: &Template| {
        let sent = [leaf.sign(&world.middle), middle.sign(&world.root)];
        let root = [world.root().sign(&world.root)];
        judge(&sent, &root, Usage::AndroidKey)
    };
    let (leaf, middle) = (world.leaf(), world.middle());
    for usage in [0x80, 0x08, 0x10] {
        let bent = leaf.clone().with(KEY_USAGE, true, named_bits(usage, 3));
        assert!(judge(&bent, &middle).is_ok(), "{usage:02x}");
    }
    assert!(judge(&leaf, &middle).is_ok());
    let signs = middle.clone().with(KEY_USAGE, true, named_bits(0x80, 7));
    let rule = PathRule::KeyUsage {
        expected: "keyCertSign",
        found: 0x8000,
    };
    assert_eq!(judge(&leaf, &signs), refused(1, rule));
    assert_eq!(
        judge(&leaf, &middle.without(BASIC_CONSTRAINTS)),
        refused(1, PathRule::NotAuthority)
    );
}

/// Keys that can be broken certify nothing, sent or anchors, although their signatures are correct.
#[test]
fn small_rsa_keys_issue_nothing() {
    let file = include_str!("../data/rsa-issuers.json");
    let file: serde_json::Value = serde_json::from_str(file).unwrap();
    let judged = |bits: &str| {
        let der = |name: &str| {
            let text = file[bits][name].as_str().unwrap();
            webauthn::base64url::decode(text).unwrap()
        };
        let other = Key::p256();
        let namesake = Template::authority("Elsewhere", &other, "Elsewhere").sign(&other);
        let judge = |sent: &[Vec<u8>], anchor: Vec<u8>| {
            let outcome = judge(sent, &[anchor], Usage::Attestation);
            outcome.err().map(|refusal| (refusal.place, refusal.rule))
        };
        [
            judge(&[der("leaf")], der("root")),
            judge(&[der("leaf"), der("root")], namesake),
        ]
    };
    let not_believed = |position| Some((Place::Sent(position), PathRule::NoAnchor));
    // Of 2048 bits it issued the leaf, and is believed where it is an anchor.
    assert_eq!(judged("2048"), [None, not_believed(1)]);
    // Of 1024 bits nothing that it signed counts.
    let unsigned = Some((Place::Sent(0), PathRule::Signature));
    assert_eq!(judged("1024"), [not_believed(0), unsigned]);
}

#[test]
fn path_lengths_count_what_stands_below() {
    let keys: Vec<Key> = (0..4).map(|_| Key::p256()).collect();
    let root = |length: u8| {
        let root = Template::authority("0", &keys[0], "0").path_length(length);
        vec![root.sign(&keys[0])]
    };
    let leaf = Template::leaf("Leaf", &keys[0], "2").sign(&keys[2]);
    let lower = Template::authority("2", &keys[2], "1")
        .path_length(0)
        .sign(&keys[1]);
    let upper = |length: u8| {
        Template::authority("1", &keys[1], "0")
            .path_length(length)
            .sign(&keys[0])
    };
    let sent = |length| [leaf.clone(), lower.clone(), upper(length)];
    assert!(judge(&sent(1), &root(2), Usage::Attestation).is_ok());
    assert_eq!(
        judge(&sent(0), &root(2), Usage::Attestation),
        refused(2, PathRule::PathLength { limit: 0, found: 1 })
    );
    assert_eq!(
        judge(&sent(1), &root(1), Usage::Attestation),
        refused_anchor(PathRule::PathLength { limit: 1, found: 2 })
    );
    // An authority that renewed itself does not count (RFC 5280 section 6.1.4 step (l)).
    let renewed = Template::authority("1", &keys[3], "1").sign(&keys[1]);
    let lower = Template::authority("2", &keys[2], "1")
        .path_length(0)
        .sign(&keys[3]);
    let sent = [leaf, lower, renewed, upper(1)];
    assert!(judge(&sent, &root(2), Usage::Attestation).is_ok());
}

#[test]
fn purposes_are_those_of_the_usage() {
    let world = World::new();
    let (leaf, middle, root) = (world.leaf(), world.middle(), world.root().sign(&world.root));
    let judge = |leaf: &Template, middle: &Template, usage| {
        let sent = [leaf.sign(&world.middle), middle.sign(&world.root)];
        judge(&sent, std::slice::from_ref(&root), usage)
    };
    let purpose = |expected: &[u8], found: Option<&[u8]>| PathRule::ExtendedKeyUsage {
        expected: Oid::of(expected),
        found: found.map(Oid::of),
    };
    let aik = leaf.clone().purposes(&[AIK]);
    let server = leaf.clone().purposes(&[CLIENT_AUTH, SERVER_AUTH]);
    let any = leaf.clone().purposes(&[b"\x55\x1d\x25\x00"]);
    // A TPM's attestation key must have its purpose; that of the authority, if it has any, includes it.
    assert!(judge(&aik, &middle, Usage::TpmAttestationKey).is_ok());
    let first: [(_, Option<&[u8]>); 3] = [
        (&leaf, None),
        (&server, Some(CLIENT_AUTH)),
        (&any, Some(b"\x55\x1d\x25\x00")),
    ];
    for (other, found) in first {
        assert_eq!(
            judge(other, &middle, Usage::TpmAttestationKey),
            refused(0, purpose(AIK, found))
        );
    }
    let of_servers = middle.clone().purposes(&[SERVER_AUTH]);
    let of_both = middle.clone().purposes(&[SERVER_AUTH, AIK]);
    let of_any = middle.clone().purposes(&[b"\x55\x1d\x25\x00"]);
    assert_eq!(
        judge(&aik, &of_servers, Usage::TpmAttestationKey),
        refused(1, purpose(AIK, Some(SERVER_AUTH)))
    );
    assert!(judge(&aik, &of_both, Usage::TpmAttestationKey).is_ok());
    assert!(judge(&aik, &of_any, Usage::TpmAttestationKey).is_ok());
    // A blob's signer may leave purposes out, and may not have others only.
    assert!(judge(&server, &middle, Usage::BlobSigner).is_ok());
    assert!(judge(&leaf, &middle, Usage::BlobSigner).is_ok());
    assert_eq!(
        judge(&aik, &middle, Usage::BlobSigner),
        refused(0, purpose(SERVER_AUTH, Some(AIK)))
    );
    // Other attestation keys have no purpose that anybody defined, and neither have their authorities.
    for usage in [Usage::Attestation, Usage::AndroidKey] {
        assert!(judge(&server, &middle, usage).is_ok());
        assert!(judge(&aik, &of_servers, usage).is_ok());
    }
}

#[test]
fn unknown_critical_extensions_refuse_and_others_do_not() {
    let world = World::new();
    let (leaf, middle, root) = (world.leaf(), world.middle(), world.root());
    let unknown = &[0x2a, 0x03, 0x04];
    for critical in [false, true] {
        let bend = |template: &Template| template.clone().with(unknown, critical, vec![5, 0]);
        let outcomes = [
            (world.judge(&bend(&leaf), &middle, &root), Place::Sent(0)),
            (world.judge(&leaf, &bend(&middle), &root), Place::Sent(1)),
            (world.judge(&leaf, &middle, &bend(&root)), Place::Anchor),
        ];
        for (outcome, place) in outcomes {
            let found = Oid::of(unknown);
            let rule = PathRule::CriticalExtension { found };
            let expected = critical.then_some(PathError { place, rule });
            assert_eq!(outcome.err(), expected);
        }
    }
    // Policies are read and ignored, critical or not.
    let policies = sequence(&[sequence(&[oid(&[0x2a, 3])])]);
    let with_policies = leaf.clone().with(CERTIFICATE_POLICIES, true, policies);
    assert!(world.judge(&with_policies, &middle, &root).is_ok());
    // Names are not constrained by anybody whose certificates are accepted here.
    let constrained = middle.with(NAME_CONSTRAINTS, false, sequence(&[]));
    assert_eq!(
        world.judge(&leaf, &constrained, &root),
        refused(1, PathRule::NameConstraints)
    );
}

/// go-webauthn #275, and why rustls-webpki does not take Windows Hello's chains.
#[test]
fn a_critical_alternative_name_is_known_in_a_tpm_certificate_only() {
    let world = World::new();
    let names = sequence(&[element(0xa4, &name("TPM"))]);
    let leaf = world
        .leaf()
        .purposes(&[AIK])
        .with(SUBJECT_ALT_NAME, true, names);
    let sent = [leaf.sign(&world.middle), world.middle().sign(&world.root)];
    let root = [world.root().sign(&world.root)];
    assert!(judge(&sent, &root, Usage::TpmAttestationKey).is_ok());
    let found = Oid::of(SUBJECT_ALT_NAME);
    for usage in [Usage::Attestation, Usage::AndroidKey] {
        assert_eq!(
            judge(&sent, &root, usage),
            refused(0, PathRule::CriticalExtension { found })
        );
    }
}

#[test]
fn names_and_signatures_chain() {
    let world = World::new();
    let (leaf, middle) = (
        world.leaf().sign(&world.middle),
        world.middle().sign(&world.root),
    );
    let root = [world.root().sign(&world.root)];
    let stranger = Template::authority("Stranger", &world.middle, "Root").sign(&world.root);
    assert_eq!(
        judge(&[leaf.clone(), stranger], &root, Usage::Attestation),
        refused(0, PathRule::NameChaining)
    );
    // In the wrong order.
    assert_eq!(
        judge(
            &[leaf.clone(), root[0].clone(), middle.clone()],
            &root,
            Usage::Attestation
        ),
        refused(0, PathRule::NameChaining)
    );
    let namesake = Template::authority("Middle", &Key::p256(), "Root").sign(&world.root);
    assert_eq!(
        judge(&[leaf.clone(), namesake], &root, Usage::Attestation),
        refused(0, PathRule::Signature)
    );
    // Every bit of what is signed counts, and every bit of the signature.
    let good = [leaf.clone(), middle.clone()];
    assert!(judge(&good, &root, Usage::Attestation).is_ok());
    for bit in 0..leaf.len() * 8 {
        let mut bent = leaf.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        let Ok(certificate) = Certificate::parse(&bent) else {
            continue;
        };
        let anchors = [Anchor::parse(&middle).unwrap()];
        let outcome = validate(&PathInput {
            certificates: &[certificate],
            anchors: &[&anchors[0]],
            usage: Usage::Attestation,
            at: at(NOW),
            revocation: Revocation::Unchecked,
        });
        assert!(outcome.is_err(), "bit {bit}");
    }
}

/// Past mistake 37 (go-webauthn #744): a signature has one encoding, or one certificate would have many thumbprints.
#[test]
fn past_mistake_37_a_certificates_signature_has_one_encoding() {
    let world = World::new();
    let leaf = world.leaf().sign(&world.middle);
    let middle = world.middle().sign(&world.root);
    let root = [world.root().sign(&world.root)];
    let signature = signature_of(&leaf);
    for bent in other_encodings(&signature) {
        let certificate = with_signature(&leaf, &bent);
        assert!(Certificate::parse(&certificate).is_ok());
        assert_eq!(
            judge(&[certificate, middle.clone()], &root, Usage::Attestation),
            refused(0, PathRule::Signature),
            "{bent:02x?}"
        );
    }
    let same = with_signature(&leaf, &signature);
    assert_eq!(same, leaf);
    assert!(judge(&[same, middle], &root, Usage::Attestation).is_ok());
}

#[test]
fn every_kind_of_key_issues() {
    let leaf = Key::p256();
    let keys = [
        Key::p256(),
        Key::p384(),
        Key::p521(),
        Key::ed25519(),
        Key::rsa(),
        Key::rsa_pss(),
        Key::ml_dsa_44(),
    ];
    for key in keys {
        let root = Template::authority("Root", &key, "Root").sign(&key);
        let mut sent = Template::leaf("Leaf", &leaf, "Root").sign(&key);
        let judge = |sent: &[u8]| judge(&[sent.to_vec()], &[root.clone()], Usage::Attestation);
        assert!(judge(&sent).is_ok());
        *sent.last_mut().unwrap() ^= 1;
        assert_eq!(judge(&sent), refused(0, PathRule::NoAnchor));
    }
}

#[test]
fn sha1_and_unknown_algorithms_are_refused_by_the_table() {
    let world = World::new();
    let (middle, root) = (world.middle(), world.root());
    let algorithm =
        |oid_bytes: &[u8], parameters: &[u8]| sequence(&[oid(oid_bytes), parameters.to_vec()]);
    for unknown in [
        // sha1WithRSAEncryption, md5WithRSAEncryption, ecdsa-with-SHA1, and SHA-256 with parameters.
        algorithm(b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05", &[5, 0]),
        algorithm(b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04", &[5, 0]),
        algorithm(b"\x2a\x86\x48\xce\x3d\x04\x01", &[]),
        algorithm(b"\x2a\x86\x48\xce\x3d\x04\x03\x02", &[5, 0]),
    ] {
        let mut leaf = world.leaf();
        leaf.inner_algorithm = Some(unknown.clone());
        leaf.outer_algorithm = Some(unknown);
        assert_eq!(
            world.judge(&leaf, &middle, &root),
            refused(0, PathRule::Algorithm)
        );
    }
    // A key of an unknown kind can't have signed anything: P-224.
    let mut strange = middle;
    strange.spki = sequence(&[
        sequence(&[
            oid(b"\x2a\x86\x48\xce\x3d\x02\x01"),
            oid(b"\x2b\x81\x04\x00\x21"),
        ]),
        bit_string(&[4; 57]),
    ]);
    assert_eq!(
        world.judge(&world.leaf(), &strange, &root),
        refused(0, PathRule::Algorithm)
    );
}

/// past mistake 38 (go-webauthn #737): the depth is bounded, and so is the work.
#[test]
fn past_mistake_38_chains_are_bounded() {
    let (key, leaf) = (Key::p256(), Key::p256());
    let authority = Template::authority("Loop", &key, "Loop").sign(&key);
    let sent = |count: usize| {
        let mut sent = vec![Template::leaf("Leaf", &leaf, "Loop").sign(&key)];
        sent.extend(std::iter::repeat_n(authority.clone(), count - 1));
        sent
    };
    let other = Key::p256();
    let elsewhere = Template::authority("Elsewhere", &other, "Elsewhere").sign(&other);
    assert_eq!(
        judge(&sent(8), &[elsewhere.clone()], Usage::Attestation),
        refused(7, PathRule::NoAnchor)
    );
    assert_eq!(
        judge(&sent(9), &[elsewhere], Usage::Attestation),
        refused(8, PathRule::TooLong { limit: 8 })
    );
    // Many anchors of one name and other keys: at most sixteen signatures are verified.
    let namesakes: Vec<_> = (0..20)
        .map(|_| Template::authority("Loop", &Key::p256(), "Loop").sign(&other))
        .collect();
    let refusal = judge(&sent(1), &namesakes, Usage::Attestation);
    assert_eq!(refusal, refused(0, PathRule::TooManySignatures));
    assert_eq!(
        judge(&[], &namesakes, Usage::Attestation),
        refused(0, PathRule::Empty)
    );
}

/// The table of codes and the rules: each has one, none is left over; and a refusal says what was expected and found.
#[test]
fn every_rule_has_its_code_and_says_what_it_found() {
    let (expected, found) = (Oid::of(AIK), Oid::of(SERVER_AUTH));
    let rules = [
        (PathRule::Empty, "empty", "there is no certificate"),
        (PathRule::TooLong { limit: 8 }, "too_long", "8"),
        (
            PathRule::NotYetValid {
                not_before: at(NOW),
                at: at(0),
            },
            "not_yet_valid",
            "2026-11-21T00:00:00Z, which is after 1970-01-01T00:00:00Z",
        ),
        (
            PathRule::Expired {
                not_after: at(0),
                at: at(NOW),
            },
            "expired",
            "1970-01-01T00:00:00Z, which is before 2026-11-21T00:00:00Z",
        ),
        (PathRule::NoAnchor, "no_anchor", "no trust anchor"),
        (PathRule::NameChaining, "name_chaining", "another subject"),
        (PathRule::Signature, "signature", "not valid"),
        (PathRule::Algorithm, "algorithm", "kind"),
        (
            PathRule::NotAuthority,
            "not_authority",
            "no certificate authority",
        ),
        (
            PathRule::PathLength { limit: 0, found: 1 },
            "path_length",
            "1 authorities stand below it, and it allows 0",
        ),
        (
            PathRule::KeyUsage {
                expected: "keyCertSign",
                found: 0x0200,
            },
            "key_usage",
            "keyCertSign (keyUsage is 0200",
        ),
        (
            PathRule::ExtendedKeyUsage {
                expected,
                found: Some(found),
            },
            "extended_key_usage",
            "2.23.133.8.3 but for 1.3.6.1.5.5.7.3.1",
        ),
        (
            PathRule::CriticalExtension { found },
            "critical_extension",
            "1.3.6.1.5.5.7.3.1",
        ),
        (PathRule::NameConstraints, "name_constraints", "names"),
        (
            PathRule::TooManySignatures,
            "too_many_signatures",
            "signatures",
        ),
        (PathRule::Revoked, "revoked", "revoked"),
        (
            PathRule::RevocationUnknown,
            "revocation_unknown",
            "no current list",
        ),
        (
            PathRule::RevocationOutdated,
            "revocation_outdated",
            "out of date",
        ),
    ];
    let mut codes: Vec<_> = webauthn::CODES
        .iter()
        .filter_map(|(code, _)| code.strip_prefix("chain."))
        .collect();
    for (rule, code, words) in rules {
        assert_eq!(rule.code().strip_prefix("chain."), Some(code));
        let before = codes.len();
        codes.retain(|known| *known != code);
        assert_eq!(codes.len() + 1, before, "{code}");
        let place = Place::Sent(1);
        let said = PathError { place, rule }.to_string();
        assert!(said.starts_with("certificate 1: "), "{said}");
        assert!(said.contains(words), "{said}");
    }
    assert_eq!(codes, Vec::<&str>::new());
    let none = PathRule::ExtendedKeyUsage {
        expected,
        found: None,
    };
    assert!(none.to_string().ends_with("but for none that it names"));
}
