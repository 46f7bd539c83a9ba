//! Signing in by a password and a code; and the passkey that takes their place.

use askama::Template;
use serde_json::json;

use super::Frame;

/// Texts that `password.js` needs.
pub(super) const SCRIPT_TEXTS: &[&str] = &[
    "script-checking",
    "script-signed-in",
    "script-password-empty",
    "script-password-good",
    "script-field-empty",
    "script-mail-sending",
    "script-mail-sent",
];

/// Texts that `upgrade.js` needs.
pub(super) const UPGRADE_TEXTS: &[&str] = &[
    "script-creating",
    "script-saving",
    "script-cancelled-creation",
    "script-stranded",
];

#[derive(Debug, Template)]
#[template(path = "password.html")]
pub struct Password<'a> {
    pub frame: Frame<'a>,
    /// Whether the organisation has passwords; otherwise the page says so and leads back.
    pub is_on: bool,
    pub sign_in: String,
    /// The page with the ways back in.
    pub recover: String,
    /// A path of ours.
    pub return_path: &'a str,
    /// What the field for the name says at first.
    pub hint: &'a str,
}

impl Password<'_> {
    fn script_texts(&self) -> String {
        self.frame.script_texts(SCRIPT_TEXTS)
    }

    fn script_data(&self) -> String {
        json!({ "return": self.return_path }).to_string()
    }
}

#[derive(Debug, Template)]
#[template(path = "upgrade.html")]
pub struct Upgrade<'a> {
    pub frame: Frame<'a>,
    /// A path of ours.
    pub return_path: &'a str,
    pub rp_id: &'a str,
}

impl Upgrade<'_> {
    fn script_texts(&self) -> String {
        self.frame.script_texts(UPGRADE_TEXTS)
    }

    fn script_data(&self) -> String {
        json!({ "return": self.return_path }).to_string()
    }
}
