//! Path validation: each rule, and its violation. Chains are made here, of keys made for the test.

use crate::authority::der::{bit_string, element, named_bits, oid, sequence};
use crate::authority::*;
use webauthn::x509::{
    Anchor, Certificate, Chain, PathError, PathInput, PathRule, Place, Revocation, Time, Usage,
    validate,
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
    for (time, rule) in [
        (first - 1, Some(PathRule::NotYetValid)),
        (first, None),
        (last, None),
        (last + 1, Some(PathRule::Expired)),
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
    let (leaf, middle, root) = (world.leaf(), world.middle(), world.root());
    assert_eq!(
        world.judge(&over(leaf.clone()), &middle, &root),
        refused(0, PathRule::Expired)
    );
    assert_eq!(
        world.judge(&leaf, &over(middle.clone()), &root),
        refused(1, PathRule::Expired)
    );
    assert_eq!(
        world.judge(&leaf, &middle, &over(root)),
        refused_anchor(PathRule::Expired)
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
        refused(1, PathRule::KeyUsage)
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
        refused(0, PathRule::KeyUsage)
    );
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
        refused(2, PathRule::PathLength)
    );
    assert_eq!(
        judge(&sent(1), &root(1), Usage::Attestation),
        refused_anchor(PathRule::PathLength)
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
    use PathRule::ExtendedKeyUsage as Purpose;
    let aik = leaf.clone().purposes(&[AIK]);
    let server = leaf.clone().purposes(&[CLIENT_AUTH, SERVER_AUTH]);
    let any = leaf.clone().purposes(&[b"\x55\x1d\x25\x00"]);
    // A TPM's attestation key must have its purpose; that of the authority, if it has any, includes it.
    assert!(judge(&aik, &middle, Usage::TpmAttestationKey).is_ok());
    for other in [&leaf, &server, &any] {
        assert_eq!(
            judge(other, &middle, Usage::TpmAttestationKey),
            refused(0, Purpose)
        );
    }
    let of_servers = middle.clone().purposes(&[SERVER_AUTH]);
    let of_both = middle.clone().purposes(&[SERVER_AUTH, AIK]);
    let of_any = middle.clone().purposes(&[b"\x55\x1d\x25\x00"]);
    assert_eq!(
        judge(&aik, &of_servers, Usage::TpmAttestationKey),
        refused(1, Purpose)
    );
    assert!(judge(&aik, &of_both, Usage::TpmAttestationKey).is_ok());
    assert!(judge(&aik, &of_any, Usage::TpmAttestationKey).is_ok());
    // A blob's signer may leave purposes out, and may not have others only.
    assert!(judge(&server, &middle, Usage::BlobSigner).is_ok());
    assert!(judge(&leaf, &middle, Usage::BlobSigner).is_ok());
    assert_eq!(judge(&aik, &middle, Usage::BlobSigner), refused(0, Purpose));
    // Other attestation keys have no purpose that anybody defined.
    assert!(judge(&server, &middle, Usage::Attestation).is_ok());
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
            let rule = PathRule::CriticalExtension;
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
    assert_eq!(
        judge(&sent, &root, Usage::Attestation),
        refused(0, PathRule::CriticalExtension)
    );
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

#[test]
fn every_rule_has_a_code() {
    for (code, _) in webauthn::CODES
        .iter()
        .filter(|(code, _)| code.starts_with("chain."))
    {
        assert!(code.len() > "chain.".len());
    }
    assert_eq!(PathRule::Expired.code(), "chain.expired");
    let refusal = PathError {
        place: Place::Sent(1),
        rule: PathRule::Expired,
    };
    assert_eq!(refusal.to_string(), "certificate 1: expired");
}
