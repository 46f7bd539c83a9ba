//! "Confirm it's you": the account is fixed.

use askama::Template;
use serde_json::{Value, json};

use super::Frame;

/// Texts that `reauthenticate.js` needs.
pub(super) const SCRIPT_TEXTS: &[&str] = &[
    "script-waiting",
    "script-checking",
    "script-confirmed",
    "script-cancelled",
    "script-retry-fresh",
];

#[derive(Debug, Template)]
#[template(path = "reauthenticate.html")]
pub struct Reauthenticate<'a> {
    pub frame: Frame<'a>,
    pub user_name: &'a str,
    pub state: &'a str,
    /// `PublicKeyCredentialRequestOptionsJSON` with the account's passkeys.
    pub public_key: Value,
    /// Names of the passkeys in hardware that are asked for; `None` where any will do.
    pub only: Option<&'a [String]>,
    /// Where the script asks for another challenge of the same kind.
    pub renewal: &'a str,
    /// A path of ours.
    pub return_path: &'a str,
}

impl Reauthenticate<'_> {
    fn script_texts(&self) -> String {
        self.frame.script_texts(SCRIPT_TEXTS)
    }

    fn script_data(&self) -> String {
        json!({ "state": self.state, "publicKey": self.public_key, "return": self.return_path, "renewal": self.renewal })
            .to_string()
    }
}
