//! Lists that the operator supplies: Google's of Android's certificates, and revocation lists for the metadata's signer.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use identity::metadata::{self, NotSupplied, NotUpdated, Supplied};
use identity::{Id, Identity};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PublicKeyData, SerialNumber,
};
use serde_json::{Value, json};
use server::lists::{ListFiles, Watch};

use testkit::{Attestation, Device, House, Person, model_entry, passkey_id};
use webauthn::Algorithm;

use crate::metadata::{CERTIFIED, MODEL, NEXT, SHELL, in_each_house, judge, put, records};

const KEY_DESCRIPTION: &[u64] = &[1, 3, 6, 1, 4, 1, 11129, 2, 1, 17];
pub(crate) const LEAF: &[u8] = &[0x4c, 0x01];
pub(crate) const BATCH: &[u8] = &[0x4c, 0x02];

/// Whoever certifies phones: a root, and a batch below it.
pub(crate) struct Vendor {
    root: Vec<u8>,
    batch: Vec<u8>,
    pub(crate) root_issuer: Issuer<'static, KeyPair>,
    pub(crate) issuer: Issuer<'static, KeyPair>,
}

/// A public key that somebody else holds.
struct Foreign(Vec<u8>);

impl PublicKeyData for Foreign {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ECDSA_P256_SHA256
    }
}

fn authority() -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

impl Vendor {
    pub(crate) fn new() -> Vendor {
        let (root_key, batch_key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let root_params = authority();
        let root = root_params.self_signed(&root_key).unwrap();
        let root_issuer = Issuer::new(root_params, root_key);
        let mut params = authority();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "Batch");
        params.serial_number = Some(SerialNumber::from_slice(BATCH));
        let batch = params.signed_by(&batch_key, &root_issuer).unwrap();
        Vendor {
            root: root.der().to_vec(),
            batch: batch.der().to_vec(),
            root_issuer,
            issuer: Issuer::new(params, batch_key),
        }
    }

    pub(crate) fn entry(&self) -> Value {
        let mut entry = model_entry(MODEL, "Phone", &[CERTIFIED]);
        entry["metadataStatement"]["attestationRootCertificates"] =
            json!([BASE64.encode(&self.root)]);
        entry
    }

    /// Turns a packed self attestation into the keystore's: the same signature, and a certificate for the same key.
    fn attest(&self, mut response: Value) -> Value {
        let member = |name: &str| {
            let text = response["response"][name].as_str().unwrap();
            BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()
        };
        let (client_data, object) = (member("clientDataJSON"), member("attestationObject"));
        let find = |what: &[u8]| {
            let at = object.windows(what.len()).position(|it| it == what);
            at.unwrap() + what.len()
        };
        let signature_at = find(b"\x63sig\x58");
        let length = usize::from(object[signature_at]);
        let signature = &object[signature_at + 1..][..length];
        // COSE_Key: -2 and -3 are 32 bytes each.
        let number = |head: &[u8]| object[find(head)..][..32].to_vec();
        let (x, y) = (number(b"\x21\x58\x20"), number(b"\x22\x58\x20"));
        let leaf = self.certify(&[vec![4], x, y].concat(), &client_data);
        let mut made = b"\xa3\x63fmt\x6bandroid-key\x67attStmt\xa3\x63alg\x26\x63sig".to_vec();
        bytes(&mut made, signature);
        made.extend(b"\x63x5c\x82");
        bytes(&mut made, &leaf);
        bytes(&mut made, &self.batch);
        made.extend(&object[find(b"\x68authData") - 9..]);
        response["response"]["attestationObject"] = BASE64URL_NOPAD.encode(&made).into();
        response
    }

    /// A certificate with the keystore's description: made in hardware, for signing alone, for this challenge.
    fn certify(&self, point: &[u8], client_data: &[u8]) -> Vec<u8> {
        let challenge = digest(&SHA256, client_data);
        let mut fields = b"\x02\x01\x03\x0a\x01\x01\x02\x01\x03\x0a\x01\x01\x04\x20".to_vec();
        fields.extend(challenge.as_ref());
        fields.extend(b"\x04\x00\x30\x00");
        fields.extend(b"\x30\x0e\xa1\x05\x31\x03\x02\x01\x02\xbf\x85\x3e\x03\x02\x01\x00");
        fields.splice(0..0, [0x30, u8::try_from(fields.len()).unwrap()]);
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::ExplicitNoCa;
        params.serial_number = Some(SerialNumber::from_slice(LEAF));
        params.custom_extensions = vec![CustomExtension::from_oid_content(KEY_DESCRIPTION, fields)];
        let key = Foreign(point.to_vec());
        params.signed_by(&key, &self.issuer).unwrap().der().to_vec()
    }

