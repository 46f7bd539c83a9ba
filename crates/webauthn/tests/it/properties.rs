//! Properties over arbitrary input: nothing panics, and what is written is read back.

use crate::device::*;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::json;
use webauthn::attestation::AttestationObject;
use webauthn::authenticator_data::AuthenticatorData;
use webauthn::cbor::{Key, Kind, MAX_DEPTH, Reader};
use webauthn::client_data::ClientData;
use webauthn::{
    Aaguid, AuthenticationResponse, Origin, PublicKey, RegistrationResponse, RpId, assertion,
    base64url, registration,
};

pub(crate) fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 512,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..ProptestConfig::default()
    }
}

/// Arbitrary CBOR of the kinds that are accepted.
#[derive(Debug, Clone)]
pub(crate) enum Tree {
    Int(i64),
    Bytes(Vec<u8>),
    Text(String),
    Bool(bool),
    Null,
    Array(Vec<Tree>),
    Map(Vec<(i64, Tree)>),
}

pub(crate) fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Tree::Int),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Tree::Bytes),
        any::<String>().prop_map(Tree::Text),
        any::<bool>().prop_map(Tree::Bool),
        Just(Tree::Null),
    ];
    leaf.prop_recursive(u32::from(MAX_DEPTH) - 1, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Tree::Array),
            prop::collection::btree_map(any::<i64>(), inner, 0..6)
                .prop_map(|map| Tree::Map(map.into_iter().collect())),
        ]
    })
}

fn write(tree: &Tree, encoder: &mut minicbor::Encoder<Vec<u8>>) {
    match tree {
        Tree::Int(number) => drop(encoder.i64(*number).unwrap()),
        Tree::Bytes(bytes) => drop(encoder.bytes(bytes).unwrap()),
        Tree::Text(text) => drop(encoder.str(text).unwrap()),
        Tree::Bool(value) => drop(encoder.bool(*value).unwrap()),
        Tree::Null => drop(encoder.null().unwrap()),
        Tree::Array(items) => {
            encoder.array(items.len() as u64).unwrap();
            items.iter().for_each(|item| write(item, encoder));
        }
        Tree::Map(entries) => {
            encoder.map(entries.len() as u64).unwrap();
            for (key, value) in entries {
                encoder.i64(*key).unwrap();
                write(value, encoder);
            }
        }
    }
}

pub(crate) fn encode(tree: &Tree) -> Vec<u8> {
    let mut encoder = minicbor::Encoder::new(Vec::new());
    write(tree, &mut encoder);
    encoder.into_writer()
}

