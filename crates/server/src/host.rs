//! We answer under our own name only (security 25; past mistakes 10, 17, 34).
//!
//! The name that a request carries is compared and then forgotten: nothing is ever built from it.

use axum::extract::Request;
use axum::http::header;
use identity::codes;
use identity::settings::Origin;

use crate::app::AppState;
use crate::error::Rejection;

/// The public origin's host and port, in the one form that is compared.
#[derive(Debug, Clone)]
pub(crate) struct PublicHost {
    host: String,
    port: u16,
    default_port: u16,
}

impl PublicHost {
    pub(crate) fn of(origin: &Origin) -> PublicHost {
        let default_port = if origin.scheme() == "https" { 443 } else { 80 };
        PublicHost {
            host: origin.host().to_owned(),
            port: origin.port().unwrap_or(default_port),
            default_port,
        }
    }

    /// Whether `authority` is ours; what can't be parsed is not.
    fn matches(&self, authority: &str) -> bool {
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => match parse_port(port) {
                Some(port) => (host, port),
                None => return false,
            },
            None => (authority, self.default_port),
        };
        port == self.port && host.eq_ignore_ascii_case(&self.host)
    }
}

fn parse_port(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Refuses requests for other hosts with 421 and a page that links to ours. A balancer may ask
/// `/healthz` under any name.
pub(crate) fn check(state: &AppState, request: &Request) -> Result<(), Rejection> {
    if request.uri().path() == "/healthz" || is_ours(&state.host, request) {
        return Ok(());
    }
    Err(Rejection::from(&codes::WRONG_HOST).toward(state.origin.clone()))
}

/// Every name that the request gives must be ours, and it must give at least one.
fn is_ours(ours: &PublicHost, request: &Request) -> bool {
    let target = request
        .uri()
        .authority()
        .map(|authority| authority.as_str());
    let mut headers = request.headers().get_all(header::HOST).iter();
    let header = headers
        .next()
        .map(|value| value.to_str().unwrap_or_default());
    if headers.next().is_some() {
        return false;
    }
    let mut names = target.into_iter().chain(header).peekable();
    names.peek().is_some() && names.all(|name| ours.matches(name))
}

#[cfg(test)]
mod tests {
    use super::PublicHost;
    use identity::settings::Origin;

    fn ours(origin: &str) -> PublicHost {
        PublicHost::of(&Origin::parse(origin).unwrap())
    }

    #[test]
    fn past_mistake_34_host_is_compared_in_canonical_form() {
        let host = ours("https://login.example.org");
        for good in [
            "login.example.org",
            "LOGIN.Example.ORG",
            "login.example.org:443",
        ] {
            assert!(host.matches(good), "{good}");
        }
        let bad = [
            "",
            "example.org",
            "login.example.org.",
            "evil-login.example.org",
            "login.example.org:8443",
            "login.example.org:",
            "login.example.org:443:443",
            "login.example.org:+443",
            "login.example.org@evil.example",
            "login.example.org:443@evil.example",
            " login.example.org",
            "login.example.org,evil.example",
            "127.0.0.1",
            "[::1]",
            "login.example.orgx",
            "login.example.org:99999999",
        ];
        for bad in bad {
            assert!(!host.matches(bad), "{bad:?}");
        }
    }

    #[test]
    fn the_port_belongs_to_the_host() {
        let host = ours("http://localhost:8080");
        assert!(host.matches("localhost:8080"));
        assert!(!host.matches("localhost"));
        assert!(!host.matches("127.0.0.1:8080"));
        assert!(!host.matches("[::1]:8080"));
        assert!(!host.matches("localhost:80"));
    }
}
