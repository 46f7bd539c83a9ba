//! Which public keys are taken: exactly those that can be verified later.

use crate::device::*;
use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair, ML_DSA_44_SIGNING, ML_DSA_65_SIGNING, ML_DSA_87_SIGNING, PqdsaKeyPair,
};
use webauthn::{Algorithm, KeyError, PublicKey, SignatureInvalid};

fn parts(device: &Device) -> ([u8; 32], [u8; 32]) {
    (
        device.cose[10..42].try_into().unwrap(),
        device.cose[45..77].try_into().unwrap(),
    )
}

fn ed25519() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[5; 32]).unwrap()
}

#[test]
fn each_algorithm_verifies_its_own_signature_and_no_other() {
    let message = b"message";
    let check = |algorithm, cose: &[u8], signature: &[u8]| {
        let key = PublicKey::parse(cose).unwrap();
        assert_eq!(key.algorithm(), algorithm);
        assert_eq!(key.cose_bytes(), cose);
        assert_eq!(key.verify(message, signature), Ok(()));
        assert_eq!(key.verify(b"messagf", signature), Err(SignatureInvalid));
        assert_eq!(key.verify(message, &signature[1..]), Err(SignatureInvalid));
        assert_eq!(key.verify(message, &[]), Err(SignatureInvalid));
    };
    let device = Device::new();
    check(Algorithm::Es256, &device.cose, &device.sign(message));
    let random = aws_lc_rs::rand::SystemRandom::new();
    for (algorithm, signing, curve, size) in [
        (Algorithm::Es384, &ECDSA_P384_SHA384_ASN1_SIGNING, 2, 48),
        (Algorithm::Es512, &ECDSA_P521_SHA512_ASN1_SIGNING, 3, 66),
    ] {
        let pair = EcdsaKeyPair::generate(signing).unwrap();
        let point = pair.public_key().as_ref();
        let cose = cose_ec2(
            algorithm.cose_id(),
            curve,
            &point[1..=size],
            &point[size + 1..],
        );
        check(
            algorithm,
            &cose,
            pair.sign(&random, message).unwrap().as_ref(),
        );
    }
    let pair = ed25519();
    check(
        Algorithm::EdDsa,
        &cose_okp(-8, 6, pair.public_key().as_ref()),
        pair.sign(message).as_ref(),
    );
    check(
        Algorithm::EdDsa,
        &cose_okp(-19, 6, pair.public_key().as_ref()),
        pair.sign(message).as_ref(),
    );
    for (algorithm, signing) in [
        (Algorithm::MlDsa44, &ML_DSA_44_SIGNING),
        (Algorithm::MlDsa65, &ML_DSA_65_SIGNING),
        (Algorithm::MlDsa87, &ML_DSA_87_SIGNING),
    ] {
        let pair = PqdsaKeyPair::from_seed(signing, &[3; 32]).unwrap();
        let mut signature = vec![0; signing.signature_len()];
        let length = pair.sign(message, &mut signature).unwrap();
        check(
            algorithm,
            &cose_akp(algorithm.cose_id(), pair.public_key().as_ref()),
            &signature[..length],
        );
    }
}

#[test]
fn points_off_the_curve_are_refused() {
    let (x, mut y) = parts(&Device::new());
    y[31] ^= 1;
    assert_eq!(
        PublicKey::parse(&cose_ec2(-7, 1, &x, &y)),
        Err(KeyError::Unusable)
    );
    assert_eq!(
        PublicKey::parse(&cose_ec2(-7, 1, &[0; 32], &[0; 32])),
        Err(KeyError::Unusable)
    );
    assert_eq!(
        PublicKey::parse(&cose_ec2(-7, 1, &[0xff; 32], &[0xff; 32])),
        Err(KeyError::Unusable)
    );
}

#[test]
fn ed25519_keys_that_verify_nothing_or_everything_are_refused() {
    // y = 2 is on no point of the curve; the neutral element signs for everybody.
    let mut two = [0; 32];
    two[0] = 2;
    assert_eq!(
        PublicKey::parse(&cose_okp(-8, 6, &two)),
        Err(KeyError::Unusable)
    );
    let mut one = [0; 32];
    one[0] = 1;
    assert_eq!(
        PublicKey::parse(&cose_okp(-8, 6, &one)),
        Err(KeyError::WeakPoint)
    );
    assert_eq!(
        PublicKey::parse(&cose_okp(-8, 6, &[0; 32])),
        Err(KeyError::WeakPoint)
    );
}

#[test]
fn past_mistake_35_lengths_are_exact() {
    let (x, y) = parts(&Device::new());
    for (label, cose) in [
        (-2, cose_ec2(-7, 1, &x[1..], &y)),
        (-3, cose_ec2(-7, 1, &x, &[&y[..], &[0]].concat())),
        (-2, cose_okp(-8, 6, &x[1..])),
        (-1, cose_akp(-48, &[0; 1311])),
        (-1, cose_akp(-49, &[0; 1312])),
        (-1, cose_akp(-50, &[])),
    ] {
        let refusal = PublicKey::parse(&cose).unwrap_err();
        assert!(
            matches!(refusal, KeyError::WrongLength { label: found, .. } if found == label),
            "{refusal}"
        );
    }
}

