//! Keys: one key-encryption key from outside, everything else sealed under it in the database (security 27).

use aws_lc_rs::hmac;
use aws_lc_rs::signature::Ed25519KeyPair;
use oidc::jwt::Algorithm;
use store::{Id, SecretKey, Store, StoreError, Unit};

use crate::ambient::Ambient;
use crate::applications::ID_TOKEN_ALGORITHMS;
use crate::seal::Sealer;
use crate::signing::{self, SigningKey, SigningKeys};
use crate::{DAY, HOUR, Micros};

use crate::seal::SecretBytes;

/// The key that opens all others; it comes from a file or the environment and is never in a backup.
pub type KeyEncryptionKey = SecretBytes;

/// How long a state key seals; it opens two hours longer.
const STATE_KEY_AGE: Micros = DAY;
const STATE_KEY_OVERLAP: Micros = 2 * HOUR;

/// One word per use of a key; stands in the table and in the associated data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// Seals ceremony states; rotates daily.
    State,
    /// Makes look-alike credential ids; never rotates (security 20).
    LookAlike,
    /// Names in limits and logs, tokens against forged requests; never rotates.
    Mac,
    /// Signs the links of the audit chain.
    Audit,
    /// Signs what is exported about the audit chain (security 34).
    Checkpoint,
    /// Signs access tokens; rotates.
    SignEs256,
    /// Signs id tokens; made when the first one is asked for, then rotates. So do the next two.
    SignRs256,
    SignEdDsa,
    SignMlDsa65,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Purpose::State => "state",
            Purpose::LookAlike => "look_alike",
            Purpose::Mac => "mac",
            Purpose::Audit => "audit",
            Purpose::Checkpoint => "checkpoint",
            Purpose::SignEdDsa => "sign_eddsa",
            Purpose::SignMlDsa65 => "sign_ml_dsa_65",
            Purpose::SignEs256 => "sign_es256",
            Purpose::SignRs256 => "sign_rs256",
        }
    }
}

#[derive(Debug)]
pub(crate) struct StateKey {
    pub(crate) key_id: Id,
    pub(crate) sealer: Sealer,
    created_at: Micros,
    retires_at: Micros,
}

/// The opened keys of a tenant.
#[derive(Debug)]
pub(crate) struct Keys {
    states: Vec<StateKey>,
    pub(crate) look_alike: hmac::Key,
    pub(crate) mac: hmac::Key,
    pub(crate) audit: Ed25519KeyPair,
    pub(crate) checkpoint: Ed25519KeyPair,
    pub(crate) signing: SigningKeys,
}

