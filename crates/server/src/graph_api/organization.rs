//! `/organization`: the one tenant.

use graph::resources::collections::ORGANIZATIONS;
use graph::resources::{Organization, VerifiedDomain};
use graph::{Guid, Time};
use identity::organisation::{self, OrganisationView};
use serde_json::Value;

use super::answer::Outcome;
use super::call::Call;
use super::fault::Fault;

fn derive(view: &OrganisationView) -> Organization {
    Organization {
        id: Guid(view.tenant_id.0),
        deleted_date_time: None,
        created_date_time: Some(Time(view.created_at)),
        display_name: Some(view.name.clone()),
        tenant_type: Some("AAD".to_owned()),
        verified_domains: vec![VerifiedDomain {
            capabilities: Some(String::new()),
            is_default: Some(true),
            is_initial: Some(true),
            name: Some(view.domain.clone()),
            of: Some("Managed".to_owned()),
        }],
    }
}

pub(super) async fn list(call: Call) -> Outcome {
    let options = call.options(&ORGANIZATIONS)?;
    let found = organisation::read(&call.state.identity, call.actor()).await?;
    let value = call.cut(&derive(&found), &Organization::TYPE, &options.select)?;
    call.page(
        &options,
        "organization",
        vec![Value::Object(value)],
        Some(1),
        None,
    )
}

pub(super) async fn read(call: Call) -> Outcome {
    let selection = call.selection(&Organization::TYPE)?;
    let id = call.id(0)?;
    let found = organisation::read(&call.state.identity, call.actor()).await?;
    if found.tenant_id != id {
        return Err(Fault::missing(call.key(0)));
    }
    call.entity(
        &derive(&found),
        &Organization::TYPE,
        &selection,
        "organization",
        None,
    )
}
