//! Options for creating a passkey for somebody: given out, listed, cancelled, over.

use store::{AskedFrom, Guard, Id, NewOptions, Unit, WriteError};
use webauthn::Algorithm;
use webauthn::options::CredentialDescriptor;

use super::{
    MAX_LIFETIME, MOST_FOR_PERSON, MOST_OF_CALLER, PURPOSE, check, derive_caller,
    derive_caller_state, find_target,
};
use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::seal::derive_hash;
use crate::sign_in::derive_descriptor;
use crate::tenant::refuse_write;
use crate::{Identity, MINUTE, Micros, Refusal, codes};

/// Options as they go to whoever asked.
#[derive(Debug)]
pub struct Given {
    pub options_id: Id,
    pub challenge: [u8; 32],
    pub rp_id: String,
    pub organisation: String,
    pub user_handle: Vec<u8>,
    pub user_name: String,
    pub display_name: String,
    /// Best first.
    pub algorithms: Vec<Algorithm>,
    pub exclude: Vec<CredentialDescriptor>,
    pub expires_at: Micros,
}

/// Options that can still be used, without their challenge.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    pub options_id: Id,
    pub created_at: Micros,
    pub expires_at: Micros,
    /// The person or service principal; `None` for the command line.
    pub asked_by: Option<Id>,
    pub asked_by_name: Option<String>,
    /// The application through which they were asked for.
    pub client_id: Option<Id>,
    /// How many passkeys were made of them.
    pub uses: i64,
}

/// Of the challenge only this is stored.
pub(super) fn derive_challenge_hash(challenge: &[u8]) -> [u8; 32] {
    derive_hash(&[b"claviger creation options", challenge])
}

/// Gives out options for a passkey of somebody else, and records it. `algorithms` are those to be offered, best first.
///
/// # Errors
/// [`codes::LIFETIME_UNFIT`]; [`codes::OWN_METHOD`] for oneself; [`codes::PERSON_IS_GUEST`], [`codes::PERSON_DISABLED`];
/// [`codes::TOO_MANY_PASSKEYS`], [`codes::TOO_MANY_OPTIONS`].
pub async fn begin(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    lifetime: Micros,
    algorithms: &[Algorithm],
) -> Result<Given, Refusal> {
    let about = (Operation::ProvisionMethod, Some(person));
    access::decide(identity, actor, about, || {
        begin_once(identity, actor, person, lifetime, algorithms)
    })
    .await
}

async fn begin_once(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    lifetime: Micros,
    algorithms: &[Algorithm],
) -> Result<Given, Refusal> {
    identity.check_clock()?;
    let allowed = check(identity, actor, person).await?;
    if !(5 * MINUTE..=MAX_LIFETIME).contains(&lifetime) {
        return Err(Refusal::new(&codes::LIFETIME_UNFIT));
    }
    let target = find_target(identity, actor, person).await?;
    let (store, tenant, ambient) = (&identity.0.store, identity.0.tenant_id, &identity.0.ambient);
    let (caller, now) = (derive_caller(actor), ambient.now());
    if store.count_creation_options(tenant, caller.id, now).await? >= MOST_OF_CALLER {
        return Err(Refusal::new(&codes::TOO_MANY_OPTIONS));
    }
    let (challenge, snapshot) = (ambient.random.make::<32>(), identity.snapshot());
    let rp_id = identity.0.settings.rp_id.as_str();
    let numbers: Vec<i64> = algorithms.iter().map(|one| one.cose_id()).collect();
    let options = NewOptions {
        options_id: ambient.make_id(),
        challenge_hash: derive_challenge_hash(&challenge),
        person_id: person,
        person_state: target.state,
        caller,
        caller_state: derive_caller_state(identity, actor).await?,
        purpose: PURPOSE,
        rp_id,
        algorithms: serde_json::Value::from(numbers).to_string(),
        epoch: snapshot.tenant.epoch,
        created_at: now,
        expires_at: now + lifetime,
    };
    let mut unit = allowed.begin(identity);
    unit.insert_creation_options(tenant, &options, MOST_FOR_PERSON);
    let mut entry = actor.entry(identity);
    entry
        .confide("user", target.person.user_name.as_str())
        .say("options", options.options_id.to_string())
        .say("minutes", lifetime / MINUTE);
    let word = "passkey.options_requested";
    access::write(identity, actor, &allowed, unit, word, person, entry)
        .await
        .map_err(|error| match error {
            WriteError::Refused(Guard::Count) => Refusal::new(&codes::TOO_MANY_OPTIONS),
            error => refuse_write(error),
        })?;
    Ok(Given {
        options_id: options.options_id,
        challenge,
        rp_id: rp_id.to_owned(),
        organisation: snapshot.tenant.name.clone(),
        user_handle: target.person.user_handle,
        user_name: target.person.user_name,
        display_name: target.person.display_name,
        algorithms: algorithms.to_vec(),
        exclude: target.credentials.iter().map(derive_descriptor).collect(),
        expires_at: options.expires_at,
    })
}

