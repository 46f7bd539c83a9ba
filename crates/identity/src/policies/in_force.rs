//! What counts now, as it stands in the snapshot.

use policy::access_pass::PassPolicy;
use policy::profiles::{GroupId, PasskeyPolicy};
use policy::recovery::RecoveryPolicy;
use policy::rungs::Rung;
use store::{Id, POLICY_KINDS, Store, StoreError};

use super::{ACCESS_PASS, PASSKEY, RECOVERY_CODE};
use crate::{Refusal, codes};

/// A policy that counts, and its version; 0 is the default, which nobody saved.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) version: i64,
    pub(crate) policy: PasskeyPolicy,
}

/// The policy of Temporary Access Passes that counts.
#[derive(Debug)]
pub(crate) struct PublishedPass {
    /// Moved by every change: the ETag. 0: nothing was ever saved.
    pub(crate) revision: i64,
    /// 0 is the default, which nobody saved.
    pub(crate) version: i64,
    /// `None`: it can't be understood, and no pass works.
    policy: Option<PassPolicy>,
}

/// The policy of recovery codes that counts.
#[derive(Debug)]
pub(crate) struct PublishedRecovery {
    /// Moved by every change: the ETag. 0: nothing was ever saved.
    pub(crate) revision: i64,
    /// 0 is the default, which nobody saved.
    pub(crate) version: i64,
    /// `None`: it can't be understood, and no code works.
    policy: Option<RecoveryPolicy>,
}

/// Every policy of the organisation.
#[derive(Debug)]
pub(crate) struct Policies {
    /// Moved by every change of the passkey policy: its ETag.
    pub(crate) revision: i64,
    /// `None`: what is in force can't be understood, or something of an unknown kind is; then nothing is accepted.
    enforced: Option<Published>,
    report: Option<Published>,
    access_pass: PublishedPass,
    recovery: PublishedRecovery,
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
            access_pass: PublishedPass {
                revision: 0,
                version: 0,
                policy: Some(PassPolicy::default()),
            },
            recovery: PublishedRecovery {
                revision: 0,
                version: 0,
                policy: Some(RecoveryPolicy::default()),
            },
            break_glass: store.list_break_glass(tenant).await?,
        };
        let mut is_understood = true;
        for found in store.list_policies_in_force(tenant).await? {
            if found.kind == ACCESS_PASS {
                let (version, document) = found.enforced.unwrap_or_default();
                policies.access_pass = PublishedPass {
                    revision: found.revision,
                    version,
                    policy: PassPolicy::parse(&document),
                };
                continue;
            }
            if found.kind == RECOVERY_CODE {
                let (version, document) = found.enforced.unwrap_or_default();
                policies.recovery = PublishedRecovery {
                    revision: found.revision,
                    version,
                    policy: RecoveryPolicy::parse(&document),
                };
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

    /// The policy of Temporary Access Passes that decides now.
    ///
    /// # Errors
    /// [`codes::POLICY_UNKNOWN`] when what is in force can't be understood.
    pub(crate) fn require_access_pass(&self) -> Result<&PassPolicy, Refusal> {
        let unknown = || Refusal::new(&codes::POLICY_UNKNOWN);
        self.access_pass.policy.as_ref().ok_or_else(unknown)
    }

    pub(crate) fn access_pass(&self) -> &PublishedPass {
        &self.access_pass
    }

    /// The policy of recovery codes that decides now.
    ///
    /// # Errors
    /// [`codes::POLICY_UNKNOWN`] when what is in force can't be understood.
    pub(crate) fn require_recovery(&self) -> Result<&RecoveryPolicy, Refusal> {
        let unknown = || Refusal::new(&codes::POLICY_UNKNOWN);
        self.recovery.policy.as_ref().ok_or_else(unknown)
    }

    pub(crate) fn recovery(&self) -> &PublishedRecovery {
        &self.recovery
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
        let of_passes = |policy: &PassPolicy| policy.groups().any(|named| named.0 == group.0);
        let of_codes = |policy: &RecoveryPolicy| policy.groups().any(|named| named.0 == group.0);
        self.enforced().is_some_and(named)
            || self.report().is_some_and(named)
            || self.access_pass.policy.as_ref().is_some_and(of_passes)
            || self.recovery.policy.as_ref().is_some_and(of_codes)
    }

    /// The groups from whose people the policies that count take passkeys, passes, recovery codes or another way back in.
    fn excluded(&self) -> impl Iterator<Item = &GroupId> {
        let passkeys = self.enforced().map(|it| &it.policy.document().exclude);
        let passes = self.access_pass.policy.as_ref().map(|it| &it.exclude);
        let codes = self.recovery.policy.as_ref().map(|it| &it.exclude);
        let rungs = self.recovery.policy.iter();
        let rungs = rungs.flat_map(|it| Rung::ALL.map(|rung| &it.rungs.of(rung).exclude));
        let of_methods = passkeys.into_iter().chain(passes).chain(codes);
        of_methods.chain(rungs).flatten()
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
