//! Changing the policy. Every version is kept; what is in force moves under the version that every decision compares.

use policy::profiles::{Change as Difference, Document, PasskeyPolicy, Strictness, compare};
use serde_json::json;
use store::{PolicyVersion, Unit};

use super::fault::unfit;
use super::in_force::Published;
use super::versions::{PolicyShown, VersionMode, find_version, read_shown};
use super::{PASSKEY, PolicyFault};
use crate::access::{self, Allowed, Operation, Target};
use crate::actor::Actor;
use crate::groups::begin_changing;
use crate::people::administrators::Administrators;
use crate::people::{Expected, check_expected};
use crate::tenant::{Snapshot, refuse_write};
use crate::{Id, Identity, MINUTE, Refusal, codes, names};

/// How many versions are kept beside those that count.
pub(super) const KEPT: i64 = 200;

/// The longest note, in characters.
const NOTE_MAX: usize = 256;

/// How many differences a record tells; it says how many there were.
const TOLD: usize = 50;

/// A node that was not seen for this long does not run any more.
const GONE: crate::Micros = 2 * MINUTE;

/// What came of saving.
#[derive(Debug, Clone)]
pub struct Saved {
    /// The ETag from now on.
    pub revision: i64,
    /// The version that counts now; 0 is the default, which nobody saved.
    pub version: i64,
    /// What is wrong and was saved all the same.
    pub warnings: Vec<PolicyFault>,
}

/// What is in force, for somebody who is about to change it: who may not, is not told more.
///
/// # Errors
/// Those of the right to change it, on record; [`codes::POLICY_UNKNOWN`].
pub async fn begin_change(identity: &Identity, actor: Actor<'_>) -> Result<PolicyShown, Refusal> {
    let about = (Operation::ChangePasskeyPolicy, None);
    access::decide(identity, actor, about, || async {
        check_right(identity, actor).await.map(drop)
    })
    .await?;
    read_shown(identity).await
}

/// Puts a policy in force: with the next decision, on every node. What means the same as the policy in force changes
/// nothing.
///
/// # Errors
/// [`codes::POLICY_UNFIT`] with every fault; [`codes::RECORD_OUTDATED`] when it is not the expected revision any more;
/// [`codes::POLICY_LAST_ADMINISTRATOR`] when no Global Administrator would have a passkey that it accepts.
pub async fn save(
    identity: &Identity,
    actor: Actor<'_>,
    expected: Expected,
    document: &Document,
    strictness: Strictness,
    note: &str,
) -> Result<Saved, Refusal> {
    let about = (Operation::ChangePasskeyPolicy, None);
    access::decide(identity, actor, about, || async {
        let asked = (document, strictness, note);
        put_once(identity, actor, expected, asked, "policy.saved").await
    })
    .await
}

/// Puts the default in force: every passkey of everybody is accepted.
pub async fn reset(
    identity: &Identity,
    actor: Actor<'_>,
    expected: Expected,
) -> Result<Saved, Refusal> {
    let about = (Operation::ChangePasskeyPolicy, None);
    access::decide(identity, actor, about, || async {
        let document = Document::default();
        let asked = (&document, Strictness::Own, "");
        put_once(identity, actor, expected, asked, "policy.reset").await
    })
    .await
}

/// Puts an earlier version in force again, as a new version.
///
/// # Errors
/// As [`save`]: groups may be gone, administrators may have changed. [`codes::POLICY_VERSION_MISSING`].
pub async fn restore(
    identity: &Identity,
    actor: Actor<'_>,
    expected: Expected,
    version: i64,
) -> Result<Saved, Refusal> {
    let about = (Operation::ChangePasskeyPolicy, None);
    access::decide(identity, actor, about, || async {
        check_right(identity, actor).await.map(drop)?;
        let found = find_version(identity, version).await?;
        let document = super::parse(found.document.as_bytes())?;
        let note = format!("version {version}");
        let asked = (&document, Strictness::Wire, note.as_str());
        put_once(identity, actor, expected, asked, "policy.restored").await
    })
    .await
}

/// Tries a policy out: every decision is also taken by it, and recorded beside the enforced one; nothing follows from it.
/// `None` ends the trial.
///
/// # Errors
/// As [`save`], but for administrators: nobody is kept out by it.
pub async fn try_out(
    identity: &Identity,
    actor: Actor<'_>,
    expected: Expected,
    document: Option<&Document>,
    note: &str,
) -> Result<Saved, Refusal> {
    let about = (Operation::ChangePasskeyPolicy, None);
    access::decide(identity, actor, about, || async {
        try_once(identity, actor, expected, document, note).await
    })
    .await
}