    pub(crate) async fn add_phone(&self, ada: &mut Person) -> Device {
        let mut phone = Device::device_bound();
        phone.aaguid = Id::parse(MODEL).unwrap().0;
        phone.attestation = Attestation::PackedSelf;
        phone.algorithms = vec![Algorithm::Es256];
        let offer = ada.browser.begin_add().await;
        let response = self.attest(ada.browser.create(&mut phone, &offer));
        ada.browser.finish_add(&offer, &response).await.ok();
        phone
    }
}

/// A CBOR byte string.
fn bytes(made: &mut Vec<u8>, bytes: &[u8]) {
    let [high, low] = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    match bytes.len() {
        0..24 => made.push(0x40 + low),
        24..256 => made.extend([0x58, low]),
        _ => made.extend([0x59, high, low]),
    }
    made.extend(bytes);
}

fn list(serials: &[&[u8]]) -> Vec<u8> {
    let entries: serde_json::Map<_, _> = serials
        .iter()
        .map(|serial| {
            let text = data_encoding::HEXLOWER.encode(serial);
            (
                text,
                json!({"status": "REVOKED", "reason": "KEY_COMPROMISE"}),
            )
        })
        .collect();
    json!({"entries": entries}).to_string().into_bytes()
}

async fn supply(identity: &Identity, json: &[u8]) -> Result<Supplied, NotSupplied> {
    metadata::put_android_list(identity, SHELL, json, "status.json").await
}

/// Each passkey's verdict and reason, of those with a statement.
pub(crate) fn verdicts(house: &House) -> Vec<String> {
    let mut found = house.run_sql("SELECT verdict || ' ' || reason FROM attestation");
    found.sort();
    // Where there is no reason, one of the two clients leaves the space and one does not.
    found.iter().map(|it| it.trim_end().to_owned()).collect()
}

#[test]
fn security_32_a_listed_android_certificate_is_seen_the_same_day() {
    in_each_house(async |house, service| {
        let vendor = Vendor::new();
        let identity = house.identity();
        put(identity, &service.blob(1, NEXT, &[vendor.entry()]))
            .await
            .unwrap();
        judge(identity).await;
        let mut ada = house.administrator("ada").await;
        let phone = vendor.add_phone(&mut ada).await;
        assert_eq!(verdicts(&house), ["attested"]);
        // A list with others on it has everything judged anew, and changes nothing.
        let other = supply(identity, &list(&[&[0x99]])).await.unwrap();
        assert_eq!(other, Supplied::Replaced { entries: 1 });
        let progress = judge(identity).await;
        assert_eq!((progress.judged, progress.changed), (1, 0), "{progress:?}");
        let again = supply(identity, &list(&[&[0x99]])).await.unwrap();
        assert_eq!(again, Supplied::Unchanged);
        assert_eq!(judge(identity).await.judged, 0);
        // The phone's own certificate, or the batch's: at once, although half of all passkeys change.
        for listed in [LEAF, BATCH] {
            supply(identity, &list(&[&[0x99], listed])).await.unwrap();
            let progress = judge(identity).await;
            assert_eq!(
                (progress.changed, progress.undesired, progress.waiting),
                (1, 1, 0),
                "{progress:?}"
            );
            assert_eq!(verdicts(&house), ["failed chain.revoked"]);
            let view = metadata::show(identity).await.unwrap().unwrap();
            assert_eq!(view.verdicts.undesired, 1);
            // What is not of the form is refused, and the list before it stays.
            for unfit in [&b"{}"[..], b"", b"{\"entries\": {\"4c01\": \"REVOKED\"}}"] {
                let refused = supply(identity, unfit).await.unwrap_err();
                assert!(matches!(refused, NotSupplied::Unfit(_)), "{refused}");
            }
            let in_use = metadata::find_android_list(identity).await.unwrap();
            assert_eq!(in_use.unwrap().entries, 2);
            assert_eq!(judge(identity).await.judged, 0);
            // Taken back: believing somebody again waits for approval where it touches many.
            supply(identity, &list(&[])).await.unwrap();
            assert_eq!(judge(identity).await.waiting, 1);
            metadata::approve(identity, SHELL).await.unwrap();
            judge(identity).await;
            assert_eq!(verdicts(&house), ["attested"]);
        }
        let changes = records(&house, "passkey.attestation_changed");
        let alert = changes.iter().find(|it| it["alert"] == true).unwrap();
        assert_eq!(alert["credential"], passkey_id(&phone));
        assert_eq!(alert["after"]["reason"], "chain.revoked");
        assert_eq!(records(&house, "metadata.android_list_supplied").len(), 5);
        // Registrations ask for it, too.
        supply(identity, &list(&[BATCH])).await.unwrap();
        judge(identity).await;
        vendor.add_phone(&mut ada).await;
        assert_eq!(
            verdicts(&house),
            ["failed chain.revoked", "failed chain.revoked"]
        );
    });
}

