//! Who may do what: one table, asked by every use case that touches somebody else (security 7, 11, 12).

use store::{Id, Unit};

use crate::actor::Actor;
use crate::bearer::Bearer;
use crate::permissions::Permission;
use crate::roles::Role;
use crate::{Identity, Refusal, codes};

mod table;

pub use table::{Operation, OwnRoles, Rule, Target};

/// A "yes" with what it rests on. Its unit begins with what must still hold when it is written.
#[derive(Debug)]
#[must_use]
pub(crate) struct Allowed {
    /// The permission by which a token may do it.
    #[expect(dead_code, reason = "the record of a change by a token will name it")]
    pub(crate) permission: Option<Permission>,
}

impl Allowed {
    /// A unit that is written only if the roles that were asked are still what they were.
    pub(crate) fn begin(&self, _identity: &Identity) -> Unit {
        Unit::new()
    }
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
        });
    }
    let target = match actor {
        Actor::CommandLine { .. } => Target::Nobody,
        Actor::Person(..) | Actor::Token(..) => find_target(identity, person).await?,
    };
    check_target(identity, actor, operation, target).await
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

/// As [`check`], where the caller knows what the target is.
pub(crate) async fn check_target(
    identity: &Identity,
    actor: Actor<'_>,
    operation: Operation,
    target: Target,
) -> Result<Allowed, Refusal> {
    let rule = operation.rule();
    match actor {
        Actor::CommandLine { .. } => Ok(Allowed { permission: None }),
        Actor::Person(_, session) => {
            check_roles(identity, session.person_id, rule.roles(target)).await?;
            if rule.fresh {
                session.require_fresh(identity).map(drop)?;
            }
            Ok(Allowed { permission: None })
        }
        Actor::Token(_, bearer) => check_token(identity, bearer, &rule, target).await,
    }
}

async fn check_token(
    identity: &Identity,
    bearer: &Bearer,
    rule: &Rule,
    target: Target,
) -> Result<Allowed, Refusal> {
    let Some(person) = bearer.person() else {
        let permission = pick(bearer, rule.application)?;
        if rule.asks_own_roles(target) {
            check_holder(identity, bearer.principal(), rule.roles(target)).await?;
        }
        return Ok(Allowed {
            permission: Some(permission),
        });
    };
    let permission = pick(bearer, rule.delegated)?;
    check_roles(identity, person, rule.roles(target)).await?;
    if rule.fresh {
        let now = identity.0.ambient.now();
        let freshness = identity.0.settings.freshness;
        if bearer.auth_time().is_none_or(|at| now - at > freshness) {
            return Err(Refusal::new(&codes::NOT_FRESH));
        }
    }
    Ok(Allowed {
        permission: Some(permission),
    })
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
        return Err(Refusal::new(&codes::NOT_ALLOWED));
    }
    check_holder(identity, holder, allowed).await
}

/// Whether whoever made a link may still do so: roles and status, read live (security 18).
pub(crate) async fn check_issuer(
    identity: &Identity,
    issuer: Id,
    person: Id,
) -> Result<(), Refusal> {
    let target = find_target(identity, Some(person)).await?;
    let allowed = Operation::MakeLink.rule().roles(target);
    check_roles(identity, issuer, allowed).await
}
