//! Who asks: the browser's cookie, the client's address, the user agent.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
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

/// Puts [`Browser`] and [`Caller`] into the request.
pub(crate) fn recognise(state: &AppState, request: &mut Request) -> Result<Browser, Rejection> {
    let browser = match state.cookies.find_browser(request.headers()) {
        Some(id) => Browser::Known(id),
        None => Browser::New(BrowserId(state.identity.ambient().random.make())),
    };
    let caller = derive_caller(state, request, browser.id())?;
    request.extensions_mut().insert(browser);
    request.extensions_mut().insert(caller);
    Ok(browser)
}

/// Who asks without being a browser: no cookie is read.
pub(crate) fn find_caller(state: &AppState, request: &Request) -> Result<Caller, Rejection> {
    let nobody = BrowserId(state.identity.ambient().random.make());
    derive_caller(state, request, nobody)
}

/// Whether what this request says of another one may be believed: it comes from a proxy that the operator named.
pub(crate) fn is_from_trusted_proxy(state: &AppState, request: &Request) -> bool {
    find_peer(request).is_some_and(|peer| state.trusted_proxies.contains(peer))
}

fn derive_caller(
    state: &AppState,
    request: &Request,
    browser: BrowserId,
) -> Result<Caller, Rejection> {
    let Some(peer) = find_peer(request) else {
        tracing::error!("the request carries no peer address");
        return Err(Rejection::from(&codes::INTERNAL));
    };
    Ok(Caller {
        browser,
        address: find_client(state, peer, request.headers()),
        user_agent: read_user_agent(request.headers()),
    })
}

impl Browser {
    /// Gives a new browser its cookie with the first page.
    pub(crate) fn hand_out(&self, state: &AppState, response: &mut Response) {
        if let Browser::New(id) = self
            && is_page(response)
            && let Some(cookie) = state.cookies.set_browser(id)
        {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
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
