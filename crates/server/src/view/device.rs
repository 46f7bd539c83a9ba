//! Letting a device in that can't show our pages.

use askama::Template;
use identity::Place;
use identity::authorize::ConsentApi;
use identity::permissions::Permission;
use serde_json::json;

use super::{Frame, consent};

/// Texts that `device.js` needs.
pub(super) const SCRIPT_TEXTS: &[&str] = &["script-device-allowed", "script-device-denied"];

/// Where the code is typed.
#[derive(Debug, Template)]
#[template(path = "enter_code.html")]
pub struct EnterCode<'a> {
    pub frame: Frame<'a>,
    /// What was typed and is no code that waits; empty at first.
    pub unknown: &'a str,
    /// What the code is of.
    pub of: &'static CodeOf,
}

/// Something that shows a code for somebody to type elsewhere.
#[derive(Debug)]
pub struct CodeOf {
    /// Where it is sent, and as what.
    at: &'static str,
    field: &'static str,
    /// Keys of texts.
    title: &'static str,
    lead: &'static str,
}

/// A device that signs in.
pub static OF_DEVICE: CodeOf = CodeOf {
    at: "/device",
    field: "user_code",
    title: "device-enter-title",
    lead: "device-enter-lead",
};

/// Somebody who comes back.
pub static OF_RECOVERY: CodeOf = CodeOf {
    at: "/approve",
    field: "code",
    title: "approve-enter-title",
    lead: "approve-enter-lead",
};

impl EnterCode<'_> {
    fn script_texts(&self) -> String {
        self.frame.script_texts(&[])
    }
}

/// What the person is asked.
#[derive(Debug, Template)]
#[template(path = "allow_device.html")]
pub struct AllowDevice<'a> {
    pub frame: Frame<'a>,
    /// Where the application's logo is.
    pub logo: Option<String>,
    pub user_name: &'a str,
    pub application: &'a str,
    /// As people type it.
    pub user_code: &'a str,
    /// Where the device asked from.
    pub place: &'a Place,
    pub permissions: &'a [Permission],
    /// What is asked of applications' own APIs, in their words.
    pub apis: &'a [ConsentApi],
    /// To be sent back with the decision.
    pub since: &'a str,
}

impl AllowDevice<'_> {
    fn title(&self) -> String {
        let values = [("name", self.application)];
        self.frame.texts.with("device-title", &values).into_owned()
    }

    fn api_title(&self, api: &ConsentApi) -> String {
        let values = [("name", api.name.as_str())];
        self.frame.texts.with("consent-api", &values).into_owned()
    }

    fn lines(&self) -> Vec<String> {
        let words = self.permissions.iter();
        let words = words.map(|permission| consent::describe(&self.frame, *permission));
        words.collect()
    }

    fn script_texts(&self) -> String {
        self.frame.script_texts(SCRIPT_TEXTS)
    }

    fn script_data(&self) -> String {
        json!({ "userCode": self.user_code, "since": self.since }).to_string()
    }
}
