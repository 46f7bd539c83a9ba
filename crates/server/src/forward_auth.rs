//! Forward authentication: what nginx, Caddy and Traefik ask before they let a request through to an application
//! (`docs/forward-authentication.md`), and the page of ours over which somebody signs in to one.
//!
//! Everything about the request that a browser made stands in headers, and headers can be made up: they are read only of a
//! request that a trusted proxy sent (past mistake 33), only one set of them, which every proxy overwrites, and each once.
//! Nothing of our own counts here: not the name under which we are asked, nor a cookie of ours.

mod asked;
mod cookies;
mod told;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use identity::forward_auth::{self, CALLBACK_PATH, Outcome, SIGN_IN_PATH};
use identity::{Caller, Class, Code, Refusal, codes};
use oidc::form::Parameters;
use serde::Deserialize;

use self::asked::{Asked, Reserved};
use self::cookies::Cookies;
use crate::app::AppState;
use crate::error::{self, METHOD_NOT_ALLOWED, Rejection};
use crate::extract::{
    CurrentSession, PageQuery, Reader, find_caller, is_from_trusted_proxy, return_path,
};
use crate::telemetry::RequestId;

/// For proxies that hand our whole answer to the browser where it is no 200: Caddy, Traefik; and nginx, after it asked the other.
const ASK: &str = "/forward-auth";
/// For nginx, whose `auth_request` takes a yes or a no: 200, 401 or 403.
const CHECK: &str = "/forward-auth/check";
/// Where our own page is that asks whether to sign out here, too.
const SIGN_OUT_HERE: &str = "/oauth2/v2.0/logout";

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route(SIGN_IN_PATH, get(sign_in))
}

/// Whether a proxy asks about another request.
pub(crate) fn is_asked(request: &Request) -> bool {
    matches!(request.uri().path(), ASK | CHECK)
}

/// By which figures count it.
pub(crate) fn pattern(request: &Request) -> &'static str {
    match request.uri().path() {
        CHECK => CHECK,
        _ => ASK,
    }
}

/// Answers a proxy, whatever method it uses; no body is read.
pub(crate) async fn answer(state: &AppState, request: Request) -> Response {
    let is_check = pattern(&request) == CHECK;
    let read = read(state, &request);
    let (parts, _) = request.into_parts();
    let outcome = match read {
        Ok(proxied) if is_check => check(state, &parts.headers, &proxied.asked).await,
        Ok(proxied) => handle(state, &parts.headers, &proxied).await,
        Err(rejection) => Err(rejection),
    };
    match outcome {
        Ok(response) => response,
        Err(rejection) if is_check => refuse_check(&rejection),
        Err(rejection) => {
            let reader = Reader::of(&parts.uri, &parts.headers);
            let id = parts.extensions.get::<RequestId>().copied();
            let page = asked::wants_page(&parts.headers);
            error::write_at_application(&reader, &rejection, page, id)
        }
    }
}

/// A request that a trusted proxy got.
struct Proxied {
    asked: Asked,
    caller: Caller,
}

fn read(state: &AppState, request: &Request) -> Result<Proxied, Rejection> {
    if !is_from_trusted_proxy(state, request) {
        return Err(Rejection::from(&codes::FORWARD_UNTRUSTED));
    }
    Ok(Proxied {
        asked: Asked::read(request.headers())?,
        caller: find_caller(state, request)?,
    })
}

/// A yes or a no: nginx takes everything but 401 and 403 for a failure, and then asks the other address what to answer.
async fn check(
    state: &AppState,
    headers: &HeaderMap,
    asked: &Asked,
) -> Result<Response, Rejection> {
    if asked.reserved.is_some() {
        return Err(Rejection::from(&codes::FORWARD_SIGNED_OUT));
    }
    let_in(state, headers, asked).await
}

fn refuse_check(rejection: &Rejection) -> Response {
    let status = match error::status(rejection.code()) {
        status if status.is_server_error() => status,
        StatusCode::UNAUTHORIZED => StatusCode::UNAUTHORIZED,
        _ => StatusCode::FORBIDDEN,
    };
    status.into_response()
}

/// 200 with what the application is told, for whoever may in.
async fn let_in(
    state: &AppState,
    headers: &HeaderMap,
    asked: &Asked,
) -> Result<Response, Rejection> {
    let token = Cookies::of(&asked.origin).find_session(headers);
    let told = forward_auth::check(&state.identity, &asked.origin, token).await?;
    let mut response = StatusCode::OK.into_response();
    told::write(&told, response.headers_mut());
    Ok(response)
}

