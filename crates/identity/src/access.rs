//! Who may do what: one table, asked by every use case that touches somebody else (security 7, 11, 12).

use store::{Id, Log, PrincipalStatus, StoreError, Unit, WriteError};

use crate::actor::Actor;
use crate::audit::{self, Entry, NewRecord};
use crate::bearer::Bearer;
use crate::permissions::Permission;
use crate::roles::Role;
use crate::sign_in::{limit_refusals, limit_refused_reads};
use crate::{Class, Identity, Refusal, codes, connectors};

mod table;

#[cfg(test)]
mod tests;

pub use table::{Operation, OwnRoles, Rule, Target};

/// A "yes" with what it rests on. Its unit begins with what must still hold when it is written.
#[derive(Debug)]
#[must_use]
pub(crate) struct Allowed {
    /// The permission by which a token may do it.
    pub(crate) permission: Option<Permission>,
    /// The version of the rights that were read; `None` where none were asked.
    membership: Option<i64>,
}

impl Allowed {
    /// A unit that is written only if the rights that were asked, the actor's and the target's, are still what they
    /// were (security 3).
    pub(crate) fn begin(&self, identity: &Identity) -> Unit {
        let mut unit = Unit::new();
        if let Some(version) = self.membership {
            unit.hold_membership(identity.0.tenant_id, version);
        }
        unit
    }

    /// As [`Allowed::begin`], for a unit that itself changes rights, nesting, or the members of a protected group. `None`
    /// when nothing was read to compare with.
    pub(crate) fn begin_changing(&self, identity: &Identity) -> Option<Unit> {
        let mut unit = Unit::new();
        unit.bump_membership(identity.0.tenant_id, self.membership?);
        Some(unit)
    }

    /// The permission that can raise rights and was used: every use alerts (security 11).
    fn tier_zero(&self) -> Option<Permission> {
        self.permission
            .filter(|permission| permission.is_tier_zero())
    }
}

/// How often a decision is taken anew when what it rests on moved.
const DECISIONS: usize = 4;

/// Decides and writes, anew when what the decision rests on moved meanwhile. What is refused is recorded, too: the
/// operation, whom it was about, and the code.
pub(crate) async fn decide<T, F: Future<Output = Result<T, Refusal>>>(
    identity: &Identity,
    actor: Actor<'_>,
    (operation, object): (Operation, Option<Id>),
    decide_once: impl Fn() -> F,
) -> Result<T, Refusal> {
    let mut decided = decide_once().await;
    for _ in 1..DECISIONS {
        match &decided {
            Err(refusal) if refusal.code == &codes::MOVED => decided = decide_once().await,
            _ => break,
        }
    }
    if let Err(refusal) = &mut decided {
        record_refused_change(identity, actor, (operation, object), refusal).await;
        refusal.recorded = true;
    }
    decided
}

/// Records that somebody was refused what they asked to see, unless a use case did so already: the operation and the
/// code. At most once a minute for each operation of an actor, so that asking again and again fills no disk.
pub async fn record_refused_read(
    identity: &Identity,
    actor: Actor<'_>,
    operation: Operation,
    refusal: &Refusal,
) {
    if refusal.recorded || refusal.code.class != Class::Forbidden {
        return;
    }
    let name = format!("{operation:?}");
    let limited = |issuer: Id| limit_refused_reads(identity, issuer, &name).is_err();
    if actor.issuer().is_some_and(limited) {
        return;
    }
    record(
        identity,
        actor,
        "access.refused",
        (operation, None),
        refusal,
    )
    .await;
}

/// Records that somebody was refused a change before a use case saw it: what they sent could not be read, or names
/// nothing. What a use case refused is on record already.
pub async fn record_unfit_change(
    identity: &Identity,
    actor: Actor<'_>,
    about: (Operation, Option<Id>),
    refusal: &Refusal,
) {
    if !refusal.recorded {
        record_refused_change(identity, actor, about, refusal).await;
    }
}

