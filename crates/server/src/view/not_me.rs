//! "This wasn't me": what the link in a notice leads to.

use askama::Template;

use super::Frame;

/// Texts that `not-me.js` needs besides those of every page.
pub(super) const SCRIPT_TEXTS: &[&str] = &[];

#[derive(Debug, Template)]
#[template(path = "not_me.html")]
pub struct NotMe<'a> {
    pub frame: Frame<'a>,
}

impl NotMe<'_> {
    fn script_texts(&self) -> String {
        self.frame.script_texts(SCRIPT_TEXTS)
    }
}
