//! Signing in with a passkey: by autofill, by the button, by the typed name.

use store::{CredentialStatus, Id, Person, PersonStatus};
use webauthn::options::{CredentialDescriptor, RequestOptions};
use webauthn::signals::{AllAcceptedCredentials, CurrentUserDetails};

use crate::authentication::{self, Try};
use crate::ceremony::{self, Binding};
use crate::flow::Purpose;
use crate::seal::derive_mac;
use crate::{Caller, Identity, Refusal, Session, SessionToken, codes, look_alike, names};

/// What the page needs to run `navigator.credentials.get()`.
#[derive(Debug)]
pub struct Challenge {
    /// The sealed state, of fixed length; travels in the page and comes back with the answer.
    pub state: String,
    pub options: RequestOptions,
}

/// A finished sign-in, on disk already.
#[derive(Debug)]
pub struct SignedIn {
    pub token: SessionToken,
    pub session: Session,
    /// `None` when the list could not be read after the sign-in was on disk.
    pub signals: Option<Signals>,
    /// The person has just one passkey: the page recommends a second.
    pub recommend_second: bool,
}

/// What the page tells the passkey's provider.
#[derive(Debug, Clone)]
pub struct Signals {
    pub all_accepted: AllAcceptedCredentials,
    pub current_user: CurrentUserDetails,
}

/// A challenge without an allow list, for autofill and for the button. Writes nothing.
pub fn begin(identity: &Identity, caller: &Caller) -> Result<Challenge, Refusal> {
    begin_for(identity, bind(caller), None, Vec::new())
}

fn bind(caller: &Caller) -> Binding<'_> {
    Binding {
        caller,
        purpose: Purpose::SignIn,
        session: None,
    }
}

pub(crate) fn begin_for(
    identity: &Identity,
    binding: Binding<'_>,
    person: Option<Id>,
    allowed: Vec<CredentialDescriptor>,
) -> Result<Challenge, Refusal> {
    let issued = ceremony::issue(identity, binding, person, None)?;
    let settings = &identity.0.settings;
    let mut options = RequestOptions::new(issued.challenge.to_vec(), &settings.rp_id);
    options.timeout = u32::try_from(settings.challenge_lifetime / 1000).ok();
    options.allow_credentials = allowed;
    options.extensions.cmtg_key = true;
    Ok(Challenge {
        state: issued.sealed,
        options,
    })
}

/// A challenge for a typed name: the same answer, work and look for names that don't exist
/// (security 20). Writes nothing.
pub async fn begin_named(
    identity: &Identity,
    caller: &Caller,
    name: &str,
) -> Result<Challenge, Refusal> {
    limit_address(identity, caller)?;
    let snapshot = identity.snapshot();
    // What can't be a user name is nobody's; it is treated as one that nobody has.
    let key = names::derive_key(name).unwrap_or_else(|| {
        let mac = derive_mac(&snapshot.keys.mac, &[b"unfit name", name.as_bytes()]);
        format!("!{}", webauthn::base64url::encode(&mac))
    });
    limit_name(identity, &key)?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let nobody = look_alike::derive_person(&snapshot.keys.look_alike, &key);
    let found = store.find_person_by_name(tenant, &key).await?;
    let person_id = found.as_ref().map_or(nobody, |person| person.person_id);
    // The same second query, whether or not the first found anybody.
    let credentials = store.list_credentials(tenant, person_id).await?;
    let look_alikes = look_alike::derive_credentials(&snapshot.keys.look_alike, &key);
    let enabled = found.is_some_and(|person| person.status == PersonStatus::Enabled);
    let mut allowed: Vec<CredentialDescriptor> = credentials
        .iter()
        .filter(|credential| enabled && credential.status == CredentialStatus::Active)
        .map(derive_descriptor)
        .collect();
    if allowed.is_empty() {
        allowed = look_alikes;
    }
    // By id, so that neither age nor kind shows in the order.
    allowed.sort_by(|a, b| a.id.cmp(&b.id));
    begin_for(identity, bind(caller), Some(person_id), allowed)
}

/// Judges the authenticator's answer: `response` is the JSON of `PublicKeyCredential.toJSON()`.
/// Spends the state whatever the outcome.
pub async fn finish(
    identity: &Identity,
    caller: &Caller,
    state: &str,
    response: &[u8],
) -> Result<SignedIn, Refusal> {
    limit_address(identity, caller)?;
    let opened = ceremony::open(identity, bind(caller), state).await?;
    let attempt = Try {
        identity,
        caller,
        purpose: Purpose::SignIn,
        session: None,
        opened,
    };
    authentication::finish(attempt, response).await
}

pub(crate) fn derive_descriptor(credential: &store::Credential) -> CredentialDescriptor {
    CredentialDescriptor {
        id: credential.credential_id.clone(),
        transports: serde_json::from_str(&credential.transports).unwrap_or_default(),
    }
}

