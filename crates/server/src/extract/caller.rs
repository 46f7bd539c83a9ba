//! Who asks: the browser's cookie, the client's address, the user agent.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use identity::{BrowserId, Caller, codes};

use crate::app::AppState;
use crate::error::Rejection;

/// The other end of the connection, where no socket says it: tests put it into the request.
#[derive(Debug, Clone, Copy)]
pub struct PeerAddress(pub SocketAddr);

/// The browser's id as the cookie said it, or as it will say from now on.
#[derive(Debug, Clone, Copy)]
pub enum Browser {
    Known(BrowserId),
    New(BrowserId),
}

impl Browser {
    pub fn id(&self) -> BrowserId {
        match *self {
            Browser::Known(id) | Browser::New(id) => id,
        }
    }
}

/// The layer that puts [`Browser`] and [`Caller`] into each request and gives new browsers their
/// cookie with the first page.
pub async fn recognise(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let browser = match state.cookies.find_browser(request.headers()) {
        Some(id) => Browser::Known(id),
        None => Browser::New(BrowserId(state.identity.ambient().random.make())),
    };
    let Some(peer) = find_peer(&request) else {
        tracing::error!("the request carries no peer address");
        return Rejection::from(&codes::INTERNAL).into_answer();
    };
    let caller = Caller {
        browser: browser.id(),
        address: find_client(&state, peer, request.headers()),
        user_agent: read_user_agent(request.headers()),
    };
    request.extensions_mut().insert(browser);
    request.extensions_mut().insert(caller);
    let mut response = next.run(request).await;
    if let Browser::New(id) = browser
        && is_page(&response)
        && let Some(cookie) = state.cookies.set_browser(&id)
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn find_peer(request: &Request) -> Option<IpAddr> {
    let injected = request.extensions().get::<PeerAddress>().map(|peer| peer.0);
    let connected = || {
        request
            .extensions()
            .get::<ConnectInfo<SocketAddr>>()
            .map(|peer| peer.0)
    };
    injected.or_else(connected).map(|address| address.ip())
}

fn find_client(state: &AppState, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    // A header that is no text ends the walk like any other unreadable hop.
    let forwarded = headers
        .get_all("x-forwarded-for")
        .iter()
        .map(|value| value.to_str().unwrap_or("?"));
    state.trusted_proxies.client_address(peer, forwarded)
}

fn read_user_agent(headers: &HeaderMap) -> String {
    let bytes = headers
        .get(header::USER_AGENT)
        .map_or(&b""[..], |value| value.as_bytes());
    String::from_utf8_lossy(bytes).chars().take(512).collect()
}

fn is_page(response: &Response) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// [`Caller`] as a handler's argument.
#[derive(Debug, Clone)]
pub(crate) struct AskedBy(pub(crate) Caller);

impl<S: Sync> FromRequestParts<S> for AskedBy {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<AskedBy, Rejection> {
        parts
            .extensions
            .get()
            .cloned()
            .map(AskedBy)
            .ok_or_else(|| Rejection::from(&codes::INTERNAL))
    }
}
