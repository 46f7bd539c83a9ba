//! Keys that sign tokens: ES256 for access tokens; for id tokens RS256, which every client library verifies, or what their
//! application chose.
//!
//! A key stands in the key set a day before it signs and until the last token that it signed is over, so that whoever
//! keeps a copy of the set has it in time. A key's name is its thumbprint.

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, ML_DSA_65_SIGNING,
    PqdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use oidc::jwk::PublicKey;
use oidc::jwt::{self, Algorithm};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::ambient::Random;
use crate::{DAY, HOUR, Micros};

/// How long a key signs.
const SIGNS_FOR: Micros = 30 * DAY;
/// How long it is shown before it signs.
const SHOWN_AHEAD: Micros = DAY;
/// How long it is shown after it signed last.
const SHOWN_AFTER: Micros = 2 * HOUR;

/// When a key that is made now is forgotten.
pub(crate) fn retires_at(now: Micros) -> Micros {
    now + SHOWN_AHEAD + SIGNS_FOR + SHOWN_AFTER
}

enum Pair {
    Ecdsa(Box<EcdsaKeyPair>),
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
    MlDsa(Box<PqdsaKeyPair>),
}

/// A key that signs tokens.
pub(crate) struct SigningKey {
    /// `kid`.
    pub(crate) name: String,
    pub(crate) algorithm: Algorithm,
    pub(crate) public: PublicKey,
    pair: Pair,
    created_at: Micros,
    retires_at: Micros,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Secret bytes of a new P-256 key: a number below the group's order, which all but one in 2^32 are.
pub(crate) fn make_es256(random: &Random) -> Zeroizing<Vec<u8>> {
    loop {
        let secret: [u8; 32] = random.make();
        if PrivateKey::from_private_key(&ECDH_P256, &secret).is_ok() {
            return Zeroizing::new(secret.to_vec());
        }
    }
}

/// A new RSA key of 2048 bits in PKCS #8. Its primes are drawn by aws-lc itself; takes a tenth of a second.
pub(crate) fn make_rs256() -> Option<Zeroizing<Vec<u8>>> {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
    let document = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).ok()?;
    Some(Zeroizing::new(document.as_ref().to_vec()))
}

fn open_es256(secret: &[u8]) -> Option<(Pair, PublicKey)> {
    let private = PrivateKey::from_private_key(&ECDH_P256, secret).ok()?;
    let point = private.compute_public_key().ok()?;
    let pair = EcdsaKeyPair::from_private_key_and_public_key(
        &ECDSA_P256_SHA256_FIXED_SIGNING,
        secret,
        point.as_ref(),
    )
    .ok()?;
    let public = PublicKey::of_p256(point.as_ref()).ok()?;
    Some((Pair::Ecdsa(Box::new(pair)), public))
}

/// The seed of a new key of Ed25519 or ML-DSA: any 32 bytes.
pub(crate) fn make_seed(random: &Random) -> Zeroizing<Vec<u8>> {
    let seed: [u8; 32] = random.make();
    Zeroizing::new(seed.to_vec())
}

fn open_ed25519(seed: &[u8]) -> Option<(Pair, PublicKey)> {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
    let public = PublicKey::of_ed25519(pair.public_key().as_ref()).ok()?;
    Some((Pair::Ed25519(Box::new(pair)), public))
}

fn open_ml_dsa_65(seed: &[u8]) -> Option<(Pair, PublicKey)> {
    let pair = PqdsaKeyPair::from_seed(&ML_DSA_65_SIGNING, seed).ok()?;
    let public = PublicKey::of_ml_dsa_65(pair.public_key().as_ref()).ok()?;
    Some((Pair::MlDsa(Box::new(pair)), public))
}

fn open_rs256(secret: &[u8]) -> Option<(Pair, PublicKey)> {
    let pair = RsaKeyPair::from_pkcs8(secret).ok()?;
    let public = PublicKey::of_pkcs1(pair.public_key().as_ref()).ok()?;
    Some((Pair::Rsa(Box::new(pair)), public))
}

impl SigningKey {
    /// `None` for bytes that are no key of that algorithm.
    pub(crate) fn open(
        algorithm: Algorithm,
        secret: &[u8],
        created_at: Micros,
        retires_at: Micros,
    ) -> Option<SigningKey> {
        let (pair, public) = match algorithm {
            Algorithm::Es256 => open_es256(secret)?,
            Algorithm::Rs256 => open_rs256(secret)?,
            Algorithm::EdDsa => open_ed25519(secret)?,
            Algorithm::MlDsa65 => open_ml_dsa_65(secret)?,
            _ => return None,
        };
        Some(SigningKey {
            name: public.thumbprint_text(),
            algorithm,
            public,
            pair,
            created_at,
            retires_at,
        })
    }

    /// A signed token with these claims. `None` only when the crypto library fails.
    pub(crate) fn sign(&self, token_type: &str, claims: &Map<String, Value>) -> Option<String> {
        let input = jwt::prepare(self.algorithm, &self.name, token_type, claims);
        let signature = match &self.pair {
            Pair::Ecdsa(pair) => pair
                .sign(&SystemRandom::new(), input.as_bytes())
                .ok()?
                .as_ref()
                .to_vec(),
            Pair::Rsa(pair) => {
                let mut out = vec![0; pair.public_modulus_len()];
                pair.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    input.as_bytes(),
                    &mut out,
                )
                .ok()?;
                out
            }
            Pair::Ed25519(pair) => pair.sign(input.as_bytes()).as_ref().to_vec(),
            Pair::MlDsa(pair) => {
                let mut out = vec![0; pair.algorithm().signature_len()];
                let length = pair.sign(input.as_bytes(), &mut out).ok()?;
                out.truncate(length);
                out
            }
        };
        Some(jwt::finish(&input, &signature))
    }
}

