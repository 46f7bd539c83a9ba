//! Service principals: applications as members of the organisation, and the permissions that they hold.

use super::directory::PrincipalKind;
use super::member::{above_member, step_up};
use crate::sql::{several, slots, statements};
use crate::value::{Id, Row, Value};
use crate::{Expect, Guard, Store, StoreError, Unit};

macro_rules! principals {
    ($($which:expr),+) => {
        concat!(
            "SELECT object_id, app_id, display_name, status, record_version, security_version, created_at, deleted_at,
                 assignment_required,
                 (SELECT l.token_settings FROM application l WHERE l.tenant_id = $1 AND l.app_id = service_principal.app_id) AS token_settings,
                 (SELECT i.api FROM application i WHERE i.tenant_id = $1 AND i.app_id = service_principal.app_id) AS api
             FROM service_principal WHERE tenant_id = $1 AND ",
            $($which),+
        )
    };
}

/// Whether the person `$2`, or a group in `above`, is assigned to that resource. Two questions, so that each goes by its index.
macro_rules! assigned {
    ($resource:literal) => {
        concat!(
            "(EXISTS (SELECT 1 FROM app_role_assignment x WHERE x.tenant_id = $1 AND x.resource_id = ",
            $resource,
            " AND x.principal_id = $2) OR EXISTS (SELECT 1 FROM above b CROSS JOIN app_role_assignment y
                 WHERE y.tenant_id = $1 AND y.resource_id = ",
            $resource,
            " AND y.principal_id = b.group_id))"
        )
    };
}

macro_rules! grants {
    ($which:literal) => {
        concat!(
            "SELECT grant_id, client_id, resource_id, person_id, scope, created_at,
                 (SELECT r.app_id FROM service_principal r WHERE r.tenant_id = $1 AND r.object_id = permission_grant.resource_id) AS resource_app_id
             FROM permission_grant WHERE tenant_id = $1 AND ",
            $which
        )
    };
}

macro_rules! assignments {
    ($which:literal) => {
        concat!(
            "SELECT a.assignment_id, a.principal_id, a.resource_id, a.app_role_id, a.created_at,
                 COALESCE(p.display_name, n.display_name, g.display_name),
                 CASE WHEN p.object_id IS NOT NULL THEN 'application' WHEN n.person_id IS NOT NULL THEN 'person' ELSE 'group' END,
                 r.display_name, r.app_id
             FROM app_role_assignment a
             JOIN service_principal r ON r.tenant_id = $1 AND r.object_id = a.resource_id
             LEFT JOIN service_principal p ON p.tenant_id = $1 AND p.object_id = a.principal_id
             LEFT JOIN person n ON n.tenant_id = $1 AND n.person_id = a.principal_id AND n.status <> 'deleted'
             LEFT JOIN directory_group g ON g.tenant_id = $1 AND g.group_id = a.principal_id AND g.deleted_at IS NULL
             WHERE COALESCE(p.object_id, n.person_id, g.group_id) IS NOT NULL AND a.tenant_id = $1 AND ",
            $which
        )
    };
}

