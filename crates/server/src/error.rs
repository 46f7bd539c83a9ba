//! Refusals on their way out: one type, written as JSON or as a page by one layer.
//!
//! Handlers and guards answer with a [`Rejection`]; [`write`] knows the reader's language, the
//! request and the shape that it wants.

use std::any::Any;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use identity::{Class, Code, Refusal, codes};
use serde::Serialize;

use crate::app::AppState;
use crate::extract::{Reader, Visit, return_path};
use crate::i18n::Texts;
use crate::pages;
use crate::telemetry::RequestId;

/// Codes that only the server itself has.
pub static METHOD_NOT_ALLOWED: Code = Code {
    id: "request.method_not_allowed",
    class: Class::Bad,
    meaning: "This address does not take this kind of request.",
    remedy: "Open the page and use what it offers.",
};

pub static TOO_SLOW: Code = Code {
    id: "request.too_slow",
    class: Class::Bad,
    meaning: "The request did not arrive in time.",
    remedy: "Try again; if it stays, the connection is too slow or breaks off.",
};

/// All of them, for the list of codes.
pub const CODES: &[&Code] = &[&METHOD_NOT_ALLOWED, &TOO_SLOW];

/// A refusal that is to become a response.
#[derive(Debug, Clone)]
pub struct Rejection {
    refusal: Arc<Refusal>,
    /// The page that helps, where the code alone does not say.
    location: Option<String>,
}

impl From<Refusal> for Rejection {
    fn from(refusal: Refusal) -> Rejection {
        Rejection {
            refusal: Arc::new(refusal),
            location: None,
        }
    }
}

impl From<&'static Code> for Rejection {
    fn from(code: &'static Code) -> Rejection {
        Rejection::from(Refusal::new(code))
    }
}

impl Rejection {
    /// Names the page that helps.
    #[must_use]
    pub fn toward(self, location: String) -> Rejection {
        Rejection {
            location: Some(location),
            ..self
        }
    }

    /// Which refusal it is.
    pub(crate) fn code(&self) -> &'static Code {
        self.refusal.code
    }

    /// The step or rule that said no.
    pub(crate) fn detail(&self) -> Option<&'static str> {
        self.refusal.detail
    }

    pub(crate) fn into_answer(self) -> Response {
        self.into_response()
    }
}

/// A response without a body yet: [`write`] makes it whole.
impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status(self.refusal.code);
        response.extensions_mut().insert(self);
        response
    }
}

