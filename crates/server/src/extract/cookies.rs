//! The two cookies: the browser's random id and the session's token (security 5, 26).

use axum::http::{HeaderMap, HeaderValue, header};
use data_encoding::BASE64URL_NOPAD;
use identity::BrowserId;
use identity::settings::Origin;

/// The cookies' names and attributes, which follow from the public origin alone.
#[derive(Debug, Clone, Copy)]
pub struct Cookies {
    pub browser: &'static str,
    pub session: &'static str,
    attributes: &'static str,
}

impl Cookies {
    pub fn of(origin: &Origin) -> Cookies {
        if origin.scheme() == "https" {
            Cookies {
                browser: "__Host-claviger-browser",
                session: "__Host-claviger-session",
                attributes: "; Path=/; Secure; HttpOnly; SameSite=Lax",
            }
        } else {
            Cookies {
                browser: "claviger-browser",
                session: "claviger-session",
                attributes: "; Path=/; HttpOnly; SameSite=Lax",
            }
        }
    }

    /// The browser's id; `None` when the cookie is missing, malformed or there twice.
    pub fn find_browser(&self, headers: &HeaderMap) -> Option<BrowserId> {
        read_browser(find(headers, self.browser)?)
    }

    /// The session's token, not looked at yet.
    pub fn find_session<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        find(headers, self.session)
    }

    /// Issues the browser's id, until the browser is closed.
    pub fn set_browser(&self, browser: &BrowserId) -> Option<HeaderValue> {
        self.set(self.browser, &BASE64URL_NOPAD.encode(&browser.0))
    }

    /// Hands out a session; how long it lives is the server's business.
    pub fn set_session(&self, token: &str) -> Option<HeaderValue> {
        self.set(self.session, token)
    }

    pub fn clear_session(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("{}={}; Max-Age=0", self.session, self.attributes)).ok()
    }

    fn set(&self, name: &str, value: &str) -> Option<HeaderValue> {
        let mut header =
            HeaderValue::from_str(&format!("{name}={value}{}", self.attributes)).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

pub(crate) fn read_browser(value: &str) -> Option<BrowserId> {
    let bytes = BASE64URL_NOPAD.decode(value.as_bytes()).ok()?;
    bytes.try_into().ok().map(BrowserId)
}

/// A name that occurs twice counts as absent: one of the two was planted by a neighbouring host.
pub(crate) fn find<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value);
    let value = values.next()?;
    values.next().is_none().then_some(value)
}
