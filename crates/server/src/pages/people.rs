//! People, for administrators: `identity` checks roles and freshness.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use identity::access_pass::{self, NewPass};
use identity::people::{self, Actor};
use identity::{Id, codes, lost, methods};
use serde::{Deserialize, Serialize};

use super::{Answer, Empty, json, page};
use crate::app::AppState;
use crate::error::Rejection;
use crate::extract::{AskedBy, JsonBody, PageQuery, SignedIn, Visit};
use crate::view::people::People;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/people", get(show))
        .route("/people/add", post(add))
        .route("/people/link", post(make_link))
        .route("/people/pass", post(make_pass))
        .route("/people/passkeys", post(list_passkeys))
        .route("/people/lost", post(report_lost))
        .route("/people/rename", post(rename))
        .route("/people/disable", post(disable))
        .route("/people/enable", post(enable))
}

/// As many people as `people::list` gives at once.
const PAGE: usize = 100;

#[derive(Debug, Default, Deserialize)]
struct ListQuery {
    after: Option<String>,
}

async fn show(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    visit: Visit,
    PageQuery(query): PageQuery<ListQuery>,
) -> Answer {
    let people = people::list(
        &state.identity,
        Actor::Person(&caller, &session),
        query.after.as_deref(),
    )
    .await?;
    let next = people
        .last()
        .filter(|_| people.len() >= PAGE)
        .map(|person| person.user_name.as_str());
    page(
        &state,
        &visit,
        &People {
            frame: visit.frame(),
            people: &people,
            next,
            offers_pass: access_pass::are_on(&state.identity),
        },
    )
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewPerson {
    user_name: String,
    display_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AddedPerson {
    person_id: String,
}

async fn add(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<NewPerson>,
) -> Answer {
    let actor = Actor::Person(&caller, &session);
    let person = people::add(&state.identity, actor, &body.user_name, &body.display_name).await?;
    Ok(json(&AddedPerson {
        person_id: person.person_id.to_string(),
    }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Person {
    person_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MadeLink {
    url: String,
    expires_at: String,
}

async fn make_link(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<Person>,
) -> Answer {
    let actor = Actor::Person(&caller, &session);
    let link = people::make_link(&state.identity, actor, parse_id(&body.person_id)?).await?;
    Ok(json(&MadeLink {
        url: link.url,
        expires_at: crate::time::write_rfc3339(link.expires_at),
    }))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MadePass {
    code: String,
    expires_at: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PassAsked {
    person_id: String,
    /// For who had a passkey already.
    #[serde(default)]
    reason: Option<String>,
}

/// As the policy has it: once, for its default lifetime.
async fn make_pass(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<PassAsked>,
) -> Answer {
    let actor = Actor::Person(&caller, &session);
    let person = parse_id(&body.person_id)?;
    let new = NewPass {
        reason: body.reason,
        ..NewPass::default()
    };
    let (pass, code) = access_pass::make(&state.identity, actor, person, &new).await?;
    Ok(json(&MadePass {
        code,
        expires_at: crate::time::write_rfc3339(pass.expires_at),
    }))
}

#[derive(Serialize)]
struct Passkey {
    id: String,
    name: String,
}

#[derive(Serialize)]
struct Passkeys {
    passkeys: Vec<Passkey>,
}

async fn list_passkeys(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<Person>,
) -> Answer {
    let actor = Actor::Person(&caller, &session);
    let found = methods::list(&state.identity, actor, parse_id(&body.person_id)?).await?;
    let passkeys = found.into_iter().map(|method| Passkey {
        id: method.method_id,
        name: method.name,
    });
    Ok(json(&Passkeys {
        passkeys: passkeys.collect(),
    }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Lost {
    person_id: String,
    passkey_ids: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportedLost {
    /// Whether the person has another passkey to sign in with.
    has_another: bool,
}

async fn report_lost(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<Lost>,
) -> Answer {
    let actor = Actor::Person(&caller, &session);
    let person = parse_id(&body.person_id)?;
    let reported = lost::report(&state.identity, actor, person, &body.passkey_ids).await?;
    Ok(json(&ReportedLost {
        has_another: reported.has_another,
    }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewNames {
    person_id: String,
    user_name: String,
    display_name: String,
}

async fn rename(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<NewNames>,
) -> Answer {
    let actor = Actor::Person(&caller, &session);
    let person = parse_id(&body.person_id)?;
    people::rename(
        &state.identity,
        actor,
        person,
        &body.user_name,
        &body.display_name,
    )
    .await?;
    Ok(json(&Empty {}))
}

async fn disable(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<Person>,
) -> Answer {
    people::disable(
        &state.identity,
        Actor::Person(&caller, &session),
        parse_id(&body.person_id)?,
    )
    .await?;
    Ok(json(&Empty {}))
}

async fn enable(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<Person>,
) -> Answer {
    people::enable(
        &state.identity,
        Actor::Person(&caller, &session),
        parse_id(&body.person_id)?,
    )
    .await?;
    Ok(json(&Empty {}))
}

fn parse_id(text: &str) -> Answer<Id> {
    Id::parse(text).ok_or_else(|| Rejection::from(&codes::USER_MISSING))
}
