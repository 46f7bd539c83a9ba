//! Status reports of the metadata: those that nobody can read, of two entries, and about roots.

use crate::authority::{Key, NOW, Template};
use crate::metadata::{Service, entry, payload, read};
use crate::statements::Maker;
use data_encoding::BASE64;
use serde_json::{Value, json};
use webauthn::metadata::{Date, Entry, EntryError};

fn entry_of(reports: Value) -> Entry {
    let mut entry = entry();
    entry["statusReports"] = reports;
    Entry::parse(&entry.to_string()).unwrap()
}

/// A model must not leave the metadata, and with it its revocation, by one report that nobody can read.
#[test]
fn one_unreadable_report_is_undesired_and_leaves_the_rest() {
    let certified = json!({"status": "FIDO_CERTIFIED_L2", "effectiveDate": "2025-01-01"});
    let later = json!({"status": "UPDATE_AVAILABLE", "effectiveDate": "2099-01-01"});
    let today = Date::of_unix_seconds(NOW);
    for (broken, unknown) in [
        (
            json!({"status": "FIDO_CERTIFIED_L3", "effectiveDate": "yesterday"}),
            "FIDO_CERTIFIED_L3",
        ),
        (
            json!({"status": "FIDO_CERTIFIED_L3", "effectiveDate": 7}),
            "FIDO_CERTIFIED_L3",
        ),
        (
            json!({"status": "RETIRED", "sunsetDate": "2026-02-30"}),
            "RETIRED",
        ),
        (
            json!({"status": "UPDATE_AVAILABLE", "certificate": "!!"}),
            "UPDATE_AVAILABLE",
        ),
        (json!({"effectiveDate": "2025-01-01"}), ""),
        (json!("REVOKED"), ""),
        (json!(null), ""),
    ] {
        // Not even a later report before it puts it off.
        let entry = entry_of(json!([certified, later, broken]));
        let standing = entry.standing(today, &[]);
        assert_eq!(standing.unknown, [unknown], "{broken}");
        assert!(standing.is_undesired());
        assert_eq!(standing.certification_word(), Some("L2"));
        assert_eq!(Entry::parse(entry.text()).unwrap(), entry, "{broken}");
    }
    // What speaks against the model is believed without its day.
    let revoked = json!({"status": "REVOKED", "effectiveDate": "yesterday"});
    assert!(
        entry_of(json!([later, revoked]))
            .standing(today, &[])
            .revoked
    );
    let batch = json!({"status": "ATTESTATION_KEY_COMPROMISE", "certificate": "!!"});
    let standing = entry_of(json!([batch])).standing(today, &[[1; 32]]);
    assert_eq!(standing.compromises.len(), 1);
    // A member that stands twice reads as it did when it is read again from what is stored.
    let twice = entry_of(json!([certified]))
        .text()
        .replace("\"status\":", "\"status\":\"REVOKED\",\"status\":");
    let entry = Entry::parse(&twice).unwrap();
    assert!(entry.standing(today, &[]).is_undesired());
    assert_eq!(Entry::parse(entry.text()).unwrap(), entry);
}

#[test]
fn a_version_that_is_no_number_of_ours_is_none() {
    for version in [json!(1.5), json!(-1), json!("5"), json!(null), json!({})] {
        let mut odd = entry();
        odd["metadataStatement"]["authenticatorVersion"] = version.clone();
        odd["statusReports"] = json!([
            {"status": "FIDO_CERTIFIED_L1", "effectiveDate": "2025-01-01", "authenticatorVersion": version},
        ]);
        let odd = Entry::parse(&odd.to_string()).unwrap();
        assert_eq!(odd.statement().authenticator_version, None);
        let standing = odd.standing(Date::of_unix_seconds(NOW), &[]);
        assert_eq!(standing.certification_word(), Some("L1"));
        assert!(!standing.is_undesired());
    }
}

