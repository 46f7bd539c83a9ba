//! What an attestation proves, and how that follows the metadata.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use data_encoding::BASE64URL_NOPAD;
use identity::{Id, metadata};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use serde_json::{Value, json};
use testkit::{Device, House, Person, model_entry};

use crate::graph::{Client, Said};
use crate::metadata::{CERTIFIED, MODEL, NEXT, SHELL, in_each_house, judge, put};

/// A maker: a root, and the attestation certificate that it put into its keys.
pub(crate) struct Maker {
    root: Vec<u8>,
    leaf: Vec<u8>,
    key: KeyPair,
}

impl Maker {
    pub(crate) fn new() -> Maker {
        let (root_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let root = params.self_signed(&root_key).unwrap();
        let issuer = Issuer::new(params, root_key);
        // What section 8.2.1 asks of the subject.
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        let mut name = DistinguishedName::new();
        name.push(DnType::CountryName, "UT");
        name.push(DnType::OrganizationName, "Maker");
        name.push(DnType::OrganizationalUnitName, "Authenticator Attestation");
        name.push(DnType::CommonName, "Batch 1");
        params.distinguished_name = name;
        params.is_ca = IsCa::ExplicitNoCa;
        let leaf = params.signed_by(&key, &issuer).unwrap();
        Maker {
            root: root.der().to_vec(),
            leaf: leaf.der().to_vec(),
            key,
        }
    }

    /// Its root in the model's entry.
    pub(crate) fn vouch(&self, mut entry: Value) -> Value {
        let root = data_encoding::BASE64.encode(&self.root);
        entry["metadataStatement"]["attestationRootCertificates"] = json!([root]);
        entry
    }

    /// Puts a packed statement with the certificate in place of the statement `none`.
    pub(crate) fn attest(&self, response: Value) -> Value {
        replace_statement(response, |message| {
            [
                b"\x63fmt\x66packed\x67attStmt",
                &self.statement(message)[..],
            ]
            .concat()
        })
    }

    /// A packed statement about this message, as CBOR.
    pub(crate) fn statement(&self, message: &[u8]) -> Vec<u8> {
        let der = self.key.serialize_der();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &der).unwrap();
        let signature = key.sign(&SystemRandom::new(), message).unwrap();
        let mut made = b"\xa3\x63alg\x26\x63sig".to_vec();
        write_bytes(&mut made, signature.as_ref());
        made.extend(b"\x63x5c\x81");
        write_bytes(&mut made, &self.leaf);
        made
    }

    /// By which metadata names devices that have no AAGUID.
    fn key_identifier(&self) -> String {
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, self.key.public_key_raw());
        data_encoding::HEXLOWER.encode(hash.as_ref())
    }
}

/// A byte string of CBOR.
fn write_bytes(made: &mut Vec<u8>, bytes: &[u8]) {
    let [high, low] = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    match bytes.len() {
        0..24 => made.push(0x40 + low),
        24..256 => made.extend([0x58, low]),
        _ => made.extend([0x59, high, low]),
    }
    made.extend(bytes);
}

/// Puts `fmt` and `attStmt`, made of what a statement signs, in place of those of a response without attestation.
pub(crate) fn replace_statement(mut response: Value, make: impl FnOnce(&[u8]) -> Vec<u8>) -> Value {
    let member = |name: &str| {
        let text = response["response"][name].as_str().unwrap();
        BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()
    };
    let (client_data, object) = (member("clientDataJSON"), member("attestationObject"));
    let at = object
        .windows(9)
        .position(|it| it == b"\x68authData")
        .unwrap();
    let tail = &object[at..];
    // A byte string's head has one, two or three bytes.
    let head = match tail[9] {
        0x58 => 2,
        0x59 => 3,
        _ => 1,
    };
    let hash = digest(&SHA256, &client_data);
    let message = [&tail[9 + head..], hash.as_ref()].concat();
    let made = [b"\xa3", &make(&message)[..], tail].concat();
    response["response"]["attestationObject"] = BASE64URL_NOPAD.encode(&made).into();
    response
}

/// The only verdict in the house: what, why, of which model.
fn verdict(house: &House) -> [String; 3] {
    // An empty text would be no row on PostgreSQL's command line.
    let statement = "SELECT verdict || '|' || reason || '|' || model FROM attestation";
    let found = house.run_sql(statement).remove(0);
    let words: Vec<_> = found.split('|').map(str::to_owned).collect();
    words.try_into().unwrap()
}

async fn add_attested(ada: &mut Person, maker: &Maker) -> Device {
    let mut key = Device::device_bound();
    key.aaguid = Id::parse(MODEL).unwrap().0;
    let offer = ada.browser.begin_add().await;
    let response = maker.attest(ada.browser.create(&mut key, &offer));
    ada.browser.finish_add(&offer, &response).await.ok();
    key
}

