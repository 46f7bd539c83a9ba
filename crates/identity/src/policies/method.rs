//! The policies of sign-in methods beside passkeys: shown, saved, asked about a person. Each is an object of its own.

use policy::access_pass::PassPolicy;
use policy::methods::{FactorPolicy, Holder, MethodPolicy, PasswordPolicy};
use policy::profiles::GroupId;
use policy::recovery::RecoveryPolicy;
use store::{Id, MembershipChange, PolicyInForce, PolicyVersion};

use super::in_force::Policies;
use super::save::{KEPT, check_nodes, check_right};
use super::versions::{VersionMode, check_reading};
use crate::access::{self, Allowed, Operation};
use crate::actor::Actor;
use crate::groups::begin_changing;
use crate::people::{Expected, check_expected};
use crate::proof::Basis;
use crate::tenant::{Snapshot, refuse_write};
use crate::{Code, Identity, Refusal, codes};

/// A method that has such a policy.
pub trait Method {
    type Policy: MethodPolicy + Send + Sync;

    /// Under which it is stored.
    const KIND: &'static str;
    /// What refuses a policy that can't be saved.
    const UNFIT: &'static Code;
    /// Beside [`Method::UNFIT`]: it names a group that is not there.
    const GROUP_MISSING: &'static str;
    /// What refuses people that it is not for.
    const NOT_ALLOWED: &'static Code;

    #[doc(hidden)]
    fn published(policies: &Policies) -> &Published<Self::Policy>;
}

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident($policy:ty) in $field:ident = $kind:literal, $unfit:ident, $missing:literal, $refused:ident;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl Method for $name {
                type Policy = $policy;
                const KIND: &'static str = $kind;
                const UNFIT: &'static Code = &codes::$unfit;
                const GROUP_MISSING: &'static str = $missing;
                const NOT_ALLOWED: &'static Code = &codes::$refused;

                fn published(policies: &Policies) -> &Published<$policy> {
                    &policies.methods().$field
                }
            }
        )+

        /// What counts of each.
        #[derive(Debug, Default)]
        pub(crate) struct Methods {
            $($field: Published<$policy>,)+
        }

        impl Methods {
            /// Takes one that was found; `false`: it is no such method's.
            pub(super) fn take(&mut self, found: &PolicyInForce) -> bool {
                match found.kind.as_str() {
                    $($kind => self.$field = Published::read(found),)+
                    _ => return false,
                }
                true
            }

            /// Whether one of them names the group.
            pub(super) fn names(&self, group: Id) -> bool {
                false $(|| self.$field.names(group))+
            }

            /// The groups from whose people they take something.
            pub(super) fn excluded(&self) -> impl Iterator<Item = &GroupId> {
                let found = std::iter::empty();
                $(let found = found.chain(self.$field.excluded());)+
                found
            }
        }
    };
}

methods! {
    /// Temporary Access Passes.
    AccessPasses(PassPolicy) in access_pass = "temporary_access_pass", PASS_POLICY_UNFIT, "pass_policy.group_missing", PASS_NOT_ALLOWED;
    /// Recovery codes.
    RecoveryCodes(RecoveryPolicy) in recovery = "recovery_code", RECOVERY_POLICY_UNFIT, "recovery_policy.group_missing", RECOVERY_NOT_ALLOWED;
    /// Passwords.
    Passwords(PasswordPolicy) in password = "password", METHOD_POLICY_UNFIT, "password_policy.group_missing", PASSWORD_NOT_ALLOWED;
    /// Codes of an authenticator app.
    SoftwareOath(FactorPolicy) in software_oath = "software_oath", METHOD_POLICY_UNFIT, "factor_policy.group_missing", FACTOR_NOT_ALLOWED;
    /// Codes by mail.
    EmailCodes(FactorPolicy) in email = "email", METHOD_POLICY_UNFIT, "factor_policy.group_missing", FACTOR_NOT_ALLOWED;
}

