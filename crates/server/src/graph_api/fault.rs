//! Refusals in Graph's words.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use graph::Problem;
use graph::error::{ErrorBody, ErrorCause, ErrorDetail, InnerError};
use identity::policies::PolicyFault;
use identity::{Class, Code, Refusal};

use super::call::Names;
use crate::error::Rejection;
use crate::extract::write_challenge;

/// A refusal that is to become a response.
#[derive(Debug)]
pub(crate) struct Fault {
    status: StatusCode,
    /// Graph's code.
    code: &'static str,
    message: String,
    /// Our own code.
    ours: &'static Code,
    detail: Option<&'static str>,
    /// Place by place, where there is more than one thing to say.
    causes: Box<[ErrorCause]>,
    retry_after: Option<u32>,
    allow: Vec<&'static str>,
    /// See [`Refusal::recorded`].
    recorded: bool,
}

/// What Graph says when a right is missing.
const INSUFFICIENT: &str = "Insufficient privileges to complete the operation.";

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Fault {
        let (status, code) = classify(refusal.code);
        let causes: Box<[ErrorCause]> = refusal.faults().iter().map(derive_cause).collect();
        let mut message = match refusal.code.class {
            Class::Forbidden => format!("{INSUFFICIENT} {}", refusal.code.meaning),
            _ => refusal.code.meaning.to_owned(),
        };
        // Clients show the message alone: the first thing that is wrong stands there, too.
        if let Some(first) = causes.first() {
            let place = first.target.as_deref().unwrap_or("the policy");
            message = format!("{message} {place}: {}", first.message);
        }
        Fault {
            status,
            code,
            message,
            ours: refusal.code,
            detail: refusal.detail,
            causes,
            retry_after: refusal.retry_after,
            allow: Vec::new(),
            recorded: refusal.recorded,
        }
    }
}

impl From<&'static Code> for Fault {
    fn from(code: &'static Code) -> Fault {
        Fault::from(Refusal::new(code))
    }
}

impl From<Rejection> for Fault {
    fn from(rejection: Rejection) -> Fault {
        Fault::from(Refusal {
            detail: rejection.detail(),
            ..Refusal::new(rejection.code())
        })
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Fault {
        let status = match problem {
            Problem::UnknownSegment(_) => StatusCode::NOT_FOUND,
            _ => StatusCode::BAD_REQUEST,
        };
        Fault {
            status,
            code: problem.code(),
            message: problem.to_string(),
            ours: super::codes::find(&problem),
            detail: None,
            causes: Box::default(),
            retry_after: None,
            allow: Vec::new(),
            recorded: false,
        }
    }
}

impl Fault {
    pub(crate) fn is(&self, code: &'static Code) -> bool {
        self.ours == code
    }

