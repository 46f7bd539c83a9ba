//! The first administrator's page.

use askama::Template;
use serde_json::json;

use super::Frame;

/// Texts that `set-up.js` needs.
pub(super) const SCRIPT_TEXTS: &[&str] = &[
    "script-creating",
    "script-saving",
    "script-cancelled-creation",
    "script-link-missing",
    "script-stranded",
    "script-field-empty",
];

#[derive(Debug, Template)]
#[template(path = "set_up.html")]
pub struct SetUp<'a> {
    pub frame: Frame<'a>,
    /// What passkeys will be bound to, for ever.
    pub rp_id: &'a str,
    /// The public origin, as people will type it.
    pub origin: &'a str,
}

impl SetUp<'_> {
    fn script_texts(&self) -> String {
        self.frame.script_texts(SCRIPT_TEXTS)
    }

    fn script_data(&self) -> String {
        json!({ "rpId": self.rp_id }).to_string()
    }
}
