//! Settings of metadata.

use identity::settings::AttestationConveyance;

use super::{refused, resolve};
use crate::config::{Layer, Port};
use crate::metadata::MetadataSource;

#[test]
fn metadata_is_asked_for_only_where_it_is_said() {
    let quiet = resolve(Layer::default(), &[]).unwrap();
    assert_eq!(quiet.metadata.schedule.source, None);
    let settings = quiet.settings(None, Port::Bound(1)).unwrap();
    assert_eq!(settings.attestation, AttestationConveyance::None);
    // The FIDO Alliance's service is believed without being asked.
    assert_eq!(settings.metadata.anchors.len(), 2);
    assert_eq!(
        settings.metadata.signer.as_deref(),
        Some("mds.fidoalliance.org")
    );
    let variables = [
        ("CLAVIGER_ATTESTATION", "direct"),
        ("CLAVIGER_METADATA_SOURCE", "https://mds3.fidoalliance.org/"),
        ("CLAVIGER_METADATA_REFRESH_HOURS", "6"),
    ];
    let asking = resolve(Layer::default(), &variables).unwrap();
    let expected = MetadataSource::Url("https://mds3.fidoalliance.org/".to_owned());
    assert_eq!(asking.metadata.schedule.source, Some(expected));
    assert_eq!(asking.metadata.schedule.every_hours, 6);
    let settings = asking.settings(None, Port::Bound(1)).unwrap();
    assert_eq!(settings.attestation, AttestationConveyance::Direct);
}

#[test]
fn metadata_settings_that_make_no_sense_are_refused() {
    for (name, value, key) in [
        ("CLAVIGER_ATTESTATION", "indirect", "CLAVIGER_ATTESTATION"),
        (
            "CLAVIGER_METADATA_SOURCE",
            "http://mds3.fidoalliance.org/",
            "metadata-source",
        ),
        (
            "CLAVIGER_METADATA_SOURCE",
            "https://a:b@example.org/",
            "metadata-source",
        ),
        ("CLAVIGER_METADATA_SOURCE", "", "metadata-source"),
        (
            "CLAVIGER_METADATA_REFRESH_HOURS",
            "0",
            "metadata-refresh-hours",
        ),
        (
            "CLAVIGER_METADATA_REFRESH_HOURS",
            "721",
            "metadata-refresh-hours",
        ),
        ("CLAVIGER_METADATA_SIGNER", "example.org", "metadata-anchor"),
        (
            "CLAVIGER_METADATA_ANCHOR",
            "/nowhere.pem",
            "metadata-anchor",
        ),
        (
            "CLAVIGER_METADATA_REVOCATION_LIST",
            "/nowhere.crl",
            "metadata-revocation-list",
        ),
        (
            "CLAVIGER_ATTESTATION_REVOCATION_LIST",
            "/nowhere.crl",
            "attestation-revocation-list",
        ),
        (
            "CLAVIGER_OUTBOUND_PRIVATE",
            "yes",
            "CLAVIGER_OUTBOUND_PRIVATE",
        ),
    ] {
        let message = refused(&[(name, value)]);
        assert!(message.contains(key), "{name}={value}: {message}");
    }
}

#[test]
fn an_own_anchor_takes_the_place_of_the_public_ones() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["mds.example".to_owned()]).unwrap();
    std::fs::write(folder.path().join("root.pem"), made.cert.pem()).unwrap();
    let path = folder.path().join("claviger.toml");
    let text = "metadata-anchor = \"root.pem\"\nmetadata-signer = \"mds.example\"\nmetadata-source = \"blob.jwt\"\n";
    std::fs::write(&path, text).unwrap();
    let variables = [("CLAVIGER_CONFIG", path.to_str().unwrap())];
    let configuration = resolve(Layer::default(), &variables).unwrap();
    let file = MetadataSource::File(folder.path().join("blob.jwt"));
    assert_eq!(configuration.metadata.schedule.source, Some(file));
    let trust = &configuration.metadata.trust;
    assert_eq!(
        (trust.anchors.len(), trust.signer.as_deref()),
        (1, Some("mds.example"))
    );
    std::fs::write(folder.path().join("root.pem"), "nothing").unwrap();
    assert!(refused(&variables).contains("holds no certificate"));
}
