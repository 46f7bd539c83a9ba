//! Records for tests, of which nothing but the ids matters.

use super::*;
use crate::{
    GroupFields, NewPerson, PersonFields, PersonStatus, PrincipalStatus, ServicePrincipal, Tenant,
    UserName, UserType,
};

pub(super) const EPOCH: Id = Id([5; 16]);
pub(super) const NOW: i64 = 1_000;

fn name_of(name: &str) -> UserName {
    UserName {
        shown: name.to_owned(),
        key: name.to_owned(),
        skeleton: name.to_owned(),
    }
}

pub(super) fn fields_of(name: &str, display_name: &str) -> PersonFields {
    PersonFields {
        user_name: name_of(name),
        display_name: display_name.to_owned(),
        display_name_key: display_name.to_lowercase(),
        mail: Some(format!("{name}@example.org")),
        mail_key: Some(format!("{name}@example.org")),
        user_type: UserType::Member,
        profile: "{}".to_owned(),
    }
}

pub(super) fn group_fields(name: &str) -> GroupFields {
    GroupFields {
        display_name: name.to_owned(),
        display_name_key: name.to_lowercase(),
        description: None,
        mail_nickname: name.to_owned(),
    }
}

pub(super) fn tenant_of(tenant_id: Id) -> Tenant {
    Tenant {
        tenant_id,
        name: "Example".to_owned(),
        rp_id: "example.org".to_owned(),
        public_origin: "https://example.org".to_owned(),
        policy_version: 1,
        administrator_version: 1,
        epoch: EPOCH,
        created_at: NOW,
        claimed_at: None,
    }
}

pub(super) fn person_of(person_id: Id, name: &str) -> NewPerson {
    let mut user_handle = [9; 64];
    user_handle[..16].copy_from_slice(&person_id.0);
    NewPerson {
        person_id,
        user_handle,
        fields: fields_of(name, "Ada"),
        status: PersonStatus::Enabled,
        created_at: NOW,
    }
}

pub(super) fn principal_of(object_id: Id, app_id: Id) -> ServicePrincipal {
    ServicePrincipal {
        object_id,
        app_id,
        display_name: "Travel".to_owned(),
        status: PrincipalStatus::Enabled,
        record_version: 1,
        security_version: 1,
        created_at: NOW,
        deleted_at: None,
        assignment_required: false,
        token_settings: None,
        api: None,
    }
}
