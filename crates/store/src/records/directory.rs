//! What the whole directory shares: the version that decisions by rights compare, and which kind an id is of.

use crate::sql::statements;
use crate::value::Id;
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    FIND_VERSION = "directory_state.find_version" Tenant
        "SELECT membership_version FROM directory_state WHERE tenant_id = $1";
    INSERT = "directory_state.insert" Tenant
        "INSERT INTO directory_state (tenant_id, membership_version) VALUES ($1, 1) ON CONFLICT DO NOTHING";
    /// An update that changes nothing: it locks the row, so that a change of rights and this unit come one after the other.
    HOLD = "directory_state.hold" Tenant
        "UPDATE directory_state SET membership_version = membership_version
         WHERE tenant_id = $1 AND membership_version = $2";
    BUMP = "directory_state.bump" Tenant
        "UPDATE directory_state SET membership_version = membership_version + 1
         WHERE tenant_id = $1 AND membership_version = $2";
    /// Locks nothing, so that sign-ins don't wait for each other.
    REQUIRE = "directory_state.require" Tenant
        "SELECT 1 FROM directory_state WHERE tenant_id = $1 AND membership_version = $2";
    FIND_KIND = "directory.find_kind" Tenant
        "SELECT 'person' FROM person WHERE tenant_id = $1 AND person_id = $2 AND status <> 'deleted'
         UNION ALL
         SELECT 'group' FROM directory_group WHERE tenant_id = $1 AND group_id = $2 AND deleted_at IS NULL
         UNION ALL
         SELECT 'application' FROM service_principal WHERE tenant_id = $1 AND object_id = $2 AND status <> 'deleted'";
}

/// What kind of record holds a role or is in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrincipalKind {
    Person,
    Group,
    /// By the id of its service principal.
    Application,
}

impl PrincipalKind {
    pub fn as_str(self) -> &'static str {
        match self {
            PrincipalKind::Person => "person",
            PrincipalKind::Group => "group",
            PrincipalKind::Application => "application",
        }
    }

    pub(crate) fn parse(text: &str) -> Result<PrincipalKind, StoreError> {
        [
            PrincipalKind::Person,
            PrincipalKind::Group,
            PrincipalKind::Application,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == text)
        .ok_or_else(|| StoreError::Unusable(format!("a principal of kind {text:?}")))
    }
}

impl Store {
    /// Moved by every change of who holds a role, of what is nested in what, and of members of protected groups.
    pub async fn find_membership_version(&self, tenant: Id) -> Result<i64, StoreError> {
        let row = self.read_one(&FIND_VERSION, vec![tenant.into()]).await?;
        let missing = || StoreError::Unusable("the directory has no state".to_owned());
        row.ok_or_else(missing)?.int()
    }

    /// What kind of living record an id names; `None` when it is nothing of this tenant.
    pub async fn find_kind(&self, tenant: Id, id: Id) -> Result<Option<PrincipalKind>, StoreError> {
        let row = self
            .read_one(&FIND_KIND, vec![tenant.into(), id.into()])
            .await?;
        row.map(|mut row| PrincipalKind::parse(&row.text()?))
            .transpose()
    }
}

impl Unit {
    pub(crate) fn insert_directory_state(&mut self, tenant: Id) -> &mut Unit {
        self.step(&INSERT, vec![tenant.into()], Expect::Any)
    }

    /// Guards that the rights on which a decision rests are still what they were. First in its unit.
    pub fn hold_membership(&mut self, tenant: Id, version: i64) -> &mut Unit {
        self.step(
            &HOLD,
            vec![tenant.into(), version.into()],
            Expect::One(Guard::Moved),
        )
    }

    /// Guards that the memberships on which a decision rests are still what they were when this step runs. Unlike
    /// [`Unit::hold_membership`] it lets others change them before this unit is committed: whoever takes somebody out of
    /// a group ends no session by it, so such a unit could as well have come before.
    pub fn require_membership(&mut self, tenant: Id, version: i64) -> &mut Unit {
        self.step(
            &REQUIRE,
            vec![tenant.into(), version.into()],
            Expect::One(Guard::Moved),
        )
    }

    /// As [`Unit::hold_membership`], in a unit that changes such rights.
    pub fn bump_membership(&mut self, tenant: Id, version: i64) -> &mut Unit {
        self.step(
            &BUMP,
            vec![tenant.into(), version.into()],
            Expect::One(Guard::Moved),
        )
    }
}