/// Nothing is recorded of those who are not signed in (any more): whoever holds no session writes nothing.
async fn record_refused_change(
    identity: &Identity,
    actor: Actor<'_>,
    (operation, object): (Operation, Option<Id>),
    refusal: &Refusal,
) {
    let telling = matches!(
        refusal.code.class,
        Class::Bad | Class::Forbidden | Class::Missing | Class::Conflict | Class::Outdated
    );
    let limited = |issuer: Id| limit_refusals(identity, issuer).is_err();
    if !telling || actor.issuer().is_some_and(limited) {
        return;
    }
    let word = "change.refused";
    record(identity, actor, word, (operation, object), refusal).await;
}

/// A record that can't be written is told to the log; the refusal stands either way.
async fn record(
    identity: &Identity,
    actor: Actor<'_>,
    word: &str,
    (operation, object): (Operation, Option<Id>),
    refusal: &Refusal,
) {
    let mut entry = actor.entry(identity);
    entry
        .say("operation", format!("{operation:?}"))
        .say("code", refusal.code.id);
    if let Some(detail) = refusal.detail {
        entry.say("detail", detail);
    }
    let about = (actor.issuer(), object.as_ref().map(|id| id.0.as_slice()));
    let unit = Unit::new();
    if let Err(cause) = audit::commit(identity, unit, Log::Audit, word, about, entry).await {
        tracing::warn!(?cause, "a refusal was not recorded");
    }
}

/// Writes the unit with its audit record about `object`, if whoever asked may still ask. A use of a permission that can
/// raise rights is recorded as an alert, too.
pub(crate) async fn write(
    identity: &Identity,
    actor: Actor<'_>,
    allowed: &Allowed,
    unit: Unit,
    activity: &str,
    object: Id,
    entry: Entry,
) -> Result<(), WriteError> {
    let about = (activity, object);
    write_alerting(identity, actor, allowed, unit, about, entry, Vec::new()).await
}

