//! A passkey by a Temporary Access Pass: the code first, then the passkey, on one page.

use askama::Template;
use serde_json::json;

use super::Frame;

/// Texts that `pass.js` needs.
pub(super) const SCRIPT_TEXTS: &[&str] = &[
    "script-creating",
    "script-saving",
    "script-cancelled-creation",
    "script-stranded",
    "script-checking",
    "script-pass-empty",
    "script-pass-good",
];

#[derive(Debug, Template)]
#[template(path = "pass.html")]
pub struct Pass<'a> {
    pub frame: Frame<'a>,
    pub rp_id: &'a str,
    /// Signing in, with the way on from there.
    pub sign_in: String,
}

impl Pass<'_> {
    fn script_texts(&self) -> String {
        self.frame.script_texts(SCRIPT_TEXTS)
    }

    fn script_data(&self) -> String {
        json!({ "rpId": self.rp_id }).to_string()
    }
}
