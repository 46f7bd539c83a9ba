//! A refusal as a page.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::render;
use crate::app::AppState;
use crate::error::Shown;
use crate::extract::{Reader, Visit};
use crate::view::at_application::AtApplication;
use crate::view::error::ErrorPage;
use crate::view::wrong_host::WrongHost;

pub(crate) fn write(visit: &Visit, shown: &Shown<'_>) -> Response {
    let page = ErrorPage {
        frame: visit.frame(),
        code: shown.code,
        detail: shown.detail,
        reference: shown.reference,
        way_on: shown.location.as_deref(),
    };
    or_bare(render(&page))
}

/// Without a frame: from another host none of our styles would load.
pub(crate) fn write_wrong_host(state: &AppState, reader: &Reader, shown: &Shown<'_>) -> Response {
    or_bare(render(&WrongHost {
        texts: reader.texts,
        origin: &state.origin,
        reference: shown.reference,
    }))
}

/// The same at the host of an application behind forward authentication.
pub(crate) fn write_at_application(reader: &Reader, shown: &Shown<'_>) -> Response {
    or_bare(render(&AtApplication {
        texts: reader.texts,
        code: shown.code,
        detail: shown.detail,
        reference: shown.reference,
    }))
}

/// A page about an error that fails itself: the status says the rest.
fn or_bare(page: super::Answer) -> Response {
    page.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}
