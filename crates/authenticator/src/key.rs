//! Private keys: derived from a seed, never shown, able to sign and to give their public half.

use std::sync::Arc;

use aws_lc_rs::agreement;
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::hkdf;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair, PqdsaKeyPair};
use webauthn::Algorithm;
use zeroize::Zeroizing;

use crate::{Error, cbor};

/// A private key with its algorithm. Clones share the one key in memory; aws-lc wipes it at the end.
#[derive(Clone)]
pub struct SigningKey {
    algorithm: Algorithm,
    pair: Arc<Pair>,
}

enum Pair {
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
    MlDsa(PqdsaKeyPair),
}

/// Shows the algorithm only.
impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.algorithm)
    }
}

/// Where an elliptic curve's parts come from in aws-lc.
struct Curve {
    agreement: &'static agreement::Algorithm,
    signing: &'static signature::EcdsaSigningAlgorithm,
    /// Bytes of a coordinate and of the private scalar.
    length: usize,
    /// The number in the registry "COSE Elliptic Curves".
    cose_id: i64,
}

static P256: Curve = Curve {
    agreement: &agreement::ECDH_P256,
    signing: &signature::ECDSA_P256_SHA256_ASN1_SIGNING,
    length: 32,
    cose_id: 1,
};
static P384: Curve = Curve {
    agreement: &agreement::ECDH_P384,
    signing: &signature::ECDSA_P384_SHA384_ASN1_SIGNING,
    length: 48,
    cose_id: 2,
};
static P521: Curve = Curve {
    agreement: &agreement::ECDH_P521,
    signing: &signature::ECDSA_P521_SHA512_ASN1_SIGNING,
    length: 66,
    cose_id: 3,
};

impl SigningKey {
    /// The key that follows from a secret seed: the same seed and algorithm give the same key.
    ///
    /// # Errors
    /// [`Error::NotSupported`] for RS256 and PS256 (RSA keys can't be derived from 32 bytes),
    /// [`Error::Crypto`] when aws-lc refuses the key.
    pub fn derive(algorithm: Algorithm, seed: &[u8; 32]) -> Result<SigningKey, Error> {
        let pair = match algorithm {
            Algorithm::Es256 => Pair::Ec(derive_ec(&P256, seed)?),
            Algorithm::Es384 => Pair::Ec(derive_ec(&P384, seed)?),
            Algorithm::Es512 => Pair::Ec(derive_ec(&P521, seed)?),
            Algorithm::EdDsa => {
                Pair::Ed(Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| Error::Crypto)?)
            }
            Algorithm::MlDsa44 => Pair::MlDsa(derive_ml_dsa(&signature::ML_DSA_44_SIGNING, seed)?),
            Algorithm::MlDsa65 => Pair::MlDsa(derive_ml_dsa(&signature::ML_DSA_65_SIGNING, seed)?),
            Algorithm::MlDsa87 => Pair::MlDsa(derive_ml_dsa(&signature::ML_DSA_87_SIGNING, seed)?),
            Algorithm::Rs256 | Algorithm::Ps256 => return Err(Error::NotSupported),
        };
        Ok(SigningKey {
            algorithm,
            pair: Arc::new(pair),
        })
    }

    /// The algorithm that this key signs with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Signs a message; the signature is in the form that WebAuthn section 6.5.5 wants (ASN.1 for ECDSA).
    ///
    /// # Errors
    /// [`Error::Crypto`] when aws-lc can't sign.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        match &*self.pair {
            Pair::Ec(pair) => Ok(pair
                .sign(&SystemRandom::new(), message)
                .map_err(|_| Error::Crypto)?
                .as_ref()
                .to_vec()),
            Pair::Ed(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::MlDsa(pair) => {
                let mut signature = vec![0; pair.algorithm().signature_len()];
                let length = pair
                    .sign(message, &mut signature)
                    .map_err(|_| Error::Crypto)?;
                signature.truncate(length);
                Ok(signature)
            }
        }
    }

    /// The public key as `COSE_Key` (RFC 9052 section 7; RFC 9964 for ML-DSA), in canonical CBOR.
    #[must_use]
    pub fn cose_public_key(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match &*self.pair {
            Pair::Ec(pair) => write_ec2(&mut out, self.algorithm, pair.public_key().as_ref()),
            Pair::Ed(pair) => {
                // OKP, curve Ed25519.
                write_key_head(&mut out, 4, 1, self.algorithm);
                cbor::int(&mut out, -1);
                cbor::int(&mut out, 6);
                cbor::int(&mut out, -2);
                cbor::bytes(&mut out, pair.public_key().as_ref());
            }
            Pair::MlDsa(pair) => {
                // AKP: the algorithm says all, the key is one string.
                write_key_head(&mut out, 3, 7, self.algorithm);
                cbor::int(&mut out, -1);
                cbor::bytes(&mut out, pair.public_key().as_ref());
            }
        }
        out
    }

    /// The public key as DER `SubjectPublicKeyInfo`, as `getPublicKey()` gives it.
    ///
    /// # Errors
    /// [`Error::Crypto`] when aws-lc can't encode it.
    pub fn subject_public_key_info(&self) -> Result<Vec<u8>, Error> {
        let der: Result<PublicKeyX509Der<'_>, _> = match &*self.pair {
            Pair::Ec(pair) => pair.public_key().as_der(),
            Pair::Ed(pair) => pair.public_key().as_der(),
            Pair::MlDsa(pair) => pair.public_key().as_der(),
        };
        Ok(der.map_err(|_| Error::Crypto)?.as_ref().to_vec())
    }
}

