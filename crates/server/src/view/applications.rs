//! The applications that somebody can open.

use askama::Template;
use identity::applications::OpenApplication;
use oidc::redirect_uri;

use super::Frame;
use crate::pages;

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

    /// Where its picture is.
    fn logo(&self, application: &OpenApplication) -> Option<String> {
        application.logo_id.map(pages::write_logo_path)
    }

    /// Where it leads, for who looks before they go.
    fn host<'h>(&self, application: &'h OpenApplication) -> &'h str {
        redirect_uri::host(&application.home_uri)
    }
}