/// Reads what `write` wrote and compares on the way.
fn read(tree: &Tree, reader: &mut Reader<'_>) -> Result<(), webauthn::cbor::CborError> {
    match tree {
        Tree::Int(number) => assert_eq!(reader.int()?, *number),
        Tree::Bytes(bytes) => assert_eq!(reader.bytes()?, bytes),
        Tree::Text(text) => assert_eq!(reader.text()?, text),
        Tree::Bool(value) => assert_eq!(reader.bool()?, *value),
        Tree::Null => {
            assert_eq!(reader.kind()?, Kind::Other);
            reader.skip()?;
        }
        Tree::Array(items) => {
            let mut items = items.iter();
            reader.array(|reader| read(items.next().unwrap(), reader))?;
            assert!(items.next().is_none());
        }
        Tree::Map(entries) => {
            let mut entries = entries.iter();
            reader.map(|key, reader| {
                let (expected, value) = entries.next().unwrap();
                assert_eq!(key, Key::Int(*expected));
                read(value, reader)
            })?;
            assert!(entries.next().is_none());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn cbor_round_trips(tree in trees()) {
        let bytes = encode(&tree);
        let mut reader = Reader::new(&bytes);
        read(&tree, &mut reader).unwrap();
        reader.finish().unwrap();
        let mut reader = Reader::new(&bytes);
        prop_assert_eq!(reader.raw().unwrap(), &bytes[..]);
    }

    #[test]
    fn cbor_cut_short_is_refused(tree in trees(), at in any::<prop::sample::Index>()) {
        let bytes = encode(&tree);
        let mut reader = Reader::new(&bytes[..at.index(bytes.len())]);
        prop_assert!(reader.skip().is_err());
    }

    #[test]
    fn authenticator_data_round_trips(
        rp_id_hash in any::<[u8; 32]>(),
        flags in any::<u8>(),
        sign_count in any::<u32>(),
        credential_id in prop::collection::vec(any::<u8>(), 1..1024),
        key in trees(),
        extension in trees(),
    ) {
        let key = encode(&key);
        let mut extensions = minicbor::Encoder::new(Vec::new());
        extensions.map(1).unwrap().str("x").unwrap();
        // One level is taken by the map around it.
        let extension = if encode(&extension).len() > 200 { Tree::Null } else { extension };
        write(&extension, &mut extensions);
        let extensions = extensions.into_writer();
        let mut data = Data { rp_id_hash, flags, sign_count, tail: vec![] };
        if flags & AT != 0 {
            data.tail.extend(attested(&credential_id, &key));
        }
        if flags & ED != 0 {
            data.tail.extend(&extensions);
        }
        let bytes = data.bytes();
        let parsed = AuthenticatorData::parse(&bytes).unwrap();
        prop_assert_eq!(parsed.rp_id_hash, &rp_id_hash);
        prop_assert_eq!(parsed.flags.0, flags);
        prop_assert_eq!(parsed.sign_count, sign_count);
        prop_assert_eq!(parsed.extensions, (flags & ED != 0).then_some(&extensions[..]));
        let credential = parsed.attested_credential;
        prop_assert_eq!(credential.map(|c| c.credential_id), (flags & AT != 0).then_some(&credential_id[..]));
        prop_assert_eq!(credential.map(|c| c.public_key), (flags & AT != 0).then_some(&key[..]));
        for length in 0..bytes.len() {
            prop_assert!(AuthenticatorData::parse(&bytes[..length]).is_err());
        }
    }

    #[test]
    fn base64url_round_trips(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(base64url::decode(&base64url::encode(&bytes)).unwrap(), bytes);
    }

    #[test]
    fn base64url_has_one_text_per_byte_string(text in "[A-Za-z0-9_-]{0,12}") {
        if let Ok(bytes) = base64url::decode(&text) {
            prop_assert_eq!(base64url::encode(&bytes), text);
        }
    }

    #[test]
    fn aaguids_round_trip(bytes in any::<[u8; 16]>()) {
        prop_assert_eq!(Aaguid::parse(&Aaguid(bytes).to_string()), Ok(Aaguid(bytes)));
    }

    #[test]
    fn no_parser_panics_on_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut reader = Reader::new(&bytes);
        let _ = reader.skip();
        let _ = AuthenticatorData::parse(&bytes);
        let _ = AttestationObject::parse(&bytes);
        let _ = ClientData::parse(&bytes);
        let _ = PublicKey::parse(&bytes);
        let _ = RegistrationResponse::from_json(&bytes);
        let _ = AuthenticationResponse::from_json(&bytes);
    }

    #[test]
    fn no_parser_panics_on_text(text in any::<String>()) {
        let _ = Origin::parse(&text);
        let _ = Origin::parse(&format!("https://{text}"));
        let _ = RpId::parse(&text);
        let _ = Aaguid::parse(&text);
        let _ = base64url::decode(&text);
        let _ = ClientData::parse(text.as_bytes());
    }

    #[test]
    fn what_is_an_origin_stays_one(text in "(https|http|HTTPS)://[a-zA-Z0-9.:-]{1,20}") {
        if let Ok(origin) = Origin::parse(&text) {
            prop_assert_eq!(Origin::parse(origin.as_str()), Ok(origin.clone()));
            prop_assert!(RpId::parse(origin.host()).is_ok_and(|rp_id| origin.fits_rp_id(&rp_id)));
        }
    }

    #[test]
    fn no_ceremony_panics(
        client_data_json in prop_oneof![Just(client_data("webauthn.get")), Just(client_data("webauthn.create")), prop::collection::vec(any::<u8>(), 0..100)],
        data in prop::collection::vec(any::<u8>(), 0..300),
        with_head in any::<bool>(),
        signature in prop::collection::vec(any::<u8>(), 0..100),
        public_key in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let (device, site) = (Device::new(), Site::new());
        let data = if with_head { [&sha256(b"example.org")[..], &data].concat() } else { data };
        let mut json = device.registration_json_of(&client_data_json, &attestation_object("packed", &data, &[0xa0]));
        let _ = registration::verify(&registration(&json), &site.registration());
        json["response"]["attestationObject"] = json!(base64url::encode(&data));
        let _ = registration::verify(&registration(&json), &site.registration());
        json["response"] = json!({
            "clientDataJSON": base64url::encode(&client_data_json),
            "authenticatorData": base64url::encode(&data),
            "signature": base64url::encode(&signature),
            "userHandle": base64url::encode(USER_HANDLE),
        });
        let response = authentication(&json);
        prop_assert!(assertion::verify(&response, &site.assertion(), &device.stored()).is_err());
        let stored = webauthn::StoredCredential { public_key: &public_key, ..device.stored() };
        prop_assert!(assertion::verify(&response, &site.assertion(), &stored).is_err());
    }
}