/// As [`write`], with alerts of its own beside the record.
pub(crate) async fn write_alerting(
    identity: &Identity,
    actor: Actor<'_>,
    allowed: &Allowed,
    mut unit: Unit,
    (activity, object): (&str, Id),
    mut entry: Entry,
    alerts: Vec<(&'static str, Entry)>,
) -> Result<(), WriteError> {
    actor.require(identity, &mut unit);
    let about = (actor.issuer(), Some(object.0.as_slice()));
    let record = |word, entry| NewRecord {
        log: Log::Audit,
        word,
        about,
        entry,
    };
    if let Some(permission) = allowed.permission {
        entry.say("permission", permission.name());
    }
    let mut records = vec![record(activity, entry)];
    records.extend(alerts.into_iter().map(|(word, entry)| record(word, entry)));
    if let Some(permission) = allowed.tier_zero() {
        let mut alert = actor.entry(identity);
        alert
            .say("permission", permission.name())
            .say("activity", activity);
        records.push(record("alert.tier_zero_use", alert));
    }
    audit::commit_all(identity, unit, records).await.map(drop)
}

/// Refuses unless the actor may do this to that person. The command line may do what a Global Administrator may:
/// whoever has a shell on the server has the database too.
pub(crate) async fn check(
    identity: &Identity,
    actor: Actor<'_>,
    operation: Operation,
    person: Option<Id>,
) -> Result<Allowed, Refusal> {
    if let Some(permission) = find_own(actor, operation, person) {
        return Ok(Allowed {
            permission: Some(permission),
            membership: None,
        });
    }
    if let Actor::CommandLine { .. } = actor {
        return Ok(Allowed {
            permission: None,
            membership: None,
        });
    }
    let membership = find_version(identity, operation).await?;
    if let Actor::Connector(_, connector) = actor {
        connectors::check(identity, connector, operation, person).await?;
        return Ok(Allowed {
            permission: None,
            membership,
        });
    }
    let target = find_target(identity, person).await?;
    let permission = check_target(identity, actor, &operation.rule(), target).await?;
    Ok(Allowed {
        permission,
        membership,
    })
}

/// As [`check`], about a group or an application: `find` says whether it is privileged.
pub(crate) async fn check_object<F: Future<Output = Result<Target, Refusal>>>(
    identity: &Identity,
    actor: Actor<'_>,
    operation: Operation,
    find: impl FnOnce() -> F,
) -> Result<Allowed, Refusal> {
    let membership = find_version(identity, operation).await?;
    let target = find().await?;
    let permission = match actor {
        Actor::CommandLine { .. } => None,
        Actor::Person(..) | Actor::Token(..) | Actor::Connector(..) => {
            check_target(identity, actor, &operation.rule(), target).await?
        }
    };
    Ok(Allowed {
        permission,
        membership,
    })
}

/// As [`check_object`], about a group: where the row says so, a person who owns it may do it without a role. What is
/// protected confers something, and is none of its owners' business (security 12).
pub(crate) async fn check_group<F: Future<Output = Result<Target, Refusal>>>(
    identity: &Identity,
    actor: Actor<'_>,
    operation: Operation,
    group: Id,
    find: impl Fn() -> F,
) -> Result<Allowed, Refusal> {
    let rule = operation.rule();
    let membership = find_version(identity, operation).await?;
    if let Actor::Connector(_, connector) = actor {
        connectors::check_group(identity, connector, operation, group).await?;
        return Ok(Allowed {
            permission: None,
            membership,
        });
    }
    // What only reads asks the same of every group.
    let target = match rule.fresh {
        true => find().await?,
        false => Target::Nobody,
    };
    let decided = check_target(identity, actor, &rule, target).await;
    let permission = match decided {
        Err(refusal) if refusal.code == &codes::NOT_ALLOWED && rule.owners => {
            if !is_owner(identity, actor, group).await? || find().await? != Target::Plain {
                return Err(refusal);
            }
            check_owner(identity, actor, &rule)?
        }
        decided => decided?,
    };
    Ok(Allowed {
        permission,
        membership,
    })
}

async fn is_owner(identity: &Identity, actor: Actor<'_>, object: Id) -> Result<bool, Refusal> {
    let Some(person) = actor.person() else {
        return Ok(false);
    };
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    Ok(store.find_owner(tenant, object, person).await?.is_some())
}

/// What is asked of an owner beside owning: a token's permission, and freshness.
fn check_owner(
    identity: &Identity,
    actor: Actor<'_>,
    rule: &Rule,
) -> Result<Option<Permission>, Refusal> {
    match actor {
        Actor::CommandLine { .. } => Ok(None),
        Actor::Connector(..) => Err(Refusal::new(&codes::NOT_ALLOWED)),
        Actor::Person(_, session) => {
            session.require_passkey()?;
            if rule.fresh {
                session.require_fresh(identity).map(drop)?;
            }
            Ok(None)
        }
        Actor::Token(_, bearer) => {
            let permission = pick(bearer, rule.delegated)?;
            check_freshness(identity, bearer, rule)?;
            Ok(Some(permission))
        }
    }
}

/// Read before the rights are. Only what changes something is written under it.
async fn find_version(
    identity: &Identity,
    operation: Operation,
) -> Result<Option<i64>, StoreError> {
    if !operation.rule().fresh {
        return Ok(None);
    }
    let version = identity
        .0
        .store
        .find_membership_version(identity.0.tenant_id)
        .await?;
    Ok(Some(version))
}

/// The permission by which a delegated token may do it to its own person, whatever roles they hold.
fn find_own(actor: Actor<'_>, operation: Operation, person: Option<Id>) -> Option<Permission> {
    let Actor::Token(_, bearer) = actor else {
        return None;
    };
    let own = actor.person().is_some() && actor.person() == person;
    own.then(|| pick(bearer, operation.rule().own).ok())?
}

async fn find_target(identity: &Identity, person: Option<Id>) -> Result<Target, Refusal> {
    let Some(person) = person else {
        return Ok(Target::Nobody);
    };
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    Ok(if store.list_roles(tenant, person).await?.is_empty() {
        Target::Plain
    } else {
        Target::Privileged
    })
}

/// The permission by which a token may do it to such a target; `None` for a person who signed in.
async fn check_target(
    identity: &Identity,
    actor: Actor<'_>,
    rule: &Rule,
    target: Target,
) -> Result<Option<Permission>, Refusal> {
    match actor {
        Actor::CommandLine { .. } => Ok(None),
        // What a connector may do is in no row: it has no roles.
        Actor::Connector(..) => Err(Refusal::new(&codes::NOT_ALLOWED)),
        Actor::Person(_, session) => {
            session.require_passkey()?;
            check_roles(identity, session.person_id, rule.roles(target)).await?;
            if rule.fresh {
                session.require_fresh(identity).map(drop)?;
            }
            Ok(None)
        }
        Actor::Token(_, bearer) => check_token(identity, bearer, rule, target).await.map(Some),
    }
}

async fn check_token(
    identity: &Identity,
    bearer: &Bearer,
    rule: &Rule,
    target: Target,
) -> Result<Permission, Refusal> {
    let Some(person) = bearer.person() else {
        let permission = pick(bearer, rule.application)?;
        if rule.asks_own_roles(target) {
            check_holder(identity, bearer.principal(), rule.roles(target)).await?;
        }
        return Ok(permission);
    };
    let permission = pick(bearer, rule.delegated)?;
    check_roles(identity, person, rule.roles(target)).await?;
    check_freshness(identity, bearer, rule)?;
    Ok(permission)
}

fn check_freshness(identity: &Identity, bearer: &Bearer, rule: &Rule) -> Result<(), Refusal> {
    let (now, freshness) = (identity.0.ambient.now(), identity.0.settings.freshness);
    let fresh = bearer.auth_time().is_some_and(|at| now - at <= freshness);
    if rule.fresh && !fresh {
        return Err(Refusal::new(&codes::NOT_FRESH));
    }
    Ok(())
}

/// The first permission of the row that the token carries; one that can't raise rights is preferred, so that using
/// a token that happens to hold more does not alert.
fn pick(bearer: &Bearer, accepted: &[Permission]) -> Result<Permission, Refusal> {
    let held = || {
        accepted
            .iter()
            .copied()
            .filter(|permission| bearer.permissions().contains(permission))
    };
    held()
        .find(|permission| !permission.is_tier_zero())
        .or_else(|| held().next())
        .ok_or_else(|| Refusal::new(&codes::PERMISSION_MISSING))
}

async fn check_holder(identity: &Identity, holder: Id, allowed: &[Role]) -> Result<(), Refusal> {
    let held = identity
        .0
        .store
        .list_roles(identity.0.tenant_id, holder)
        .await?;
    let held = held.into_iter().filter_map(Role::find);
    if held.into_iter().any(|role| allowed.contains(&role)) {
        Ok(())
    } else {
        Err(Refusal::new(&codes::NOT_ALLOWED))
    }
}

async fn check_roles(identity: &Identity, holder: Id, allowed: &[Role]) -> Result<(), Refusal> {
    let found = identity
        .0
        .store
        .find_person(identity.0.tenant_id, holder)
        .await?;
    if !found.is_some_and(|person| person.status == store::PersonStatus::Enabled) {
        // Then their session is over, too.
        return Err(Refusal::new(&codes::NO_SESSION));
    }
    check_holder(identity, holder, allowed).await
}

/// Whether whoever made a link or a pass, a person or an application, may still do so: roles and status, read live
/// (security 18).
pub(crate) async fn check_issuer(
    identity: &Identity,
    operation: Operation,
    issuer: Id,
    person: Id,
) -> Result<(), Refusal> {
    let target = find_target(identity, Some(person)).await?;
    let allowed = operation.rule().roles(target);
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    match store.find_principal(tenant, issuer).await? {
        Some(found) if found.status == PrincipalStatus::Enabled => {
            check_holder(identity, issuer, allowed).await
        }
        Some(_) => Err(Refusal::new(&codes::NOT_ALLOWED)),
        None => check_roles(identity, issuer, allowed).await,
    }
}