/// All keys that sign tokens, of every age.
#[derive(Debug)]
pub(crate) struct SigningKeys(pub(crate) Vec<SigningKey>);

impl SigningKeys {
    fn of(&self, algorithm: Algorithm) -> impl Iterator<Item = &SigningKey> {
        self.0.iter().filter(move |key| key.algorithm == algorithm)
    }

    /// The key that signs now: the newest of those that were shown for a day; where there is none, the oldest.
    pub(crate) fn current(&self, algorithm: Algorithm, now: Micros) -> Option<&SigningKey> {
        let live = || self.of(algorithm).filter(|key| now < key.retires_at);
        live()
            .filter(|key| key.created_at + SHOWN_AHEAD <= now)
            .max_by(|one, other| (one.created_at, &one.name).cmp(&(other.created_at, &other.name)))
            .or_else(|| {
                live().min_by(|one, other| {
                    (one.created_at, &one.name).cmp(&(other.created_at, &other.name))
                })
            })
    }

    /// Whether a successor must be shown by now: there is no key, or the newest has signed for its time, less a day.
    pub(crate) fn is_due(&self, algorithm: Algorithm, now: Micros) -> bool {
        let newest = self.of(algorithm).map(|key| key.created_at).max();
        newest.is_none_or(|created_at| now - created_at >= SIGNS_FOR)
    }

    pub(crate) fn has(&self, algorithm: Algorithm) -> bool {
        self.of(algorithm).next().is_some()
    }

    /// The key that a token names, while it is shown.
    pub(crate) fn find(&self, name: &str, now: Micros) -> Option<&SigningKey> {
        self.0
            .iter()
            .find(|key| key.name == name && now < key.retires_at)
    }

    /// The key set (RFC 7517 section 5).
    pub(crate) fn to_set(&self, now: Micros) -> Value {
        let mut shown: Vec<&SigningKey> =
            self.0.iter().filter(|key| now < key.retires_at).collect();
        shown.sort_by(|one, other| {
            (other.created_at, &other.name).cmp(&(one.created_at, &one.name))
        });
        let keys: Vec<Value> = shown
            .iter()
            .map(|key| key.public.to_set_entry(&key.name, key.algorithm))
            .collect();
        json!({ "keys": keys })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ambient::Ambient;

    fn made(created_at: Micros) -> SigningKey {
        let random = Ambient::frozen(0, created_at as u64).random;
        let secret = make_es256(&random);
        SigningKey::open(
            Algorithm::Es256,
            &secret,
            created_at,
            retires_at(created_at),
        )
        .unwrap()
    }

    #[test]
    fn what_a_key_signs_verifies_under_its_entry_in_the_set() {
        let secret = make_rs256().unwrap();
        let rsa = SigningKey::open(Algorithm::Rs256, &secret, 0, retires_at(0)).unwrap();
        let mut claims = Map::new();
        claims.insert("sub".to_owned(), json!("x"));
        let random = Ambient::frozen(0, 7).random;
        let seeded =
            |algorithm| SigningKey::open(algorithm, &make_seed(&random), 0, retires_at(0)).unwrap();
        let (edwards, lattice) = (seeded(Algorithm::EdDsa), seeded(Algorithm::MlDsa65));
        let keys = SigningKeys(vec![made(1), rsa, edwards, lattice]);
        let set = keys.to_set(2);
        for key in &keys.0 {
            let token = key.sign("jwt", &claims).unwrap();
            let parsed = jwt::parse(&token).unwrap();
            let entry = set["keys"]
                .as_array()
                .unwrap()
                .iter()
                .find(|entry| entry["kid"] == *parsed.header().key_id.as_ref().unwrap())
                .unwrap();
            let public = oidc::jwk::parse(entry.to_string().as_bytes()).unwrap();
            let read = parsed.verify(&public, &[key.algorithm]).unwrap();
            assert_eq!(read.text("sub").unwrap(), "x");
        }
        assert!(!set.to_string().contains("\"d\""));
    }

    #[test]
    fn keys_follow_each_other_with_overlap() {
        let mut keys = SigningKeys(Vec::new());
        assert!(keys.is_due(Algorithm::Es256, 0));
        keys.0.push(made(0));
        let name =
            |keys: &SigningKeys, now| keys.current(Algorithm::Es256, now).unwrap().name.clone();
        let first = name(&keys, 0);
        assert!(!keys.is_due(Algorithm::Es256, 30 * DAY - 1));
        assert!(keys.is_due(Algorithm::Es256, 30 * DAY));
        keys.0.push(made(30 * DAY));
        // Shown, but not signing yet.
        assert_eq!(name(&keys, 31 * DAY - 1), first);
        let second = name(&keys, 31 * DAY);
        assert_ne!(second, first);
        // What the first signed last can still be verified for longer than any token lives.
        assert!(keys.find(&first, 31 * DAY + HOUR).is_some());
        assert!(keys.find(&first, 32 * DAY).is_none());
        assert_eq!(keys.to_set(32 * DAY)["keys"].as_array().unwrap().len(), 1);
        assert!(!keys.has(Algorithm::Rs256));
    }
}
