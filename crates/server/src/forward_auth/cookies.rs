//! The two cookies of a protected application's own host (security 26): what lets somebody in, and the browser's name on
//! its way to signing in and back.

use axum::http::{HeaderMap, HeaderValue};
use data_encoding::BASE64URL_NOPAD;
use identity::BrowserId;
use identity::settings::Origin;

use crate::extract::cookies::{find, read_browser};

/// Names and attributes, which follow from the application's origin alone. No other host gets them, and none can plant them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cookies {
    session: &'static str,
    browser: &'static str,
    attributes: &'static str,
}

/// Seconds that somebody may take to sign in, in however many tabs.
const BROWSER_LIVES: u32 = 3600;

impl Cookies {
    pub(super) fn of(origin: &Origin) -> Cookies {
        if origin.scheme() == "https" {
            Cookies {
                session: "__Host-claviger-app",
                browser: "__Host-claviger-begun",
                attributes: "; Path=/; Secure; HttpOnly; SameSite=Lax",
            }
        } else {
            Cookies {
                session: "claviger-app",
                browser: "claviger-begun",
                attributes: "; Path=/; HttpOnly; SameSite=Lax",
            }
        }
    }

    pub(super) fn find_session<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        find(headers, self.session)
    }

    pub(super) fn find_browser(&self, headers: &HeaderMap) -> Option<BrowserId> {
        read_browser(find(headers, self.browser)?)
    }

    /// Until the browser is closed; how long it lives is the server's business.
    pub(super) fn set_session(&self, token: &str) -> Option<HeaderValue> {
        self.set(self.session, token, "")
    }

    pub(super) fn set_browser(&self, browser: &BrowserId) -> Option<HeaderValue> {
        let value = BASE64URL_NOPAD.encode(&browser.0);
        self.set(self.browser, &value, &format!("; Max-Age={BROWSER_LIVES}"))
    }

    pub(super) fn clear_session(&self) -> Option<HeaderValue> {
        self.set(self.session, "", "; Max-Age=0")
    }

    pub(super) fn clear_browser(&self) -> Option<HeaderValue> {
        self.set(self.browser, "", "; Max-Age=0")
    }

    fn set(&self, name: &str, value: &str, lifetime: &str) -> Option<HeaderValue> {
        let text = format!("{name}={value}{}{lifetime}", self.attributes);
        let mut header = HeaderValue::from_str(&text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}
