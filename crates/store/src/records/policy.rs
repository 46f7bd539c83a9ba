//! Saved policies: every version, and which of them count now; accounts for the bad day.
//!
//! Documents are text here; what they say is nobody's business in this room. Whoever changes what counts moves
//! `tenant.policy_version` in the same unit ([`Unit::bump_policy`]): every decision compares it.

use crate::sql::statements;
use crate::value::{Id, Row};
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    LIST_IN_FORCE = "policy.list_in_force" Tenant
        "SELECT f.kind, f.revision, f.enforced_version, e.document, f.report_version, r.document
         FROM policy_in_force f
         LEFT JOIN policy_version e ON e.tenant_id = $1 AND e.kind = f.kind AND e.version = f.enforced_version
         LEFT JOIN policy_version r ON r.tenant_id = $1 AND r.kind = f.kind AND r.version = f.report_version
         WHERE f.tenant_id = $1 ORDER BY f.kind";
    INSERT_VERSION = "policy.insert_version" Tenant
        "INSERT INTO policy_version (tenant_id, kind, version, mode, document, saved_at, saved_by, note)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    PUT_IN_FORCE = "policy.put_in_force" Tenant
        "INSERT INTO policy_in_force (tenant_id, kind, revision, enforced_version, report_version) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (tenant_id, kind) DO UPDATE SET revision = $3, enforced_version = $4, report_version = $5";
    LIST_VERSIONS = "policy.list_versions" Tenant
        "SELECT version, mode, document, saved_at, saved_by, note FROM policy_version
         WHERE tenant_id = $1 AND kind = $2 AND version < $3 ORDER BY version DESC LIMIT $4";
    FIND_VERSION = "policy.find_version" Tenant
        "SELECT version, mode, document, saved_at, saved_by, note FROM policy_version
         WHERE tenant_id = $1 AND kind = $2 AND version = $3";
    /// All but the newest, however the revisions between them were numbered; what counts stays.
    PURGE_VERSIONS = "policy.purge_versions" Tenant
        "DELETE FROM policy_version WHERE tenant_id = $1 AND kind = $2
         AND version <> $4 AND version <> $5 AND version < (SELECT MIN(n.version) FROM (SELECT v.version FROM policy_version v
             WHERE v.tenant_id = $1 AND v.kind = $2 ORDER BY v.version DESC LIMIT $3) n)";
    LIST_BREAK_GLASS = "break_glass.list" Tenant
        "SELECT person_id FROM break_glass WHERE tenant_id = $1 ORDER BY person_id";
    INSERT_BREAK_GLASS = "break_glass.insert" Tenant
        "INSERT INTO break_glass (tenant_id, person_id, marked_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    DELETE_BREAK_GLASS = "break_glass.delete" Tenant
        "DELETE FROM break_glass WHERE tenant_id = $1 AND person_id = $2";
    BUMP = "tenant.bump_policy" Tenant
        "UPDATE tenant SET policy_version = policy_version + 1 WHERE tenant_id = $1 AND policy_version = $2";
    /// An update that changes nothing: it locks the row, so that a change of policy and this unit come one after the other.
    HOLD = "tenant.hold_policy" Tenant
        "UPDATE tenant SET policy_version = policy_version WHERE tenant_id = $1 AND policy_version = $2";
    LIST_RUNNING_WITHOUT = "node.list_without_policy_kind" Tenant
        "SELECT node_id FROM node WHERE tenant_id = $1 AND stopped_at IS NULL AND seen_at > $2
         AND policy_kinds NOT LIKE $3 ORDER BY node_id LIMIT 10";
}

/// The kinds of policy that this program decides by. A node says so when it starts (security 8).
pub const POLICY_KINDS: &[&str] = &[
    "passkey",
    "temporary_access_pass",
    "recovery_code",
    "password",
    "software_oath",
    "email",
];

/// As it stands in a node's row: each between spaces.
pub(crate) fn write_kinds() -> String {
    format!(" {} ", POLICY_KINDS.join(" "))
}

/// A version of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    pub version: i64,
    /// What it was saved for: `enforced` or `report_only`.
    pub mode: String,
    pub document: String,
    pub saved_at: i64,
    /// The person or service principal; `None` for the command line.
    pub saved_by: Option<Id>,
    pub note: String,
}

/// Which version of a kind counts, with its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyInForce {
    pub kind: String,
    /// Moved by every change: the ETag.
    pub revision: i64,
    /// `None`: the default.
    pub enforced: Option<(i64, String)>,
    /// Decided beside the enforced one, and only recorded.
    pub report: Option<(i64, String)>,
}

fn parse_document(row: &mut Row) -> Result<Option<(i64, String)>, StoreError> {
    let (version, document) = (row.opt_int()?, row.opt_text()?);
    match (version, document) {
        (None, _) => Ok(None),
        (Some(version), Some(document)) => Ok(Some((version, document))),
        // It counts but isn't there: that is no "none".
        (Some(version), None) => Ok(Some((version, String::new()))),
    }
}

fn parse_in_force(mut row: Row) -> Result<PolicyInForce, StoreError> {
    Ok(PolicyInForce {
        kind: row.text()?,
        revision: row.int()?,
        enforced: parse_document(&mut row)?,
        report: parse_document(&mut row)?,
    })
}