/// What may be saved, as far as its own content goes.
struct Draft {
    policy: PasskeyPolicy,
    warnings: Vec<PolicyFault>,
    note: String,
}

impl Draft {
    async fn check(
        identity: &Identity,
        document: &Document,
        strictness: Strictness,
        note: &str,
    ) -> Result<Draft, Refusal> {
        let note = match note {
            "" => String::new(),
            note => names::parse_text(note, NOTE_MAX).ok_or(&codes::BAD_REQUEST)?,
        };
        let mut faults = find_missing_groups(identity, document).await?;
        let checked = match document.clone().check(strictness) {
            Ok(checked) if faults.is_empty() => checked,
            Ok(checked) => {
                faults.extend(checked.warnings.into_iter().map(PolicyFault::from));
                return Err(unfit(faults));
            }
            Err(wrong) => {
                faults.extend(wrong.into_iter().map(PolicyFault::from));
                return Err(unfit(faults));
            }
        };
        Ok(Draft {
            policy: checked.policy,
            warnings: checked
                .warnings
                .into_iter()
                .map(PolicyFault::from)
                .collect(),
            note,
        })
    }
}

/// Groups that are named and not there. Only as many are looked up as a policy can name.
pub(super) async fn find_missing_groups(
    identity: &Identity,
    document: &Document,
) -> Result<Vec<PolicyFault>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let mut faults = Vec::new();
    for (field, group) in document.groups().take(MOST_GROUPS) {
        let found = store.find_group(tenant, Id(group.0)).await?;
        if found.is_none_or(|found| found.deleted_at.is_some()) {
            faults.push(PolicyFault::of_group(&field, group.to_string()));
        }
    }
    Ok(faults)
}

/// More don't fit into a policy's 20 KB.
const MOST_GROUPS: usize = 400;

/// Rights come from roles alone, and are held until the unit is written, the command line's too: what is protected
/// follows from the policy.
pub(super) async fn check_right(identity: &Identity, actor: Actor<'_>) -> Result<Allowed, Refusal> {
    access::check_object(identity, actor, Operation::ChangePasskeyPolicy, || async {
        Ok(Target::Nobody)
    })
    .await
}

/// Refuses while a node runs that would not keep to it (security 8).
pub(super) async fn check_nodes(identity: &Identity, kind: &str) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let since = identity.0.ambient.now() - GONE;
    let outdated = store
        .list_nodes_without_policy_kind(tenant, kind, since)
        .await?;
    match outdated.is_empty() {
        true => Ok(()),
        false => Err(Refusal::new(&codes::POLICY_NODE_OUTDATED)),
    }
}

async fn put_once(
    identity: &Identity,
    actor: Actor<'_>,
    expected: Expected,
    (document, strictness, note): (&Document, Strictness, &str),
    word: &str,
) -> Result<Saved, Refusal> {
    // Who may not, is not told what is wrong with a document, and nothing is looked up for them.
    let allowed = check_right(identity, actor).await?;
    let draft = Draft::check(identity, document, strictness, note).await?;
    let (tenant, snapshot) = identity.current().await?;
    let policies = &snapshot.policies;
    check_expected(expected, policies.revision)?;
    if let Some(enforced) = policies.enforced()
        && enforced.policy == draft.policy
    {
        return Ok(Saved {
            revision: policies.revision,
            version: enforced.version,
            warnings: draft.warnings,
        });
    }
    check_nodes(identity, PASSKEY).await?;
    let mut unit = begin_changing(identity, &allowed).await?;
    let administrators =
        Administrators::begin_policy(identity, &mut unit, &tenant, &draft.policy).await?;
    let version = policies.revision + 1;
    let report = policies.report().map(|published| published.version);
    let put = Put {
        version,
        mode: VersionMode::Enforced,
        counts: (Some(version), report),
    };
    insert(&mut unit, identity, actor, &snapshot, &draft, put);
    administrators.finish(identity, &mut unit);
    let before = policies.enforced();
    write(
        identity,
        actor,
        &allowed,
        unit,
        word,
        (before, &draft, version),
    )
    .await?;
    Ok(Saved {
        revision: version,
        version,
        warnings: draft.warnings,
    })
}

