//! Who reads the answer: the language, and the address that the language switch keeps.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use serde::Deserialize;

use super::cookies;
use crate::i18n::{self, Texts};

/// The reader's language, and whether it was just chosen.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    pub(crate) texts: &'static Texts,
    /// Path and query of the page.
    pub(crate) address: String,
    chosen: bool,
}

#[derive(Debug, Default, Deserialize)]
struct Choice {
    lang: Option<String>,
}

impl Reader {
    /// The language chosen in the address, else the one of the cookie, else the browser's.
    pub(crate) fn of(uri: &Uri, headers: &HeaderMap) -> Reader {
        let address = uri
            .path_and_query()
            .map_or("/", |address| address.as_str())
            .to_owned();
        if let Some(texts) = find_choice(uri) {
            return Reader {
                texts,
                address,
                chosen: true,
            };
        }
        let accepted = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        let texts = i18n::negotiate(cookies::find(headers, i18n::COOKIE), accepted);
        Reader {
            texts,
            address,
            chosen: false,
        }
    }

    /// Keeps a choice for a year. Readable by scripts of ours, worth nothing to anybody else.
    pub(crate) fn cookie(&self, secure: bool) -> Option<HeaderValue> {
        let secure = if secure { "; Secure" } else { "" };
        let text = format!(
            "{}={}; Path=/; Max-Age=31536000; SameSite=Lax{secure}",
            i18n::COOKIE,
            self.texts.lang()
        );
        self.chosen
            .then(|| HeaderValue::from_str(&text).ok())
            .flatten()
    }
}

fn find_choice(uri: &Uri) -> Option<&'static Texts> {
    let query = uri.query().filter(|query| query.contains("lang="))?;
    let choice: Choice = super::query::parse(query);
    i18n::find(choice.lang.as_deref()?)
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Reader, Self::Rejection> {
        Ok(Reader::of(&parts.uri, &parts.headers))
    }
}
