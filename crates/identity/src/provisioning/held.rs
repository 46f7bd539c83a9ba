//! Passkeys that wait: shown with who registered them, confirmed by their owner or by another administrator
//! (security 14). Its owner refuses one by removing it ([`crate::passkeys::remove`]).

use store::{CallerKind, Credential, CredentialStatus, Id, Log, PersonStatus, Provisioned};
use webauthn::base64url;

use super::options::find_name;
use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::audit::{self, Entry};
use crate::creation::{DECISIONS, is_delivered};
use crate::notices::{self, By, Notice};
use crate::passkeys::{parse_id, read_own, recovered_since};
use crate::sign_in::limit_person;
use crate::tenant::refuse_write;
use crate::{Caller, Identity, Micros, Refusal, Session, codes};

/// Who registered a passkey that is not theirs, and when.
#[derive(Debug, Clone, Default)]
pub struct Planted {
    /// Which passkey.
    pub credential_id: Vec<u8>,
    /// An administrator's or application's name; `None` for the command line, and for who is gone.
    pub by: Option<String>,
    pub at: Micros,
}

/// Those of a person's held passkeys.
pub(crate) async fn find_planted(
    identity: &Identity,
    person: Id,
    credentials: &[Credential],
) -> Result<Vec<Planted>, Refusal> {
    let mut planted = Vec::new();
    if !credentials.iter().any(is_held) {
        return Ok(planted);
    }
    for provisioned in list_provisioned(identity, person).await? {
        planted.push(Planted {
            by: find_name(identity, &provisioned.planter).await?,
            at: provisioned.provisioned_at,
            credential_id: provisioned.credential_id,
        });
    }
    Ok(planted)
}

async fn list_provisioned(identity: &Identity, person: Id) -> Result<Vec<Provisioned>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    Ok(store.list_provisioned(tenant, person).await?)
}

fn is_held(credential: &Credential) -> bool {
    credential.status == CredentialStatus::Held
}

fn find_held<'a>(
    credentials: &'a [Credential],
    credential_id: &[u8],
) -> Result<&'a Credential, Refusal> {
    let found = credentials
        .iter()
        .find(|credential| credential.credential_id == credential_id);
    let found = found.ok_or_else(|| Refusal::new(&codes::PASSKEY_MISSING))?;
    if is_held(found) {
        Ok(found)
    } else {
        Err(Refusal::new(&codes::PASSKEY_NOT_HELD))
    }
}

/// Makes a held passkey of one's own usable. The session was opened by another one, as a held one opens none, and must be
/// fresh.
pub async fn confirm_own(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    passkey_id: &str,
) -> Result<(), Refusal> {
    limit_person(identity, session)?;
    session.require_fresh(identity).map(drop)?;
    session.require_passkey()?;
    let credential_id = parse_id(passkey_id)?;
    for _ in 0..DECISIONS {
        match confirm_own_once(identity, caller, session, &credential_id).await {
            Err(refusal) if refusal.code == &codes::MOVED => continue,
            decided => return decided,
        }
    }
    Err(Refusal::new(&codes::MOVED))
}

async fn confirm_own_once(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    credential_id: &[u8],
) -> Result<(), Refusal> {
    let (person, credentials) = read_own(identity, session).await?;
    let held = find_held(&credentials, credential_id)?;
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    // A code would be a way around the hold; a link or pass was delivered by another way (security 14).
    if recovered_since(identity, session, &credentials).is_some() {
        let store = &identity.0.store;
        let proof = store.find_created_proof(tenant, &session.credential_id);
        let proof = proof.await?.unwrap_or_default();
        if !is_delivered(&proof) {
            return Err(Refusal::new(&codes::RECOVERED));
        }
    }
    let mut unit = store::Unit::new();
    unit.bump_methods(tenant, person.person_id, person.method_version);
    unit.require_session(tenant, person.person_id, session.session_id);
    unit.confirm_credential(
        tenant,
        credential_id,
        person.person_id,
        held.security_version,
    );
    unit.void_links_of_person(tenant, person.person_id, now);
    notices::tell_added(identity, &mut unit, person.person_id, &held.name);
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    entry
        .confide("actor", person.user_name.as_str())
        .confide("passkey", held.name.as_str())
        .say("credential", base64url::encode(credential_id));
    let about = (Some(person.person_id), Some(person.person_id.0.as_slice()));
    let word = "passkey.confirmed";
    let written = audit::commit(identity, unit, Log::Audit, word, about, entry).await;
    written.map(drop).map_err(refuse_write)
}