fn parse_version(mut row: Row) -> Result<PolicyVersion, StoreError> {
    Ok(PolicyVersion {
        version: row.int()?,
        mode: row.text()?,
        document: row.text()?,
        saved_at: row.int()?,
        saved_by: row.opt_id()?,
        note: row.text()?,
    })
}

impl Store {
    /// What counts now, of every kind that was ever saved. A document that is missing reads as empty text, which is
    /// none of any kind.
    pub async fn list_policies_in_force(
        &self,
        tenant: Id,
    ) -> Result<Vec<PolicyInForce>, StoreError> {
        let rows = self.read(&LIST_IN_FORCE, vec![tenant.into()]).await?;
        rows.into_iter().map(parse_in_force).collect()
    }

    /// At most `limit` versions older than `before`, newest first.
    pub async fn list_policy_versions(
        &self,
        tenant: Id,
        kind: &str,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<PolicyVersion>, StoreError> {
        let before = before.unwrap_or(i64::MAX);
        let args = vec![tenant.into(), kind.into(), before.into(), limit.into()];
        let rows = self.read(&LIST_VERSIONS, args).await?;
        rows.into_iter().map(parse_version).collect()
    }

    pub async fn find_policy_version(
        &self,
        tenant: Id,
        kind: &str,
        version: i64,
    ) -> Result<Option<PolicyVersion>, StoreError> {
        let args = vec![tenant.into(), kind.into(), version.into()];
        let row = self.read_one(&FIND_VERSION, args).await?;
        row.map(parse_version).transpose()
    }

    /// Who is marked for the bad day.
    pub async fn list_break_glass(&self, tenant: Id) -> Result<Vec<Id>, StoreError> {
        let rows = self.read(&LIST_BREAK_GLASS, vec![tenant.into()]).await?;
        rows.into_iter().map(|mut row| row.id()).collect()
    }

    /// Nodes that were seen since `since`, did not stop, and don't know this kind of policy.
    pub async fn list_nodes_without_policy_kind(
        &self,
        tenant: Id,
        kind: &str,
        since: i64,
    ) -> Result<Vec<Id>, StoreError> {
        let known = format!("% {kind} %");
        let args = vec![tenant.into(), since.into(), known.into()];
        let rows = self.read(&LIST_RUNNING_WITHOUT, args).await?;
        rows.into_iter().map(|mut row| row.id()).collect()
    }
}

impl Unit {
    /// Guards that no policy changed since it was read, in a unit that changes one: every decision under way is taken
    /// anew.
    pub fn bump_policy(&mut self, tenant: Id, version: i64) -> &mut Unit {
        let args = vec![tenant.into(), version.into()];
        self.step(&BUMP, args, Expect::One(Guard::Moved))
    }

    /// Guards that no policy changed since it was read, until this unit is written. It locks the tenant's row, as
    /// [`Unit::bump_administrators`] does: before any person's.
    pub fn hold_policy(&mut self, tenant: Id, version: i64) -> &mut Unit {
        let args = vec![tenant.into(), version.into()];
        self.step(&HOLD, args, Expect::One(Guard::Moved))
    }

    /// Refused with [`Guard::Moved`] when there is a version of that number.
    pub fn insert_policy_version(
        &mut self,
        tenant: Id,
        kind: &str,
        version: &PolicyVersion,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            kind.into(),
            version.version.into(),
            version.mode.as_str().into(),
            version.document.as_str().into(),
            version.saved_at.into(),
            version.saved_by.into(),
            version.note.as_str().into(),
        ];
        self.step(&INSERT_VERSION, args, Expect::One(Guard::Moved))
    }

    /// Says which versions count from now on. After [`Unit::bump_policy`], which guards.
    pub fn put_policy_in_force(
        &mut self,
        tenant: Id,
        kind: &str,
        revision: i64,
        enforced: Option<i64>,
        report: Option<i64>,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            kind.into(),
            revision.into(),
            enforced.into(),
            report.into(),
        ];
        self.step(&PUT_IN_FORCE, args, Expect::Any)
    }

    /// Deletes all but the newest `keep` versions; those two stay in any case.
    pub fn purge_policy_versions(
        &mut self,
        tenant: Id,
        kind: &str,
        keep: i64,
        enforced: Option<i64>,
        report: Option<i64>,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            kind.into(),
            keep.into(),
            // Versions begin at 1.
            enforced.unwrap_or(0).into(),
            report.unwrap_or(0).into(),
        ];
        self.step(&PURGE_VERSIONS, args, Expect::Any)
    }

    /// Nothing happens to who is marked. After [`Unit::bump_policy`].
    pub fn mark_break_glass(&mut self, tenant: Id, person: Id, now: i64) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), now.into()];
        self.step(&INSERT_BREAK_GLASS, args, Expect::Any)
    }

    /// Nothing happens to who is not marked. After [`Unit::bump_policy`].
    pub fn unmark_break_glass(&mut self, tenant: Id, person: Id) -> &mut Unit {
        let args = vec![tenant.into(), person.into()];
        self.step(&DELETE_BREAK_GLASS, args, Expect::Any)
    }
}