/// The status of a code: by its class, except where HTTP has a status for this very code.
pub fn status(code: &'static Code) -> StatusCode {
    match (code.id, code.class) {
        ("request.wrong_host", _) => StatusCode::MISDIRECTED_REQUEST,
        ("request.too_large", _) => StatusCode::PAYLOAD_TOO_LARGE,
        ("request.method_not_allowed" | "graph.me_read_only", _) => StatusCode::METHOD_NOT_ALLOWED,
        ("request.too_slow", _) => StatusCode::REQUEST_TIMEOUT,
        (_, Class::Bad) => StatusCode::BAD_REQUEST,
        (_, Class::Unauthenticated) => StatusCode::UNAUTHORIZED,
        (_, Class::Forbidden | Class::Stale) => StatusCode::FORBIDDEN,
        (_, Class::Missing) => StatusCode::NOT_FOUND,
        (_, Class::Conflict) => StatusCode::CONFLICT,
        (_, Class::Outdated) => StatusCode::PRECONDITION_FAILED,
        (_, Class::Gone) => StatusCode::GONE,
        (_, Class::Limited) => StatusCode::TOO_MANY_REQUESTS,
        (_, Class::Internal) => StatusCode::INTERNAL_SERVER_ERROR,
        (_, Class::Unavailable) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

pub(crate) async fn not_found() -> Rejection {
    Rejection::from(&codes::NOT_FOUND)
}

pub(crate) async fn method_not_allowed() -> Rejection {
    Rejection::from(&METHOD_NOT_ALLOWED)
}

/// A handler panicked: the message goes to the log, never to the reader.
pub(crate) fn from_panic(panic: Box<dyn Any + Send>) -> Response {
    log_panic(&panic);
    Rejection::from(&codes::INTERNAL).into_answer()
}

pub(crate) fn log_panic(panic: &Box<dyn Any + Send>) {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    tracing::error!(panic = text, "a handler panicked");
}

/// What is known of the request when its refusal is written.
pub(crate) struct Asked {
    /// A page: the answer is HTML, or a redirect to the page that helps.
    page: bool,
    uri: Uri,
    id: Option<RequestId>,
    /// All of them for a page, whose frame shows who is signed in; else those that tell the reader's language.
    headers: HeaderMap,
}

/// The refusal in a response that is not written yet.
pub(crate) fn take_rejection(response: &mut Response) -> Option<Rejection> {
    response.extensions_mut().remove::<Rejection>()
}

impl Asked {
    /// Every request pays for this, so it copies little.
    pub(crate) fn of(request: &Request) -> Asked {
        let page = matches!(*request.method(), Method::GET | Method::HEAD);
        Asked {
            page,
            uri: request.uri().clone(),
            id: request.extensions().get::<RequestId>().copied(),
            headers: if page {
                request.headers().clone()
            } else {
                keep_language(request.headers())
            },
        }
    }

    fn reader(&self) -> Reader {
        Reader::of(&self.uri, &self.headers)
    }

    /// The page to come back to after signing in: the one asked for, or the one whose script asked.
    fn page_path(&self) -> &str {
        if self.page {
            let address = self.uri.path_and_query();
            return return_path::accept(address.map(|address| address.as_str()));
        }
        let path = self.uri.path();
        let end = path
            .get(1..)
            .and_then(|rest| rest.find('/'))
            .map_or(path.len(), |at| at + 1);
        return_path::accept(path.get(..end))
    }
}

fn keep_language(headers: &HeaderMap) -> HeaderMap {
    let mut kept = HeaderMap::new();
    for name in [header::ACCEPT_LANGUAGE, header::COOKIE] {
        for value in headers.get_all(&name) {
            kept.append(&name, value.clone());
        }
    }
    kept
}

/// A refusal with everything that its reader is shown.
pub(crate) struct Shown<'a> {
    pub(crate) code: &'static Code,
    pub(crate) detail: Option<&'static str>,
    pub(crate) reference: &'a str,
    pub(crate) location: Option<String>,
}

/// Writes a refusal, for `bare`, which carried it.
pub(crate) async fn write(
    state: &AppState,
    asked: Asked,
    rejection: Rejection,
    bare: Response,
) -> Response {
    let refusal = &*rejection.refusal;
    let reader = asked.reader();
    let of_request = asked.id.map(|id| id.to_string()).unwrap_or_default();
    let reference = if refusal.reference.is_empty() {
        &of_request
    } else {
        &refusal.reference
    };
    log(refusal, reference);
    let shown = Shown {
        code: refusal.code,
        detail: refusal.detail,
        reference,
        location: rejection
            .location
            .clone()
            .or_else(|| find_help(refusal.code, asked.page_path())),
    };
    let mut response = match &shown.location {
        Some(location) if asked.page && leads_on(refusal.code) => redirect(location),
        _ if asked.page && shown.code.id == codes::WRONG_HOST.id => {
            pages::error::write_wrong_host(state, &reader, &shown)
        }
        _ if asked.page => {
            let visit = Visit::of_failed(state, reader.clone(), &asked.headers).await;
            pages::error::write(&visit, &shown)
        }
        _ => write_json(refusal, &shown, reader.texts),
    };
    if response.status() == StatusCode::OK {
        *response.status_mut() = bare.status();
    }
    keep_headers(&mut response, bare, refusal);
    response
}

/// Writes a refusal for somebody at an application's own host: without a frame, of which nothing would load there, and
/// without a way to any page of ours.
pub(crate) fn write_at_application(
    reader: &Reader,
    rejection: &Rejection,
    page: bool,
    id: Option<RequestId>,
) -> Response {
    let refusal = &*rejection.refusal;
    let reference = id.map(|id| id.to_string()).unwrap_or_default();
    log(refusal, &reference);
    let shown = Shown {
        code: refusal.code,
        detail: refusal.detail,
        reference: &reference,
        location: None,
    };
    let mut response = match page {
        true => pages::error::write_at_application(reader, &shown),
        false => write_json(refusal, &shown, reader.texts),
    };
    if response.status() == StatusCode::OK {
        *response.status_mut() = status(refusal.code);
    }
    keep_headers(&mut response, Response::new(Body::empty()), refusal);
    response
}

/// `Allow`, `Set-Cookie` and whatever else was set before the refusal was written.
fn keep_headers(response: &mut Response, bare: Response, refusal: &Refusal) {
    for (name, value) in bare.headers() {
        if name != header::CONTENT_LENGTH && name != header::CONTENT_TYPE {
            response.headers_mut().append(name, value.clone());
        }
    }
    if let Some(seconds) = refusal.retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

fn log(refusal: &Refusal, reference: &str) {
    metrics::counter!("claviger_refusals_total", "code" => refusal.code.id).increment(1);
    if refusal.code.id == codes::DATABASE.id {
        metrics::counter!("claviger_database_errors_total").increment(1);
    }
    let detail = refusal.detail.unwrap_or_default();
    if let Some(alert) = find_alert(refusal.code) {
        metrics::counter!("claviger_alerts_total", "kind" => alert).increment(1);
        tracing::warn!(
            alert,
            code = refusal.code.id,
            detail,
            reference,
            "alert: a passkey may exist twice; the sign-in was refused, the record in the log names the account"
        );
    } else if status(refusal.code).is_server_error() {
        tracing::warn!(code = refusal.code.id, detail, reference, "refused");
    } else {
        tracing::debug!(code = refusal.code.id, detail, reference, "refused");
    }
}

/// What somebody has to look into, and its word in the figures (security 23).
fn find_alert(code: &Code) -> Option<&'static str> {
    match code.id {
        "sign_in.counter_regressed" => Some("counter_regressed"),
        "sign_in.backup_eligibility_changed" => Some("backup_eligibility_changed"),
        _ => None,
    }
}

/// The kinds of alerts, so that each has a figure before it first happens.
pub(crate) const ALERTS: [&str; 12] = [
    "tier_zero_use",
    "refresh_reused",
    "logout_undelivered",
    "notices_undelivered",
    "webhook_undelivered",
    "counter_regressed",
    "backup_eligibility_changed",
    "model_undesired",
    "metadata_waits",
    "metadata_stale",
    "list_unusable",
    "revocation_list_outdated",
];

/// The page that helps with a code: sign in, or confirm it's you.
fn find_help(code: &'static Code, page: &str) -> Option<String> {
    match (code.id, code.class) {
        ("session.none", _) => Some(return_path::with_return("/sign-in", page)),
        (_, Class::Stale) => Some(return_path::with_return("/reauthenticate", page)),
        _ => None,
    }
}

fn leads_on(code: &'static Code) -> bool {
    code.id == "session.none" || code.class == Class::Stale
}

fn redirect(location: &str) -> Response {
    axum::response::Redirect::to(location).into_response()
}

#[derive(Serialize)]
struct Envelope<'a, S: Serialize> {
    error: Written<'a, S>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a, S: Serialize> {
    code: &'static str,
    detail: Option<&'static str>,
    message: String,
    remedy: String,
    reference: &'a str,
    location: Option<&'a str>,
    signal_unknown_credential: Option<S>,
    retry_after: Option<u32>,
}