fn write_key_head(out: &mut Vec<u8>, entries: u64, key_type: i64, algorithm: Algorithm) {
    cbor::map(out, entries);
    cbor::int(out, 1);
    cbor::int(out, key_type);
    cbor::int(out, 3);
    cbor::int(out, algorithm.cose_id());
}

/// `point` is 0x04, x, y.
fn write_ec2(out: &mut Vec<u8>, algorithm: Algorithm, point: &[u8]) {
    let (x, y) = point[1..].split_at(point.len() / 2);
    let curve = match algorithm {
        Algorithm::Es384 => &P384,
        Algorithm::Es512 => &P521,
        _ => &P256,
    };
    write_key_head(out, 5, 2, algorithm);
    cbor::int(out, -1);
    cbor::int(out, curve.cose_id);
    cbor::int(out, -2);
    cbor::bytes(out, x);
    cbor::int(out, -3);
    cbor::bytes(out, y);
}

fn derive_ec(curve: &Curve, seed: &[u8; 32]) -> Result<EcdsaKeyPair, Error> {
    // A candidate is refused only when it is zero or not below the order: next to never.
    for attempt in 0..4u8 {
        let mut scalar = Zeroizing::new(vec![0; curve.length]);
        expand(seed, &[b"scalar", &[attempt]], &mut scalar)?;
        if curve.length == P521.length {
            scalar[0] &= 1;
        }
        let Ok(private) = agreement::PrivateKey::from_private_key(curve.agreement, &scalar) else {
            continue;
        };
        let public = private.compute_public_key().map_err(|_| Error::Crypto)?;
        return EcdsaKeyPair::from_private_key_and_public_key(
            curve.signing,
            &scalar,
            public.as_ref(),
        )
        .map_err(|_| Error::Crypto);
    }
    Err(Error::Crypto)
}

fn derive_ml_dsa(
    algorithm: &'static signature::PqdsaSigningAlgorithm,
    seed: &[u8; 32],
) -> Result<PqdsaKeyPair, Error> {
    PqdsaKeyPair::from_seed(algorithm, seed).map_err(|_| Error::Crypto)
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// Fills `out` from the seed by HKDF-SHA-256 (RFC 5869), one label per use.
pub(crate) fn expand(seed: &[u8; 32], label: &[&[u8]], out: &mut [u8]) -> Result<(), Error> {
    hkdf::Salt::new(hkdf::HKDF_SHA256, b"claviger authenticator")
        .extract(seed)
        .expand(label, Length(out.len()))
        .and_then(|okm| okm.fill(out))
        .map_err(|_| Error::Crypto)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DERIVED: [Algorithm; 7] = [
        Algorithm::Es256,
        Algorithm::Es384,
        Algorithm::Es512,
        Algorithm::EdDsa,
        Algorithm::MlDsa44,
        Algorithm::MlDsa65,
        Algorithm::MlDsa87,
    ];

    #[test]
    fn the_same_seed_gives_the_same_key_and_another_seed_another() {
        for algorithm in DERIVED {
            let public = |seed: u8| {
                SigningKey::derive(algorithm, &[seed; 32])
                    .unwrap()
                    .cose_public_key()
            };
            assert_eq!(public(1), public(1), "{algorithm}");
            assert_ne!(public(1), public(2), "{algorithm}");
        }
    }

    #[test]
    fn rsa_is_refused_by_name() {
        assert_eq!(
            SigningKey::derive(Algorithm::Rs256, &[1; 32]).unwrap_err(),
            Error::NotSupported
        );
        assert_eq!(
            SigningKey::derive(Algorithm::Ps256, &[1; 32]).unwrap_err(),
            Error::NotSupported
        );
    }

    #[test]
    fn debug_shows_no_secret() {
        let key = SigningKey::derive(Algorithm::EdDsa, &[7; 32]).unwrap();
        assert_eq!(format!("{key:?}"), "SigningKey(EdDSA)");
    }

    #[test]
    fn signatures_verify_under_the_encoded_key() {
        use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ED25519, ML_DSA_65, UnparsedPublicKey};
        let message = b"message";
        let es = SigningKey::derive(Algorithm::Es256, &[1; 32]).unwrap();
        let spki = es.subject_public_key_info().unwrap();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, spki)
            .verify(message, &es.sign(message).unwrap())
            .unwrap();
        let ed = SigningKey::derive(Algorithm::EdDsa, &[1; 32]).unwrap();
        // The point stands at the end of the COSE key.
        let cose = ed.cose_public_key();
        let point = &cose[cose.len() - 32..];
        UnparsedPublicKey::new(&ED25519, point)
            .verify(message, &ed.sign(message).unwrap())
            .unwrap();
        let ml = SigningKey::derive(Algorithm::MlDsa65, &[1; 32]).unwrap();
        let cose = ml.cose_public_key();
        let public = &cose[cose.len() - 1952..];
        UnparsedPublicKey::new(&ML_DSA_65, public)
            .verify(message, &ml.sign(message).unwrap())
            .unwrap();
    }
}