/// A policy that counts.
#[derive(Debug)]
pub struct Published<P> {
    /// Moved by every change: the ETag. 0: nothing was ever saved.
    revision: i64,
    /// 0 is the default, which nobody saved.
    version: i64,
    /// `None`: it can't be understood, and the method works for nobody.
    policy: Option<P>,
}

impl<P: MethodPolicy> Default for Published<P> {
    fn default() -> Published<P> {
        Published {
            revision: 0,
            version: 0,
            policy: Some(P::default()),
        }
    }
}

impl<P: MethodPolicy> Published<P> {
    fn read(found: &PolicyInForce) -> Published<P> {
        let stored = found.enforced.as_ref();
        Published {
            revision: found.revision,
            version: stored.map_or(0, |(version, _)| *version),
            policy: stored.and_then(|(_, document)| P::parse(document)),
        }
    }

    fn names(&self, group: Id) -> bool {
        let policy = self.policy.as_ref();
        policy.is_some_and(|policy| policy.groups().any(|named| named.0 == group.0))
    }

    fn excluded(&self) -> impl Iterator<Item = &GroupId> {
        self.policy.iter().flat_map(MethodPolicy::excluded)
    }
}

/// A policy as it counts now.
#[derive(Debug, Clone)]
pub struct MethodPolicyShown<P> {
    /// Moved by every change: the ETag. 0: nothing was ever saved.
    pub revision: i64,
    /// The version in force; 0 is the default, which nobody saved.
    pub version: i64,
    pub policy: P,
}

impl Policies {
    /// The policy of a method that decides now.
    ///
    /// # Errors
    /// [`codes::POLICY_UNKNOWN`] when what is in force can't be understood.
    pub(crate) fn require<M: Method>(&self) -> Result<&M::Policy, Refusal> {
        let unknown = || Refusal::new(&codes::POLICY_UNKNOWN);
        M::published(self).policy.as_ref().ok_or_else(unknown)
    }
}

/// The policy of a method in force.
///
/// # Errors
/// [`codes::POLICY_UNKNOWN`] when it can't be understood by this node.
pub async fn show_method_policy<M: Method>(
    identity: &Identity,
    actor: Actor<'_>,
) -> Result<MethodPolicyShown<M::Policy>, Refusal> {
    check_reading(identity, actor).await?;
    let (_, snapshot) = identity.current().await?;
    let published = M::published(&snapshot.policies);
    Ok(MethodPolicyShown {
        revision: published.revision,
        version: published.version,
        policy: snapshot.policies.require::<M>()?.clone(),
    })
}

/// Puts a policy in force: with the next decision, on every node.
///
/// # Errors
/// [`Method::UNFIT`] with what; [`codes::RECORD_OUTDATED`] when it is not the expected revision any more.
pub async fn save_method_policy<M: Method>(
    identity: &Identity,
    actor: Actor<'_>,
    expected: Expected,
    policy: &M::Policy,
) -> Result<MethodPolicyShown<M::Policy>, Refusal> {
    let about = (Operation::ChangePasskeyPolicy, None);
    access::decide(identity, actor, about, || {
        save_once::<M>(identity, actor, expected, policy)
    })
    .await
}