statements! {
    FIND = "service_principal.find" Tenant
        principals!("object_id = $2");
    /// Fifty at a time: see [`several`].
    FIND_SEVERAL = "service_principal.find_several" Tenant
        principals!("status <> 'deleted' AND object_id IN ", slots!());
    FIND_BY_APP = "service_principal.find_by_app" Tenant
        principals!("app_id = $2");
    LIST = "service_principal.list" Tenant
        principals!("object_id > $2 AND status <> 'deleted' ORDER BY object_id LIMIT $3");
    COUNT = "service_principal.count" Tenant
        "SELECT COUNT(*) FROM service_principal WHERE tenant_id = $1 AND status <> 'deleted'";
    INSERT = "service_principal.insert" Tenant
        "INSERT INTO service_principal (tenant_id, object_id, app_id, display_name, status, record_version, security_version, created_at, deleted_at)
         VALUES ($1, $2, $3, $4, 'enabled', 1, 1, $5, NULL) ON CONFLICT DO NOTHING";
    RENAME = "service_principal.rename" Tenant
        "UPDATE service_principal SET display_name = $3, record_version = record_version + 1 WHERE tenant_id = $1 AND app_id = $2";
    CHANGE_STATUS = "service_principal.change_status" Tenant
        "UPDATE service_principal SET status = $4, record_version = record_version + 1, security_version = security_version + 1,
             renewal_version = renewal_version + 1
         WHERE tenant_id = $1 AND object_id = $2 AND record_version = $3 AND status <> 'deleted'";
    DELETE = "service_principal.delete" Tenant
        "UPDATE service_principal SET deleted_status = status, status = 'deleted', deleted_at = $4,
             record_version = record_version + 1, security_version = security_version + 1,
             renewal_version = renewal_version + 1
         WHERE tenant_id = $1 AND object_id = $2 AND record_version = $3 AND status <> 'deleted'";
    RESTORE = "service_principal.restore" Tenant
        "UPDATE service_principal SET status = COALESCE(deleted_status, 'disabled'), deleted_status = NULL, deleted_at = NULL,
             record_version = record_version + 1, security_version = security_version + 1,
             renewal_version = renewal_version + 1
         WHERE tenant_id = $1 AND object_id = $2 AND record_version = $3 AND status = 'deleted'";
    REQUIRE_ASSIGNMENT = "service_principal.require_assignment" Tenant
        "UPDATE service_principal SET assignment_required = $4, record_version = record_version + 1
         WHERE tenant_id = $1 AND object_id = $2 AND record_version = $3 AND status <> 'deleted'";
    VOID_TOKENS = "service_principal.void_tokens" Tenant
        "UPDATE service_principal SET security_version = security_version + 1 WHERE tenant_id = $1 AND app_id = $2";
    PURGE = "service_principal.purge" Tenant
        "DELETE FROM service_principal WHERE tenant_id = $1 AND object_id = $2 AND status = 'deleted'";
    PURGE_ASSIGNMENTS = "app_role_assignment.purge" Tenant
        "DELETE FROM app_role_assignment WHERE tenant_id = $1 AND principal_id = $2";
    PURGE_ASSIGNED = "app_role_assignment.purge_of_resource" Tenant
        "DELETE FROM app_role_assignment WHERE tenant_id = $1 AND resource_id = $2";
    IS_ASSIGNED = "app_role_assignment.is_assigned" Tenant
        concat!(
            above_member!("$2"),
            " SELECT 1 WHERE ",
            assigned!("$3")
        );
    /// Which roles of the resource `$3` the person has, by themselves or through groups.
    LIST_ROLES_AT = "app_role_assignment.list_roles_of_person" Tenant
        concat!(
            above_member!("$2"),
            " SELECT x.app_role_id FROM app_role_assignment x
              WHERE x.tenant_id = $1 AND x.resource_id = $3 AND x.principal_id = $2
              UNION SELECT y.app_role_id FROM above b CROSS JOIN app_role_assignment y
              WHERE y.tenant_id = $1 AND y.resource_id = $3 AND y.principal_id = b.group_id"
        );
    /// What somebody can open: has a place to be opened at, and is for everybody or assigned to them.
    LIST_OPEN_TO = "application.list_open_to" Tenant
        concat!(
            above_member!("$2"),
            " SELECT a.app_id, a.display_name, a.description, a.home_uri,
                 (SELECT g.logo_id FROM application_logo g WHERE g.tenant_id = $1 AND g.object_id = a.object_id) AS logo_id
              FROM application a
              JOIN service_principal p ON p.tenant_id = $1 AND p.app_id = a.app_id AND p.status = 'enabled'
              WHERE a.tenant_id = $1 AND a.status = 'active' AND a.home_uri IS NOT NULL AND (p.assignment_required = 0 OR ",
            assigned!("p.object_id"),
            ") ORDER BY a.display_name, a.app_id LIMIT 200"
        );
    /// What somebody consented to by themselves.
    LIST_CONSENTS = "permission_grant.list_of_person" Tenant
        "SELECT g.grant_id, g.client_id, g.scope, g.created_at, p.display_name, r.app_id, r.display_name AS resource_name, i.api
         FROM permission_grant g
         JOIN service_principal p ON p.tenant_id = $1 AND p.object_id = g.client_id AND p.status <> 'deleted'
         JOIN service_principal r ON r.tenant_id = $1 AND r.object_id = g.resource_id
         LEFT JOIN application i ON i.tenant_id = $1 AND i.app_id = r.app_id
         WHERE g.tenant_id = $1 AND g.person_id = $2 ORDER BY g.created_at DESC, g.grant_id LIMIT 200";
    PURGE_GRANTS = "permission_grant.purge" Tenant
        "DELETE FROM permission_grant WHERE tenant_id = $1 AND client_id = $2";
    PURGE_GRANTED = "permission_grant.purge_of_resource" Tenant
        "DELETE FROM permission_grant WHERE tenant_id = $1 AND resource_id = $2";
    LIST_ASSIGNMENTS = "app_role_assignment.list" Tenant
        assignments!("a.principal_id = $2 ORDER BY a.created_at, a.assignment_id");
    LIST_ASSIGNED_TO = "app_role_assignment.list_of_resource" Tenant
        assignments!("a.resource_id = $2 AND a.assignment_id > $3 ORDER BY a.assignment_id LIMIT $4");
    FIND_ASSIGNMENT = "app_role_assignment.find" Tenant
        assignments!("a.assignment_id = $2");
    INSERT_ASSIGNMENT = "app_role_assignment.insert" Tenant
        "INSERT INTO app_role_assignment (tenant_id, assignment_id, principal_id, resource_id, app_role_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    DELETE_ASSIGNMENT = "app_role_assignment.delete" Tenant
        "DELETE FROM app_role_assignment WHERE tenant_id = $1 AND assignment_id = $2";
    LIST_GRANTS = "permission_grant.list" Tenant
        grants!("grant_id > $2 ORDER BY grant_id LIMIT $3");
    LIST_GRANTS_OF_CLIENT = "permission_grant.list_of_client" Tenant
        grants!("client_id = $2 ORDER BY grant_id LIMIT 1000");
    LIST_GRANTS_FOR = "permission_grant.list_for" Tenant
        grants!("client_id = $2 AND person_id IN ($3, $4) ORDER BY grant_id");
    FIND_GRANT = "permission_grant.find" Tenant
        grants!("grant_id = $2");
    INSERT_GRANT = "permission_grant.insert" Tenant
        "INSERT INTO permission_grant (tenant_id, grant_id, client_id, resource_id, person_id, scope, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    UPDATE_GRANT = "permission_grant.update" Tenant
        "UPDATE permission_grant SET scope = $3 WHERE tenant_id = $1 AND grant_id = $2 AND scope = $4";
    DELETE_GRANT = "permission_grant.delete" Tenant
        "DELETE FROM permission_grant WHERE tenant_id = $1 AND grant_id = $2";
}

/// Stands for "everybody" in [`PermissionGrant::person_id`].
pub const EVERYBODY: Id = Id([0; 16]);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrincipalStatus {
    Enabled,
    Disabled,
    Deleted,
}

impl PrincipalStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            PrincipalStatus::Enabled => "enabled",
            PrincipalStatus::Disabled => "disabled",
            PrincipalStatus::Deleted => "deleted",
        }
    }

    /// An unknown word blocks: it reads as disabled.
    pub(crate) fn parse(text: &str) -> PrincipalStatus {
        match text {
            "enabled" => PrincipalStatus::Enabled,
            "deleted" => PrincipalStatus::Deleted,
            _ => PrincipalStatus::Disabled,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePrincipal {
    pub object_id: Id,
    pub app_id: Id,
    pub display_name: String,
    pub status: PrincipalStatus,
    pub record_version: i64,
    pub security_version: i64,
    pub created_at: i64,
    pub deleted_at: Option<i64>,
    /// Only people who are assigned to it may sign in to it.
    pub assignment_required: bool,
    /// Of its application; none for the administration API itself.
    pub token_settings: Option<String>,
    /// Of its application, too: JSON of what it is as an API.
    pub api: Option<String>,
}

/// A permission that an application uses in its own name; or that a person, or those in a group, may sign in to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppRoleAssignment {
    pub assignment_id: Id,
    pub principal_id: Id,
    pub resource_id: Id,
    pub app_role_id: Id,
    pub created_at: i64,
    pub principal_name: String,
    pub principal_kind: PrincipalKind,
    pub resource_name: String,
    /// `client_id` of the resource: what a role means is the resource's alone.
    pub resource_app_id: Id,
}

/// An application that somebody can open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenApplication {
    pub app_id: Id,
    pub display_name: String,
    pub description: String,
    pub home_uri: String,
    /// Names its logo, if it has one.
    pub logo_id: Option<Id>,
}

