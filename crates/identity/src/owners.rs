//! Owners: people and applications to ask about a group or an application.
//!
//! Owning an application gives no right: whoever could add a secret would become what it is, so that takes every right that
//! it holds (security 11). A person who owns a group manages its members, as long as the group confers nothing; whoever
//! owns a protected one has no more right to it than anybody (security 12). So ownership is changed under the version of
//! the rights, like membership.

use store::{Guard, Id, Owner, PrincipalKind, Unit, WriteError};

use crate::access::{self, Allowed, Operation};
use crate::actor::Actor;
use crate::applications::{self, OWN_API};
use crate::audit::Entry;
use crate::groups::members::find_kind;
use crate::groups::{self, begin_changing};
use crate::tenant::refuse_write;
use crate::{Identity, Refusal, codes};

/// The most owners of one object, as in Graph.
const MOST_OWNERS: i64 = 100;

/// What has owners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owned {
    Group(Id),
    /// By its own id, not the client's.
    Application(Id),
    ServicePrincipal(Id),
}

impl Owned {
    fn id(self) -> Id {
        match self {
            Owned::Group(id) | Owned::Application(id) | Owned::ServicePrincipal(id) => id,
        }
    }

    /// What changing the owners is in the table of rights.
    fn operation(self) -> Operation {
        match self {
            Owned::Group(_) => Operation::ChangeOwners,
            Owned::Application(_) | Owned::ServicePrincipal(_) => {
                Operation::ChangeApplicationCredentials
            }
        }
    }
}

