//! What an application asks for, and for whom.

use askama::Template;
use identity::authorize::ConsentApi;
use identity::permissions::Permission;
use serde_json::json;

use super::Frame;

/// Texts that `consent.js` needs besides those of every page.
#[cfg(test)]
pub(super) const SCRIPT_TEXTS: &[&str] = &[];

#[derive(Debug, Template)]
#[template(path = "consent.html")]
pub struct Consent<'a> {
    pub frame: Frame<'a>,
    /// Where the application's logo is.
    pub logo: Option<String>,
    pub user_name: &'a str,
    /// The application's name: what whoever registered it says.
    pub application: &'a str,
    /// Where the answer goes.
    pub host: &'a str,
    pub permissions: &'a [Permission],
    /// What is asked of applications' own APIs, in their words.
    pub apis: &'a [ConsentApi],
    /// The request, given back with the decision.
    pub query: &'a str,
    /// The tenant in the address; `None` at the root.
    pub tenant: Option<&'a str>,
}

/// What people may consent to has words of its own; the rest was granted by an administrator.
pub(super) fn describe(frame: &Frame<'_>, permission: Permission) -> String {
    let key = match permission {
        Permission::OpenId => "consent-openid",
        Permission::Profile => "consent-profile",
        Permission::Email => "consent-email",
        Permission::UserRead => "consent-user-read",
        Permission::OfflineAccess => "consent-offline-access",
        other => return other.name().to_owned(),
    };
    frame.t(key).into_owned()
}

impl Consent<'_> {
    fn title(&self) -> String {
        let values = [("name", self.application)];
        self.frame.texts.with("consent-title", &values).into_owned()
    }

    fn api_title(&self, api: &ConsentApi) -> String {
        let values = [("name", api.name.as_str())];
        self.frame.texts.with("consent-api", &values).into_owned()
    }

    fn lines(&self) -> Vec<String> {
        let words = |permission: &Permission| describe(&self.frame, *permission);
        self.permissions.iter().map(words).collect()
    }

    fn script_texts(&self) -> String {
        self.frame.script_texts(&[])
    }

    fn script_data(&self) -> String {
        json!({ "query": self.query, "tenant": self.tenant }).to_string()
    }
}
