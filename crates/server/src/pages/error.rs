//! A refusal as a page, and its words.

use axum::response::{Html, IntoResponse, Response};

use crate::app::AppState;
use crate::error::Shown;

/// Message and remedy in the reader's language.
pub(crate) fn explain(shown: &Shown<'_>) -> (String, String) {
    (shown.code.meaning.to_owned(), shown.code.remedy.to_owned())
}

pub(crate) fn write(_: &AppState, shown: &Shown<'_>) -> Response {
    let (message, remedy) = explain(shown);
    let link = shown.location.as_ref().map(|address| format!("<p><a href=\"{address}\">{address}</a></p>"));
    Html(format!("<!doctype html><title>{message}</title><p>{message}</p><p>{remedy}</p>{}", link.unwrap_or_default()))
        .into_response()
}
