//! Who holds which directory role: directly, or as a member of a group that holds it, however deep.

use crate::records::directory::PrincipalKind;
use crate::records::member::{above_member, living_member, step_up};
use crate::records::passkey_facts::{PasskeyFacts, parse_facts};
use crate::sql::statements;
use crate::value::{Id, Row, Value};
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    INSERT = "role_member.insert" Tenant
        "INSERT INTO role_member (tenant_id, role_template_id, person_id, created_at, principal_kind)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    DELETE = "role_member.delete" Tenant
        "DELETE FROM role_member WHERE tenant_id = $1 AND role_template_id = $2 AND person_id = $3";
    DELETE_BY_HOLDER = "role_member.delete_by_holder" Tenant
        "DELETE FROM role_member WHERE tenant_id = $1 AND person_id = $2";
    LIST_DIRECT = "role_member.list_direct" Tenant
        "SELECT role_template_id FROM role_member WHERE tenant_id = $1 AND person_id = $2 ORDER BY role_template_id";
    LIST_HOLDERS = "role_member.list_holders" Tenant
        concat!(
            "SELECT r.person_id, r.principal_kind, r.created_at FROM role_member r", living_member!("r.person_id"),
            " AND r.tenant_id = $1 AND r.role_template_id = $2 AND r.person_id > $3 ORDER BY r.person_id LIMIT $4"
        );
    LIST_EFFECTIVE = "role_member.list_effective" Tenant
        concat!(
            above_member!("$2"),
            " SELECT r.role_template_id FROM role_member r WHERE r.tenant_id = $1 AND r.person_id = $2
             UNION
             SELECT r.role_template_id FROM above a JOIN role_member r ON r.tenant_id = $1 AND r.person_id = a.group_id"
        );
    /// Of the people whose compared names lie between two, those who hold any role.
    LIST_PRIVILEGED = "role_member.list_privileged" Tenant
        "WITH RECURSIVE holder(id) AS (
             SELECT r.person_id FROM role_member r WHERE r.tenant_id = $1
             UNION
             SELECT m.member_id FROM holder h
             CROSS JOIN directory_group g
             CROSS JOIN group_member m
             WHERE g.tenant_id = $1 AND g.group_id = h.id AND g.deleted_at IS NULL AND m.tenant_id = $1 AND m.group_id = h.id)
         SELECT p.person_id FROM holder h JOIN person p ON p.tenant_id = $1 AND p.person_id = h.id
         WHERE p.user_name_key >= $2 AND p.user_name_key <= $3";
    /// Holds when the owner of this very passkey can sign in and holds the role. Changes nothing; the unit has moved the
    /// version before.
    REQUIRE_WITNESS = "role_member.require_witness" Tenant
        "WITH RECURSIVE holder(id) AS (
             SELECT r.person_id FROM role_member r WHERE r.tenant_id = $1 AND r.role_template_id = $2
             UNION
             SELECT m.member_id FROM holder h
             CROSS JOIN directory_group g
             CROSS JOIN group_member m
             WHERE g.tenant_id = $1 AND g.group_id = h.id AND g.deleted_at IS NULL AND m.tenant_id = $1 AND m.group_id = h.id)
         UPDATE tenant SET administrator_version = administrator_version
         WHERE tenant_id = $1 AND EXISTS (
             SELECT 1 FROM holder h
             JOIN person p ON p.tenant_id = $1 AND p.person_id = h.id AND p.status = 'enabled'
             JOIN credential c ON c.tenant_id = $1 AND c.person_id = p.person_id AND c.status = 'active'
                 AND c.credential_id = $3)";
    /// The usable passkeys of a role's holders as they would be without a person's own role ($3), a group ($4), a
    /// membership ($5 in $6), a person ($7), a passkey ($8).
    LIST_HOLDERS_PASSKEYS = "role_member.list_passkeys" Tenant
        "WITH RECURSIVE holder(id) AS (
             SELECT r.person_id FROM role_member r
             WHERE r.tenant_id = $1 AND r.role_template_id = $2 AND r.person_id <> $3
             UNION
             SELECT m.member_id FROM holder h
             CROSS JOIN directory_group g
             CROSS JOIN group_member m
             WHERE g.tenant_id = $1 AND g.group_id = h.id AND g.deleted_at IS NULL AND g.group_id <> $4
                 AND m.tenant_id = $1 AND m.group_id = h.id AND NOT (m.member_id = $5 AND m.group_id = $6))
         SELECT c.person_id, c.credential_id, c.aaguid, c.backup_eligible, c.created_at, c.last_used_at,
             a.verdict, a.level, a.undesired, a.once_attested
         FROM holder h
         JOIN person p ON p.tenant_id = $1 AND p.person_id = h.id AND p.status = 'enabled' AND p.person_id <> $7
         JOIN credential c ON c.tenant_id = $1 AND c.person_id = p.person_id AND c.status = 'active'
             AND c.credential_id <> $8
         LEFT JOIN attestation a ON a.tenant_id = $1 AND a.credential_id = c.credential_id
         ORDER BY c.person_id, c.created_at DESC, c.credential_id LIMIT 5000";
}

