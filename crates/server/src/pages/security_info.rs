//! Security info: a person's passkeys, sessions and activity.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use identity::{
    Id, applications, codes, lost, passkeys, password, provisioning, recovery, recovery_code,
    security_info, sessions,
};
use serde::{Deserialize, Serialize};

use super::recover::AFTER_LOSS;
use super::{Answer, Begun, Ceremony, Empty, Nothing, json, page, signals, to_value};
use crate::app::AppState;
use crate::error::Rejection;
use crate::extract::{AskedBy, JsonBody, SignedIn, Visit};
use crate::view::qr_code;
use crate::view::security_info::SecurityInfo;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/security-info", get(show))
        .route("/security-info/passkeys/begin", post(begin_add))
        .route("/security-info/passkeys/finish", post(finish_add))
        .route("/security-info/passkeys/rename", post(rename))
        .route("/security-info/passkeys/remove", post(remove))
        .route("/security-info/passkeys/confirm", post(confirm))
        .route("/security-info/passkeys/lost", post(report_lost))
        .route("/security-info/codes/make", post(make_codes))
        .route("/security-info/password/set", post(set_password))
        .route("/security-info/password/remove", post(remove_password))
        .route("/security-info/app/begin", post(begin_app))
        .route("/security-info/app/finish", post(finish_app))
        .route("/security-info/app/remove", post(remove_app))
        .route("/security-info/recovery/cancel", post(cancel_recovery))
        .route("/security-info/sessions/end", post(end_session))
        .route("/security-info/consents/withdraw", post(withdraw))
}

async fn show(State(state): State<AppState>, SignedIn(session): SignedIn, visit: Visit) -> Answer {
    let info = security_info::view(&state.identity, &session).await?;
    let consents = applications::list_consents(&state.identity, &session).await?;
    let template = SecurityInfo {
        frame: visit.frame(),
        user_name: &session.user_name,
        display_name: &session.display_name,
        passkeys: &info.passkeys,
        max_passkeys: info.max_passkeys,
        sessions: &info.sessions,
        activity: &info.activity,
        consents: &consents,
        recommend_second: info.recommend_second,
        only_device_bound: info.only_device_bound,
        codes: info.codes,
        passwords: info.passwords,
        by_password: info.by_password,
        under_way: &info.under_way,
        asked: &info.asked,
        approves: info.approves,
        recovered_until: info.recovered_until,
        accepts: &info.accepts,
        signals: to_value(&signals!(info.signals))?,
    };
    page(&state, &visit, &template)
}

async fn begin_add(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    _: JsonBody<Nothing>,
) -> Answer {
    let creation = passkeys::begin_add(&state.identity, &caller, &session).await?;
    Ok(json(&Begun {
        state: creation.state,
        public_key: creation.options,
    }))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Added<'a, S: Serialize> {
    passkey_id: &'a str,
    name: &'a str,
    signals: S,
}

async fn finish_add(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<Ceremony>,
) -> Answer {
    let response = body.response.get().as_bytes();
    let added =
        passkeys::finish_add(&state.identity, &caller, &session, &body.state, response).await?;
    Ok(json(&Added {
        passkey_id: &added.passkey_id,
        name: &added.name,
        signals: signals!(added.signals),
    }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewName {
    passkey_id: String,
    name: String,
}

async fn rename(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<NewName>,
) -> Answer {
    passkeys::rename(
        &state.identity,
        &caller,
        &session,
        &body.passkey_id,
        &body.name,
    )
    .await?;
    Ok(json(&Empty {}))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Passkey {
    passkey_id: String,
}

#[derive(Serialize)]
struct Removed<S: Serialize> {
    signals: S,
}

async fn remove(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<Passkey>,
) -> Answer {
    let signals = passkeys::remove(&state.identity, &caller, &session, &body.passkey_id).await?;
    Ok(json(&Removed {
        signals: signals!(signals),
    }))
}

/// Of a passkey that somebody else registered.
async fn confirm(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<Passkey>,
) -> Answer {
    provisioning::confirm_own(&state.identity, &caller, &session, &body.passkey_id).await?;
    Ok(json(&Empty {}))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Lost {
    passkey_ids: Vec<String>,
}

#[derive(Serialize)]
struct ReportedLost<S: Serialize> {
    location: &'static str,
    signals: S,
}

/// Who has another passkey signs in with it; who has none is shown the ways back in.
async fn report_lost(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<Lost>,
) -> Answer {
    let reported = lost::report_own(&state.identity, &caller, &session, &body.passkey_ids).await?;
    let location = match reported.has_another {
        true => "/sign-in?notice=reported-lost",
        false => AFTER_LOSS,
    };
    Ok(json(&ReportedLost {
        location,
        signals: signals!(reported.signals),
    }))
}

#[derive(Serialize)]
struct MadeCodes {
    codes: Vec<String>,
}

async fn make_codes(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    _: JsonBody<Nothing>,
) -> Answer {
    let codes = recovery_code::make(&state.identity, &caller, &session).await?;
    Ok(json(&MadeCodes { codes }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    password: String,
}

async fn set_password(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<NewPassword>,
) -> Answer {
    password::set(&state.identity, &caller, &session, &body.password).await?;
    Ok(json(&Empty {}))
}

async fn remove_password(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    _: JsonBody<Nothing>,
) -> Answer {
    password::remove(&state.identity, &caller, &session).await?;
    Ok(json(&Empty {}))
}

#[derive(Serialize)]
struct NewApp {
    state: String,
    secret: String,
    uri: String,
    /// What a camera reads; `None` where names are too long for it.
    code: Option<qr_code::Drawn>,
}

async fn begin_app(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    _: JsonBody<Nothing>,
) -> Answer {
    let app = password::begin_app(&state.identity, &caller, &session).await?;
    Ok(json(&NewApp {
        code: qr_code::draw(&app.uri),
        state: app.state,
        secret: app.secret,
        uri: app.uri,
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstCode {
    state: String,
    code: String,
}

async fn finish_app(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<FirstCode>,
) -> Answer {
    password::finish_app(&state.identity, &caller, &session, &body.state, &body.code).await?;
    Ok(json(&Empty {}))
}

async fn remove_app(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    _: JsonBody<Nothing>,
) -> Answer {
    password::remove_app(&state.identity, &caller, &session).await?;
    Ok(json(&Empty {}))
}

async fn cancel_recovery(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    _: JsonBody<Nothing>,
) -> Answer {
    recovery::cancel(&state.identity, &caller, &session).await?;
    Ok(json(&Empty {}))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct EndSession {
    session_id: String,
}

async fn end_session(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<EndSession>,
) -> Answer {
    let target = Id::parse(&body.session_id).ok_or_else(|| Rejection::from(&codes::BAD_REQUEST))?;
    sessions::end(&state.identity, &caller, &session, target).await?;
    Ok(json(&Empty {}))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Withdraw {
    grant_id: String,
}

async fn withdraw(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<Withdraw>,
) -> Answer {
    let grant = Id::parse(&body.grant_id).ok_or_else(|| Rejection::from(&codes::BAD_REQUEST))?;
    applications::withdraw(&state.identity, &caller, &session, grant).await?;
    Ok(json(&Empty {}))
}
