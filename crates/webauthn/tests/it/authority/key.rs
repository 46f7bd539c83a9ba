//! Keys of every kind that a certificate may have here.

use super::der::{bit_string, element, oid, sequence};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair, Ed25519KeyPair, KeyPair, ML_DSA_44_SIGNING, ML_DSA_65_SIGNING, ML_DSA_87_SIGNING,
    PqdsaKeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
};
use std::sync::OnceLock;

pub(crate) enum Key {
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
    P521(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(&'static RsaKeyPair),
    /// The same, signing with PSS.
    RsaPss(&'static RsaKeyPair),
    MlDsa44(PqdsaKeyPair),
    MlDsa65(PqdsaKeyPair),
    MlDsa87(PqdsaKeyPair),
}

impl Key {
    pub(crate) fn p256() -> Self {
        Self::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
    }

    pub(crate) fn p384() -> Self {
        Self::P384(EcdsaKeyPair::generate(&ECDSA_P384_SHA384_ASN1_SIGNING).unwrap())
    }

    pub(crate) fn p521() -> Self {
        Self::P521(EcdsaKeyPair::generate(&ECDSA_P521_SHA512_ASN1_SIGNING).unwrap())
    }

    pub(crate) fn ed25519() -> Self {
        Self::Ed25519(Ed25519KeyPair::generate().unwrap())
    }

    /// One key for all tests: making one takes long.
    pub(crate) fn rsa() -> Self {
        static KEY: OnceLock<RsaKeyPair> = OnceLock::new();
        Self::Rsa(KEY.get_or_init(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap()))
    }

    pub(crate) fn rsa_pss() -> Self {
        match Self::rsa() {
            Self::Rsa(key) => Self::RsaPss(key),
            _ => unreachable!(),
        }
    }

    pub(crate) fn ml_dsa_44() -> Self {
        Self::MlDsa44(PqdsaKeyPair::generate(&ML_DSA_44_SIGNING).unwrap())
    }

    pub(crate) fn ml_dsa_65() -> Self {
        Self::MlDsa65(PqdsaKeyPair::generate(&ML_DSA_65_SIGNING).unwrap())
    }

    pub(crate) fn ml_dsa_87() -> Self {
        Self::MlDsa87(PqdsaKeyPair::generate(&ML_DSA_87_SIGNING).unwrap())
    }

    /// A point, an RSAPublicKey, or raw bytes.
    pub(crate) fn public(&self) -> Vec<u8> {
        match self {
            Self::P256(key) | Self::P384(key) | Self::P521(key) => {
                key.public_key().as_ref().to_vec()
            }
            Self::Ed25519(key) => key.public_key().as_ref().to_vec(),
            Self::Rsa(key) | Self::RsaPss(key) => key.public_key().as_ref().to_vec(),
            Self::MlDsa44(key) | Self::MlDsa65(key) | Self::MlDsa87(key) => {
                key.public_key().as_ref().to_vec()
            }
        }
    }

    pub(crate) fn spki(&self) -> Vec<u8> {
        // By the library, where it has it; so that not both sides are ours.
        match self {
            Self::P256(key) | Self::P384(key) | Self::P521(key) => {
                key.public_key().as_der().unwrap().as_ref().to_vec()
            }
            Self::Rsa(key) | Self::RsaPss(key) => {
                key.public_key().as_der().unwrap().as_ref().to_vec()
            }
            Self::Ed25519(_) | Self::MlDsa44(_) | Self::MlDsa65(_) | Self::MlDsa87(_) => {
                sequence(&[self.signature_algorithm(), bit_string(&self.public())])
            }
        }
    }

    /// The AlgorithmIdentifier of its signatures.
    pub(crate) fn signature_algorithm(&self) -> Vec<u8> {
        let ecdsa = |last| sequence(&[oid(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, last])]);
        let null = || element(5, &[]);
        let sha256 = || sequence(&[oid(b"\x60\x86\x48\x01\x65\x03\x04\x02\x01"), null()]);
        let ml_dsa = |last| sequence(&[oid(&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, last])]);
        match self {
            Self::P256(_) => ecdsa(2),
            Self::P384(_) => ecdsa(3),
            Self::P521(_) => ecdsa(4),
            Self::Ed25519(_) => sequence(&[oid(&[0x2b, 0x65, 0x70])]),
            Self::Rsa(_) => sequence(&[oid(b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"), null()]),
            Self::RsaPss(_) => sequence(&[
                oid(b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"),
                sequence(&[
                    element(0xa0, &sha256()),
                    element(
                        0xa1,
                        &sequence(&[oid(b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08"), sha256()]),
                    ),
                    element(0xa2, &[2, 1, 32]),
                ]),
            ]),
            Self::MlDsa44(_) => ml_dsa(17),
            Self::MlDsa65(_) => ml_dsa(18),
            Self::MlDsa87(_) => ml_dsa(19),
        }
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::P256(key) | Self::P384(key) | Self::P521(key) => {
                key.sign(&random, message).unwrap().as_ref().to_vec()
            }
            Self::Ed25519(key) => key.sign(message).as_ref().to_vec(),
            Self::Rsa(key) | Self::RsaPss(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                let padding: &'static dyn aws_lc_rs::signature::RsaEncoding = match self {
                    Self::Rsa(_) => &RSA_PKCS1_SHA256,
                    _ => &RSA_PSS_SHA256,
                };
                key.sign(padding, &random, message, &mut signature).unwrap();
                signature
            }
            Self::MlDsa44(key) | Self::MlDsa65(key) | Self::MlDsa87(key) => {
                let mut signature = vec![0; key.algorithm().signature_len()];
                let length = key.sign(message, &mut signature).unwrap();
                signature.truncate(length);
                signature
            }
        }
    }
}