fn write_json(refusal: &Refusal, shown: &Shown<'_>, texts: &Texts) -> Response {
    let (message, remedy) = texts.refusal(shown.code, shown.detail);
    axum::Json(Envelope {
        error: Written {
            code: shown.code.id,
            detail: shown.detail,
            message,
            remedy,
            reference: shown.reference,
            location: shown.location.as_deref(),
            signal_unknown_credential: refusal.signal_unknown.as_ref(),
            retry_after: refusal.retry_after,
        },
    })
    .into_response()
}

/// A refusal as SCIM writes it (RFC 7644 section 3.12).
#[derive(Debug)]
pub(crate) struct ScimError {
    pub(crate) status: StatusCode,
    scim_type: Option<&'static str>,
    message: String,
    code: &'static Code,
    detail: Option<&'static str>,
    retry_after: Option<u32>,
    allow: Option<&'static str>,
}

impl From<Refusal> for ScimError {
    fn from(refusal: Refusal) -> ScimError {
        let code = refusal.code;
        let (status, scim_type) = match (code.id, code.class) {
            // What a body names and isn't there, or doesn't fit.
            ("directory.object_missing" | "user.manager_unfit", _) => {
                (StatusCode::BAD_REQUEST, Some("invalidValue"))
            }
            ("user.name_taken", _) => (StatusCode::CONFLICT, Some("uniqueness")),
            ("scim.filter_unfit", _) => (StatusCode::BAD_REQUEST, Some("invalidFilter")),
            ("scim.body_malformed", _) => (StatusCode::BAD_REQUEST, Some("invalidSyntax")),
            ("scim.too_many", _) => (StatusCode::BAD_REQUEST, Some("tooMany")),
            ("request.too_large" | "request.too_slow" | "request.method_not_allowed", _) => {
                (status(code), None)
            }
            (_, Class::Bad) => (status(code), Some("invalidValue")),
            _ => (status(code), None),
        };
        ScimError {
            status,
            scim_type,
            message: code.meaning.to_owned(),
            code,
            detail: refusal.detail,
            retry_after: refusal.retry_after,
            allow: None,
        }
    }
}