/// What somebody consented to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnConsent {
    pub grant_id: Id,
    pub client_id: Id,
    pub scope: String,
    pub created_at: i64,
    pub display_name: String,
    /// Of the resource that it is about.
    pub resource_app_id: Id,
    pub resource_name: String,
    pub resource_api: Option<String>,
}

/// Permissions that an application uses in the name of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionGrant {
    pub grant_id: Id,
    pub client_id: Id,
    pub resource_id: Id,
    /// [`EVERYBODY`], or the one who consented.
    pub person_id: Id,
    pub scope: String,
    pub created_at: i64,
    /// `client_id` of the resource: what a scope means is the resource's alone. `None`: it is gone.
    pub resource_app_id: Option<Id>,
}

fn parse(mut row: Row) -> Result<ServicePrincipal, StoreError> {
    Ok(ServicePrincipal {
        object_id: row.id()?,
        app_id: row.id()?,
        display_name: row.text()?,
        status: PrincipalStatus::parse(&row.text()?),
        record_version: row.int()?,
        security_version: row.int()?,
        created_at: row.int()?,
        deleted_at: row.opt_int()?,
        assignment_required: row.truth()?,
        token_settings: row.opt_text()?,
        api: row.opt_text()?,
    })
}

fn parse_assignment(mut row: Row) -> Result<AppRoleAssignment, StoreError> {
    Ok(AppRoleAssignment {
        assignment_id: row.id()?,
        principal_id: row.id()?,
        resource_id: row.id()?,
        app_role_id: row.id()?,
        created_at: row.int()?,
        principal_name: row.text()?,
        principal_kind: PrincipalKind::parse(&row.text()?)?,
        resource_name: row.text()?,
        resource_app_id: row.id()?,
    })
}

