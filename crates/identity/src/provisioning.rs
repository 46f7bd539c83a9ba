//! Passkeys created on behalf of their owners (security 11, 14, 15).
//!
//! An administrator, or an application with directory roles of its own, asks for options, lets an authenticator make a
//! passkey of them, and sends back what came of it: once or, within the options' lifetime, several times. Options bind
//! person, caller, organisation, RP ID, algorithms and purpose; the right is asked both times. Whoever can sign in
//! already gets such a passkey held: it opens nothing until its owner, or another administrator, confirmed it.

mod create;
mod held;
mod options;
mod policy;

pub(crate) use create::Presented;
pub use create::{Submission, create};
pub use held::Planted;
pub(crate) use held::find_planted;
pub use held::{confirm, confirm_own};
pub(crate) use options::purge;
pub use options::{Given, OpenOptions, begin, cancel, list};
pub use policy::{change_hold, read_hold};
pub use store::Hold;

use store::{AskedFrom, CallerKind, Credential, Id, Person, PersonStatus, UserType};

use crate::access::{self, Allowed};
use crate::actor::Actor;
use crate::bearer::Bearer;
use crate::passkeys::check_count;
use crate::policies::check_self_service;
use crate::seal::derive_hash;
use crate::{DAY, Identity, MINUTE, Micros, Refusal, codes};

/// Without another wish: what Graph's v1.0 always gives.
pub const DEFAULT_LIFETIME: Micros = 5 * MINUTE;
/// The longest.
pub const MAX_LIFETIME: Micros = 30 * DAY;
/// How many options may be open for one person.
const MOST_FOR_PERSON: i64 = 10;
/// How many options one caller may have open for anybody; by as many as ask at once it may be passed.
const MOST_OF_CALLER: i64 = 10_000;
/// What options are for. More purposes come with more methods.
const PURPOSE: &str = "passkey";

/// Who asks, as it is stored.
fn derive_caller(actor: Actor<'_>) -> AskedFrom {
    let kind = match actor {
        Actor::CommandLine { .. } => CallerKind::CommandLine,
        Actor::Token(_, bearer) if bearer.is_application() => CallerKind::Application,
        // A connector is refused before.
        Actor::Person(..) | Actor::Token(..) | Actor::Connector(..) => CallerKind::Person,
    };
    AskedFrom {
        kind,
        id: actor.issuer().unwrap_or(Id([0; 16])),
        client_id: match actor {
            Actor::Token(_, bearer) => Some(bearer.client()),
            Actor::Person(..) | Actor::Connector(..) | Actor::CommandLine { .. } => None,
        },
    }
}

/// What somebody is by right: the versions that move when they are disabled, deleted or get other credentials, and every
/// role that they hold. Options are void when it changed.
async fn derive_state(
    identity: &Identity,
    principal: Id,
    versions: [i64; 3],
) -> Result<[u8; 32], Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let mut roles = store.list_roles(tenant, principal).await?;
    roles.sort_unstable();
    let roles: Vec<u8> = roles.iter().flat_map(|role| role.0).collect();
    let [first, second, third] = versions.map(i64::to_be_bytes);
    let parts: [&[u8]; 6] = [
        b"claviger state",
        &principal.0,
        &first,
        &second,
        &third,
        &roles,
    ];
    Ok(derive_hash(&parts))
}

/// As [`derive_state`] of whoever asks.
async fn derive_caller_state(identity: &Identity, actor: Actor<'_>) -> Result<[u8; 32], Refusal> {
    let [principal, application] = match actor {
        Actor::Token(_, bearer) => find_client_versions(identity, bearer).await?,
        Actor::Person(..) | Actor::Connector(..) | Actor::CommandLine { .. } => [0, 0],
    };
    let person = match actor.person() {
        Some(person) => {
            let found = identity
                .0
                .store
                .find_person(identity.0.tenant_id, person)
                .await?;
            found.ok_or(&codes::NO_SESSION)?.security_version
        }
        None => 0,
    };
    let caller = derive_caller(actor).id;
    derive_state(identity, caller, [person, principal, application]).await
}

/// Of the service principal, and of the application behind it: the latter moves with its credentials. An application that
/// is registered elsewhere has none here.
async fn find_client_versions(identity: &Identity, bearer: &Bearer) -> Result<[i64; 2], Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let application = store
        .find_application_by_app(tenant, bearer.client())
        .await?;
    let version = application.map_or(0, |application| application.security_version);
    Ok([bearer.principal_version(), version])
}

/// Somebody for whom a passkey may be created, with all that they have.
struct Target {
    person: Person,
    credentials: Vec<Credential>,
    has_password: bool,
    state: [u8; 32],
}

/// Reads the person live. Whoever wants a passkey of their own adds it on Security info; where the policy lets nobody, or
/// not this person, have passkeys, nobody makes one for them.
async fn find_target(identity: &Identity, actor: Actor<'_>, person: Id) -> Result<Target, Refusal> {
    if actor.person() == Some(person) {
        return Err(Refusal::new(&codes::OWN_METHOD));
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let missing = || Refusal::new(&codes::USER_MISSING);
    let record = store.find_directory_person(tenant, person).await?;
    let record = record.ok_or_else(missing)?;
    let person = store
        .find_person(tenant, person)
        .await?
        .ok_or_else(missing)?;
    match person.status {
        PersonStatus::Enabled => {}
        PersonStatus::Disabled => return Err(Refusal::new(&codes::PERSON_DISABLED)),
        PersonStatus::Deleted => return Err(missing()),
    }
    if record.user_type == UserType::Guest {
        return Err(Refusal::new(&codes::PERSON_IS_GUEST));
    }
    // The switch is meant by Graph's clients, too, although nobody serves themselves here.
    check_self_service(identity, person.person_id).await?;
    let credentials = store.list_credentials(tenant, person.person_id).await?;
    check_count(identity, &credentials)?;
    let password = store.find_password(tenant, person.person_id).await?;
    let versions = [person.security_version, 0, 0];
    Ok(Target {
        has_password: password.is_some(),
        state: derive_state(identity, person.person_id, versions).await?,
        person,
        credentials,
    })
}

/// The right to create passkeys for this person.
async fn check(identity: &Identity, actor: Actor<'_>, person: Id) -> Result<Allowed, Refusal> {
    access::check(
        identity,
        actor,
        access::Operation::ProvisionMethod,
        Some(person),
    )
    .await
}
