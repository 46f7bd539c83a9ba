//! What came back.

use axum::body::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// A response, read whole.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// All headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Method and path of the request, for messages.
    pub(crate) asked: String,
}

impl Answer {
    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!(
                "{} answered {} without JSON ({error}): {}",
                self.asked,
                self.status,
                self.text()
            )
        })
    }

    /// A header's text; empty when it is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The refusal's stable code, or nothing when this is no refusal.
    #[must_use]
    pub fn code(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        body["error"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Expects success and gives the body.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{} answered {}", self.asked, self.text());
        self.json()
    }

    /// Expects a refusal and gives its `error` object, after checking what each refusal must have.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!(
            (self.status.as_u16(), self.code().as_str()),
            (status, code),
            "{} answered {}",
            self.asked,
            self.text()
        );
        let error = self.json()["error"].take();
        for text in ["message", "remedy", "reference"] {
            assert!(
                error[text].as_str().is_some_and(|it| !it.is_empty()),
                "no {text} in {error}"
            );
        }
        error
    }
}
