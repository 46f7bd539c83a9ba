//! Everything that the frame of a page shows.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use identity::tenant::Organisation;
use identity::{BrowserId, Session};

use super::reader::Reader;
use super::{Browser, CurrentSession};
use crate::app::AppState;
use crate::error::Rejection;
use crate::view::Frame;

#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) reader: Reader,
    pub(crate) session: Option<Session>,
    organisation: Option<Organisation>,
    csrf_token: String,
}

impl FromRequestParts<AppState> for Visit {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Visit, Rejection> {
        let reader = Reader::of(&parts.uri, &parts.headers);
        let CurrentSession(session) = CurrentSession::from_request_parts(parts, state).await?;
        let organisation = state.identity.organisation().await?;
        let browser = parts.extensions.get::<Browser>().map(Browser::id);
        Ok(Visit {
            reader,
            csrf_token: make_token(state, browser, session.as_ref()),
            session,
            organisation,
        })
    }
}

impl Visit {
    /// For a page that says that something failed: what can't be read now is left out.
    pub(crate) async fn of_failed(state: &AppState, reader: Reader, headers: &HeaderMap) -> Visit {
        let session = match state.cookies.find_session(headers) {
            Some(token) => identity::sessions::authenticate(&state.identity, token)
                .await
                .ok()
                .flatten(),
            None => None,
        };
        let organisation = state.identity.organisation().await.ok().flatten();
        let browser = state.cookies.find_browser(headers);
        Visit {
            reader,
            csrf_token: make_token(state, browser, session.as_ref()),
            session,
            organisation,
        }
    }

    pub(crate) fn frame(&self) -> Frame<'_> {
        Frame {
            texts: self.reader.texts,
            address: &self.reader.address,
            csrf_token: &self.csrf_token,
            organisation: self
                .organisation
                .as_ref()
                .map(|organisation| organisation.name.as_str()),
            evaluation: self
                .organisation
                .as_ref()
                .is_some_and(|organisation| organisation.evaluation),
            session: self.session.as_ref(),
        }
    }
}

fn make_token(state: &AppState, browser: Option<BrowserId>, session: Option<&Session>) -> String {
    let session = session.map(|session| session.session_id);
    browser
        .map(|browser| state.identity.csrf_token(&browser, session))
        .unwrap_or_default()
}
