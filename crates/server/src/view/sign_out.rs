//! Signing out at an application's wish.

use askama::Template;
use serde_json::json;

use super::Frame;

/// Texts that `sign-out.js` needs besides those of every page.
#[cfg(test)]
pub(super) const SCRIPT_TEXTS: &[&str] = &[];

#[derive(Debug, Template)]
#[template(path = "sign_out.html")]
pub struct SignOut<'a> {
    pub frame: Frame<'a>,
    pub user_name: &'a str,
    /// Who wishes it, by the name of whoever registered it.
    pub application: Option<&'a str>,
    /// Where the way leads afterwards.
    pub location: Option<&'a str>,
}

impl SignOut<'_> {
    fn lead(&self) -> String {
        match self.application {
            Some(name) => {
                let values = [("name", name)];
                let texts = self.frame.texts;
                texts.with("sign-out-asked-by", &values).into_owned()
            }
            None => self.frame.t("sign-out-asked").into_owned(),
        }
    }

    fn script_texts(&self) -> String {
        self.frame.script_texts(&[])
    }

    fn script_data(&self) -> String {
        json!({ "location": self.location }).to_string()
    }
}
