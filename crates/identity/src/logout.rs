//! Signing out at an application's wish (OpenID Connect RP-Initiated Logout 1.0).
//!
//! Who presents an id token of the person who is signed in may sign them out without a word; anybody else can only have
//! them asked. An answer goes to registered addresses only, as everywhere.

use oidc::authorize::Echo;
use oidc::form::Parameters;
use oidc::redirect_uri;
use store::Client;

use crate::applications::read_redirect_uris;
use crate::id_token_hint::{self, Hint};
use crate::{Caller, Identity, Refusal, Session, client, codes, sessions};

/// What the browser does next.
#[derive(Debug)]
pub enum Outcome {
    /// Ask the person; when they agree, they are signed out and go on to `location`.
    Ask {
        /// Who wishes it, if anybody says so.
        application: Option<String>,
        location: Option<String>,
    },
    /// Nobody is signed in (any more).
    Left { location: Option<String> },
}

async fn find_client(
    identity: &Identity,
    parameters: &Parameters,
    hint: Option<&Hint>,
) -> Result<Option<Client>, Refusal> {
    let named = parameters.find("client_id").map(str::to_owned);
    let hinted = hint.map(|hint| hint.app_id.to_string());
    if let (Some(named), Some(hinted)) = (&named, &hinted)
        && !named.eq_ignore_ascii_case(hinted)
    {
        return Err(Refusal::new(&codes::AUTHORIZE_MALFORMED));
    }
    let Some(id) = named.or(hinted) else {
        return Ok(None);
    };
    client::find_for_page(identity, &id).await.map(Some)
}

/// Where the application wants the browser back, if it registered that.
fn find_location(
    parameters: &Parameters,
    client: Option<&Client>,
) -> Result<Option<String>, Refusal> {
    let Some(address) = parameters.find("post_logout_redirect_uri") else {
        return Ok(None);
    };
    let registered = client.map(|client| read_redirect_uris(&client.redirect_uris));
    let is_registered = registered
        .unwrap_or_default()
        .iter()
        .any(|each| redirect_uri::matches(each.platform, &each.uri, address));
    if !is_registered {
        return Err(Refusal::new(&codes::REDIRECT_UNKNOWN));
    }
    Ok(Some(match Echo::of(parameters).state {
        Some(state) => redirect_uri::add_query(address, &[("state", &state)]),
        None => address.to_owned(),
    }))
}

fn is_over(refusal: &Refusal) -> bool {
    refusal.code == &codes::NO_SESSION || refusal.code == &codes::SESSION_MISSING
}

/// Judges a request to sign out, for whoever is signed in.
///
/// # Errors
/// For a page of ours: [`codes::AUTHORIZE_MALFORMED`], [`codes::REDIRECT_UNKNOWN`] for an unknown application or an address
/// that it did not register. Nobody is signed out then.
pub async fn begin(
    identity: &Identity,
    caller: &Caller,
    query: &[u8],
    session: Option<&Session>,
) -> Result<Outcome, Refusal> {
    identity.check_clock()?;
    let parameters =
        Parameters::parse(query).map_err(|_| Refusal::new(&codes::AUTHORIZE_MALFORMED))?;
    let hint = parameters
        .find("id_token_hint")
        .and_then(|token| id_token_hint::read(identity, token));
    let client = find_client(identity, &parameters, hint.as_ref()).await?;
    let location = find_location(&parameters, client.as_ref())?;
    let Some(session) = session else {
        return Ok(Outcome::Left { location });
    };
    if hint.is_some_and(|hint| hint.person == Some(session.person_id)) {
        return match sessions::sign_out(identity, caller, session).await {
            // Another tab, or the same link twice: it is as the application wishes.
            Err(refusal) if is_over(&refusal) => Ok(Outcome::Left { location }),
            Err(refusal) => Err(refusal),
            Ok(()) => Ok(Outcome::Left { location }),
        };
    }
    Ok(Outcome::Ask {
        application: client.map(|client| client.display_name),
        location,
    })
}