/// The whole answer, for the browser where it is no 200.
async fn handle(
    state: &AppState,
    headers: &HeaderMap,
    proxied: &Proxied,
) -> Result<Response, Rejection> {
    let asked = &proxied.asked;
    match &asked.reserved {
        Some(Reserved::Callback { query }) => {
            asked.require_method(&["GET"])?;
            come_back(state, headers, proxied, query).await
        }
        Some(Reserved::SignOut) => {
            asked.require_method(&["GET", "POST"])?;
            sign_out(state, headers, proxied).await
        }
        Some(Reserved::Other) => Err(Rejection::from(&codes::NOT_FOUND)),
        None => match let_in(state, headers, asked).await {
            Err(rejection)
                if leads_to_sign_in(rejection.code()) && asked.is_navigation(headers) =>
            {
                Ok(send_to_sign_in(state, headers, asked))
            }
            outcome => outcome,
        },
    }
}

/// Who is out signs in; who may not any more is told so there.
fn leads_to_sign_in(code: &Code) -> bool {
    code == &codes::FORWARD_SIGNED_OUT
        || (code.class == Class::Forbidden && code != &codes::FORWARD_UNKNOWN)
}

fn send_to_sign_in(state: &AppState, headers: &HeaderMap, asked: &Asked) -> Response {
    let cookies = Cookies::of(&asked.origin);
    let browser = cookies.find_browser(headers);
    let begun = forward_auth::begin(&state.identity, &asked.origin, &asked.uri, browser);
    let cookie = cookies.set_browser(&begun.browser);
    with_cookies(Redirect::to(&begun.location).into_response(), [cookie])
}

fn with_cookies(
    mut response: Response,
    cookies: impl IntoIterator<Item = Option<HeaderValue>>,
) -> Response {
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

async fn come_back(
    state: &AppState,
    headers: &HeaderMap,
    Proxied { asked, caller }: &Proxied,
    query: &str,
) -> Result<Response, Rejection> {
    let unreadable = || {
        Rejection::from(Refusal {
            detail: Some("code.unknown"),
            ..Refusal::new(&codes::FORWARD_CODE_UNUSABLE)
        })
    };
    let parameters = Parameters::parse(query.as_bytes()).map_err(|_| unreadable())?;
    let code = parameters.find("code").ok_or_else(unreadable)?;
    let cookies = Cookies::of(&asked.origin);
    let opened = forward_auth::redeem(
        &state.identity,
        caller,
        (&asked.origin, code),
        cookies.find_browser(headers),
        cookies.find_session(headers),
    )
    .await?;
    let cookie = cookies.set_session(&opened.token);
    let response = Redirect::to(&opened.location).into_response();
    Ok(with_cookies(response, [cookie]))
}

/// Of the application alone; our own page asks then whether to sign out here, too.
async fn sign_out(
    state: &AppState,
    headers: &HeaderMap,
    Proxied { asked, caller }: &Proxied,
) -> Result<Response, Rejection> {
    asked::check_own_page(headers)?;
    let cookies = Cookies::of(&asked.origin);
    let token = cookies.find_session(headers);
    forward_auth::sign_out(&state.identity, caller, &asked.origin, token).await?;
    let response = Redirect::to(&format!("{}{SIGN_OUT_HERE}", state.origin)).into_response();
    let cleared = [cookies.clear_session(), cookies.clear_browser()];
    Ok(with_cookies(response, cleared))
}

// --- our own page

#[derive(Debug, Default, Deserialize)]
struct SignInQuery {
    #[serde(default)]
    request: String,
}

/// On our own host, with our own cookies: signs somebody in, or leads them on who is signed in.
async fn sign_in(
    State(state): State<AppState>,
    CurrentSession(session): CurrentSession,
    PageQuery(query): PageQuery<SignInQuery>,
) -> Result<Response, Rejection> {
    let outcome = forward_auth::sign_in(&state.identity, &query.request, session.as_ref()).await?;
    let location = match outcome {
        Outcome::SignIn { return_path } => return_path::with_return("/sign-in", &return_path),
        Outcome::Lead { location } => location,
    };
    Ok(Redirect::to(&location).into_response())
}

impl Asked {
    /// Whether the method is one of these.
    fn require_method(&self, methods: &[&str]) -> Result<(), Rejection> {
        match methods.contains(&self.method.as_str()) {
            true => Ok(()),
            false => Err(Rejection::from(&METHOD_NOT_ALLOWED)),
        }
    }
}

/// A path of the application's host that is ours.
fn find_reserved(uri: &str) -> Option<Reserved> {
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    if path == CALLBACK_PATH {
        return Some(Reserved::Callback {
            query: query.to_owned(),
        });
    }
    match path.strip_prefix("/.claviger") {
        Some("/sign-out") => Some(Reserved::SignOut),
        Some(rest) if rest.is_empty() || rest.starts_with('/') => Some(Reserved::Other),
        _ => None,
    }
}
