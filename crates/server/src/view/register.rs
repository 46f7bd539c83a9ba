//! A person's first passkey, by a registration link. The link's token is in the fragment, which
//! the server never sees: whose link it is, the script asks by `POST`.

use askama::Template;
use serde_json::json;

use super::Frame;

/// Texts that `register.js` needs.
pub(super) const SCRIPT_TEXTS: &[&str] = &[
    "script-creating",
    "script-saving",
    "script-cancelled-creation",
    "script-link-missing",
    "script-stranded",
    "script-reading-link",
];

#[derive(Debug, Template)]
#[template(path = "register.html")]
pub struct Register<'a> {
    pub frame: Frame<'a>,
    pub rp_id: &'a str,
}

impl Register<'_> {
    fn script_texts(&self) -> String {
        self.frame.script_texts(SCRIPT_TEXTS)
    }

    fn script_data(&self) -> String {
        json!({ "rpId": self.rp_id }).to_string()
    }
}
