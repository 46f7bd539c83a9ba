//! The applications that somebody can open.

use askama::Template;
use identity::applications::OpenApplication;

use super::Frame;

#[derive(Debug, Template)]
#[template(path = "applications.html")]
pub struct Applications<'a> {
    pub frame: Frame<'a>,
    /// By name.
    pub open: &'a [OpenApplication],
}

impl Applications<'_> {
    fn script_texts(&self) -> String {
        self.frame.script_texts(&[])
    }

    /// The first letter of the name, where there is no picture.
    fn initial(&self, application: &OpenApplication) -> String {
        let first = application
            .display_name
            .chars()
            .find(|c| c.is_alphanumeric());
        first.map_or_else(String::new, |first| first.to_uppercase().collect())
    }

    /// Where it leads, for who looks before they go.
    fn host<'h>(&self, application: &'h OpenApplication) -> &'h str {
        let rest = application.home_uri.split_once("://");
        let rest = rest.map_or(application.home_uri.as_str(), |(_, rest)| rest);
        rest.split(['/', '?']).next().unwrap_or(rest)
    }
}