pub(crate) fn derive_signals(
    identity: &Identity,
    person: &Person,
    accepted: Vec<Vec<u8>>,
) -> Signals {
    let details = (
        person.user_handle.as_slice(),
        person.user_name.as_str(),
        person.display_name.as_str(),
    );
    derive_signals_of(identity, details, accepted)
}

pub(crate) fn derive_signals_of(
    identity: &Identity,
    (user_handle, user_name, display_name): (&[u8], &str, &str),
    accepted: Vec<Vec<u8>>,
) -> Signals {
    let rp_id = identity.0.settings.rp_id.as_str().to_owned();
    Signals {
        all_accepted: AllAcceptedCredentials {
            rp_id: rp_id.clone(),
            user_id: user_handle.to_vec(),
            all_accepted_credential_ids: accepted,
        },
        current_user: CurrentUserDetails {
            rp_id,
            user_id: user_handle.to_vec(),
            name: user_name.to_owned(),
            display_name: display_name.to_owned(),
        },
    }
}

/// Counts a try from this address: the whole of IPv4, of IPv6 the /64 and, ten times as many, the /48 (security 22).
pub(crate) fn limit_address(identity: &Identity, caller: &Caller) -> Result<(), Refusal> {
    let snapshot = identity.snapshot();
    let mac = |label: &[u8], network: &[u8]| derive_mac(&snapshot.keys.mac, &[label, network]);
    match caller.address.to_canonical() {
        std::net::IpAddr::V4(v4) => take(
            &identity.0.address_limit,
            mac(b"address", &v4.octets()),
            identity,
        ),
        std::net::IpAddr::V6(v6) => {
            let octets = v6.octets();
            take(&identity.0.site_limit, mac(b"site", &octets[..6]), identity)?;
            take(
                &identity.0.address_limit,
                mac(b"address", &octets[..8]),
                identity,
            )
        }
    }
}

fn limit_name(identity: &Identity, key: &str) -> Result<(), Refusal> {
    let mac = derive_mac(&identity.snapshot().keys.mac, &[b"name", key.as_bytes()]);
    take(&identity.0.name_limit, mac, identity)
}

/// Counts a try to use somebody's pass, by network: who guesses elsewhere doesn't hold up the person.
pub(crate) fn limit_pass(identity: &Identity, caller: &Caller, key: &str) -> Result<(), Refusal> {
    let network = caller.network();
    let about: [&[u8]; 3] = [b"pass", &network, key.as_bytes()];
    let mac = derive_mac(&identity.snapshot().keys.mac, &about);
    take(&identity.0.name_limit, mac, identity)
}

/// Counts a change that somebody signed in asks for, whatever it is and from whichever browser (security 22).
pub(crate) fn limit_person(identity: &Identity, session: &Session) -> Result<(), Refusal> {
    let snapshot = identity.snapshot();
    let mac = derive_mac(&snapshot.keys.mac, &[b"person", &session.person_id.0]);
    take(&identity.0.person_limit, mac, identity)
}

/// How many refusals of one actor are recorded.
pub(crate) fn limit_refusals(identity: &Identity, actor: store::Id) -> Result<(), Refusal> {
    let snapshot = identity.snapshot();
    let mac = derive_mac(&snapshot.keys.mac, &[b"refused", &actor.0]);
    take(&identity.0.person_limit, mac, identity)
}

/// Limits what one connector asks: an organisation's whole directory is read and written in minutes, nobody else waits.
pub(crate) fn limit_connector(identity: &Identity, connector: store::Id) -> Result<(), Refusal> {
    let snapshot = identity.snapshot();
    let mac = derive_mac(&snapshot.keys.mac, &[b"connector", &connector.0]);
    take(&identity.0.connector_limit, mac, identity)
}

/// Limits who shows tokens that are no connector's, by network.
pub(crate) fn limit_wrong_connector(identity: &Identity, caller: &Caller) -> Result<(), Refusal> {
    let snapshot = identity.snapshot();
    let parts: [&[u8]; 2] = [b"wrong connector", &caller.network()];
    let mac = derive_mac(&snapshot.keys.mac, &parts);
    take(&identity.0.person_limit, mac, identity)
}

/// Whether a refused read of one actor is recorded: the first of a minute for each operation.
pub(crate) fn limit_refused_reads(
    identity: &Identity,
    actor: store::Id,
    operation: &str,
) -> Result<(), Refusal> {
    let snapshot = identity.snapshot();
    let parts: [&[u8]; 3] = [b"refused read", &actor.0, operation.as_bytes()];
    let mac = derive_mac(&snapshot.keys.mac, &parts);
    take(&identity.0.refused_read_limit, mac, identity)
}

fn take(limit: &crate::limits::Limit, mac: [u8; 32], identity: &Identity) -> Result<(), Refusal> {
    let mut key = [0; 16];
    key.copy_from_slice(&mac[..16]);
    limit
        .take(key, identity.0.ambient.now())
        .map_err(|seconds| Refusal {
            retry_after: Some(seconds),
            ..Refusal::new(&codes::LIMITED)
        })
}
