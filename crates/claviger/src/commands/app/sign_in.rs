//! `app assign`, `unassign`, `assigned`, `require-assignment`, `tokens`, `preview`, `devices`, `home`, `logo`,
//! `logout-address`, `protect`.

use identity::applications::{self, ApplicationChange, ApplicationView};
use identity::{Actor, Identity};

use super::super::Failure;
use super::{assigned, find, logo, tokens};
use crate::flags::SignIn;
use crate::output::{escape, say};

pub(super) async fn execute(
    identity: &Identity,
    actor: Actor<'_>,
    command: SignIn,
) -> Result<(), Failure> {
    match command {
        SignIn::Assign {
            client_id,
            whom,
            role,
        } => assigned::add(identity, actor, &client_id, &whom, role.as_deref()).await,
        SignIn::Unassign { client_id, whom } => {
            assigned::remove(identity, actor, &client_id, &whom).await
        }
        SignIn::Assigned { client_id, form } => {
            assigned::list(identity, actor, &client_id, form).await
        }
        SignIn::RequireAssignment { client_id, off } => {
            assigned::require(identity, actor, &client_id, !off).await
        }
        SignIn::Tokens {
            client_id,
            claim,
            no_claim,
            role,
            no_role,
            algorithm,
            pkce,
            signed_user_info,
            form,
        } => {
            let asked = tokens::Asked {
                claim,
                no_claim,
                role,
                no_role,
                algorithm,
                pkce,
                signed_user_info,
            };
            let found = find(identity, actor, &client_id).await?;
            tokens::change(identity, actor, found, &asked, form).await
        }
        SignIn::Preview {
            client_id,
            whom,
            scope,
            form,
        } => {
            let found = find(identity, actor, &client_id).await?;
            tokens::preview(identity, actor, &found, (&whom, &scope), form).await
        }
        SignIn::Devices { client_id, off } => {
            let change = ApplicationChange {
                device_flow: Some(!off),
                ..ApplicationChange::default()
            };
            change_named(identity, actor, &client_id, &change).await?;
            say(match off {
                false => {
                    "Its devices may ask people to sign in elsewhere. Tell people that nobody ever needs them to type a code."
                }
                true => "Its devices can't ask people to sign in elsewhere any more.",
            })
        }
        SignIn::LogoutAddress { client_id, url, .. } => {
            let said = match &url {
                Some(_) => "It is told when a session is over in which it got an id token.",
                None => "It is not told any more when a session is over.",
            };
            let change = ApplicationChange {
                back_channel_logout_uri: Some(url.unwrap_or_default()),
                ..ApplicationChange::default()
            };
            change_named(identity, actor, &client_id, &change).await?;
            say(said)
        }
        SignIn::Protect {
            client_id,
            addresses,
            remove,
        } => {
            let found = find(identity, actor, &client_id).await?;
            change_protected(identity, actor, found, addresses, remove).await
        }
        SignIn::Logo {
            client_id, file, ..
        } => logo::change(identity, actor, &client_id, file.as_deref()).await,
        SignIn::Home { client_id, url } => {
            let said = match url.is_empty() {
                true => "It has no place on people's page any more.",
                false => "It has a place on the page of everybody who may sign in to it.",
            };
            let change = ApplicationChange {
                home_uri: Some(url),
                ..ApplicationChange::default()
            };
            change_named(identity, actor, &client_id, &change).await?;
            say(said)
        }
    }
}

async fn change_named(
    identity: &Identity,
    actor: Actor<'_>,
    client_id: &str,
    change: &ApplicationChange,
) -> Result<(), Failure> {
    let found = find(identity, actor, client_id).await?;
    applications::change(identity, actor, found.object_id, change).await?;
    Ok(())
}

/// Adds to what it protects, or takes from that.
async fn change_protected(
    identity: &Identity,
    actor: Actor<'_>,
    found: ApplicationView,
    addresses: Vec<String>,
    remove: bool,
) -> Result<(), Failure> {
    let mut origins = found.protected_origins;
    for address in addresses {
        // As a browser shows it.
        let address = address.strip_suffix('/').unwrap_or(&address).to_owned();
        if !remove {
            origins.push(address);
        } else if origins.contains(&address) {
            origins.retain(|it| *it != address);
        } else {
            let said = format!("{} does not protect {address}", found.display_name);
            return Err(Failure::Said(said));
        }
    }
    let change = ApplicationChange {
        protected_origins: Some(origins),
        record_version: Some(found.record_version),
        ..ApplicationChange::default()
    };
    let after = applications::change(identity, actor, found.object_id, &change).await?;
    say(&match after.protected_origins.as_slice() {
        [] => "It protects nothing any more.".to_owned(),
        held => format!(
            "It protects {}. docs/forward-authentication.md shows how the proxy asks; --trusted-proxy names the proxy.",
            escape(&held.join(" "))
        ),
    })
}
