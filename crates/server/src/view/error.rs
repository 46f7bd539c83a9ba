//! A refusal as a page: what happened, what to do, and the reference for the help desk.

use askama::Template;
use identity::Code;

use super::Frame;

#[derive(Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage<'a> {
    pub frame: Frame<'a>,
    pub code: &'static Code,
    pub detail: Option<&'a str>,
    pub reference: &'a str,
    /// The page that helps; without one, the start page.
    pub way_on: Option<&'a str>,
}

impl ErrorPage<'_> {
    fn message(&self) -> String {
        self.frame.texts.refusal(self.code, self.detail).0
    }

    fn remedy(&self) -> String {
        self.frame.texts.refusal(self.code, self.detail).1
    }

    fn way(&self) -> &str {
        self.way_on.unwrap_or("/")
    }

    fn way_label(&self) -> std::borrow::Cow<'_, str> {
        self.frame.t(match self.way_on {
            Some(_) => "error-way-on",
            None => "error-start",
        })
    }
}
