//! Signing in: by autofill, by the button, by the typed name.

use askama::Template;
use serde_json::{Value, json};

use super::Frame;

/// Texts that `sign-in.js` needs.
pub(super) const SCRIPT_TEXTS: &[&str] = &[
    "script-waiting",
    "script-checking",
    "script-signed-in",
    "script-cancelled",
    "script-retry-fresh",
    "script-name-empty",
    "script-passkey-gone",
];

#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignIn<'a> {
    pub frame: Frame<'a>,
    /// The sealed state and `PublicKeyCredentialRequestOptionsJSON`, for autofill and the button.
    pub state: &'a str,
    pub public_key: Value,
    /// A path of ours.
    pub return_path: &'a str,
    pub notice: Option<Notice>,
    /// What the field for the name says at first: whom an application expects.
    pub hint: &'a str,
    /// The page for a Temporary Access Pass, where the organisation has them.
    pub pass: Option<String>,
    /// The page for a password, where the organisation has them.
    pub password: Option<String>,
    /// The page with the ways back in.
    pub recover: String,
}

/// What happened before, said above the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    SignedOut,
    /// The first passkey was made by set-up or a link.
    Registered,
    /// A device was reported lost; another passkey is left.
    ReportedLost,
}

impl Notice {
    /// The value of `?notice=`.
    pub fn parse(text: &str) -> Option<Notice> {
        match text {
            "signed-out" => Some(Notice::SignedOut),
            "registered" => Some(Notice::Registered),
            "reported-lost" => Some(Notice::ReportedLost),
            _ => None,
        }
    }

    fn key(&self) -> &'static str {
        match self {
            Notice::SignedOut => "sign-in-notice-signed-out",
            Notice::Registered => "sign-in-notice-registered",
            Notice::ReportedLost => "sign-in-notice-reported-lost",
        }
    }
}

impl SignIn<'_> {
    fn script_texts(&self) -> String {
        self.frame.script_texts(SCRIPT_TEXTS)
    }

    fn script_data(&self) -> String {
        json!({ "state": self.state, "publicKey": self.public_key, "return": self.return_path })
            .to_string()
    }
}