/// At most `limit` owners whose id comes after `after`, by id. Those that are deleted are left out.
///
/// # Errors
/// [`codes::GROUP_MISSING`] or [`codes::APPLICATION_MISSING`] for an object that isn't there.
pub async fn list(
    identity: &Identity,
    actor: Actor<'_>,
    owned: Owned,
    after: Option<Id>,
    limit: u32,
) -> Result<Vec<Owner>, Refusal> {
    match owned {
        Owned::Group(id) => {
            groups::check_reading(identity, actor, Operation::ReadGroup, id).await?;
            groups::find_living(identity, id).await.map(drop)?;
        }
        Owned::Application(id) => {
            applications::may_read(identity, actor).await?;
            applications::find_active(identity, id).await.map(drop)?;
        }
        Owned::ServicePrincipal(id) => {
            applications::may_read(identity, actor).await?;
            applications::find_existing_principal(identity, id)
                .await
                .map(drop)?;
        }
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store
        .list_owners(tenant, owned.id(), after, i64::from(limit))
        .await?;
    Ok(found)
}

/// Makes a person or an application (by its service principal) an owner.
///
/// # Errors
/// [`codes::OBJECT_MISSING`] for an id that is nothing here; [`codes::OWNER_UNFIT`] for a group; [`codes::OWNER_EXISTS`];
/// [`codes::TOO_MANY_OWNERS`].
pub async fn add(
    identity: &Identity,
    actor: Actor<'_>,
    owned: Owned,
    owner: Id,
) -> Result<(), Refusal> {
    let about = (owned.operation(), Some(owned.id()));
    access::decide(identity, actor, about, || {
        add_once(identity, actor, owned, owner)
    })
    .await
}

async fn add_once(
    identity: &Identity,
    actor: Actor<'_>,
    owned: Owned,
    owner: Id,
) -> Result<(), Refusal> {
    let mut change = begin(identity, actor, owned).await?;
    let kind = find_kind(identity, owner).await?;
    if kind == PrincipalKind::Group {
        return Err(Refusal::new(&codes::OWNER_UNFIT));
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    // Counted under the version of the rights, which every such change moves.
    if store.count_owners(tenant, owned.id()).await? >= MOST_OWNERS {
        return Err(Refusal::new(&codes::TOO_MANY_OWNERS));
    }
    let (owner, now) = (Owner { id: owner, kind }, identity.0.ambient.now());
    change.unit.insert_owner(tenant, owned.id(), owner, now);
    write(identity, actor, owned, change, "owner_added", owner).await
}

/// Ends it.
///
/// # Errors
/// [`codes::OWNER_MISSING`].
pub async fn remove(
    identity: &Identity,
    actor: Actor<'_>,
    owned: Owned,
    owner: Id,
) -> Result<(), Refusal> {
    let about = (owned.operation(), Some(owned.id()));
    access::decide(identity, actor, about, || {
        remove_once(identity, actor, owned, owner)
    })
    .await
}

async fn remove_once(
    identity: &Identity,
    actor: Actor<'_>,
    owned: Owned,
    owner: Id,
) -> Result<(), Refusal> {
    let mut change = begin(identity, actor, owned).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let kind = store.find_owner(tenant, owned.id(), owner).await?;
    let kind = kind.ok_or_else(|| Refusal::new(&codes::OWNER_MISSING))?;
    change.unit.delete_owner(tenant, owned.id(), owner);
    let owner = Owner { id: owner, kind };
    write(identity, actor, owned, change, "owner_removed", owner).await
}

/// A change of owners that is allowed.
struct Change {
    allowed: Allowed,
    unit: Unit,
    entry: Entry,
}

async fn begin(identity: &Identity, actor: Actor<'_>, owned: Owned) -> Result<Change, Refusal> {
    let mut entry = actor.entry(identity);
    let operation = owned.operation();
    if !matches!(owned, Owned::Group(_)) {
        // Whoever may not change any is not told which there are.
        access::check(identity, actor, operation, None)
            .await
            .map(drop)?;
    }
    let (allowed, unit) = match owned {
        Owned::Group(id) => {
            let allowed = groups::check(identity, actor, operation, id).await?;
            let found = groups::find_living(identity, id).await?;
            entry.say("group", found.display_name);
            let unit = begin_changing(identity, &allowed).await?;
            (allowed, unit)
        }
        Owned::Application(id) => {
            let found = applications::find_active(identity, id).await?;
            let find = || applications::find_target(identity, found.app_id);
            let allowed = access::check_object(identity, actor, operation, find).await?;
            let mut unit = begin_changing(identity, &allowed).await?;
            unit.bump_application(identity.0.tenant_id, id, found.security_version);
            entry
                .say("application", found.display_name)
                .say("appId", found.app_id.to_string());
            (allowed, unit)
        }
        Owned::ServicePrincipal(id) => {
            let found = applications::find_existing_principal(identity, id).await?;
            let find = || applications::find_target_of_principal(identity, id);
            let allowed = access::check_object(identity, actor, operation, find).await?;
            if found.app_id == OWN_API {
                return Err(Refusal::new(&codes::OWN_API_FIXED));
            }
            let unit = begin_changing(identity, &allowed).await?;
            entry
                .say("application", found.display_name)
                .say("appId", found.app_id.to_string());
            (allowed, unit)
        }
    };
    Ok(Change {
        allowed,
        unit,
        entry,
    })
}

async fn write(
    identity: &Identity,
    actor: Actor<'_>,
    owned: Owned,
    change: Change,
    verb: &str,
    owner: Owner,
) -> Result<(), Refusal> {
    let Change {
        allowed,
        unit,
        mut entry,
    } = change;
    entry
        .say("owner", owner.id.to_string())
        .say("kind", owner.kind.as_str());
    if owner.kind == PrincipalKind::Person {
        let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
        if let Some(person) = store.find_person(tenant, owner.id).await? {
            entry.confide("user", person.user_name);
        }
    }
    let family = match owned {
        Owned::Group(_) => "group",
        Owned::Application(_) => "application",
        Owned::ServicePrincipal(_) => "principal",
    };
    let (activity, object) = (format!("{family}.{verb}"), owned.id());
    let written = access::write(identity, actor, &allowed, unit, &activity, object, entry).await;
    written.map_err(|error| match error {
        WriteError::Refused(Guard::Taken) => Refusal::new(&codes::OWNER_EXISTS),
        WriteError::Refused(Guard::Missing) => Refusal::new(&codes::OWNER_MISSING),
        error => refuse_write(error),
    })
}
