//! `.../owners` of groups, applications and service principals.

use graph::Problem;
use graph::resources::collections::DIRECTORY_OBJECTS;
use identity::owners::{self, Owned};

use super::answer::{Outcome, done};
use super::call::Call;
use super::listing::place_of_id;

async fn list(call: Call, owned: Owned) -> Outcome {
    let options = call.options(&DIRECTORY_OBJECTS)?;
    if options.count {
        let message = "Query option '$count' is not supported here.";
        return Err(Problem::Unsupported(message.to_owned()).into());
    }
    let after = call.id_place(&options)?;
    let (identity, top) = (&call.state.identity, options.top);
    let found = owners::list(identity, call.actor(), owned, after, top)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(0)))?;
    let next = found
        .last()
        .filter(|_| found.len() >= top as usize)
        .map(|last| place_of_id(last.id));
    let mut values = Vec::with_capacity(found.len());
    for owner in found {
        values.push(
            call.principal_of_kind(owner.id, owner.kind, &options.select)
                .await?,
        );
    }
    call.page(&options, "directoryObjects", values, None, next)
}

async fn add(call: Call, owned: Owned) -> Outcome {
    let owner = call.read_reference()?;
    owners::add(&call.state.identity, call.actor(), owned, owner).await?;
    Ok(done())
}

async fn remove(call: Call, owned: Owned) -> Outcome {
    call.without_options()?;
    let owner = call.id(1)?;
    owners::remove(&call.state.identity, call.actor(), owned, owner)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(1)))?;
    Ok(done())
}

pub(super) async fn list_of_group(call: Call) -> Outcome {
    let group = call.id(0)?;
    list(call, Owned::Group(group)).await
}

pub(super) async fn add_to_group(call: Call) -> Outcome {
    let group = call.id(0)?;
    add(call, Owned::Group(group)).await
}

pub(super) async fn remove_from_group(call: Call) -> Outcome {
    let group = call.id(0)?;
    remove(call, Owned::Group(group)).await
}

pub(super) async fn list_of_application(call: Call) -> Outcome {
    let object = call.id(0)?;
    list(call, Owned::Application(object)).await
}

pub(super) async fn add_to_application(call: Call) -> Outcome {
    let object = call.id(0)?;
    add(call, Owned::Application(object)).await
}

pub(super) async fn remove_from_application(call: Call) -> Outcome {
    let object = call.id(0)?;
    remove(call, Owned::Application(object)).await
}

pub(super) async fn list_of_principal(call: Call) -> Outcome {
    let object = call.id(0)?;
    list(call, Owned::ServicePrincipal(object)).await
}

pub(super) async fn add_to_principal(call: Call) -> Outcome {
    let object = call.id(0)?;
    add(call, Owned::ServicePrincipal(object)).await
}

pub(super) async fn remove_from_principal(call: Call) -> Outcome {
    let object = call.id(0)?;
    remove(call, Owned::ServicePrincipal(object)).await
}
