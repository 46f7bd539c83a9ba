//! Certificate authorities of the operator's own.

use std::path::PathBuf;

use super::resolve;
use crate::config::{Authorities, Layer};

fn named(file: &str) -> Layer {
    Layer {
        outbound_authority: Some(PathBuf::from(file)),
        ..Layer::default()
    }
}

fn authority() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["intranet.example".to_owned()]).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}

#[test]
fn several_authorities_are_read_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authorities.pem");
    let text = format!("Ours, since 2020\n{}\n{}", authority().0, authority().0);
    std::fs::write(&file, &text).unwrap();
    let read = resolve(named(file.to_str().unwrap()), &[]).unwrap();
    let expected = Authorities::parse(text.as_bytes()).unwrap();
    assert_eq!(read.outbound_authorities, expected);
    assert_ne!(expected, Authorities::default());
    let by_variable = [("CLAVIGER_OUTBOUND_AUTHORITY", file.to_str().unwrap())];
    let read = resolve(Layer::default(), &by_variable).unwrap();
    assert_eq!(read.outbound_authorities, expected);
    let none = resolve(Layer::default(), &[]).unwrap();
    assert_eq!(none.outbound_authorities, Authorities::default());
    // In a file's terms it lies beside it.
    let configuration = folder.path().join("claviger.toml");
    std::fs::write(&configuration, "outbound-authority = \"authorities.pem\"\n").unwrap();
    let by_file = Layer {
        config: Some(configuration),
        ..Layer::default()
    };
    assert_eq!(
        resolve(by_file, &[]).unwrap().outbound_authorities,
        expected
    );
}

/// The server does not start, and says of which file and why.
#[test]
fn a_file_that_holds_no_authorities_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = authority();
    let garbage = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n";
    let cut = &certificate[..certificate.len() / 2];
    for (number, (text, why)) in [
        (String::new(), "holds no certificate"),
        ("nothing of the kind".to_owned(), "holds no certificate"),
        (format!("{certificate}{key}"), "leave keys where they are"),
        (
            format!("{certificate}{garbage}"),
            "certificate 2 can be no authority",
        ),
        (cut.to_owned(), "no PEM"),
        (certificate.repeat(101), "more than 100 certificates"),
        (" ".repeat(1024 * 1024 + 1), "longer than 1048576 bytes"),
    ]
    .into_iter()
    .enumerate()
    {
        let file = folder.path().join(format!("{number}.pem"));
        std::fs::write(&file, text).unwrap();
        let said = resolve(named(file.to_str().unwrap()), &[]).unwrap_err();
        assert!(said.starts_with("outbound-authority: "), "{said}");
        assert!(said.contains(why) && said.contains(".pem"), "{why}: {said}");
    }
    let said = resolve(named("/nowhere/authorities.pem"), &[]).unwrap_err();
    assert!(said.contains("/nowhere/authorities.pem"), "{said}");
}
