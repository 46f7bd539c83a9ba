//! The ways back in for who can't use a passkey: those that the organisation has, whoever asks (security 20).

use askama::Template;
use identity::recovery::{Progress, Rung};
use serde_json::json;

use super::Frame;

/// Texts that `recover.js` needs.
pub(super) const SCRIPT_TEXTS: &[&str] = &[
    "script-creating",
    "script-saving",
    "script-cancelled-creation",
    "script-stranded",
    "script-checking",
    "script-code-empty",
    "script-code-good",
    "script-recover-name-empty",
    "script-letter-sent",
    "script-request-good",
];

/// Texts that `recover-letter.js` needs besides those of every page.
pub(super) const LETTER_TEXTS: &[&str] = &["script-link-missing"];

/// What the link in a letter leads to.
#[derive(Debug, Template)]
#[template(path = "recover_letter.html")]
pub struct RecoverLetter<'a> {
    pub frame: Frame<'a>,
}

impl RecoverLetter<'_> {
    fn script_texts(&self) -> String {
        self.frame.script_texts(LETTER_TEXTS)
    }
}

#[derive(Debug, Template)]
#[template(path = "recover.html")]
pub struct Recover<'a> {
    pub frame: Frame<'a>,
    pub rp_id: &'a str,
    /// Signing in with another passkey, with the way on from there.
    pub sign_in: String,
    /// The same with the new one.
    pub registered: String,
    /// The organisation has recovery codes.
    pub has_codes: bool,
    /// What else it has, in the order in which it is offered.
    pub rungs: Vec<Rung>,
    /// Where this browser is with what it asked for.
    pub progress: Option<Progress>,
    /// The page for a Temporary Access Pass, where the organisation has them.
    pub pass: Option<String>,
    /// A device was reported lost a moment ago.
    pub reported: bool,
}

impl Recover<'_> {
    fn script_texts(&self) -> String {
        self.frame.script_texts(SCRIPT_TEXTS)
    }

    fn script_data(&self) -> String {
        let (kind, request) = match &self.progress {
            None => ("none", None),
            Some(Progress::Asked { .. }) => ("asked", None),
            Some(Progress::Waiting { .. }) => ("waiting", None),
            Some(Progress::Ready { request_id }) => ("ready", Some(request_id)),
        };
        json!({ "rpId": self.rp_id, "kind": kind, "request": request }).to_string()
    }
}