fn parse_grant(mut row: Row) -> Result<PermissionGrant, StoreError> {
    Ok(PermissionGrant {
        grant_id: row.id()?,
        client_id: row.id()?,
        resource_id: row.id()?,
        person_id: row.id()?,
        scope: row.text()?,
        created_at: row.int()?,
        resource_app_id: row.opt_id()?,
    })
}

impl Store {
    /// Those of them that are not deleted, in no particular order.
    pub(crate) async fn find_principals(
        &self,
        tenant: Id,
        ids: &[Id],
    ) -> Result<Vec<ServicePrincipal>, StoreError> {
        let mut found = Vec::new();
        for args in several(tenant, ids) {
            let rows = self.read(&FIND_SEVERAL, args).await?;
            for row in rows {
                found.push(parse(row)?);
            }
        }
        Ok(found)
    }

    pub async fn find_principal(
        &self,
        tenant: Id,
        object: Id,
    ) -> Result<Option<ServicePrincipal>, StoreError> {
        let found = self
            .read_one(&FIND, vec![tenant.into(), object.into()])
            .await?;
        found.map(parse).transpose()
    }

    pub async fn find_principal_by_app(
        &self,
        tenant: Id,
        app: Id,
    ) -> Result<Option<ServicePrincipal>, StoreError> {
        let found = self
            .read_one(&FIND_BY_APP, vec![tenant.into(), app.into()])
            .await?;
        found.map(parse).transpose()
    }

