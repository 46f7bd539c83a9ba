//! What `ciborium` and `coset` make of the same bytes. They are laxer than we are, in ways that are named here; in
//! everything else the verdicts and the values must agree.

use crate::device::*;
use crate::properties::{Tree, config, encode, trees};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair, ML_DSA_44_SIGNING, PqdsaKeyPair};
use ciborium::Value;
use coset::{CborSerializable, CoseKey, Label};
use proptest::prelude::*;
use serde::Deserialize;
use webauthn::attestation::AttestationObject;
use webauthn::authenticator_data::AuthenticatorData;
use webauthn::cbor::{CborErrorKind as Kind, Reader};
use webauthn::{Algorithm, KeyError, PublicKey};

/// One item from the front, and how long it was.
fn theirs(bytes: &[u8]) -> Result<(Value, usize), ciborium::de::Error<std::io::Error>> {
    let mut cursor = std::io::Cursor::new(bytes);
    let value = ciborium::from_reader(&mut cursor)?;
    Ok((value, usize::try_from(cursor.position()).unwrap()))
}

fn ours(bytes: &[u8]) -> Result<usize, Kind> {
    let mut reader = Reader::new(bytes);
    reader.skip().map_err(|error| error.kind)?;
    Ok(reader.position())
}

/// What CTAP2 or our limits refuse and RFC 8949 allows.
fn is_stricter(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::IndefiniteLength
            | Kind::NotAllowed
            | Kind::DuplicateKey
            | Kind::NotShortest
            | Kind::WrongType { .. }
            | Kind::TooDeep
            | Kind::TooManyEntries
            | Kind::IntegerOutOfRange
    )
}

/// The two verdicts agree, but for the differences that are meant.
fn agree_on_cbor(bytes: &[u8]) -> Result<(), String> {
    use ciborium::de::Error;
    match (ours(bytes), theirs(bytes)) {
        (Ok(length), Ok((_, other))) if length == other => Ok(()),
        (Ok(length), Ok((_, other))) => Err(format!("{length} bytes, not {other}: {bytes:02x?}")),
        // Simple values without a meaning: well-formed, and ciborium has no value for them.
        (Ok(_), Err(Error::Semantic(..))) => Ok(()),
        (Ok(_), Err(Error::Syntax(_))) if has_simple_value(bytes) => Ok(()),
        (Ok(_), Err(error)) => Err(format!("they refuse {bytes:02x?}: {error:?}")),
        (Err(kind), Ok(_)) if is_stricter(kind) => Ok(()),
        (Err(kind), Ok(_)) => Err(format!("they take what we refuse as {kind}: {bytes:02x?}")),
        (Err(_), Err(_)) => Ok(()),
    }
}

fn has_simple_value(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| matches!(byte, 0xe0..=0xf3 | 0xf8))
}