/// Why the keys can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error(
        "the key-encryption key does not open this database's keys: it belongs to another database or was replaced"
    )]
    WrongKey,
    #[error("the database lacks a key for {0}")]
    Missing(&'static str),
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn derive_associated(tenant: Id, key_id: Id, purpose: &str) -> Vec<u8> {
    [
        b"secret_key".as_slice(),
        &tenant.0,
        &key_id.0,
        purpose.as_bytes(),
    ]
    .concat()
}

fn make_key(
    kek: &KeyEncryptionKey,
    ambient: &Ambient,
    tenant: Id,
    purpose: Purpose,
    retires_at: Option<Micros>,
) -> SecretKey {
    let secret: [u8; 32] = ambient.random.make();
    seal_key(kek, ambient, tenant, purpose, &secret, retires_at)
}

fn seal_key(
    kek: &KeyEncryptionKey,
    ambient: &Ambient,
    tenant: Id,
    purpose: Purpose,
    secret: &[u8],
    retires_at: Option<Micros>,
) -> SecretKey {
    let key_id = ambient.make_id();
    let sealer = Sealer::new(&kek.derive("secret_key"));
    let associated = derive_associated(tenant, key_id, purpose.as_str());
    SecretKey {
        key_id,
        purpose: purpose.as_str().to_owned(),
        sealed: sealer.seal(&ambient.random, &associated, secret),
        created_at: ambient.now(),
        retires_at,
    }
}

/// The keys that a new tenant starts with.
pub(crate) fn make_first_keys(
    kek: &KeyEncryptionKey,
    ambient: &Ambient,
    tenant: Id,
) -> Vec<SecretKey> {
    let lasting = [
        Purpose::LookAlike,
        Purpose::Mac,
        Purpose::Audit,
        Purpose::Checkpoint,
    ];
    let mut keys: Vec<SecretKey> = lasting
        .map(|purpose| make_key(kek, ambient, tenant, purpose, None))
        .into();
    keys.push(make_state_key(kek, ambient, tenant));
    keys.extend(make_signing_key(kek, ambient, tenant, Algorithm::Es256));
    keys
}

fn make_state_key(kek: &KeyEncryptionKey, ambient: &Ambient, tenant: Id) -> SecretKey {
    let retires_at = ambient.now() + STATE_KEY_AGE + STATE_KEY_OVERLAP;
    make_key(kek, ambient, tenant, Purpose::State, Some(retires_at))
}

/// Reads and opens all keys of the tenant.
pub(crate) async fn load(
    store: &Store,
    kek: &KeyEncryptionKey,
    tenant: Id,
) -> Result<Keys, KeyError> {
    let sealer = Sealer::new(&kek.derive("secret_key"));
    let (mut opened, mut signing) = (Vec::new(), Vec::new());
    for key in store.list_secret_keys(tenant).await? {
        let associated = derive_associated(tenant, key.key_id, &key.purpose);
        let secret = sealer
            .open(&associated, &key.sealed)
            .ok_or(KeyError::WrongKey)?;
        if let Some(algorithm) = find_algorithm(&key.purpose) {
            let retires_at = key.retires_at.unwrap_or(i64::MAX);
            let key = SigningKey::open(algorithm, &secret, key.created_at, retires_at);
            signing.push(key.ok_or(KeyError::WrongKey)?);
            continue;
        }
        let secret: [u8; 32] = secret
            .as_slice()
            .try_into()
            .map_err(|_| KeyError::WrongKey)?;
        opened.push((key, SecretBytes::new(secret)));
    }
    let find = |purpose: Purpose| {
        let found = opened
            .iter()
            .find(|(key, _)| key.purpose == purpose.as_str());
        found
            .map(|(_, secret)| secret)
            .ok_or(KeyError::Missing(purpose.as_str()))
    };
    Ok(Keys {
        signing: SigningKeys(signing),
        look_alike: hmac::Key::new(hmac::HMAC_SHA256, find(Purpose::LookAlike)?.expose()),
        mac: hmac::Key::new(hmac::HMAC_SHA256, find(Purpose::Mac)?.expose()),
        audit: Ed25519KeyPair::from_seed_unchecked(find(Purpose::Audit)?.expose())
            .map_err(|_| KeyError::WrongKey)?,
        checkpoint: Ed25519KeyPair::from_seed_unchecked(find(Purpose::Checkpoint)?.expose())
            .map_err(|_| KeyError::WrongKey)?,
        states: opened
            .iter()
            .filter(|(key, _)| key.purpose == Purpose::State.as_str())
            .map(|(key, secret)| StateKey {
                key_id: key.key_id,
                sealer: Sealer::new(secret),
                created_at: key.created_at,
                retires_at: key.retires_at.unwrap_or(i64::MAX),
            })
            .collect(),
    })
}

/// The algorithm of a purpose that signs tokens.
fn find_algorithm(purpose: &str) -> Option<Algorithm> {
    match purpose {
        _ if purpose == Purpose::SignEs256.as_str() => Some(Algorithm::Es256),
        _ if purpose == Purpose::SignRs256.as_str() => Some(Algorithm::Rs256),
        _ if purpose == Purpose::SignEdDsa.as_str() => Some(Algorithm::EdDsa),
        _ if purpose == Purpose::SignMlDsa65.as_str() => Some(Algorithm::MlDsa65),
        _ => None,
    }
}

/// A new key that signs tokens; `None` only when the crypto library fails.
pub(crate) fn make_signing_key(
    kek: &KeyEncryptionKey,
    ambient: &Ambient,
    tenant: Id,
    algorithm: Algorithm,
) -> Option<SecretKey> {
    let (purpose, secret) = match algorithm {
        Algorithm::Rs256 => (Purpose::SignRs256, signing::make_rs256()?),
        Algorithm::EdDsa => (Purpose::SignEdDsa, signing::make_seed(&ambient.random)),
        Algorithm::MlDsa65 => (Purpose::SignMlDsa65, signing::make_seed(&ambient.random)),
        _ => (Purpose::SignEs256, signing::make_es256(&ambient.random)),
    };
    let retires_at = signing::retires_at(ambient.now());
    Some(seal_key(
        kek,
        ambient,
        tenant,
        purpose,
        &secret,
        Some(retires_at),
    ))
}

impl Keys {
    /// The key that seals now: the newest.
    pub(crate) fn current_state_key(&self) -> Option<&StateKey> {
        self.states.iter().max_by_key(|key| key.created_at)
    }

    /// The key that a state names, while it opens.
    pub(crate) fn find_state_key(&self, key_id: Id, now: Micros) -> Option<&StateKey> {
        self.states
            .iter()
            .find(|key| key.key_id == key_id && now < key.retires_at)
    }

    /// New keys in `unit` where the newest of their kind is old enough; whether there are any.
    pub(crate) fn rotate(
        &self,
        unit: &mut Unit,
        kek: &KeyEncryptionKey,
        ambient: &Ambient,
        tenant: Id,
    ) -> bool {
        let now = ambient.now();
        let mut made = Vec::new();
        if self
            .current_state_key()
            .is_none_or(|key| now - key.created_at >= STATE_KEY_AGE)
        {
            made.push(make_state_key(kek, ambient, tenant));
        }
        for algorithm in ID_TOKEN_ALGORITHMS {
            // No key is made of a kind that no id token was ever asked for with.
            let wanted = algorithm == Algorithm::Es256 || self.signing.has(algorithm);
            if wanted && self.signing.is_due(algorithm, now) {
                made.extend(make_signing_key(kek, ambient, tenant, algorithm));
            }
        }
        for key in &made {
            unit.insert_secret_key(tenant, key);
        }
        if !made.is_empty() {
            unit.delete_retired_keys(tenant, now - DAY);
        }
        !made.is_empty()
    }
}
