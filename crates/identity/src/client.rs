//! Clients at the token endpoint: who asks, proven by a secret, by a key, or by nothing where that is enough.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use oidc::client_assertion::{self, ClientKey};
use oidc::dpop::About;
use oidc::jwk;
use oidc::token_request::{Proof, Secret};
use store::{ApplicationCredential, Client, CredentialKind, Id, Unit};

use crate::applications::derive_secret_hash;
use crate::issuer::Issuer;
use crate::limits::Limit;
use crate::possession::{self, Possession};
use crate::seal::{derive_mac, derive_spent_state};
use crate::{Caller, Identity, Refusal, SECOND, codes};

/// How a client proved who it is, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Proven {
    /// It is public: nothing was proven.
    Nothing,
    Secret,
    /// `private_key_jwt`: the only one good for tier 0 (security 11).
    Key,
}

impl Proven {
    /// Entra's `azpacr`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Proven::Nothing => "0",
            Proven::Secret => "1",
            Proven::Key => "2",
        }
    }
}

/// A client that proved itself as far as it says. Made only by [`authenticate`].
#[derive(Debug)]
pub(crate) struct AuthenticatedClient {
    pub(crate) client: Client,
    pub(crate) proven: Proven,
    /// The key whose possession the request proved: tokens are bound to it.
    pub(crate) possession: Option<Possession>,
    /// The assertion's place in the table of spent states.
    assertion: Option<Id>,
}

/// What a request says of its client.
pub(crate) struct Claimed<'a> {
    pub(crate) client_id: Option<&'a str>,
    pub(crate) proof: &'a Proof,
    /// A proof of possession, and the address that it must be about.
    pub(crate) dpop: Option<(&'a Secret, String)>,
}

impl AuthenticatedClient {
    /// Uses up what proved something: it holds for exactly one request, on all nodes together.
    pub(crate) fn spend(&self, identity: &Identity, unit: &mut Unit) {
        if let Some(possession) = &self.possession {
            possession.spend(identity, unit);
        }
        if let Some(state) = self.assertion {
            let attempt = identity.0.ambient.make_id();
            unit.spend(identity.0.tenant_id, state, attempt);
        }
    }

    /// Whether there is anything that [`spend`](AuthenticatedClient::spend) uses up.
    pub(crate) fn has_something_to_spend(&self) -> bool {
        self.assertion.is_some() || self.possession.is_some()
    }

    /// The key that tokens are bound to.
    pub(crate) fn key(&self) -> Option<&[u8; 32]> {
        self.possession.as_ref().map(|it| &it.key)
    }
}

/// Another request showed the assertion before.
pub(crate) fn replayed() -> Refusal {
    refused("client.assertion_replayed")
}

fn refused(detail: &'static str) -> Refusal {
    Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::CLIENT_REFUSED)
    }
}

/// Where a client's tries are counted: by network, as sign-ins are (security 22).
fn derive_key(identity: &Identity, label: &[u8], value: &[u8]) -> [u8; 16] {
    let mac = derive_mac(&identity.snapshot().keys.mac, &[label, value]);
    let mut key = [0; 16];
    key.copy_from_slice(&mac[..16]);
    key
}

fn limited(seconds: u32) -> Refusal {
    Refusal {
        retry_after: Some(seconds),
        ..Refusal::new(&codes::LIMITED)
    }
}

fn take(limit: &Limit, key: [u8; 16], identity: &Identity) -> Result<(), Refusal> {
    limit.take(key, identity.0.ambient.now()).map_err(limited)
}

/// Proves who the client is. A try from a network that failed too often lately is refused before anything is compared,
/// and each failure is counted.
pub(crate) async fn authenticate(
    identity: &Identity,
    caller: &Caller,
    issuer: &Issuer,
    claimed: Claimed<'_>,
) -> Result<AuthenticatedClient, Refusal> {
    let network = derive_key(identity, b"client network", &caller.network());
    let failures = &identity.0.client_failure_limit;
    failures
        .check(network, identity.0.ambient.now())
        .map_err(limited)?;
    let mut outcome = prove(identity, issuer, &claimed).await;
    match &mut outcome {
        Err(refusal) if refusal.code == &codes::CLIENT_REFUSED => {
            take(failures, network, identity)?;
        }
        Ok(client) => {
            let key = derive_key(identity, b"client", &client.client.app_id.0);
            take(&identity.0.client_limit, key, identity)?;
            // Behind the limit: whoever knows a public client's name could else fill what proofs are remembered in.
            if let Some((proof, address)) = &claimed.dpop {
                let about = About {
                    method: "POST",
                    address,
                    access_token: None,
                };
                client.possession = Some(possession::check(identity, proof.expose(), about)?);
            }
        }
        Err(_) => {}
    }
    outcome
}