impl From<&'static Code> for ScimError {
    fn from(code: &'static Code) -> ScimError {
        ScimError::from(Refusal::new(code))
    }
}

impl From<Rejection> for ScimError {
    fn from(rejection: Rejection) -> ScimError {
        ScimError::from(Refusal {
            detail: rejection.detail(),
            ..Refusal::new(rejection.code())
        })
    }
}

impl From<graph::scim::Problem> for ScimError {
    fn from(problem: graph::scim::Problem) -> ScimError {
        ScimError {
            status: StatusCode::BAD_REQUEST,
            scim_type: Some(problem.scim_type()),
            message: problem.to_string(),
            ..ScimError::from(crate::scim_api::codes::find(&problem))
        }
    }
}

impl ScimError {
    pub(crate) fn unsupported_media_type() -> ScimError {
        ScimError {
            status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ..ScimError::from(&crate::scim_api::codes::BODY)
        }
    }

    /// A reference of a bulk request to what was not made (RFC 7644 section 3.7.1).
    pub(crate) fn unresolved() -> ScimError {
        ScimError {
            status: StatusCode::CONFLICT,
            ..ScimError::from(&crate::scim_api::codes::VALUE)
        }
    }

    pub(crate) fn method_not_allowed(allow: &'static str) -> ScimError {
        ScimError {
            allow: Some(allow),
            ..ScimError::from(&METHOD_NOT_ALLOWED)
        }
    }

    pub(crate) fn is(&self, code: &'static Code) -> bool {
        self.code == code
    }

    /// The code stands in the text: SCIM's errors have no member for it.
    pub(crate) fn body(&self) -> serde_json::Value {
        let code = self.code.id;
        let detail = match self.detail {
            Some(detail) => format!("{} ({code}, {detail})", self.message),
            None => format!("{} ({code})", self.message),
        };
        let mut body = serde_json::json!({
            "schemas": [graph::scim::ERROR],
            "status": self.status.as_u16().to_string(),
            "detail": detail,
        });
        if let Some(scim_type) = self.scim_type {
            body["scimType"] = scim_type.into();
        }
        body
    }

    pub(crate) fn write(self) -> Response {
        metrics::counter!("claviger_refusals_total", "code" => self.code.id).increment(1);
        let detail = self.detail.unwrap_or_default();
        if self.status.is_server_error() {
            tracing::warn!(code = self.code.id, detail, "refused");
        } else {
            tracing::debug!(code = self.code.id, detail, "refused");
        }
        let mut response = (self.status, self.body().to_string()).into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/scim+json");
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(methods) = self.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(methods));
        }
        response
    }
}
