//! The policy in force, and every version that was saved.

use policy::profiles::{Change, PasskeyPolicy, compare};
use store::{Id, PolicyVersion};

use super::PASSKEY;
use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::{Identity, Micros, Refusal, codes};

/// What a version was saved for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionMode {
    Enforced,
    /// Decisions by it are recorded, and nothing follows from them.
    ReportOnly,
}

impl VersionMode {
    /// As stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            VersionMode::Enforced => "enforced",
            VersionMode::ReportOnly => "report_only",
        }
    }

    fn parse(word: &str) -> VersionMode {
        match word {
            "enforced" => VersionMode::Enforced,
            _ => VersionMode::ReportOnly,
        }
    }
}

/// The policy as it counts now.
#[derive(Debug, Clone)]
pub struct PolicyShown {
    /// Moved by every change: the ETag. 0: nothing was ever saved.
    pub revision: i64,
    /// The version in force; 0 is the default, which nobody saved.
    pub version: i64,
    pub policy: PasskeyPolicy,
    /// When it was saved; `None` for the default.
    pub saved_at: Option<Micros>,
    /// The version that is tried out.
    pub report: Option<(i64, PasskeyPolicy)>,
}

/// A saved version.
#[derive(Debug, Clone)]
pub struct VersionShown {
    pub version: i64,
    pub mode: VersionMode,
    pub saved_at: Micros,
    /// The person or service principal who saved it; `None` for the command line.
    pub saved_by: Option<Id>,
    /// Their user name of now, if it was a person who is still there.
    pub saved_by_name: Option<String>,
    pub note: String,
    /// It counts now, as what it was saved for.
    pub current: bool,
}

/// The policy in force, and what is tried out.
///
/// # Errors
/// [`codes::POLICY_UNKNOWN`] when what is in force can't be understood by this node.
pub async fn show(identity: &Identity, actor: Actor<'_>) -> Result<PolicyShown, Refusal> {
    check_reading(identity, actor).await?;
    read_shown(identity).await
}

/// As [`show`], after a right was asked.
pub(super) async fn read_shown(identity: &Identity) -> Result<PolicyShown, Refusal> {
    let (_, snapshot) = identity.current().await?;
    let policies = &snapshot.policies;
    let enforced = policies.require_enforced()?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let saved = store
        .find_policy_version(tenant, PASSKEY, enforced.version)
        .await?;
    Ok(PolicyShown {
        revision: policies.revision,
        version: enforced.version,
        policy: enforced.policy.clone(),
        saved_at: saved.map(|version| version.saved_at),
        report: policies
            .report()
            .map(|report| (report.version, report.policy.clone())),
    })
}

pub(super) async fn check_reading(identity: &Identity, actor: Actor<'_>) -> Result<(), Refusal> {
    access::check(identity, actor, Operation::ReadPolicies, None)
        .await
        .map(drop)
}

pub(super) async fn find_version(
    identity: &Identity,
    version: i64,
) -> Result<PolicyVersion, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_policy_version(tenant, PASSKEY, version).await?;
    found.ok_or_else(|| Refusal::new(&codes::POLICY_VERSION_MISSING))
}

/// At most `limit` versions older than `before`, newest first.
pub async fn list_versions(
    identity: &Identity,
    actor: Actor<'_>,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<VersionShown>, Refusal> {
    check_reading(identity, actor).await?;
    let (_, snapshot) = identity.current().await?;
    let policies = &snapshot.policies;
    let counts = [policies.enforced(), policies.report()];
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store
        .list_policy_versions(tenant, PASSKEY, before, i64::from(limit))
        .await?;
    let mut shown = Vec::with_capacity(found.len());
    for version in found {
        let person = match version.saved_by {
            Some(id) => store.find_person(tenant, id).await?,
            None => None,
        };
        let mut current = counts.iter().flatten();
        shown.push(VersionShown {
            version: version.version,
            mode: VersionMode::parse(&version.mode),
            saved_at: version.saved_at,
            saved_by: version.saved_by,
            saved_by_name: person.map(|person| person.user_name),
            note: version.note,
            current: current.any(|published| published.version == version.version),
        });
    }
    Ok(shown)
}

/// A version's policy; 0 is the default.
///
/// # Errors
/// [`codes::POLICY_VERSION_MISSING`]; [`codes::POLICY_UNKNOWN`] when it can't be understood by this node.
pub async fn read_version(
    identity: &Identity,
    actor: Actor<'_>,
    version: i64,
) -> Result<PasskeyPolicy, Refusal> {
    check_reading(identity, actor).await?;
    if version == 0 {
        return Ok(PasskeyPolicy::default());
    }
    let found = find_version(identity, version).await?;
    PasskeyPolicy::parse(&found.document).map_err(|_| Refusal::new(&codes::POLICY_UNKNOWN))
}

/// What is different from one version to another.
pub async fn compare_versions(
    identity: &Identity,
    actor: Actor<'_>,
    from: i64,
    to: i64,
) -> Result<Vec<Change>, Refusal> {
    let from = read_version(identity, actor, from).await?;
    let to = read_version(identity, actor, to).await?;
    Ok(compare(&from, &to))
}