#[test]
fn compressed_points_are_refused() {
    let (x, _) = parts(&Device::new());
    let mut encoder = minicbor::Encoder::new(Vec::new());
    encoder
        .map(5)
        .unwrap()
        .u8(1)
        .unwrap()
        .u8(2)
        .unwrap()
        .u8(3)
        .unwrap()
        .i8(-7)
        .unwrap();
    encoder
        .i8(-1)
        .unwrap()
        .u8(1)
        .unwrap()
        .i8(-2)
        .unwrap()
        .bytes(&x)
        .unwrap()
        .i8(-3)
        .unwrap()
        .bool(true)
        .unwrap();
    assert_eq!(
        PublicKey::parse(&encoder.into_writer()),
        Err(KeyError::CompressedPoint)
    );
}

#[test]
fn ed448_is_refused_by_name_under_either_number() {
    assert_eq!(
        PublicKey::parse(&cose_okp(-53, 7, &[1; 57])),
        Err(KeyError::Ed448)
    );
    assert_eq!(
        PublicKey::parse(&cose_okp(-8, 7, &[1; 57])),
        Err(KeyError::Ed448)
    );
}

#[test]
fn rsa_modulus_and_exponent_have_limits() {
    let modulus = |bytes: usize| {
        let mut n = vec![0xab; bytes];
        n[bytes - 1] = 1;
        n
    };
    let e = &[1, 0, 1];
    for algorithm in [-257, -37] {
        assert!(PublicKey::parse(&cose_rsa(algorithm, &modulus(256), e)).is_ok());
        assert!(PublicKey::parse(&cose_rsa(algorithm, &modulus(1024), e)).is_ok());
        for (bytes, bits) in [(128, 1024), (255, 2040), (1025, 8200)] {
            let refusal = PublicKey::parse(&cose_rsa(algorithm, &modulus(bytes), e)).unwrap_err();
            assert_eq!(refusal, KeyError::ModulusSize { bits });
        }
        let mut even = modulus(256);
        even[255] = 2;
        assert_eq!(
            PublicKey::parse(&cose_rsa(algorithm, &even, e)),
            Err(KeyError::ModulusEncoding)
        );
        let padded = [&[0], &modulus(256)[..]].concat();
        assert_eq!(
            PublicKey::parse(&cose_rsa(algorithm, &padded, e)),
            Err(KeyError::ModulusEncoding)
        );
        for e in [
            &[][..],
            &[0],
            &[1],
            &[2],
            &[1, 0, 0],
            &[0, 1, 0, 1],
            &[1, 0, 0, 0, 1],
        ] {
            assert_eq!(
                PublicKey::parse(&cose_rsa(algorithm, &modulus(256), e)),
                Err(KeyError::Exponent),
                "{e:?}"
            );
        }
    }
}

#[test]
fn nothing_else_may_stand_in_a_key() {
    let device = Device::new();
    let with = |label: &[u8], value: &[u8]| {
        let mut cose = device.cose.clone();
        cose[0] = 0xa6;
        cose.extend(label);
        cose.extend(value);
        PublicKey::parse(&cose).unwrap_err()
    };
    // -4 is the private key; 2 and 4 are kid and key_ops.
    assert_eq!(
        with(&[0x23], &[0x41, 0]),
        KeyError::UnexpectedParameter { label: Some(-4) }
    );
    assert_eq!(
        with(&[0x02], &[0x41, 0]),
        KeyError::UnexpectedParameter { label: Some(2) }
    );
    assert_eq!(
        with(&[0x61, b'a'], &[0x00]),
        KeyError::UnexpectedParameter { label: None }
    );
    assert_eq!(with(&[0x03], &[0x26]).code(), "key.cbor");
}

#[test]
fn missing_parameters_are_named() {
    for (cose, label) in [
        (&[0xa0][..], 1),
        (&[0xa1, 0x01, 0x02], 3),
        (&[0xa2, 0x01, 0x02, 0x03, 0x26], -1),
        (&[0xa3, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01], -2),
        (&[0xa2, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00], -1),
    ] {
        assert_eq!(
            PublicKey::parse(cose),
            Err(KeyError::MissingParameter { label })
        );
    }
}

#[test]
fn keys_are_taken_in_any_order_of_parameters() {
    let (x, y) = parts(&Device::new());
    let mut encoder = minicbor::Encoder::new(Vec::new());
    encoder
        .map(5)
        .unwrap()
        .i8(-3)
        .unwrap()
        .bytes(&y)
        .unwrap()
        .i8(-1)
        .unwrap()
        .u8(1)
        .unwrap();
    encoder
        .u8(3)
        .unwrap()
        .i8(-7)
        .unwrap()
        .i8(-2)
        .unwrap()
        .bytes(&x)
        .unwrap()
        .u8(1)
        .unwrap()
        .u8(2)
        .unwrap();
    assert!(PublicKey::parse(&encoder.into_writer()).is_ok());
}

#[test]
fn past_mistake_1_algorithms_that_were_not_offered_are_refused() {
    let (device, site) = (Device::new(), Site::new());
    let mut expected = site.registration();
    expected.algorithms = &[Algorithm::EdDsa, Algorithm::Rs256];
    let refusal =
        webauthn::registration::verify(&device.good_registration(), &expected).unwrap_err();
    assert_eq!(
        refusal,
        webauthn::RegistrationError::AlgorithmNotOffered {
            expected: vec![Algorithm::EdDsa, Algorithm::Rs256],
            found: Algorithm::Es256
        }
    );
    // -9 counts as -7, in the key and in the offer.
    let (x, y) = parts(&device);
    let mut bent = device;
    bent.cose = cose_ec2(-9, 1, &x, &y);
    let verified =
        webauthn::registration::verify(&bent.good_registration(), &site.registration()).unwrap();
    assert_eq!(verified.public_key().algorithm(), Algorithm::Es256);
}
