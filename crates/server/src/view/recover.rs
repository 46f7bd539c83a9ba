//! The ways back in for who can't use a passkey: those that the organisation has, whoever asks (security 20).

use askama::Template;
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
];

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
        json!({ "rpId": self.rp_id }).to_string()
    }
}