fn value(tree: &Tree) -> Value {
    match tree {
        Tree::Int(number) => Value::Integer((*number).into()),
        Tree::Bytes(bytes) => Value::Bytes(bytes.clone()),
        Tree::Text(text) => Value::Text(text.clone()),
        Tree::Bool(value) => Value::Bool(*value),
        Tree::Null => Value::Null,
        Tree::Array(items) => Value::Array(items.iter().map(value).collect()),
        Tree::Map(entries) => Value::Map(
            entries
                .iter()
                .map(|(key, it)| (Value::Integer((*key).into()), value(it)))
                .collect(),
        ),
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn ciborium_reads_what_was_written(tree in trees()) {
        let bytes = encode(&tree);
        let (read, length) = theirs(&bytes).unwrap();
        prop_assert_eq!(read, value(&tree));
        prop_assert_eq!(length, bytes.len());
        prop_assert_eq!(ours(&bytes), Ok(bytes.len()));
    }

    #[test]
    fn ciborium_agrees_on_bytes(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        prop_assert_eq!(agree_on_cbor(&bytes), Ok(()));
    }

    #[test]
    fn ciborium_agrees_on_bent_items(
        tree in trees(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = encode(&tree);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        prop_assert_eq!(agree_on_cbor(&bytes), Ok(()));
    }

    #[test]
    fn coset_agrees_on_bent_keys(
        which in 0..8usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in any::<Option<prop::sample::Index>>(),
    ) {
        let mut cose = keys().swap_remove(which);
        for (at, byte) in changes {
            let at = at.index(cose.len());
            cose[at] = byte;
        }
        if let Some(cut) = cut {
            cose.truncate(cut.index(cose.len()));
        }
        prop_assert_eq!(agree_on_key(&cose), Ok(()));
    }
}

/// One key of each shape.
fn keys() -> Vec<Vec<u8>> {
    let device = Device::new();
    let edwards = Ed25519KeyPair::from_seed_unchecked(&[5; 32]).unwrap();
    let lattice = PqdsaKeyPair::from_seed(&ML_DSA_44_SIGNING, &[3; 32]).unwrap();
    let mut modulus = vec![0xab; 256];
    modulus[255] = 1;
    vec![
        device.cose.clone(),
        cose_ec2(-9, 1, &device.cose[10..42], &device.cose[45..77]),
        cose_okp(-8, 6, edwards.public_key().as_ref()),
        cose_okp(-19, 6, edwards.public_key().as_ref()),
        cose_okp(-8, 7, &[1; 57]),
        cose_rsa(-257, &modulus, &[1, 0, 1]),
        cose_rsa(-37, &modulus, &[1, 0, 1]),
        cose_akp(-48, lattice.public_key().as_ref()),
    ]
}

/// A key that we take is one for coset, too, with the same type, algorithm and parameters; one that is no CBOR map
/// for us is none for coset either. What we refuse beyond that is WebAuthn's, which coset does not know.
fn agree_on_key(cose: &[u8]) -> Result<(), String> {
    match (PublicKey::parse(cose), CoseKey::from_slice(cose)) {
        (Ok(ours), Ok(theirs)) => compare(&ours, &theirs),
        (Ok(_), Err(error)) => Err(format!("coset refuses {cose:02x?}: {error:?}")),
        (Err(KeyError::Cbor(error)), Ok(_)) if !is_stricter(error.kind) => Err(format!(
            "coset takes what we refuse as {error}: {cose:02x?}"
        )),
        (Err(_), _) => Ok(()),
    }
}

fn compare(ours: &PublicKey, theirs: &CoseKey) -> Result<(), String> {
    use coset::iana::{EnumI64, KeyType};
    let id = match &theirs.alg {
        Some(coset::RegisteredLabelWithPrivate::Assigned(algorithm)) => algorithm.to_i64(),
        other => return Err(format!("algorithm {other:?}")),
    };
    if Algorithm::from_cose_id(id) != Some(ours.algorithm()) {
        return Err(format!("{} is not {id}", ours.algorithm()));
    }
    let (kty, labels): (KeyType, &[i64]) = match ours.algorithm() {
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::Es512 => (KeyType::EC2, &[-1, -2, -3]),
        Algorithm::EdDsa => (KeyType::OKP, &[-1, -2]),
        Algorithm::Rs256 | Algorithm::Ps256 => (KeyType::RSA, &[-1, -2]),
        _ => (KeyType::AKP, &[-1]),
    };
    if theirs.kty != coset::KeyType::Assigned(kty) {
        return Err(format!("key type {:?}", theirs.kty));
    }
    let mut found: Vec<_> = theirs
        .params
        .iter()
        .map(|(label, _)| label.clone())
        .collect();
    found.sort_by_key(|label| match label {
        Label::Int(number) => -number,
        Label::Text(_) => i64::MAX,
    });
    let expected: Vec<_> = labels.iter().map(|&label| Label::Int(label)).collect();
    if found != expected || !theirs.key_id.is_empty() || !theirs.key_ops.is_empty() {
        return Err(format!("parameters {found:?}"));
    }
    Ok(())
}

#[test]
fn each_shape_of_key_is_the_same_to_coset() {
    for cose in keys() {
        assert_eq!(agree_on_key(&cose), Ok(()));
        assert!(CoseKey::from_slice(&cose).is_ok(), "{cose:02x?}");
    }
}

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    registration: Registration,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registration {
    attestation_object: String,
}

/// Every attestation object, its statement, and every key of the W3C's vectors, whole and cut at every byte.
#[test]
fn the_w3cs_vectors_are_the_same_to_both() {
    let file: File =
        serde_json::from_str(include_str!("../data/w3c-webauthn-l3-vectors.json")).unwrap();
    assert_eq!(file.vectors.len(), 15);
    for vector in file.vectors {
        let text = &vector.registration.attestation_object;
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap();
        let object = AttestationObject::parse(&bytes).unwrap();
        let data = AuthenticatorData::parse(object.authenticator_data).unwrap();
        let key = data.attested_credential.unwrap().public_key;
        for item in [&bytes[..], object.statement, key] {
            assert_eq!(theirs(item).unwrap().1, item.len(), "{}", vector.id);
            for length in 0..=item.len() {
                assert_eq!(agree_on_cbor(&item[..length]), Ok(()), "{}", vector.id);
            }
        }
        for length in 0..=key.len() {
            assert_eq!(agree_on_key(&key[..length]), Ok(()), "{}", vector.id);
        }
    }
}
