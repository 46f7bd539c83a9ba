//! Signing in and out.

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use identity::{Caller, Session, access_pass, password, sessions, sign_in};
use serde::{Deserialize, Serialize};

use super::{
    Answer, CeremonyWithReturn, Location, Nothing, ReturnQuery, challenge, count, json, page,
    signals, to_value, with_cookie, with_session,
};
use crate::app::AppState;
use crate::extract::{AskedBy, CurrentSession, JsonBody, PageQuery, Visit, return_path};
use crate::view::sign_in::{Notice, SignIn};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/sign-in", get(show))
        .route("/sign-in/challenge", post(begin))
        .route("/sign-in/name", post(begin_named))
        .route("/sign-in/passkey", post(finish))
        .route("/sign-out", post(sign_out))
}

/// The page, with a challenge for autofill and the button. Who is signed in already goes on.
async fn show(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    visit: Visit,
    PageQuery(query): PageQuery<ReturnQuery>,
) -> Answer {
    let return_path = return_path::accept(query.return_path.as_deref());
    if visit.session.is_some() {
        return Ok(Redirect::to(return_path).into_response());
    }
    let challenge = sign_in::begin(&state.identity, &caller)?;
    let on = oidc::form::write(&[("return", return_path)]);
    let template = SignIn {
        frame: visit.frame(),
        state: &challenge.state,
        public_key: to_value(&challenge.options)?,
        return_path,
        notice: query.notice.as_deref().and_then(Notice::parse),
        hint: query.hint.as_deref().unwrap_or_default(),
        pass: access_pass::are_on(&state.identity).then(|| format!("/pass?{on}")),
        password: password::are_on(&state.identity).then(|| format!("/password?{on}")),
        recover: format!("/recover?{on}"),
    };
    page(&state, &visit, &template)
}

async fn begin(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    _: JsonBody<Nothing>,
) -> Answer {
    Ok(challenge(sign_in::begin(&state.identity, &caller)?))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    name: String,
}

async fn begin_named(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    JsonBody(body): JsonBody<Name>,
) -> Answer {
    Ok(challenge(
        sign_in::begin_named(&state.identity, &caller, &body.name).await?,
    ))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finished<'a, S: Serialize> {
    location: &'a str,
    signals: S,
    recommend_second: bool,
}

async fn finish(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    headers: HeaderMap,
    JsonBody(body): JsonBody<CeremonyWithReturn>,
) -> Answer {
    let signed_in = sign_in::finish(
        &state.identity,
        &caller,
        &body.state,
        body.response.get().as_bytes(),
    )
    .await;
    count("sign_in", &signed_in);
    let signed_in = signed_in?;
    end_replaced(&state, &caller, &headers, &signed_in.session).await;
    let finished = Finished {
        location: return_path::accept(body.return_path.as_deref()),
        signals: signed_in.signals.as_ref().map(|told| signals!(told)),
        recommend_second: signed_in.recommend_second,
    };
    Ok(with_session(&state, &signed_in, &finished))
}

/// A browser holds one session: the one that its new cookie hides would live on unseen. The new one is
/// on disk, so nothing here may fail the request.
pub(super) async fn end_replaced(
    state: &AppState,
    caller: &Caller,
    headers: &HeaderMap,
    new: &Session,
) {
    let Some(token) = state.cookies.find_session(headers) else {
        return;
    };
    let ended = async {
        match sessions::authenticate(&state.identity, token).await? {
            Some(old) if old.session_id != new.session_id => {
                sessions::sign_out(&state.identity, caller, &old).await
            }
            _ => Ok(()),
        }
    };
    if let Err(refusal) = ended.await {
        tracing::warn!(
            code = refusal.code.id,
            "the session that a sign-in replaced stays until it expires"
        );
    }
}

/// Signing out where nobody is signed in is done already.
async fn sign_out(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    CurrentSession(session): CurrentSession,
    _: JsonBody<Nothing>,
) -> Answer<Response> {
    if let Some(session) = session {
        sessions::sign_out(&state.identity, &caller, &session).await?;
    }
    Ok(with_cookie(
        json(&Location {
            location: super::SIGNED_OUT,
        }),
        state.cookies.clear_session(),
    ))
}