    /// At most `limit` whose id comes after `after`, in the order of ids; deleted ones are left out.
    pub async fn list_principals(
        &self,
        tenant: Id,
        after: Id,
        limit: i64,
    ) -> Result<Vec<ServicePrincipal>, StoreError> {
        let rows = self
            .read(&LIST, vec![tenant.into(), after.into(), limit.into()])
            .await?;
        rows.into_iter().map(parse).collect()
    }

    pub async fn count_principals(&self, tenant: Id) -> Result<i64, StoreError> {
        let row = self.read_one(&COUNT, vec![tenant.into()]).await?;
        row.map_or(Ok(0), |mut row| row.int())
    }

    /// What a principal may do in its own name, oldest first.
    pub async fn list_app_roles(
        &self,
        tenant: Id,
        principal: Id,
    ) -> Result<Vec<AppRoleAssignment>, StoreError> {
        let rows = self
            .read(&LIST_ASSIGNMENTS, vec![tenant.into(), principal.into()])
            .await?;
        rows.into_iter().map(parse_assignment).collect()
    }

    /// Who may do something at this resource, by id of the assignment.
    pub async fn list_assigned_to(
        &self,
        tenant: Id,
        resource: Id,
        after: Id,
        limit: i64,
    ) -> Result<Vec<AppRoleAssignment>, StoreError> {
        let args = vec![tenant.into(), resource.into(), after.into(), limit.into()];
        let rows = self.read(&LIST_ASSIGNED_TO, args).await?;
        rows.into_iter().map(parse_assignment).collect()
    }

    /// Whether a person is assigned to an application, by themselves or through groups.
    pub async fn is_assigned(
        &self,
        tenant: Id,
        person: Id,
        resource: Id,
    ) -> Result<bool, StoreError> {
        let args = vec![tenant.into(), person.into(), resource.into()];
        Ok(self.read_one(&IS_ASSIGNED, args).await?.is_some())
    }

    /// The roles of an application that a person has, by themselves or through groups.
    pub async fn list_roles_at(
        &self,
        tenant: Id,
        person: Id,
        resource: Id,
    ) -> Result<Vec<Id>, StoreError> {
        let args = vec![tenant.into(), person.into(), resource.into()];
        let rows = self.read(&LIST_ROLES_AT, args).await?;
        rows.into_iter().map(|mut row| row.id()).collect()
    }

    /// At most 200 applications that somebody can open, by name.
    pub async fn list_applications_open_to(
        &self,
        tenant: Id,
        person: Id,
    ) -> Result<Vec<OpenApplication>, StoreError> {
        let rows = self
            .read(&LIST_OPEN_TO, vec![tenant.into(), person.into()])
            .await?;
        let parse = |mut row: Row| {
            Ok(OpenApplication {
                app_id: row.id()?,
                display_name: row.text()?,
                description: row.text()?,
                home_uri: row.text()?,
                logo_id: row.opt_id()?,
            })
        };
        rows.into_iter().map(parse).collect()
    }