async fn save_once<M: Method>(
    identity: &Identity,
    actor: Actor<'_>,
    expected: Expected,
    policy: &M::Policy,
) -> Result<MethodPolicyShown<M::Policy>, Refusal> {
    let allowed = check_right(identity, actor).await?;
    let unfit = |detail| Refusal {
        detail: Some(detail),
        ..Refusal::new(M::UNFIT)
    };
    if let Some(fault) = policy.find_fault() {
        return Err(unfit(fault));
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    for group in policy.groups() {
        let found = store.find_group(tenant, Id(group.0)).await?;
        if found.is_none_or(|found| found.deleted_at.is_some()) {
            return Err(unfit(M::GROUP_MISSING));
        }
    }
    let (_, snapshot) = identity.current().await?;
    let published = M::published(&snapshot.policies);
    let (revision, version) = (published.revision, published.version);
    check_expected(expected, revision)?;
    let shown = |revision, version| MethodPolicyShown {
        revision,
        version,
        policy: policy.clone(),
    };
    if snapshot.policies.require::<M>().ok() == Some(policy) {
        return Ok(shown(revision, version));
    }
    check_nodes(identity, M::KIND).await?;
    let next = revision + 1;
    let put = Put {
        kind: M::KIND,
        version: next,
        document: policy.to_json(),
    };
    write(identity, actor, (&allowed, &snapshot), put).await?;
    Ok(shown(next, next))
}

struct Put {
    kind: &'static str,
    version: i64,
    document: String,
}

async fn write(
    identity: &Identity,
    actor: Actor<'_>,
    (allowed, snapshot): (&Allowed, &Snapshot),
    put: Put,
) -> Result<(), Refusal> {
    let tenant = identity.0.tenant_id;
    let (kind, version) = (put.kind, put.version);
    // It names groups, which then can't be deleted, and protects those that it excludes: rights change.
    let mut unit = begin_changing(identity, allowed).await?;
    unit.bump_policy(tenant, snapshot.tenant.policy_version);
    let saved = PolicyVersion {
        version,
        mode: VersionMode::Enforced.as_str().to_owned(),
        document: put.document.clone(),
        saved_at: identity.0.ambient.now(),
        saved_by: actor.issuer(),
        note: String::new(),
    };
    unit.insert_policy_version(tenant, kind, &saved);
    unit.put_policy_in_force(tenant, kind, version, Some(version), None);
    unit.purge_policy_versions(tenant, kind, KEPT, Some(version), None);
    let mut entry = actor.entry(identity);
    entry
        .say("kind", kind)
        .say("version", version)
        .say("policy", put.document);
    let word = "policy.saved";
    access::write(identity, actor, allowed, unit, word, tenant, entry)
        .await
        .map_err(refuse_write)
}

/// Refuses unless the policy in force has the method for this person; gives what that rests on.
///
/// # Errors
/// [`Method::NOT_ALLOWED`].
pub(crate) async fn check_method<M: Method>(
    identity: &Identity,
    person: Id,
) -> Result<Basis, Refusal> {
    check_covering::<M>(identity, person, M::NOT_ALLOWED, M::Policy::covers).await
}

/// Refuses with `no` unless the policy in force `covers` this person; gives what that rests on.
pub(super) async fn check_covering<M: Method>(
    identity: &Identity,
    person: Id,
    no: &'static Code,
    covers: impl Fn(&M::Policy, Holder<'_>) -> bool,
) -> Result<Basis, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    // Before what it is compared with.
    let membership = store.find_membership_version(tenant).await?;
    let (tenant_now, snapshot) = identity.current().await?;
    let policy = snapshot.policies.require::<M>()?;
    let groups = match policy.asks_for_groups() {
        false => Vec::new(),
        true => {
            let change = MembershipChange::default();
            store.list_group_ids_of(tenant, person, change).await?
        }
    };
    let groups: Vec<GroupId> = groups.into_iter().map(|id| GroupId(id.0)).collect();
    let holder = Holder {
        is_privileged: !store.list_roles(tenant, person).await?.is_empty(),
        groups: &groups,
    };
    match covers(policy, holder) {
        true => Ok(Basis {
            policy_version: tenant_now.policy_version,
            membership,
        }),
        false => Err(Refusal::new(no)),
    }
}

/// Whether the method is there for anybody, as this node knows it: what to offer, not what to allow.
pub(crate) fn is_method_on<M: Method>(identity: &Identity) -> bool {
    let snapshot = identity.snapshot();
    let policy = snapshot.policies.require::<M>();
    policy.is_ok_and(|policy| policy.state() == super::profiles::State::Enabled)
}
