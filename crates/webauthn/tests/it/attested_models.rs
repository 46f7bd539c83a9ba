//! What metadata's entries vouch for: which formats their roots count for, and which passkeys are of their model.

use crate::authority::{Key, NOW, Template};
use crate::metadata::entry;
use crate::statements::*;
use data_encoding::BASE64;
use serde_json::{Value, json};
use webauthn::Aaguid;
use webauthn::attestation::{
    AttestationNeed, AttestationPolicy, Format, Model, Trust, list_models, reevaluate,
};
use webauthn::metadata::{CertificationLevel, Date, Entry, KeyProtection, SharedAnchors};
use webauthn::x509::{Anchor, Revocation, Time};

const FORMATS: [Format; 8] = [
    Format::Packed,
    Format::Tpm,
    Format::AndroidKey,
    Format::AndroidSafetyNet,
    Format::FidoU2f,
    Format::Apple,
    Format::None,
    Format::Compound,
];

fn formats_of(family: &str, types: Value, listed: Value) -> Vec<&'static str> {
    let mut entry = entry();
    let statement = &mut entry["metadataStatement"];
    statement["protocolFamily"] = family.into();
    statement["attestationTypes"] = types;
    statement["authenticatorGetInfo"]["attestationFormats"] = listed;
    let entry = Entry::parse(&entry.to_string()).unwrap();
    assert_eq!(Entry::parse(entry.text()).unwrap(), entry);
    let states = |format: &&Format| entry.statement().attests_in(**format);
    let found = FORMATS.iter().filter(states);
    found.map(|format| format.identifier()).collect()
}

#[test]
fn roots_count_for_the_formats_that_the_entry_states() {
    let fido2 = |types: Value| formats_of("fido2", types, Value::Null);
    assert_eq!(
        fido2(json!(["basic_full"])),
        ["packed", "android-key", "android-safetynet"]
    );
    assert_eq!(fido2(json!(["attca"])), ["packed", "tpm"]);
    assert_eq!(fido2(json!(["anonca"])), ["apple"]);
    for nothing in [
        json!([]),
        json!(["basic_surrogate"]),
        json!(["none", "new"]),
    ] {
        assert!(fido2(nothing.clone()).is_empty(), "{nothing}");
    }
    let u2f = formats_of("u2f", json!(["basic_full"]), Value::Null);
    assert_eq!(u2f, ["fido-u2f"]);
    for family in ["uaf", "", "FIDO2"] {
        let all = json!(["basic_full", "attca", "anonca"]);
        assert!(formats_of(family, all, Value::Null).is_empty(), "{family}");
    }
    // Where the authenticator lists its formats, those alone.
    let both = json!(["basic_full", "attca"]);
    let listed = |formats: Value| formats_of("fido2", both.clone(), formats);
    assert_eq!(listed(json!(["packed", "none"])), ["packed"]);
    assert_eq!(listed(json!(["tpm", 7])), ["tpm"]);
    assert!(listed(json!(["unheard-of"])).is_empty());
}

/// The entry of the maker's model: its root, in this format family.
fn entry_of(maker: &Maker, aaguid: &str) -> Value {
    let mut entry = entry();
    entry["aaguid"] = aaguid.into();
    entry["metadataStatement"]["aaguid"] = aaguid.into();
    entry["metadataStatement"]["attestationRootCertificates"] =
        json!([BASE64.encode(&maker.root())]);
    entry
}

/// Certification and key protection are read only of a model that an attestation proves.
#[test]
fn a_claimed_model_is_not_certified() {
    let (maker, stranger) = (Maker::new(), Maker::new());
    let own = Aaguid(AAGUID);
    let today = Date::of_unix_seconds(NOW);
    let parse = |value: &Value| Entry::parse(&value.to_string()).unwrap();
    let entry = parse(&entry_of(&maker, &own.to_string()));
    let attested = maker.judge("packed", &maker.packed()).unwrap();
    let model = entry.prove(&attested, own, today).unwrap();
    assert_eq!(model.name(), entry.statement().name);
    assert!(!model.name().is_empty());
    assert_eq!(model.certification(), Some(CertificationLevel::L2));
    assert_eq!(
        model.key_protection(),
        [KeyProtection::Hardware, KeyProtection::SecureElement]
    );
    assert!(model.is_key_restricted() && model.is_fresh_user_verification_required());
    assert_eq!(model.user_verification().len(), 1);
    assert!(!model.standing().is_undesired());
    // Nobody vouches, or somebody else, or for another model, or in another format.
    let claimed = maker.register("packed", &encode(&maker.packed()), |policy| {
        policy.trust.anchors = &|_| Vec::new();
    });
    let claimed = claimed.unwrap().attestation().clone();
    assert_eq!(claimed.verdict.code(), Some("attestation.no_anchor"));
    assert_eq!(entry.prove(&claimed, own, today), None);
    let other_root = parse(&entry_of(&stranger, &own.to_string()));
    assert_eq!(other_root.prove(&attested, own, today), None);
    let other_model = parse(&entry_of(&maker, "99999999-0506-0708-090a-0b0c0d0e0f10"));
    assert_eq!(other_model.prove(&attested, own, today), None);
    let mut tpm_only = entry_of(&maker, &own.to_string());
    tpm_only["metadataStatement"]["authenticatorGetInfo"] = json!({"attestationFormats": ["tpm"]});
    assert_eq!(parse(&tpm_only).prove(&attested, own, today), None);
    // Revoked since: proven, and certified no more.
    let mut revoked = entry_of(&maker, &own.to_string());
    let reports = revoked["statusReports"].as_array_mut().unwrap();
    reports.push(json!({"status": "REVOKED", "effectiveDate": "2026-01-01"}));
    let revoked = parse(&revoked);
    let model = revoked.prove(&attested, own, today).unwrap();
    assert_eq!(model.certification(), None);
    assert!(model.standing().is_undesired());
}

