//! `/scim/v2`: people and groups as connectors bring them (RFC 7643, RFC 7644).
//!
//! It stands beside the pages, as the administration API does: no cookie is read or set, and nobody but the bearer of a
//! connector's token is let in. A connector reaches only what it made.

mod bulk;
mod call;
pub mod codes;
mod discovery;
mod groups;
mod listing;
mod users;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use graph::scim::{RESOURCE_TYPES, ResourceType};
use serde_json::Value;

use crate::app::AppState;
use crate::error::ScimError;
use crate::extract::{body, find_caller, read_token};
use crate::host;
use call::{Asked, Call, Conditions, Query};

const BASE: &str = "/scim/v2";
/// The largest body that is read.
const BODY_LIMIT: usize = 1024 * 1024;
const SCIM_JSON: HeaderValue = HeaderValue::from_static("application/scim+json");

/// Whether a request is for this API.
pub(crate) fn is_asked(request: &Request) -> bool {
    request
        .uri()
        .path()
        .strip_prefix(BASE)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What a request is answered with, before it is one.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    body: Option<Value>,
    /// The address of what was made, or is meant.
    location: Option<String>,
    etag: Option<String>,
}

impl Answer {
    fn of(body: Value) -> Answer {
        Answer {
            status: StatusCode::OK,
            body: Some(body),
            location: None,
            etag: None,
        }
    }

    fn empty(status: StatusCode) -> Answer {
        Answer {
            status,
            body: None,
            location: None,
            etag: None,
        }
    }

