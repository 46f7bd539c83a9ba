//! What every request passes, in one layer: each layer of its own costs a box, a copy of the request's whole future and
//! a clone of everything below, which for seven of them was more than the verification of a signature.
//!
//! From the outside in: the request is observed, its answer gets the security headers, refusals are written in the
//! reader's language, panics become refusals; then the host, the caller and, for a change, origin, token and size of
//! the body are checked before a handler runs.

use std::panic::AssertUnwindSafe;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tracing::Instrument;

use crate::app::AppState;
use crate::error::{self, Asked};
use crate::telemetry::Observed;
use crate::{csrf, extract, forward_auth, graph_api, host, scim_api, security_headers, telemetry};

pub(crate) async fn pass(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let observed = telemetry::begin(&state, &mut request);
    let span = observed.span();
    if graph_api::is_asked(&request) {
        // In a box, so that its futures are no part of every sign-in's.
        return Box::pin(answer_graph(&state, request, observed))
            .instrument(span)
            .await;
    }
    if scim_api::is_asked(&request) {
        return Box::pin(answer_scim(&state, request, observed))
            .instrument(span)
            .await;
    }
    if forward_auth::is_asked(&request) {
        return Box::pin(answer_proxy(&state, request, observed))
            .instrument(span)
            .await;
    }
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

/// The administration API has guards of its own: who asks there proves it with a token, and never with a cookie.
async fn answer_graph(state: &AppState, request: Request, mut observed: Observed) -> Response {
    let handled = AssertUnwindSafe(graph_api::answer(state, request)).catch_unwind();
    let mut response = match handled.await {
        Ok(answered) => {
            observed.call_it(answered.pattern);
            answered.response
        }
        Err(panic) => {
            error::log_panic(&panic);
            graph_api::from_panic(state)
        }
    };
    security_headers::apply(state, response.headers_mut());
    observed.end(state, response.status());
    response
}

/// The same of connectors.
async fn answer_scim(state: &AppState, request: Request, mut observed: Observed) -> Response {
    let handled = AssertUnwindSafe(scim_api::answer(state, request)).catch_unwind();
    let mut response = match handled.await {
        Ok((response, word)) => {
            observed.call_it(Some(word));
            response
        }
        Err(panic) => {
            error::log_panic(&panic);
            scim_api::from_panic()
        }
    };
    security_headers::apply(state, response.headers_mut());
    observed.end(state, response.status());
    response
}

/// What a proxy asks about a request for an application's host: under whatever name, and no cookie of ours counts or is
/// given out.
async fn answer_proxy(state: &AppState, request: Request, mut observed: Observed) -> Response {
    observed.call_it(Some(forward_auth::pattern(&request)));
    let handled = AssertUnwindSafe(forward_auth::answer(state, request)).catch_unwind();
    let mut response = match handled.await {
        Ok(response) => response,
        Err(panic) => {
            error::log_panic(&panic);
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    };
    security_headers::apply(state, response.headers_mut());
    // Whether the application's host is to be asked by https alone is its operator's decision.
    response
        .headers_mut()
        .remove(header::STRICT_TRANSPORT_SECURITY);
    observed.end(state, response.status());
    response
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