#[test]
fn an_attestation_proves_what_the_metadata_vouches_for() {
    in_each_house(async |house, service| {
        let (maker, stranger) = (Maker::new(), Maker::new());
        let identity = house.identity();
        let entry = || model_entry(MODEL, "Key", &[CERTIFIED]);
        let vouched = service.blob(1, NEXT, &[maker.vouch(entry())]);
        put(identity, &vouched).await.unwrap();
        judge(identity).await;
        let mut ada = house.administrator("ada").await;
        add_attested(&mut ada, &maker).await;
        let [word, reason, model] = verdict(&house);
        assert_eq!(
            (word.as_str(), reason.as_str(), model.as_str()),
            ("attested", "", "Key")
        );
        let view = metadata::show(identity).await.unwrap().unwrap();
        assert_eq!(view.verdicts.attested, 1);
        // Another root for the model: nobody vouches for this certificate any more, but one of two passkeys is
        // a lot, so it waits.
        put(identity, &service.blob(2, NEXT, &[stranger.vouch(entry())]))
            .await
            .unwrap();
        let progress = judge(identity).await;
        assert_eq!((progress.changed, progress.waiting), (0, 1), "{progress:?}");
        assert_eq!(verdict(&house)[0], "attested");
        metadata::approve(identity, SHELL).await.unwrap();
        judge(identity).await;
        assert_eq!(verdict(&house)[0], "unattested");
        // And back again; then its one batch is compromised.
        put(identity, &vouched.clone()).await.unwrap_err();
        put(identity, &service.blob(3, NEXT, &[maker.vouch(entry())]))
            .await
            .unwrap();
        judge(identity).await;
        metadata::approve(identity, SHELL).await.unwrap();
        judge(identity).await;
        assert_eq!(verdict(&house)[0], "attested");
        let mut compromised = maker.vouch(entry());
        compromised["statusReports"] = json!([{
            "status": "ATTESTATION_KEY_COMPROMISE",
            "effectiveDate": "2026-11-01",
            "certificate": data_encoding::BASE64.encode(&maker.leaf),
        }]);
        put(identity, &service.blob(4, NEXT, &[compromised]))
            .await
            .unwrap();
        let progress = judge(identity).await;
        assert_eq!(
            (progress.changed, progress.undesired),
            (1, 1),
            "{progress:?}"
        );
    });
}

/// WebAuthn section 8.2.1: the maker's certificate names no model, which is enough as long as its root is for one. When another
/// model's entry lists the same root, nothing says any more that this passkey is of the better one.
#[test]
fn a_root_that_comes_to_vouch_for_two_models_proves_neither() {
    in_each_house(async |house, service| {
        let maker = Maker::new();
        let identity = house.identity();
        let entry = || maker.vouch(model_entry(MODEL, "Key", &[CERTIFIED]));
        put(identity, &service.blob(1, NEXT, &[entry()]))
            .await
            .unwrap();
        let mut ada = house.administrator("ada").await;
        add_attested(&mut ada, &maker).await;
        assert_eq!(verdict(&house)[0], "attested");
        let cheap = model_entry("11111111-2222-3333-4444-555555555555", "Cheap key", &[]);
        put(
            identity,
            &service.blob(2, NEXT, &[entry(), maker.vouch(cheap)]),
        )
        .await
        .unwrap();
        judge(identity).await;
        metadata::approve(identity, SHELL).await.unwrap();
        judge(identity).await;
        let [word, reason, _] = verdict(&house);
        assert_eq!(
            (word.as_str(), reason.as_str()),
            ("unattested", "attestation.model_not_named")
        );
        // The other entry is gone again.
        put(identity, &service.blob(3, NEXT, &[entry()]))
            .await
            .unwrap();
        judge(identity).await;
        metadata::approve(identity, SHELL).await.unwrap();
        judge(identity).await;
        assert_eq!(verdict(&house)[0], "attested");
    });
}