async fn try_once(
    identity: &Identity,
    actor: Actor<'_>,
    expected: Expected,
    document: Option<&Document>,
    note: &str,
) -> Result<Saved, Refusal> {
    let allowed = check_right(identity, actor).await?;
    let (_, snapshot) = identity.current().await?;
    let policies = &snapshot.policies;
    check_expected(expected, policies.revision)?;
    let enforced = policies.enforced().map(|published| published.version);
    let enforced = enforced.filter(|version| *version > 0);
    let Some(document) = document else {
        return end_trial(identity, actor, &allowed, &snapshot).await;
    };
    let draft = Draft::check(identity, document, Strictness::Own, note).await?;
    check_nodes(identity, PASSKEY).await?;
    // A policy that is tried out may name groups, which then can't be deleted: rights change.
    let mut unit = begin_changing(identity, &allowed).await?;
    let version = policies.revision + 1;
    let put = Put {
        version,
        mode: VersionMode::ReportOnly,
        counts: (enforced, Some(version)),
    };
    insert(&mut unit, identity, actor, &snapshot, &draft, put);
    let before = policies.report().or(policies.enforced());
    let word = "policy.report_only_saved";
    write(
        identity,
        actor,
        &allowed,
        unit,
        word,
        (before, &draft, version),
    )
    .await?;
    Ok(Saved {
        revision: version,
        version,
        warnings: draft.warnings,
    })
}

async fn end_trial(
    identity: &Identity,
    actor: Actor<'_>,
    allowed: &Allowed,
    snapshot: &Snapshot,
) -> Result<Saved, Refusal> {
    let policies = &snapshot.policies;
    let version = policies.enforced().map_or(0, |published| published.version);
    let Some(tried) = policies.report() else {
        return Ok(Saved {
            revision: policies.revision,
            version,
            warnings: Vec::new(),
        });
    };
    let tenant = identity.0.tenant_id;
    let revision = policies.revision + 1;
    let mut unit = begin_changing(identity, allowed).await?;
    unit.bump_policy(tenant, snapshot.tenant.policy_version);
    let enforced = Some(version).filter(|version| *version > 0);
    unit.put_policy_in_force(tenant, PASSKEY, revision, enforced, None);
    let mut entry = actor.entry(identity);
    entry.say("version", tried.version);
    let word = "policy.report_only_ended";
    access::write(identity, actor, allowed, unit, word, tenant, entry)
        .await
        .map_err(refuse_write)?;
    Ok(Saved {
        revision,
        version,
        warnings: Vec::new(),
    })
}

/// Where a new version goes.
struct Put {
    version: i64,
    mode: VersionMode,
    /// Which versions count then: enforced, and tried out.
    counts: (Option<i64>, Option<i64>),
}

fn insert(
    unit: &mut Unit,
    identity: &Identity,
    actor: Actor<'_>,
    snapshot: &Snapshot,
    draft: &Draft,
    put: Put,
) {
    let tenant = identity.0.tenant_id;
    let (enforced, report) = put.counts;
    unit.bump_policy(tenant, snapshot.tenant.policy_version);
    let version = PolicyVersion {
        version: put.version,
        mode: put.mode.as_str().to_owned(),
        document: draft.policy.to_json(),
        saved_at: identity.0.ambient.now(),
        saved_by: actor.issuer(),
        note: draft.note.clone(),
    };
    unit.insert_policy_version(tenant, PASSKEY, &version);
    unit.put_policy_in_force(tenant, PASSKEY, put.version, enforced, report);
    unit.purge_policy_versions(tenant, PASSKEY, KEPT, enforced, report);
}

/// With a record of what is different, not of the whole.
async fn write(
    identity: &Identity,
    actor: Actor<'_>,
    allowed: &Allowed,
    unit: Unit,
    word: &str,
    (before, draft, version): (Option<&Published>, &Draft, i64),
) -> Result<(), Refusal> {
    let mut entry = actor.entry(identity);
    entry.say("version", version);
    if let Some(before) = before {
        let differences = compare(&before.policy, &draft.policy);
        entry
            .say("before", before.version)
            .say("changes", differences.len())
            .say("changed", describe(&differences));
    }
    if !draft.note.is_empty() {
        entry.say("note", draft.note.as_str());
    }
    let tenant = identity.0.tenant_id;
    access::write(identity, actor, allowed, unit, word, tenant, entry)
        .await
        .map_err(refuse_write)
}

fn describe(differences: &[Difference]) -> Vec<serde_json::Value> {
    let told = differences.iter().take(TOLD);
    told.map(|it| json!({ "path": it.path, "before": it.before, "after": it.after }))
        .collect()
}