/// Makes a held passkey of somebody else usable: by an administrator who did not register it.
///
/// # Errors
/// [`codes::OWN_METHOD`] for one's own; [`codes::PLANTED_BY_SELF`]; [`codes::PASSKEY_NOT_HELD`],
/// [`codes::PASSKEY_MISSING`].
pub async fn confirm(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    method_id: &str,
) -> Result<(), Refusal> {
    let about = (Operation::ConfirmMethod, Some(person));
    access::decide(identity, actor, about, || {
        confirm_once(identity, actor, person, method_id)
    })
    .await
}

async fn confirm_once(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    method_id: &str,
) -> Result<(), Refusal> {
    let allowed = access::check(identity, actor, Operation::ConfirmMethod, Some(person)).await?;
    if actor.person() == Some(person) {
        return Err(Refusal::new(&codes::OWN_METHOD));
    }
    let (store, tenant, now) = (
        &identity.0.store,
        identity.0.tenant_id,
        identity.0.ambient.now(),
    );
    let owner = store.find_person(tenant, person).await?;
    let owner = owner
        .filter(|owner| owner.status != PersonStatus::Deleted)
        .ok_or_else(|| Refusal::new(&codes::USER_MISSING))?;
    if owner.status != PersonStatus::Enabled {
        return Err(Refusal::new(&codes::PERSON_DISABLED));
    }
    let credential_id = parse_id(method_id)?;
    let credentials = store.list_credentials(tenant, person).await?;
    let held = find_held(&credentials, &credential_id)?;
    let planted = list_provisioned(identity, person).await?;
    let planter = planted
        .iter()
        .find(|planted| planted.credential_id == credential_id)
        .map(|planted| planted.planter);
    // Two pairs of eyes: whoever put it there does not vouch for it. Nor does anybody for one that nobody put there.
    if planter.is_none_or(|planter| is_same(actor, planter)) {
        return Err(Refusal::new(&codes::PLANTED_BY_SELF));
    }
    let mut unit = allowed.begin(identity);
    unit.bump_methods(tenant, person, owner.method_version);
    unit.confirm_credential(tenant, &credential_id, person, held.security_version);
    unit.void_links_of_person(tenant, person, now);
    let (passkey, by) = (held.name.clone(), By::Administrator);
    notices::tell(
        identity,
        &mut unit,
        person,
        Notice::PasskeyAdded { passkey, by },
    );
    let mut entry = actor.entry(identity);
    entry
        .confide("user", owner.user_name.as_str())
        .confide("passkey", held.name.as_str())
        .say("credential", method_id);
    let word = "passkey.confirmed";
    access::write(identity, actor, &allowed, unit, word, person, entry)
        .await
        .map_err(refuse_write)
}

fn is_same(actor: Actor<'_>, planter: store::AskedFrom) -> bool {
    match planter.kind {
        CallerKind::CommandLine => matches!(actor, Actor::CommandLine { .. }),
        CallerKind::Person => actor.issuer() == Some(planter.id),
        // Nor does an application in the name of somebody who let it.
        CallerKind::Application => match actor {
            Actor::Token(_, bearer) => Some(bearer.client()) == planter.client_id,
            Actor::Person(..) | Actor::Connector(..) | Actor::CommandLine { .. } => false,
        },
    }
}
