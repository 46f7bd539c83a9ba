//! What every request passes, in one layer: each layer of its own costs a box, a copy of the request's whole future and
//! a clone of everything below, which for seven of them was more than the verification of a signature.
//!
//! From the outside in: the request is observed, its answer gets the security headers, refusals are written in the
//! reader's language, panics become refusals; then the host, the caller and, for a change, origin, token and size of
//! the body are checked before a handler runs.

use std::panic::AssertUnwindSafe;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;
use tracing::Instrument;

use crate::app::AppState;
use crate::error::{self, Asked};
use crate::{csrf, extract, host, security_headers, telemetry};

pub(crate) async fn pass(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let observed = telemetry::begin(&state, &mut request);
    let span = observed.span();
    async move {
        let asked = Asked::of(&request);
        let handled = AssertUnwindSafe(admit(&state, request, next)).catch_unwind();
        let mut response = handled.await.unwrap_or_else(error::from_panic);
        if let Some(rejection) = error::take_rejection(&mut response) {
            // In a box, because most requests never come here.
            response = Box::pin(error::write(&state, asked, rejection, response)).await;
        }
        security_headers::apply(&state, response.headers_mut());
        observed.end(&state, response.status());
        response
    }
    .instrument(span)
    .await
}

/// The guards that may refuse, then the handler.
async fn admit(state: &AppState, mut request: Request, next: Next) -> Response {
    if let Err(rejection) = host::check(state, &request) {
        return rejection.into_answer();
    }
    let browser = match extract::recognise(state, &mut request) {
        Ok(browser) => browser,
        Err(rejection) => return rejection.into_answer(),
    };
    let mut response = match csrf::check(state, &mut request).await {
        Ok(()) => next.run(request).await,
        Err(rejection) => rejection.into_answer(),
    };
    browser.hand_out(state, &mut response);
    response
}