#[test]
fn what_a_second_entry_reports_about_a_model_counts() {
    let service = Service::new();
    let mut again = entry();
    let known = again["statusReports"][0].clone();
    again["statusReports"] = json!([known, {"status": "REVOKED", "effectiveDate": "2025-02-01"}]);
    again["metadataStatement"]["description"] = json!("Another name");
    let entries = vec![entry(), again];
    for entries in [entries.clone(), entries.into_iter().rev().collect()] {
        let blob = read(&service, &service.sign(&payload(1, entries))).unwrap();
        let [model] = blob.entries() else { panic!() };
        assert_eq!(model.reports().len(), 2);
        assert!(model.standing(Date::of_unix_seconds(NOW), &[]).revoked);
        // So it is stored.
        assert_eq!(&Entry::parse(model.text()).unwrap(), model);
        assert_eq!(blob.unusable()[0].why, EntryError::Duplicate);
    }
    // Together more than a list may have: still read, and not as if nothing were there.
    let many = |from: u32, to: u32| {
        let mut entry = entry();
        let reports = (from..to).map(|version| {
            json!({"status": "UPDATE_AVAILABLE", "effectiveDate": "2025-01-01", "authenticatorVersion": version})
        });
        entry["statusReports"] = reports.collect();
        entry
    };
    let text = service.sign(&payload(1, vec![many(0, 900), many(900, 1800)]));
    let blob = read(&service, &text).unwrap();
    let standing = blob.entries()[0].standing(Date::of_unix_seconds(NOW), &[]);
    assert_eq!(standing.unknown, ["TOO_MANY_REPORTS"]);
}

/// x5c leaves the root out, so a compromised root is found by the anchor.
#[test]
fn a_compromised_root_concerns_whoever_it_vouches_for() {
    let (maker, other) = (Maker::new(), Key::p256());
    let other_root = Template::authority("Other Root", &other, "Other Root").sign(&other);
    // The same key under another root: another certificate, no less compromised.
    let crossed = Template::authority("Maker Root", maker.root_key(), "Other Root").sign(&other);
    let model = |roots: &[&[u8]], member: &str, named: &[u8]| {
        let mut entry = entry();
        let roots: Vec<_> = roots.iter().map(|der| BASE64.encode(der)).collect();
        entry["metadataStatement"]["attestationRootCertificates"] = json!(roots);
        entry["statusReports"] = json!([{
            "status": "ATTESTATION_KEY_COMPROMISE", "effectiveDate": "2025-01-01", member: BASE64.encode(named),
        }]);
        Entry::parse(&entry.to_string()).unwrap()
    };
    let (root, attestation) = (
        maker.root(),
        maker.judge("packed", &maker.packed()).unwrap(),
    );
    let chain = attestation.fingerprints();
    let sent = &attestation.certificates;
    let today = Date::of_unix_seconds(NOW);
    let undesired = |entry: &Entry, chain: &[[u8; 32]]| entry.standing(today, chain).is_undesired();
    for member in ["certificate", "batchCertificate"] {
        for named in [&root, &crossed] {
            assert!(undesired(&model(&[&root], member, named), &chain));
            assert!(undesired(
                &model(&[&root, &other_root], member, named),
                &chain
            ));
            // Who has lost the anchor can't tell where the chain ends.
            assert!(undesired(
                &model(&[&root, &other_root], member, named),
                sent
            ));
        }
        // It demonstrably ends at another.
        let both = model(&[&root, &other_root], member, &other_root);
        assert!(!undesired(&both, &chain));
        assert!(undesired(&both, sent));
    }
    // Both members of one report count.
    let mut report = entry();
    report["statusReports"] = json!([{
        "status": "ATTESTATION_KEY_COMPROMISE", "effectiveDate": "2025-01-01",
        "certificate": BASE64.encode(&root), "batchCertificate": BASE64.encode(&other_root),
    }]);
    assert!(undesired(
        &Entry::parse(&report.to_string()).unwrap(),
        &chain
    ));
}
