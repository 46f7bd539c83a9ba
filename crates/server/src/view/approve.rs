//! Saying that somebody who asks to come back is who they say.

use askama::Template;
use identity::recovery::Rung;
use identity::recovery::approval::Asking;
use serde_json::json;

use super::Frame;

/// Texts that `approve.js` needs.
pub(super) const SCRIPT_TEXTS: &[&str] = &["script-approved", "script-denied"];

/// What whoever typed the code is asked.
#[derive(Debug, Template)]
#[template(path = "approve.html")]
pub struct Approve<'a> {
    pub frame: Frame<'a>,
    pub rung: Rung,
    pub display_name: &'a str,
    pub user_name: &'a str,
    pub place: &'a identity::Place,
    pub code: &'a str,
    /// To be sent back with the decision.
    pub since: &'a str,
}

impl<'a> Approve<'a> {
    #[must_use]
    pub fn of(frame: Frame<'a>, asking: &'a Asking) -> Approve<'a> {
        Approve {
            frame,
            rung: asking.rung,
            display_name: &asking.display_name,
            user_name: &asking.user_name,
            place: &asking.place,
            code: &asking.code,
            since: &asking.since,
        }
    }

    fn title(&self) -> String {
        let key = match self.rung {
            Rung::Manager => "approve-person-title",
            Rung::Device | Rung::Mail => "approve-device-title",
        };
        let values = [("name", self.display_name)];
        self.frame.texts.with(key, &values).into_owned()
    }

    fn warning(&self) -> &'static str {
        match self.rung {
            Rung::Manager => "approve-person-warning",
            Rung::Device | Rung::Mail => "approve-device-warning",
        }
    }

    fn script_texts(&self) -> String {
        self.frame.script_texts(SCRIPT_TEXTS)
    }

    fn script_data(&self) -> String {
        json!({ "code": self.code, "since": self.since }).to_string()
    }
}