async fn prove(
    identity: &Identity,
    issuer: &Issuer,
    claimed: &Claimed<'_>,
) -> Result<AuthenticatedClient, Refusal> {
    let proof = claimed.proof;
    let name = match (claimed.client_id, proof) {
        (Some(id), _) => id.to_owned(),
        (None, Proof::Assertion(token)) => client_assertion::unverified_client(token.expose())
            .map_err(|_| refused("client.assertion_malformed"))?,
        (None, _) => return Err(refused("client.unnamed")),
    };
    let client = find(identity, &name).await?;
    let stored = match proof {
        Proof::Nothing => Vec::new(),
        _ => {
            let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
            store
                .list_application_credentials(tenant, client.object_id)
                .await?
        }
    };
    let now = identity.0.ambient.now();
    let valid = |kind| {
        move |credential: &&ApplicationCredential| {
            credential.kind == kind && credential.starts_at <= now && now < credential.expires_at
        }
    };
    let (proven, assertion) = match proof {
        Proof::Nothing => (Proven::Nothing, None),
        Proof::SecretBasic(secret) | Proof::SecretPost(secret) => {
            let secrets = stored.iter().filter(valid(CredentialKind::Secret));
            check_secret(secret, secrets)?;
            (Proven::Secret, None)
        }
        Proof::Assertion(token) => {
            let keys = stored.iter().filter(valid(CredentialKind::Key));
            let state = check_assertion(identity, issuer, &client, token, keys)?;
            (Proven::Key, Some(state))
        }
    };
    Ok(AuthenticatedClient {
        client,
        proven,
        possession: None,
        assertion,
    })
}

/// The client of a `client_id`, which is a GUID in any case.
pub(crate) async fn find(identity: &Identity, client_id: &str) -> Result<Client, Refusal> {
    let app_id = Id::parse(client_id).ok_or_else(|| refused("client.unknown"))?;
    let found = identity
        .0
        .store
        .find_client(identity.0.tenant_id, app_id)
        .await?;
    found.ok_or_else(|| refused("client.unknown"))
}

/// The same where a page tells a person: who asks is unknown, or where the answer would go.
pub(crate) async fn find_for_page(identity: &Identity, client_id: &str) -> Result<Client, Refusal> {
    find(identity, client_id)
        .await
        .map_err(|refusal| match refusal.code {
            code if code == &codes::CLIENT_REFUSED => Refusal::new(&codes::REDIRECT_UNKNOWN),
            _ => refusal,
        })
}

/// Compares with every secret, each in constant time (past mistake 40).
fn check_secret<'a>(
    secret: &Secret,
    stored: impl Iterator<Item = &'a ApplicationCredential>,
) -> Result<(), Refusal> {
    let hash = derive_secret_hash(secret.expose());
    let matching = stored
        .filter(|credential| verify_slices_are_equal(&credential.verifier, &hash).is_ok())
        .count();
    if matching > 0 {
        Ok(())
    } else {
        Err(refused("client.secret"))
    }
}

fn check_assertion<'a>(
    identity: &Identity,
    issuer: &Issuer,
    client: &Client,
    token: &Secret,
    stored: impl Iterator<Item = &'a ApplicationCredential>,
) -> Result<Id, Refusal> {
    let keys: Vec<ClientKey> = stored.filter_map(read_key).collect();
    // OpenID Connect Core section 9: the token endpoint; RFC 7523 bis: the issuer; RFC 7009 and 9126: the endpoint asked.
    // All of the issuer of the address, and each assertion once, wherever it is shown.
    let audiences = issuer.audiences();
    let audiences: Vec<&str> = audiences.iter().map(String::as_str).collect();
    let assertion = client_assertion::verify(
        token.expose(),
        &client.app_id.to_string(),
        &keys,
        &audiences,
        identity.0.ambient.now() / SECOND,
    )
    .map_err(|error| {
        use oidc::jwt::JwtError as E;
        refused(match error {
            E::Expired => "client.assertion_expired",
            E::NotYetValid => "client.assertion_not_yet_valid",
            E::SignatureInvalid | E::KeyMismatch => "client.assertion_signature",
            E::ClaimUnfit => "client.assertion_claims",
            E::TooLong | E::Malformed | E::AlgorithmRefused | E::Critical => {
                "client.assertion_malformed"
            }
        })
    })?;
    Ok(derive_state(client, &assertion))
}

fn read_key(credential: &ApplicationCredential) -> Option<ClientKey> {
    let key = jwk::parse(&credential.verifier).ok()?;
    Some(ClientKey {
        names: vec![credential.key_id.to_string(), key.thumbprint_text()],
        key,
    })
}

/// Where an assertion is remembered, by client and `jti`.
fn derive_state(client: &Client, assertion: &client_assertion::Assertion) -> Id {
    let id = assertion.id.as_bytes();
    derive_spent_state(
        assertion.expires_at,
        &[b"claviger client assertion", &client.app_id.0, id],
    )
}