    /// At most 200 grants that somebody made by consenting, newest first.
    pub async fn list_consents(
        &self,
        tenant: Id,
        person: Id,
    ) -> Result<Vec<OwnConsent>, StoreError> {
        let rows = self
            .read(&LIST_CONSENTS, vec![tenant.into(), person.into()])
            .await?;
        let parse = |mut row: Row| {
            Ok(OwnConsent {
                grant_id: row.id()?,
                client_id: row.id()?,
                scope: row.text()?,
                created_at: row.int()?,
                display_name: row.text()?,
                resource_app_id: row.id()?,
                resource_name: row.text()?,
                resource_api: row.opt_text()?,
            })
        };
        rows.into_iter().map(parse).collect()
    }

    pub async fn find_app_role_assignment(
        &self,
        tenant: Id,
        assignment: Id,
    ) -> Result<Option<AppRoleAssignment>, StoreError> {
        let found = self
            .read_one(&FIND_ASSIGNMENT, vec![tenant.into(), assignment.into()])
            .await?;
        found.map(parse_assignment).transpose()
    }

    /// All grants, by id.
    pub async fn list_permission_grants(
        &self,
        tenant: Id,
        after: Id,
        limit: i64,
    ) -> Result<Vec<PermissionGrant>, StoreError> {
        let rows = self
            .read(
                &LIST_GRANTS,
                vec![tenant.into(), after.into(), limit.into()],
            )
            .await?;
        rows.into_iter().map(parse_grant).collect()
    }

    /// At most 1000 grants of a client, by id.
    pub async fn list_grants_of_client(
        &self,
        tenant: Id,
        client: Id,
    ) -> Result<Vec<PermissionGrant>, StoreError> {
        let rows = self
            .read(&LIST_GRANTS_OF_CLIENT, vec![tenant.into(), client.into()])
            .await?;
        rows.into_iter().map(parse_grant).collect()
    }

    /// Everybody's grants of a client, and those of one person.
    pub async fn list_grants_for(
        &self,
        tenant: Id,
        client: Id,
        person: Id,
    ) -> Result<Vec<PermissionGrant>, StoreError> {
        let args = vec![
            tenant.into(),
            client.into(),
            EVERYBODY.into(),
            person.into(),
        ];
        let rows = self.read(&LIST_GRANTS_FOR, args).await?;
        rows.into_iter().map(parse_grant).collect()
    }

    pub async fn find_permission_grant(
        &self,
        tenant: Id,
        grant: Id,
    ) -> Result<Option<PermissionGrant>, StoreError> {
        let found = self
            .read_one(&FIND_GRANT, vec![tenant.into(), grant.into()])
            .await?;
        found.map(parse_grant).transpose()
    }
}

/// What names a principal as it was read.
fn version_of(tenant: Id, principal: &ServicePrincipal) -> Vec<Value> {
    vec![
        tenant.into(),
        principal.object_id.into(),
        principal.record_version.into(),
    ]
}