/// A maker's root vouches for what its entry states, and for nothing else.
#[test]
fn a_root_counts_for_the_formats_of_its_entry_only() {
    in_each_house(async |house, service| {
        let vendor = Vendor::new();
        let identity = house.identity();
        let mut entry = vendor.entry();
        entry["metadataStatement"]["attestationTypes"] = json!(["attca"]);
        put(identity, &service.blob(1, NEXT, &[entry]))
            .await
            .unwrap();
        let mut ada = house.administrator("ada").await;
        vendor.add_phone(&mut ada).await;
        assert_eq!(verdicts(&house), ["unattested attestation.no_anchor"]);
        let level = "SELECT level FROM attestation";
        assert_eq!(house.run_sql(level), ["L2"], "claimed, and no more");
        put(identity, &service.blob(2, NEXT, &[vendor.entry()]))
            .await
            .unwrap();
        judge(identity).await;
        metadata::approve(identity, SHELL).await.unwrap();
        judge(identity).await;
        assert_eq!(verdicts(&house), ["attested"]);
    });
}

#[test]
fn lists_are_read_again_when_their_files_change() {
    in_each_house(async |house, service| {
        let identity = house.identity();
        let folder = tempfile::tempdir().unwrap();
        let (android, crl) = (
            folder.path().join("status.json"),
            folder.path().join("a.crl"),
        );
        let watch = Watch::new(ListFiles {
            revocation_lists: vec![crl.clone()],
            android_list: Some(android.clone()),
            attestation_lists: None,
        });
        let entries = async || {
            let found = metadata::find_android_list(identity).await.unwrap();
            found.map(|list| list.entries)
        };
        // Neither is there yet.
        watch.tick(identity).await.unwrap();
        assert_eq!(entries().await, None);
        std::fs::write(&android, list(&[LEAF])).unwrap();
        std::fs::write(&crl, service.revocation_list((2026, 11, 20))).unwrap();
        watch.tick(identity).await.unwrap();
        assert_eq!(entries().await, Some(1));
        // What can't be read leaves what was.
        std::fs::write(&android, "{").unwrap();
        watch.tick(identity).await.unwrap();
        assert_eq!(entries().await, Some(1));
        std::fs::write(&android, list(&[LEAF, BATCH])).unwrap();
        watch.tick(identity).await.unwrap();
        assert_eq!(entries().await, Some(2));
        // The signer's list is past its time: nothing newer is believed, and the doctor says so.
        let blob = service.blob(1, NEXT, &[model_entry(MODEL, "Key", &[CERTIFIED])]);
        let Err(NotUpdated::Unfit(refused)) = put(identity, &blob).await else {
            panic!("an outdated list was passed over");
        };
        assert_eq!(refused.code(), "metadata.chain");
        assert!(refused.to_string().contains("out of date"), "{refused}");
        let finding = async || {
            let findings = identity::doctor::check(identity).await;
            let found = findings
                .into_iter()
                .find(|it| it.name == "revocation lists");
            found.unwrap().detail
        };
        assert!(finding().await.contains("past its time"));
        assert!(metadata::list_revocation_lists(identity)[0].outdated);
        std::fs::write(&crl, "nothing of the kind").unwrap();
        watch.tick(identity).await.unwrap();
        assert!(
            finding().await.contains("past its time"),
            "still the old one"
        );
        std::fs::write(&crl, service.revocation_list((2027, 1, 1))).unwrap();
        watch.tick(identity).await.unwrap();
        assert_eq!(finding().await, "1 current");
        put(identity, &blob).await.unwrap();
        let view = metadata::show(identity).await.unwrap().unwrap();
        assert!(!view.revocation_lists[0].outdated);
    });
}
