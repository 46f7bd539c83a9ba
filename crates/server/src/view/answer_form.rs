//! The answer to an application that wants it in a form (OAuth 2.0 Form Post Response Mode).

use askama::Template;

use super::Frame;

/// Texts that `answer-form.js` needs besides those of every page.
#[cfg(test)]
pub(super) const SCRIPT_TEXTS: &[&str] = &[];

#[derive(Debug, Template)]
#[template(path = "answer_form.html")]
pub struct AnswerForm<'a> {
    pub frame: Frame<'a>,
    /// Registered by the application.
    pub address: &'a str,
    /// Of that address.
    pub host: &'a str,
    pub fields: &'a [(String, String)],
}

impl AnswerForm<'_> {
    fn title(&self) -> String {
        let values = [("name", self.host)];
        self.frame.texts.with("answer-title", &values).into_owned()
    }

    fn script_texts(&self) -> String {
        self.frame.script_texts(&[])
    }
}