impl Unit {
    pub fn insert_principal(&mut self, tenant: Id, principal: &ServicePrincipal) -> &mut Unit {
        let args = vec![
            tenant.into(),
            principal.object_id.into(),
            principal.app_id.into(),
            principal.display_name.as_str().into(),
            principal.created_at.into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::Taken))
    }

    /// With the application of that id, where there is one.
    pub fn rename_principal(&mut self, tenant: Id, app: Id, display_name: &str) -> &mut Unit {
        self.step(
            &RENAME,
            vec![tenant.into(), app.into(), display_name.into()],
            Expect::Any,
        )
    }

    /// Lets it sign in, or not. Voids every token of it, too.
    pub fn change_principal_status(
        &mut self,
        tenant: Id,
        principal: &ServicePrincipal,
        status: PrincipalStatus,
    ) -> &mut Unit {
        let mut args = version_of(tenant, principal);
        args.push(status.as_str().into());
        self.step(&CHANGE_STATUS, args, Expect::One(Guard::Moved))
    }

    /// Marks it deleted; everything stays for a restore. Voids every token of it, too.
    pub fn delete_principal(
        &mut self,
        tenant: Id,
        principal: &ServicePrincipal,
        now: i64,
    ) -> &mut Unit {
        let mut args = version_of(tenant, principal);
        args.push(now.into());
        self.step(&DELETE, args, Expect::One(Guard::Moved))
    }

    /// The reverse, to the status from before.
    pub fn restore_principal(&mut self, tenant: Id, principal: &ServicePrincipal) -> &mut Unit {
        self.step(
            &RESTORE,
            version_of(tenant, principal),
            Expect::One(Guard::Moved),
        )
    }

    /// Every token that was made for the application so far is void.
    pub fn void_tokens_of_client(&mut self, tenant: Id, app: Id) -> &mut Unit {
        self.step(&VOID_TOKENS, vec![tenant.into(), app.into()], Expect::Any)
    }

    /// For good, with what it was allowed; only what was deleted before.
    pub fn purge_principal(&mut self, tenant: Id, object: Id) -> &mut Unit {
        let args = || vec![tenant.into(), object.into()];
        self.step(&PURGE, args(), Expect::One(Guard::Missing));
        self.step(&PURGE_ASSIGNED, args(), Expect::Any);
        self.step(&PURGE_GRANTS, args(), Expect::Any);
        self.step(&PURGE_GRANTED, args(), Expect::Any);
        self.purge_assignments_of(tenant, object);
        self.delete_roles_of(tenant, object);
        self.purge_owners(tenant, object);
        self.purge_owned(tenant, object);
        self.purge_memberships(tenant, object)
    }

    /// What is assigned to a person, a group or an application.
    pub(crate) fn purge_assignments_of(&mut self, tenant: Id, principal: Id) -> &mut Unit {
        self.step(
            &PURGE_ASSIGNMENTS,
            vec![tenant.into(), principal.into()],
            Expect::Any,
        )
    }

    /// From now on only people who are assigned to it may sign in to it, or everybody.
    pub fn require_assignment(
        &mut self,
        tenant: Id,
        principal: &ServicePrincipal,
        required: bool,
    ) -> &mut Unit {
        let mut args = version_of(tenant, principal);
        args.push(required.into());
        self.step(&REQUIRE_ASSIGNMENT, args, Expect::One(Guard::Moved))
    }

    pub fn insert_app_role_assignment(
        &mut self,
        tenant: Id,
        assignment: &AppRoleAssignment,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            assignment.assignment_id.into(),
            assignment.principal_id.into(),
            assignment.resource_id.into(),
            assignment.app_role_id.into(),
            assignment.created_at.into(),
        ];
        self.step(&INSERT_ASSIGNMENT, args, Expect::One(Guard::Taken))
    }

    pub fn delete_app_role_assignment(&mut self, tenant: Id, assignment: Id) -> &mut Unit {
        self.step(
            &DELETE_ASSIGNMENT,
            vec![tenant.into(), assignment.into()],
            Expect::One(Guard::Missing),
        )
    }

    pub fn insert_permission_grant(&mut self, tenant: Id, grant: &PermissionGrant) -> &mut Unit {
        let args = vec![
            tenant.into(),
            grant.grant_id.into(),
            grant.client_id.into(),
            grant.resource_id.into(),
            grant.person_id.into(),
            grant.scope.as_str().into(),
            grant.created_at.into(),
        ];
        self.step(&INSERT_GRANT, args, Expect::One(Guard::Taken))
    }

    /// Refused when the grant's scope is another than `before`.
    pub fn update_permission_grant(
        &mut self,
        tenant: Id,
        grant: Id,
        scope: &str,
        before: &str,
    ) -> &mut Unit {
        self.step(
            &UPDATE_GRANT,
            vec![tenant.into(), grant.into(), scope.into(), before.into()],
            Expect::One(Guard::Moved),
        )
    }

    pub fn delete_permission_grant(&mut self, tenant: Id, grant: Id) -> &mut Unit {
        self.step(
            &DELETE_GRANT,
            vec![tenant.into(), grant.into()],
            Expect::One(Guard::Missing),
        )
    }
}