/// Who holds a role directly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleHolder {
    pub id: Id,
    pub kind: PrincipalKind,
    pub created_at: i64,
}

fn parse_holder(mut row: Row) -> Result<RoleHolder, StoreError> {
    Ok(RoleHolder {
        id: row.id()?,
        kind: PrincipalKind::parse(&row.text()?)?,
        created_at: row.int()?,
    })
}

/// What a change would take away, for [`Store::list_holders_passkeys`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Without<'a> {
    /// This principal's own role.
    pub role_of: Option<Id>,
    pub group: Option<Id>,
    /// The group, and its direct member.
    pub membership: Option<(Id, Id)>,
    pub person: Option<Id>,
    pub credential_id: Option<&'a [u8]>,
}

fn optional(id: Option<Id>) -> Value {
    // No id is empty, so it leaves out nothing.
    Value::Bytes(id.map_or_else(Vec::new, |id| id.0.to_vec()))
}

impl Store {
    /// The usable passkeys of enabled people who hold a role in any way, as they would be without what a change takes
    /// away; by person.
    pub async fn list_holders_passkeys(
        &self,
        tenant: Id,
        role: Id,
        without: Without<'_>,
    ) -> Result<Vec<PasskeyFacts>, StoreError> {
        let args = vec![
            tenant.into(),
            role.into(),
            optional(without.role_of),
            optional(without.group),
            optional(without.membership.map(|(_, member)| member)),
            optional(without.membership.map(|(group, _)| group)),
            optional(without.person),
            without.credential_id.unwrap_or_default().into(),
        ];
        let rows = self.read(&LIST_HOLDERS_PASSKEYS, args).await?;
        rows.into_iter().map(parse_facts).collect()
    }

    /// The template ids of every role that a person, a group or an application holds, directly or through groups.
    pub async fn list_roles(&self, tenant: Id, principal: Id) -> Result<Vec<Id>, StoreError> {
        let args = vec![tenant.into(), principal.into()];
        let rows = self.read(&LIST_EFFECTIVE, args).await?;
        rows.into_iter().map(|mut row| row.id()).collect()
    }

    /// The template ids of the roles that were given to it itself.
    pub async fn list_direct_roles(
        &self,
        tenant: Id,
        principal: Id,
    ) -> Result<Vec<Id>, StoreError> {
        let args = vec![tenant.into(), principal.into()];
        let rows = self.read(&LIST_DIRECT, args).await?;
        rows.into_iter().map(|mut row| row.id()).collect()
    }

    /// At most `limit` direct holders of a role whose id comes after `after`, by id; deleted ones are left out.
    pub async fn list_role_holders(
        &self,
        tenant: Id,
        role: Id,
        after: Option<Id>,
        limit: i64,
    ) -> Result<Vec<RoleHolder>, StoreError> {
        let after = after.map_or_else(Vec::new, |id| id.0.to_vec());
        let args = vec![tenant.into(), role.into(), after.into(), limit.into()];
        let rows = self.read(&LIST_HOLDERS, args).await?;
        rows.into_iter().map(parse_holder).collect()
    }

    /// Of the people whose compared names lie between two, both included, those who hold any role in any way.
    pub async fn list_privileged(
        &self,
        tenant: Id,
        first: &str,
        last: &str,
    ) -> Result<Vec<Id>, StoreError> {
        let args = vec![tenant.into(), first.into(), last.into()];
        let rows = self.read(&LIST_PRIVILEGED, args).await?;
        rows.into_iter().map(|mut row| row.id()).collect()
    }
}

impl Unit {
    /// Gives a role; nothing happens to whoever has it.
    pub fn insert_role(
        &mut self,
        tenant: Id,
        role: Id,
        (principal, kind): (Id, PrincipalKind),
        now: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            role.into(),
            principal.into(),
            now.into(),
            kind.as_str().into(),
        ];
        self.step(&INSERT, args, Expect::Any)
    }

    /// Refused with [`Guard::Missing`] when it was not given to it itself.
    pub fn delete_role(&mut self, tenant: Id, role: Id, principal: Id) -> &mut Unit {
        let args = vec![tenant.into(), role.into(), principal.into()];
        self.step(&DELETE, args, Expect::One(Guard::Missing))
    }

    /// Takes away what was given to it itself, for good.
    pub fn delete_roles_of(&mut self, tenant: Id, principal: Id) -> &mut Unit {
        let args = vec![tenant.into(), principal.into()];
        self.step(&DELETE_BY_HOLDER, args, Expect::Any)
    }

    /// Refused with [`Guard::Moved`] unless, after the steps before, whoever owns this passkey can sign in with it and
    /// holds the role. Last in a unit that began with [`Unit::bump_administrators`], which makes such units come one
    /// after the other.
    pub fn require_witness(&mut self, tenant: Id, role: Id, credential_id: &[u8]) -> &mut Unit {
        self.step(
            &REQUIRE_WITNESS,
            vec![tenant.into(), role.into(), credential_id.into()],
            Expect::One(Guard::Moved),
        )
    }
}
