//! The administration API: `/v1.0` and `/beta` as Microsoft Graph speaks, `/claviger/v1` for what Graph has no word for.
//!
//! It stands beside the pages, not among them: no cookie is read or set, nobody but the bearer of an access token is
//! let in, and so no page of another origin can make a browser ask here in somebody's name. One table
//! ([`table::ENDPOINTS`]) says what there is; requests are matched by it, and the OpenAPI document is written from it.

mod access_passes;
mod answer;
mod application_api;
mod application_tokens;
mod applications;
mod call;
pub mod codes;
mod directory_objects;
mod fault;
mod groups;
mod listing;
mod logs;
mod method_policy;
mod methods;
mod openapi;
mod organization;
mod owners;
mod passkey_policy;
mod policies;
mod policy_review;
mod principals;
mod provisioning;
mod reports;
mod roles;
mod table;
mod users;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::response::Response;
use axum::routing::get;
use graph::{Path, Problem, Version};
use identity::{Actor, Bearer, Caller, Id, access};

use crate::app::AppState;
use crate::extract::{body, find_caller};
use crate::host;
use call::{Call, Names};
use fault::Fault;

pub use openapi::write as write_openapi;
pub use table::{Access, ENDPOINTS, Endpoint, Gives, Takes};

/// Where the description of the API lies.
pub(crate) const OPENAPI: &str = "/openapi.json";

/// The description is for everybody: it says nothing about anybody.
pub(crate) fn routes() -> Router<AppState> {
    Router::new().route(OPENAPI, get(show_openapi))
}

async fn show_openapi(State(state): State<AppState>) -> axum::Json<serde_json::Value> {
    axum::Json(openapi::write(&state.origin))
}

/// Whether a request is for this API.
pub(crate) fn is_asked(request: &Request) -> bool {
    Version::split(request.uri().path()).is_some()
}

/// An answer, and the pattern of the table by which figures count it.
pub(crate) struct Answered {
    pub(crate) response: Response,
    pub(crate) pattern: Option<&'static str>,
}

/// Answers a request for this API, whatever it is.
pub(crate) async fn answer(state: &AppState, request: Request) -> Answered {
    let names = Names::of(state, request.headers());
    let found = match find(&request) {
        Ok(found) => found,
        Err(fault) => return refused(fault, &names, None),
    };
    let pattern = Some(found.endpoint.pattern);
    match run(state, request, found).await {
        Ok(mut response) => {
            names.write(response.headers_mut());
            Answered { response, pattern }
        }
        Err(fault) => refused(fault, &names, pattern),
    }
}

/// What a panic is answered with.
pub(crate) fn from_panic(state: &AppState) -> Response {
    let names = Names::of(state, &axum::http::HeaderMap::new());
    refused(Fault::from(&identity::codes::INTERNAL), &names, None).response
}

fn refused(fault: Fault, names: &Names, pattern: Option<&'static str>) -> Answered {
    let mut response = fault.write(names);
    names.write(response.headers_mut());
    Answered { response, pattern }
}

/// An entry of the table that fits, with the keys in the path.
struct Found {
    version: Version,
    endpoint: &'static Endpoint,
    keys: Vec<String>,
}

fn find(request: &Request) -> Result<Found, Fault> {
    let unknown = || Fault::from(Problem::UnknownSegment("?".to_owned()));
    let (version, rest) = Version::split(request.uri().path()).ok_or_else(unknown)?;
    let path = Path::parse(rest)?;
    let refused = table::REFUSED
        .iter()
        .filter(|_| version != Version::Own)
        .find(|(method, pattern, _)| method == request.method() && path.capture(pattern).is_some());
    if let Some((_, _, code)) = refused {
        return Err(Fault::from(*code).into_method_not_allowed());
    }
    let mut fits = ENDPOINTS
        .iter()
        .filter(|endpoint| endpoint.versions.contains(&version))
        .filter_map(|endpoint| Some((endpoint, path.capture(endpoint.pattern)?)))
        .peekable();
    if fits.peek().is_none() {
        return Err(Problem::UnknownSegment(path.first().to_owned()).into());
    }
    let mut allowed = Vec::new();
    for (endpoint, keys) in fits {
        if endpoint.method == request.method() {
            return Ok(Found {
                version,
                endpoint,
                keys,
            });
        }
        allowed.push(endpoint.method.as_str());
    }
    Err(Fault::method_not_allowed(&allowed))
}

async fn run(state: &AppState, request: Request, found: Found) -> Result<Response, Fault> {
    host::check(state, &request).map_err(|_| Fault::from(&identity::codes::WRONG_HOST))?;
    let caller = find_caller(state, &request)?;
    let bearer = {
        let (method, path) = (request.method(), request.uri().path());
        call::authenticate(state, method, path, request.headers()).await?
    };
    let (endpoint, by) = (found.endpoint, (caller.clone(), bearer.clone()));
    let object = found.keys.first().and_then(|key| Id::parse(key));
    let outcome = handle(state, caller, bearer, request, found).await;
    if let Err(fault) = &outcome {
        record(state, endpoint, Actor::Token(&by.0, &by.1), object, fault).await;
    }
    outcome
}

/// What a client that was let in is refused stands in the log: each change, and each look at what it may not see.
async fn record(
    state: &AppState,
    endpoint: &'static Endpoint,
    actor: Actor<'_>,
    object: Option<Id>,
    fault: &Fault,
) {
    let Access::Operations(operations) = endpoint.access;
    let Some(operation) = operations.first().copied() else {
        return;
    };
    let (identity, refusal) = (&state.identity, fault.refusal());
    if endpoint.method == Method::GET {
        access::record_refused_read(identity, actor, operation, &refusal).await;
    } else {
        let about = (operation, object);
        access::record_unfit_change(identity, actor, about, &refusal).await;
    }
}

/// Reads the body, and answers.
async fn handle(
    state: &AppState,
    caller: Caller,
    bearer: Bearer,
    mut request: Request,
    found: Found,
) -> Result<Response, Fault> {
    let body = if takes_body(request.method()) {
        let most = match found.endpoint.takes {
            Takes::Picture(most) => most,
            _ => body::BODY_LIMIT,
        };
        body::buffer_at_most(&mut request, most).await?;
        check_type(&request, found.endpoint.takes)?;
        axum::body::to_bytes(std::mem::take(request.body_mut()), most)
            .await
            .map_err(|_| Fault::from(&identity::codes::BAD_REQUEST))?
    } else {
        Bytes::new()
    };
    let endpoint = found.endpoint;
    let call = Call::new(state, caller, bearer, found, request, body);
    (endpoint.handler)(call).await
}

fn takes_body(method: &Method) -> bool {
    matches!(*method, Method::POST | Method::PATCH | Method::PUT)
}

/// A body, where there is one, is JSON, or the picture that is asked for.
fn check_type(request: &Request, takes: Takes) -> Result<(), Fault> {
    let empty = axum::body::HttpBody::size_hint(request.body()).exact() == Some(0);
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if matches!(takes, Takes::Picture(_)) {
        let is = |kind: &str| essence.eq_ignore_ascii_case(kind);
        return match is("image/png") || is("image/jpeg") {
            true => Ok(()),
            false => Err(Fault::unsupported_picture()),
        };
    }
    if empty || essence.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(Fault::unsupported_media_type())
    }
}

/// Says which methods an address takes.
fn allow(methods: &[&str]) -> Option<(HeaderName, HeaderValue)> {
    let value = HeaderValue::from_str(&methods.join(", ")).ok()?;
    Some((header::ALLOW, value))
}
