//! People, for administrators.

use askama::Template;
use identity::Session;
use identity::people::PersonView;
use serde_json::json;

use super::Frame;

/// Texts that `people.js` needs.
pub(super) const SCRIPT_TEXTS: &[&str] = &[
    "script-added-person",
    "script-renamed",
    "script-disabled",
    "script-enabled",
    "script-copied",
    "script-continue",
    "script-link-for",
    "script-pass-for",
    "script-pass-reason-for",
    "script-lost-for",
    "script-lost-none",
    "script-reported-lost",
    "script-reported-last",
    "script-disable-for",
    "script-field-empty",
];

#[derive(Debug, Template)]
#[template(path = "people.html")]
pub struct People<'a> {
    pub frame: Frame<'a>,
    /// At most 100, by user name.
    pub people: &'a [PersonView],
    /// The last user name of a full page: more come after it.
    pub next: Option<&'a str>,
    /// The organisation has Temporary Access Passes.
    pub offers_pass: bool,
}

impl People<'_> {
    fn script_texts(&self) -> String {
        self.frame.script_texts(SCRIPT_TEXTS)
    }

    fn script_data(&self) -> String {
        json!({}).to_string()
    }

    fn passkeys(&self, person: &PersonView) -> String {
        self.frame
            .texts
            .counted("people-passkeys", person.passkeys, &[])
            .into_owned()
    }

    /// A link is for people who can't sign in yet.
    fn may_get_link(&self, person: &PersonView) -> bool {
        person.enabled && person.passkeys == 0
    }

    fn is_own(&self, person: &PersonView) -> bool {
        let is_own = |session: &Session| session.person_id == person.person_id;
        self.frame.session.is_some_and(is_own)
    }

    /// For others only: a pass is made by somebody else.
    fn may_get_pass(&self, person: &PersonView) -> bool {
        self.offers_pass && person.enabled && !self.is_own(person)
    }

    /// One's own are on Security info.
    fn may_have_lost(&self, person: &PersonView) -> bool {
        person.passkeys > 0 && !self.is_own(person)
    }

    fn next_address(&self, after: &str) -> String {
        let mut address = String::from("/people?after=");
        for byte in after.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                address.push(char::from(byte));
            } else {
                address.push_str(&format!("%{byte:02X}"));
            }
        }
        address
    }
}
