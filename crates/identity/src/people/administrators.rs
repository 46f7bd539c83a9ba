//! The organisation keeps somebody who may do everything and can sign in: enabled, with a passkey that the policy in
//! force accepts.

use policy::profiles::{GroupId, Moment, PasskeyPolicy};
use store::{Id, MembershipChange, PasskeyFacts, Tenant, Unit, Without};

use crate::policies::{Proofs, describe};
use crate::roles::Role;
use crate::tenant::Snapshot;
use crate::{Identity, Refusal, codes};

/// What is about to be taken away, or to begin to count.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change<'a> {
    /// Nothing of the directory's: what is asked is how things are, or a policy changes.
    None,
    /// The person can't sign in any more.
    Person(Id),
    /// The principal's own role.
    Role(Id),
    Group(Id),
    /// A deleted group counts again.
    Restored(Id),
    /// The direct member leaves the group.
    Leaves {
        group: Id,
        member: Id,
    },
    /// The member joins the group.
    Joins {
        group: Id,
        member: Id,
    },
    /// The person's passkey.
    Passkey {
        person: Id,
        credential_id: &'a [u8],
    },
    /// Several of the person's passkeys.
    Passkeys {
        person: Id,
        credential_ids: &'a [Vec<u8>],
    },
}

impl Change<'_> {
    /// Who loses something if they hold the role: a person, group or application.
    fn principal(&self) -> Option<Id> {
        match *self {
            Change::None => None,
            Change::Person(id)
            | Change::Role(id)
            | Change::Group(id)
            | Change::Restored(id)
            | Change::Leaves { group: id, .. }
            | Change::Joins { group: id, .. }
            | Change::Passkey { person: id, .. }
            | Change::Passkeys { person: id, .. } => Some(id),
        }
    }

    /// The group whose members become others.
    fn group(&self) -> Option<Id> {
        match *self {
            Change::Group(id)
            | Change::Restored(id)
            | Change::Leaves { group: id, .. }
            | Change::Joins { group: id, .. } => Some(id),
            _ => None,
        }
    }

    /// What is left out of who holds the role.
    fn without(&self) -> Without<'_> {
        let nothing = Without::default();
        match *self {
            // Several passkeys are left out by `takes`.
            Change::None | Change::Restored(_) | Change::Joins { .. } | Change::Passkeys { .. } => {
                nothing
            }
            Change::Person(person) => Without {
                person: Some(person),
                ..nothing
            },
            Change::Role(principal) => Without {
                role_of: Some(principal),
                ..nothing
            },
            Change::Group(group) => Without {
                group: Some(group),
                ..nothing
            },
            Change::Leaves { group, member } => Without {
                membership: Some((group, member)),
                ..nothing
            },
            Change::Passkey { credential_id, .. } => Without {
                credential_id: Some(credential_id),
                ..nothing
            },
        }
    }

    /// Whether this passkey is one of several that go.
    fn takes(&self, credential_id: &[u8]) -> bool {
        match self {
            Change::Passkeys { credential_ids, .. } => {
                credential_ids.iter().any(|id| id == credential_id)
            }
            _ => false,
        }
    }

    fn memberships(&self) -> MembershipChange {
        let nothing = MembershipChange::default();
        match *self {
            Change::Group(group) => MembershipChange {
                deleted: Some(group),
                ..nothing
            },
            Change::Restored(group) => MembershipChange {
                restored: Some(group),
                ..nothing
            },
            Change::Leaves { group, member } => MembershipChange {
                leaving: Some((group, member)),
                ..nothing
            },
            _ => nothing,
        }
    }
}

/// Whether a unit may take away a Global Administrator. Such units come one after the other, and each requires, when its
/// other steps are done, that a passkey by which somebody is left is still there.
#[derive(Debug)]
#[must_use]
pub(crate) enum Administrators {
    /// It can't: nobody whom it touches holds the role, and no policy asks for the groups that it touches.
    Untouched,
    /// The credential id of a passkey that is left.
    Guarded(Vec<u8>),
}

impl Administrators {
    /// Early in its unit, before any person's row: two administrators who disable each other meet at the tenant's
    /// version, which only one unit holds, before either has locked the other's rows.
    ///
    /// # Errors
    /// [`codes::LAST_ADMINISTRATOR`] when nobody would be left.
    pub(crate) async fn begin(
        identity: &Identity,
        unit: &mut Unit,
        change: Change<'_>,
    ) -> Result<Administrators, Refusal> {
        let (tenant, snapshot) = identity.current().await?;
        if !is_touched(identity, &snapshot, &change).await? {
            return Ok(Administrators::Untouched);
        }
        let policies = &snapshot.policies;
        // What can't be understood accepts nobody: then nobody is left already.
        let enforced = policies.require_enforced()?;
        unit.bump_administrators(tenant.tenant_id, tenant.administrator_version);
        unit.hold_policy(tenant.tenant_id, tenant.policy_version);
        let witness = find_witness(identity, &enforced.policy, &change).await?;
        witness
            .map(Administrators::Guarded)
            .ok_or_else(|| Refusal::new(&codes::LAST_ADMINISTRATOR))
    }