    fn write(self) -> Response {
        let mut response = match self.body {
            Some(body) => (self.status, body.to_string()).into_response(),
            None => self.status.into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, SCIM_JSON);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        for (name, value) in [(header::LOCATION, self.location), (header::ETAG, self.etag)] {
            if let Some(Ok(value)) = value.map(|it| HeaderValue::from_str(&it)) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// Answers a request for this API, whatever it is; the word by which figures count it beside.
pub(crate) async fn answer(state: &AppState, request: Request) -> (Response, &'static str) {
    let word = find_word(request.uri().path());
    let response = match run(state, request).await {
        Ok(answer) => answer.write(),
        Err(error) => error.write(),
    };
    (response, word)
}

/// What a panic is answered with.
pub(crate) fn from_panic() -> Response {
    ScimError::from(&identity::codes::INTERNAL).write()
}

fn segments(path: &str) -> Vec<&str> {
    let rest = path.strip_prefix(BASE).unwrap_or(path);
    rest.split('/').filter(|it| !it.is_empty()).collect()
}

fn find_word(path: &str) -> &'static str {
    match segments(path).as_slice() {
        ["Users"] => "/scim/v2/Users",
        ["Users", _] => "/scim/v2/Users/{id}",
        ["Groups"] => "/scim/v2/Groups",
        ["Groups", _] => "/scim/v2/Groups/{id}",
        ["Bulk"] => "/scim/v2/Bulk",
        _ => "/scim/v2",
    }
}

async fn run(state: &AppState, mut request: Request) -> Result<Answer, ScimError> {
    host::check(state, &request).map_err(|_| ScimError::from(&identity::codes::WRONG_HOST))?;
    let caller = find_caller(state, &request)?;
    let connector = {
        let (method, path) = (request.method(), request.uri().path());
        let shown = read_token(method, path, request.headers())
            .ok()
            .filter(|shown| shown.proof.is_none());
        let token = shown.map_or("", |shown| shown.token);
        identity::connectors::authenticate(&state.identity, &caller, token).await?
    };
    let sent = match *request.method() {
        Method::POST | Method::PUT | Method::PATCH => read_body(&mut request).await?,
        _ => None,
    };
    let asked = Asked {
        method: request.method().clone(),
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        conditions: Conditions::of(request.headers()),
        body: sent,
    };
    let call = Call {
        state,
        caller: &caller,
        connector: &connector,
    };
    dispatch(&call, asked).await
}

async fn read_body(request: &mut Request) -> Result<Option<Value>, ScimError> {
    body::buffer_at_most(request, BODY_LIMIT).await?;
    let bytes: Bytes = axum::body::to_bytes(std::mem::take(request.body_mut()), BODY_LIMIT)
        .await
        .map_err(|_| ScimError::from(&identity::codes::BAD_REQUEST))?;
    if bytes.is_empty() {
        return Ok(None);
    }
    if !is_json(request.headers()) {
        return Err(ScimError::unsupported_media_type());
    }
    // What is nested deeper than any resource is refused by the parser.
    let value = serde_json::from_slice(&bytes).map_err(|_| ScimError::from(&codes::BODY))?;
    Ok(Some(value))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    ["application/scim+json", "application/json"]
        .iter()
        .any(|it| essence.eq_ignore_ascii_case(it))
}

fn find_type(name: &str) -> Option<&'static ResourceType> {
    RESOURCE_TYPES
        .iter()
        .find(|of| of.endpoint.trim_start_matches('/') == name)
}

fn required(body: Option<Value>) -> Result<Value, ScimError> {
    body.ok_or_else(|| ScimError::from(&codes::BODY))
}

/// One request: of its own, or of a bulk request's.
async fn dispatch(call: &Call<'_>, asked: Asked) -> Result<Answer, ScimError> {
    let path = asked.path.clone();
    match segments(&path).as_slice() {
        ["Bulk"] => match asked.method {
            Method::POST => Box::pin(bulk::run(call, required(asked.body)?)).await,
            _ => Err(ScimError::method_not_allowed("POST")),
        },
        [] | [".search"] => {
            let query = match (&asked.method, path.ends_with(".search")) {
                (&Method::GET, false) => Query::parse(&asked.query)?,
                (&Method::POST, true) => Query::read(&required(asked.body)?)?,
                (_, true) => return Err(ScimError::method_not_allowed("POST")),
                (_, false) => return Err(ScimError::method_not_allowed("GET")),
            };
            listing::list(call, &[&RESOURCE_TYPES[0], &RESOURCE_TYPES[1]], &query).await
        }
        [name, rest @ ..] => match find_type(name) {
            Some(of) => resources(call, of, rest, asked).await,
            None => discovery::answer(call, name, rest, &asked),
        },
    }
}

async fn resources(
    call: &Call<'_>,
    of: &'static ResourceType,
    rest: &[&str],
    asked: Asked,
) -> Result<Answer, ScimError> {
    match (rest, &asked.method) {
        ([], &Method::GET) => listing::list(call, &[of], &Query::parse(&asked.query)?).await,
        ([".search"], &Method::POST) => {
            listing::list(call, &[of], &Query::read(&required(asked.body)?)?).await
        }
        ([], &Method::POST) if of.name == "User" => users::create(call, asked).await,
        ([], &Method::POST) => groups::create(call, asked).await,
        ([], _) => Err(ScimError::method_not_allowed("GET, POST")),
        ([".search"], _) => Err(ScimError::method_not_allowed("POST")),
        ([id], method) => {
            let id = identity::Id::parse(id).ok_or_else(|| call::missing(of))?;
            match (method, of.name) {
                (&Method::GET, "User") => users::read(call, id, &asked).await,
                (&Method::PUT, "User") => users::replace(call, id, asked).await,
                (&Method::PATCH, "User") => users::change(call, id, asked).await,
                (&Method::DELETE, "User") => users::delete(call, id, &asked).await,
                (&Method::GET, _) => groups::read(call, id, &asked).await,
                (&Method::PUT, _) => groups::replace(call, id, asked).await,
                (&Method::PATCH, _) => groups::change(call, id, asked).await,
                (&Method::DELETE, _) => groups::delete(call, id, &asked).await,
                _ => Err(ScimError::method_not_allowed("GET, PUT, PATCH, DELETE")),
            }
        }
        _ => Err(ScimError::from(&codes::ADDRESS)),
    }
}