/// What the administration API tells of it is what was proven, and follows it.
#[test]
fn an_attested_passkey_is_told_as_such_to_graphs_clients() {
    in_each_house(async |house, service| {
        let maker = Maker::new();
        let identity = house.identity();
        let entry = maker.vouch(model_entry(MODEL, "Key", &[CERTIFIED]));
        put(
            identity,
            &service.blob(1, NEXT, std::slice::from_ref(&entry)),
        )
        .await
        .unwrap();
        judge(identity).await;
        let mut ada = house.administrator("ada").await;
        let key = add_attested(&mut ada, &maker).await;
        let client = Client::of(&house, &["UserAuthMethod-Passkey.Read.All"]).await;
        let thumbprint = data_encoding::HEXUPPER.encode(digest(&SHA256, &maker.leaf).as_ref());
        for version in ["v1.0", "beta"] {
            let path = format!("/{version}/users/ada/authentication/fido2Methods");
            let found = client.get(&path).await.is(200);
            let found = found["value"].as_array().unwrap().clone();
            let id = json!(testkit::passkey_id(&key));
            let (hers, other): (Vec<Value>, Vec<Value>) =
                found.into_iter().partition(|one| one["id"] == id);
            assert_eq!((hers.len(), other.len()), (1, 1));
            let hers = &hers[0];
            assert_eq!(hers["aaGuid"], MODEL);
            assert_eq!(hers["model"], "Key");
            assert_eq!(hers["attestationLevel"], "attested");
            assert_eq!(hers["passkeyType"], "deviceBound");
            assert_eq!(hers["attestationCertificates"], json!([thumbprint]));
            assert_eq!(other[0]["attestationLevel"], "notAttested");
            assert_eq!(other[0]["passkeyType"], "synced");
            assert_eq!(other[0]["attestationCertificates"], json!([]));
        }
    });
}

#[test]
fn security_32_stale_metadata_attests_no_new_models() {
    in_each_house(async |house, service| {
        let maker = Maker::new();
        let identity = house.identity();
        let entry = maker.vouch(model_entry(MODEL, "Key", &[CERTIFIED]));
        put(
            identity,
            &service.blob(1, "2026-11-20", std::slice::from_ref(&entry)),
        )
        .await
        .unwrap();
        let mut ada = house.administrator("ada").await;
        add_attested(&mut ada, &maker).await;
        let [word, reason, _] = verdict(&house);
        assert_eq!(
            (word.as_str(), reason.as_str()),
            ("unattested", "attestation.metadata_stale")
        );
        // Newer metadata says the same, and is believed.
        put(identity, &service.blob(2, NEXT, &[entry]))
            .await
            .unwrap();
        judge(identity).await;
        metadata::approve(identity, SHELL).await.unwrap();
        judge(identity).await;
        assert_eq!(verdict(&house)[0], "attested");
    });
}

/// Devices without AAGUID are known by the key that attests them. Where two keys attest one passkey, a revocation of either
/// model concerns it, whichever statement decides about trust.
#[test]
fn a_revoked_model_inside_a_compound_is_seen() {
    in_each_house(async |house, service| {
        let identity = house.identity();
        let (first, second) = (Maker::new(), Maker::new());
        let named = |maker: &Maker, name: &str, reports: &[(&str, &str)]| {
            let mut entry = model_entry(MODEL, name, reports);
            let members = entry.as_object_mut().unwrap();
            members.remove("aaguid");
            let identifiers = json!([maker.key_identifier()]);
            members.insert(
                "attestationCertificateKeyIdentifiers".to_owned(),
                identifiers,
            );
            let statement = entry["metadataStatement"].as_object_mut().unwrap();
            statement.remove("aaguid");
            statement.insert("protocolFamily".to_owned(), "u2f".into());
            entry
        };
        let blob = |number, of_second: &[(&str, &str)]| {
            let entries = [
                named(&first, "First", &[CERTIFIED]),
                named(&second, "Second", of_second),
            ];
            service.blob(number, NEXT, &entries)
        };
        put(identity, &blob(1, &[CERTIFIED])).await.unwrap();
        judge(identity).await;
        let mut ada = house.administrator("ada").await;
        let mut key = Device::device_bound();
        key.aaguid = [0; 16];
        let offer = ada.browser.begin_add().await;
        let response = ada.browser.create(&mut key, &offer);
        let response = replace_statement(response, |message| {
            let mut made = b"\x63fmt\x68compound\x67attStmt\x82".to_vec();
            for maker in [&first, &second] {
                made.extend(b"\xa2\x63fmt\x66packed\x67attStmt");
                made.extend(maker.statement(message));
            }
            made
        });
        ada.browser.finish_add(&offer, &response).await.ok();
        let [word, _, model] = verdict(&house);
        assert_eq!((word.as_str(), model.as_str()), ("unattested", "First"));
        let undesired = || {
            house.run_sql("SELECT CASE undesired WHEN 1 THEN 'yes' ELSE 'no' END FROM attestation")
        };
        assert_eq!(undesired(), ["no"]);
        let revoked = [CERTIFIED, ("REVOKED", "2026-11-01")];
        put(identity, &blob(2, &revoked)).await.unwrap();
        let progress = judge(identity).await;
        assert_eq!(
            (progress.changed, progress.undesired),
            (1, 1),
            "{progress:?}"
        );
        assert_eq!(undesired(), ["yes"]);
    });
}