    /// For a unit that puts this policy in force. `tenant` was read just now.
    ///
    /// # Errors
    /// [`codes::POLICY_LAST_ADMINISTRATOR`] when it would accept no passkey of anybody who may do everything.
    pub(crate) async fn begin_policy(
        identity: &Identity,
        unit: &mut Unit,
        tenant: &Tenant,
        policy: &PasskeyPolicy,
    ) -> Result<Administrators, Refusal> {
        unit.bump_administrators(tenant.tenant_id, tenant.administrator_version);
        let witness = find_witness(identity, policy, &Change::None).await?;
        witness
            .map(Administrators::Guarded)
            .ok_or_else(|| Refusal::new(&codes::POLICY_LAST_ADMINISTRATOR))
    }

    /// After every other step.
    pub(crate) fn finish(self, identity: &Identity, unit: &mut Unit) {
        if let Administrators::Guarded(credential_id) = self {
            unit.require_witness(
                identity.0.tenant_id,
                Role::GlobalAdministrator.template_id(),
                &credential_id,
            );
        }
    }
}

async fn is_touched(
    identity: &Identity,
    snapshot: &Snapshot,
    change: &Change<'_>,
) -> Result<bool, Refusal> {
    let Some(principal) = change.principal() else {
        return Ok(true);
    };
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    if let Some(group) = change.group()
        && snapshot
            .policies
            .enforced()
            .is_some_and(|it| it.policy.needs().groups)
    {
        let above = store.list_groups_above(tenant, group).await?;
        let named = above.iter().any(|id| snapshot.policies.names(*id));
        if named {
            return Ok(true);
        }
    }
    // Whoever joins a group loses nothing but what its exclusion takes.
    if let Change::Joins { .. } | Change::Restored(_) = change {
        return Ok(false);
    }
    let roles = store.list_roles(tenant, principal).await?;
    Ok(roles.contains(&Role::GlobalAdministrator.template_id()))
}

/// A passkey of an enabled Global Administrator that the policy accepts, as things would be after the change.
pub(crate) async fn find_witness(
    identity: &Identity,
    policy: &PasskeyPolicy,
    change: &Change<'_>,
) -> Result<Option<Vec<u8>>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let role = Role::GlobalAdministrator.template_id();
    let passkeys = store
        .list_holders_passkeys(tenant, role, change.without())
        .await?;
    let mut proofs = Proofs::of([policy]);
    let now = identity.0.ambient.now();
    for of_one in passkeys.chunk_by(|one, next| one.person_id == next.person_id) {
        let Some(PasskeyFacts { person_id, .. }) = of_one.first() else {
            continue;
        };
        let groups = match policy.needs().groups {
            true => list_groups(identity, *person_id, change).await?,
            false => Vec::new(),
        };
        let scope = policy.find_scope(&groups);
        let left = of_one.iter().filter(|it| !change.takes(&it.credential_id));
        for facts in left {
            let proof = proofs
                .prove(identity, facts.aaguid, facts.attestation.as_ref())
                .await?;
            let passkey = describe(facts, &proof);
            if policy
                .decide(scope, passkey, Moment::SignIn, now)
                .is_accepted()
            {
                return Ok(Some(facts.credential_id.clone()));
            }
        }
    }
    Ok(None)
}

/// The groups that somebody would be in.
async fn list_groups(
    identity: &Identity,
    person: Id,
    change: &Change<'_>,
) -> Result<Vec<GroupId>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let mut groups = store
        .list_group_ids_of(tenant, person, change.memberships())
        .await?;
    if let Change::Joins { group, member } = change
        && (*member == person || groups.contains(member))
    {
        let above = store.list_groups_above(tenant, *group).await?;
        groups.extend(above);
    }
    Ok(groups.into_iter().map(|id| GroupId(id.0)).collect())
}

/// Refuses to delete a group that a policy names: whom the policy is about would change unseen.
///
/// # Errors
/// [`codes::GROUP_IN_POLICY`].
pub(crate) async fn check_unnamed(identity: &Identity, group: Id) -> Result<(), Refusal> {
    let (_, snapshot) = identity.current().await?;
    match snapshot.policies.names(group) {
        true => Err(Refusal::new(&codes::GROUP_IN_POLICY)),
        false => Ok(()),
    }
}
