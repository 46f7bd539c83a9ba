//! What counts now, as it stands in the snapshot.

use policy::profiles::{GroupId, PasskeyPolicy};
use store::{Id, POLICY_KINDS, Store, StoreError};

use super::PASSKEY;
use super::method::Methods;
use crate::{Refusal, codes};

/// A policy that counts, and its version; 0 is the default, which nobody saved.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) version: i64,
    pub(crate) policy: PasskeyPolicy,
}

/// Every policy of the organisation.
#[derive(Debug)]
pub struct Policies {
    /// Moved by every change of the passkey policy: its ETag.
    pub(crate) revision: i64,
    /// `None`: what is in force can't be understood, or something of an unknown kind is; then nothing is accepted.
    enforced: Option<Published>,
    report: Option<Published>,
    methods: Methods,
    /// Sorted. These are marks, as a policy names accounts, and not the status of a person: who may sign in is read live.
    break_glass: Vec<Id>,
}

impl Policies {
    pub(crate) async fn load(store: &Store, tenant: Id) -> Result<Policies, StoreError> {
        let mut policies = Policies {
            revision: 0,
            enforced: Some(Published {
                version: 0,
                policy: PasskeyPolicy::default(),
            }),
            report: None,
            methods: Methods::default(),
            break_glass: store.list_break_glass(tenant).await?,
        };
        let mut is_understood = true;
        for found in store.list_policies_in_force(tenant).await? {
            if policies.methods.take(&found) {
                continue;
            }
            if found.kind != PASSKEY {
                // Written by a newer node: what it asks for can't be kept to here (security 8).
                is_understood &= POLICY_KINDS.contains(&found.kind.as_str());
                continue;
            }
            policies.revision = found.revision;
            if let Some((version, document)) = found.enforced {
                policies.enforced = read(version, &document);
            }
            policies.report = found
                .report
                .and_then(|(version, document)| read(version, &document));
        }
        if !is_understood {
            policies.enforced = None;
        }
        Ok(policies)
    }

    pub(crate) fn enforced(&self) -> Option<&Published> {
        self.enforced.as_ref()
    }

    /// The policy that decides now.
    ///
    /// # Errors
    /// [`codes::POLICY_UNKNOWN`] when what is in force can't be understood.
    pub(crate) fn require_enforced(&self) -> Result<&Published, Refusal> {
        self.enforced()
            .ok_or_else(|| Refusal::new(&codes::POLICY_UNKNOWN))
    }

    pub(super) fn methods(&self) -> &Methods {
        &self.methods
    }

    pub(crate) fn report(&self) -> Option<&Published> {
        self.report.as_ref()
    }

    pub(crate) fn break_glass(&self) -> &[Id] {
        &self.break_glass
    }

    pub(crate) fn is_break_glass(&self, person: Id) -> bool {
        self.break_glass.binary_search(&person).is_ok()
    }

    /// Whether a policy that counts, or is tried out, names the group.
    pub(crate) fn names(&self, group: Id) -> bool {
        let named = |published: &Published| {
            let mut groups = published.policy.groups().iter();
            groups.any(|named| named.0 == group.0)
        };
        self.enforced().is_some_and(named)
            || self.report().is_some_and(named)
            || self.methods.names(group)
    }

    /// The groups from whose people the policies that count take passkeys or another method.
    fn excluded(&self) -> impl Iterator<Item = &GroupId> {
        let passkeys = self.enforced().map(|it| &it.policy.document().exclude);
        let methods = self.methods.excluded();
        passkeys.into_iter().flatten().chain(methods)
    }

    pub(crate) fn excludes_any(&self) -> bool {
        self.excluded().next().is_some()
    }

    pub(crate) fn excludes(&self, group: Id) -> bool {
        self.excluded().any(|named| named.0 == group.0)
    }
}

fn read(version: i64, document: &str) -> Option<Published> {
    PasskeyPolicy::parse(document)
        .inspect_err(|cause| tracing::error!(version, %cause, "a stored passkey policy"))
        .ok()
        .map(|policy| Published { version, policy })
}