/// What is open for a person, oldest first.
pub async fn list(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
) -> Result<Vec<OpenOptions>, Refusal> {
    let operation = Operation::ReadMethods;
    let _allowed = access::check(identity, actor, operation, Some(person)).await?;
    let (store, tenant, now) = (
        &identity.0.store,
        identity.0.tenant_id,
        identity.0.ambient.now(),
    );
    let found = store.find_directory_person(tenant, person).await?;
    if found.is_none_or(|found| found.deleted_at.is_some()) {
        return Err(Refusal::new(&codes::USER_MISSING));
    }
    let mut open = Vec::new();
    for given in store.list_creation_options(tenant, person, now).await? {
        open.push(OpenOptions {
            options_id: given.options_id,
            created_at: given.created_at,
            expires_at: given.expires_at,
            asked_by: (given.caller.kind != store::CallerKind::CommandLine)
                .then_some(given.caller.id),
            asked_by_name: find_name(identity, &given.caller).await?,
            client_id: given.caller.client_id,
            uses: given.uses,
        });
    }
    Ok(open)
}

/// What a caller is called now; `None` for the command line, and for who is gone.
pub(super) async fn find_name(
    identity: &Identity,
    caller: &AskedFrom,
) -> Result<Option<String>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    Ok(match caller.kind {
        store::CallerKind::Person => {
            let found = store.find_person(tenant, caller.id).await?;
            found.map(|person| person.display_name)
        }
        store::CallerKind::Application => {
            let found = store.find_principal(tenant, caller.id).await?;
            found.map(|principal| principal.display_name)
        }
        store::CallerKind::CommandLine => None,
    })
}

/// Makes options of a person void, whoever asked for them.
///
/// # Errors
/// [`codes::OPTIONS_MISSING`] when they are over already.
pub async fn cancel(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    options: Id,
) -> Result<(), Refusal> {
    let about = (Operation::ProvisionMethod, Some(person));
    access::decide(identity, actor, about, || {
        cancel_once(identity, actor, person, options)
    })
    .await
}

async fn cancel_once(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    options: Id,
) -> Result<(), Refusal> {
    let allowed = check(identity, actor, person).await?;
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    let mut unit = allowed.begin(identity);
    unit.cancel_creation_options(tenant, person, options, now);
    let mut entry = actor.entry(identity);
    entry.say("options", options.to_string());
    let word = "passkey.options_cancelled";
    access::write(identity, actor, &allowed, unit, word, person, entry)
        .await
        .map_err(|error| match error {
            WriteError::Refused(Guard::Missing) => Refusal::new(&codes::OPTIONS_MISSING),
            error => refuse_write(error),
        })
}

/// Puts the deletion of options that are over into a unit of the minute's work.
pub(crate) fn purge(unit: &mut Unit, tenant: Id, database_time: Micros) {
    unit.purge_creation_options(tenant, database_time - crate::HOUR);
}