/// Section 8.2.1: a certificate without the AAGUID extension is of any model of the root above it, so it is believed only
/// where the root is for one model. A made-up model of another entry counts in every way in which it can use the root.
#[test]
fn a_root_of_several_models_needs_the_model_in_the_certificate() {
    let maker = Maker::new();
    let own = entry_of(&maker, &Aaguid(AAGUID).to_string());
    let root_key = maker.root_key();
    let authority = Template::authority("Another line", &Key::p256(), "Maker Root").sign(root_key);
    let renewed = Template::authority("Maker Root II", root_key, "Maker Root II").sign(root_key);
    let batch = Template::leaf("Batch of another model", &Key::p256(), "Maker Root").sign(root_key);
    let stranger = Maker::new();
    let foreign = Template::authority("Stranger", &Key::p256(), "Stranger").sign(&stranger.root);
    let lists = |root: &[u8]| {
        let mut other = entry();
        let identifier = "11111111-2222-3333-4444-555555555555";
        other["aaguid"] = identifier.into();
        other["metadataStatement"]["aaguid"] = identifier.into();
        other["metadataStatement"]["attestationRootCertificates"] = json!([BASE64.encode(root)]);
        other
    };
    let named = maker.packed();
    let unnamed = maker.packed_with(&maker.packed_leaf().without(FIDO_AAGUID));
    let tpm = maker.tpm_with(
        &maker.tpm_leaf().without(FIDO_AAGUID),
        public_area(&maker.credential),
        |_| (),
    );
    let judge = |entries: &[&Value], format: &str, parts: &Parts| {
        let mut shared = SharedAnchors::default();
        for entry in entries {
            shared.add(&Entry::parse(&entry.to_string()).unwrap());
        }
        let anchor = Anchor::parse(&maker.root()).unwrap();
        let anchors = |_: &Model| vec![&anchor];
        let is_shared = |anchor: &Anchor| shared.is_shared(anchor);
        let policy = AttestationPolicy::NOT_REQUIRED.with_trust(Trust {
            anchors: &anchors,
            is_shared: &is_shared,
            at: Time::from_unix_seconds(NOW),
            revocation: Revocation::Unchecked,
            android: None,
        });
        let object = maker.object(format, &encode(parts));
        let judged = reevaluate(&object, &maker.client_data, &policy).unwrap();
        let verdict = judged.verdict;
        verdict.code().unwrap_or("attested")
    };
    let unshared = lists(&foreign);
    for entries in [&[&own][..], &[&own, &unshared], &[&unshared]] {
        assert_eq!(judge(entries, "packed", &named), "attested");
        assert_eq!(judge(entries, "packed", &unnamed), "attested");
    }
    for (what, other) in [
        ("the root itself", lists(&maker.root())),
        ("its key in another certificate", lists(&renewed)),
        ("an authority under it", lists(&authority)),
        ("an attestation certificate under it", lists(&batch)),
    ] {
        for entries in [[&own, &other], [&other, &own]] {
            assert_eq!(judge(&entries, "packed", &named), "attested", "{what}");
            let refused = judge(&entries, "packed", &unnamed);
            assert_eq!(refused, "attestation.model_not_named", "{what}");
            // Section 8.3.1 has no such rule.
            assert_eq!(judge(&entries, "tpm", &tpm), "attested", "{what}");
        }
    }
    // One model may list a root and what is under it.
    let mut both = own.clone();
    both["metadataStatement"]["attestationRootCertificates"] =
        json!([BASE64.encode(&maker.root()), BASE64.encode(&authority)]);
    assert_eq!(judge(&[&both], "packed", &unnamed), "attested");
    // Whoever knows nothing says so, and is not believed.
    let unknown = maker.register("packed", &encode(&unnamed), |policy| {
        policy.trust.is_shared = Trust::NOBODY.is_shared;
        policy.need = AttestationNeed::Attested;
    });
    assert_eq!(unknown.unwrap_err(), "attestation.model_not_named");
}

/// What the caller looks up beforehand.
#[test]
fn a_claim_says_whether_the_certificate_names_its_model() {
    let maker = Maker::new();
    for (parts, is_named) in [
        (maker.packed(), true),
        (
            maker.packed_with(&maker.packed_leaf().without(FIDO_AAGUID)),
            false,
        ),
    ] {
        let models = list_models(&maker.object("packed", &encode(&parts))).unwrap();
        assert_eq!(models.len(), 1);
        assert_eq!(models[0].is_named, is_named);
        assert_eq!(models[0].aaguid, Aaguid(AAGUID));
    }
}