    pub(crate) fn method_not_allowed(allow: &[&'static str]) -> Fault {
        Fault {
            status: StatusCode::METHOD_NOT_ALLOWED,
            code: "methodNotAllowed",
            message: "Specified HTTP method is not allowed for the request target.".to_owned(),
            allow: allow.to_vec(),
            ..Fault::from(&crate::error::METHOD_NOT_ALLOWED)
        }
    }

    /// The same refusal as a method that the address does not take: what Graph says of passkeys of one's own.
    pub(super) fn into_method_not_allowed(self) -> Fault {
        Fault {
            status: StatusCode::METHOD_NOT_ALLOWED,
            code: "methodNotAllowed",
            allow: vec!["GET"],
            ..self
        }
    }

    /// The same refusal as a request that is wrong as it stands.
    pub(super) fn into_bad_request(self) -> Fault {
        Fault {
            status: StatusCode::BAD_REQUEST,
            code: "Request_BadRequest",
            ..self
        }
    }

    pub(super) fn unsupported_media_type() -> Fault {
        Fault {
            status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            message: "A body is application/json.".to_owned(),
            ..Fault::from(Problem::Body("its type is not application/json"))
        }
    }

    /// Where a picture is taken.
    pub(super) fn unsupported_picture() -> Fault {
        let unfit = Refusal {
            detail: Some("logo.kind"),
            ..Refusal::new(&identity::codes::LOGO_UNFIT)
        };
        Fault {
            status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ..Fault::from(unfit)
        }
    }

    /// What it says in our own words.
    pub(super) fn refusal(&self) -> Refusal {
        Refusal {
            recorded: self.recorded,
            ..Refusal::new(self.ours)
        }
    }

    /// Whether it says that there is no such thing.
    pub(super) fn is_missing(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    /// Whether it says that a right is missing.
    pub(super) fn is_forbidden(&self) -> bool {
        self.status == StatusCode::FORBIDDEN
    }

    /// Graph's words for an id that names nothing here.
    pub(super) fn missing(id: &str) -> Fault {
        // The id comes from outside: only what looks like one is repeated.
        let shown: String = id
            .chars()
            .filter(|char| !char.is_control())
            .take(120)
            .collect();
        Fault {
            message: format!(
                "Resource '{shown}' does not exist or one of its queried reference-property objects are not present."
            ),
            ..Fault::from(&identity::codes::OBJECT_MISSING)
        }
    }

    /// The same in Graph's words for an id that names nothing here; it is on record as often as before.
    pub(super) fn about(self, id: &str) -> Fault {
        Fault {
            recorded: self.recorded,
            ..Fault::missing(id)
        }
    }

    pub(super) fn write(self, names: &Names) -> Response {
        metrics::counter!("claviger_refusals_total", "code" => self.ours.id).increment(1);
        let detail = self.detail.unwrap_or_default();
        if self.status.is_server_error() {
            tracing::warn!(code = self.ours.id, detail, request = %names.request_id, "refused");
        } else {
            tracing::debug!(code = self.ours.id, detail, request = %names.request_id, "refused");
        }
        let message = match self.detail {
            Some(detail) => format!("{} ({detail})", self.message),
            None => self.message,
        };
        let request_id = names.request_id.to_string();
        let body = ErrorBody {
            error: ErrorDetail {
                code: self.code,
                message: &message,
                details: &self.causes,
                inner: InnerError {
                    code: self.ours.id,
                    remedy: self.ours.remedy,
                    date: &names.date,
                    request_id: &request_id,
                    client_request_id: names.client_request_id.as_deref().unwrap_or(&request_id),
                },
            },
        };
        let mut response = (self.status, axum::Json(body)).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = write_challenge(self.detail, self.ours.id);
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some((name, value)) = super::allow(&self.allow).filter(|_| !self.allow.is_empty()) {
            headers.insert(name, value);
        }
        response
    }
}

fn derive_cause(fault: &PolicyFault) -> ErrorCause {
    let message = match fault.found.as_str() {
        "" => fault.message.clone().into_owned(),
        found => format!("{} (found: {found})", fault.message),
    };
    ErrorCause {
        code: fault.word.to_owned(),
        message,
        target: Some(fault.graph_path.clone()).filter(|path| !path.is_empty()),
    }
}

/// Status and Graph's code for a code of ours.
fn classify(code: &'static Code) -> (StatusCode, &'static str) {
    match (code.id, code.class) {
        (_, Class::Outdated) => (
            StatusCode::PRECONDITION_FAILED,
            "Request_PreconditionFailed",
        ),
        ("store.moved", _) => (StatusCode::CONFLICT, "Directory_ConcurrencyViolation"),
        ("request.wrong_host", _) => (StatusCode::MISDIRECTED_REQUEST, "BadRequest"),
        ("request.too_large", _) => (StatusCode::PAYLOAD_TOO_LARGE, "Request_BadRequest"),
        (_, Class::Bad) => (StatusCode::BAD_REQUEST, "Request_BadRequest"),
        (_, Class::Unauthenticated) => (StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken"),
        (_, Class::Forbidden | Class::Stale) => {
            (StatusCode::FORBIDDEN, "Authorization_RequestDenied")
        }
        (_, Class::Missing) => (StatusCode::NOT_FOUND, "Request_ResourceNotFound"),
        (_, Class::Conflict) => (StatusCode::CONFLICT, "Request_Conflict"),
        (_, Class::Gone) => (StatusCode::GONE, "Request_ResourceNotFound"),
        (_, Class::Limited) => (StatusCode::TOO_MANY_REQUESTS, "TooManyRequests"),
        (_, Class::Internal) => (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError"),
        (_, Class::Unavailable) => (StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable"),
    }
}
