//! What metadata's entries vouch for: which formats their roots count for, and which passkeys are of their model.

use crate::authority::NOW;
use crate::metadata::entry;
use crate::statements::*;
use data_encoding::BASE64;
use serde_json::{Value, json};
use webauthn::Aaguid;
use webauthn::attestation::Format;
use webauthn::metadata::{CertificationLevel, Date, Entry, KeyProtection};

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
