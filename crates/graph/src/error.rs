//! What is wrong with a request as it stands, in Graph's words.

use serde::Serialize;
use thiserror::Error;

/// Why a request can't be read. Each says which of Graph's codes answers it, and with which status.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// The address is none of the API's.
    #[error("Resource not found for the segment '{0}'.")]
    UnknownSegment(String),
    /// The path can't be decoded or its parentheses are no key and no parameters.
    #[error("The path is malformed: {0}.")]
    Path(&'static str),
    /// A query option that is not supported here, alone or in this form.
    #[error("{0}")]
    Unsupported(String),
    /// A query option that can't be parsed.
    #[error("Invalid {option}: {reason}.")]
    Syntax {
        option: &'static str,
        reason: String,
    },
    /// A property that the type does not have, in an option or in a body.
    #[error("Could not find a property named '{property}' on type '{of}'.")]
    UnknownProperty { property: String, of: &'static str },
    /// A property that can't be written, or not by this request.
    #[error("Property '{0}' is read-only and cannot be set.")]
    ReadOnly(String),
    /// A property with a value of another type.
    #[error("Property '{property}' expects {expected}.")]
    WrongType { property: String, expected: String },
    /// A property that must be there.
    #[error("Property '{0}' is required.")]
    Missing(&'static str),
    /// The body is no JSON object, or holds a name twice.
    #[error("Unable to read JSON request payload: {0}.")]
    Body(&'static str),
}

impl Problem {
    /// Graph's code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Problem::UnknownSegment(_) | Problem::Path(_) => "BadRequest",
            Problem::Unsupported(_) => "Request_UnsupportedQuery",
            _ => "Request_BadRequest",
        }
    }

    /// Our own stable code of the same.
    #[must_use]
    pub fn inner_code(&self) -> &'static str {
        match self {
            Problem::UnknownSegment(_) => "graph.segment_unknown",
            Problem::Path(_) => "graph.path_malformed",
            Problem::Unsupported(_) => "graph.query_unsupported",
            Problem::Syntax { .. } => "graph.query_malformed",
            Problem::UnknownProperty { .. } => "graph.property_unknown",
            Problem::ReadOnly(_) => "graph.property_read_only",
            Problem::WrongType { .. } => "graph.property_type",
            Problem::Missing(_) => "graph.property_missing",
            Problem::Body(_) => "graph.body_malformed",
        }
    }

    pub(crate) fn syntax(option: &'static str, reason: impl Into<String>) -> Problem {
        Problem::Syntax {
            option,
            reason: reason.into(),
        }
    }
}

/// The body of an error response: `{"error":{"code":...,"message":...,"innerError":{...}}}`.
#[derive(Debug, Clone, Serialize)]
pub struct ErrorBody<'a> {
    /// Graph's envelope has this one member.
    pub error: ErrorDetail<'a>,
}

/// What an error response says.
#[derive(Debug, Clone, Serialize)]
pub struct ErrorDetail<'a> {
    /// Graph's code.
    pub code: &'a str,
    /// For people, in English.
    pub message: &'a str,
    /// What is wrong, place by place, where that is more than the message says.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub details: &'a [ErrorCause],
    /// Ids by which the request is found in a log, and our own code.
    #[serde(rename = "innerError")]
    pub inner: InnerError<'a>,
}

/// One of an error's `details`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorCause {
    /// Our own stable code.
    pub code: String,
    /// For people, in English.
    pub message: String,
    /// The property, by its path in the body; `None` for the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// `innerError`.
#[derive(Debug, Clone, Serialize)]
pub struct InnerError<'a> {
    /// Our own stable code (`docs/errors.md`).
    pub code: &'a str,
    /// What to do.
    pub remedy: &'a str,
    /// When; without a zone, as Graph writes it here.
    pub date: &'a str,
    /// Our name of the request.
    #[serde(rename = "request-id")]
    pub request_id: &'a str,
    /// The client's name of it, or ours.
    #[serde(rename = "client-request-id")]
    pub client_request_id: &'a str,
}
