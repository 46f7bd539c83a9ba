//! What a trusted proxy says of the request that it got: `X-Forwarded-Method`, `-Proto`, `-Host`, `-Uri`.

use axum::http::{HeaderMap, HeaderName, header};
use identity::forward_auth::MAX_URI;
use identity::settings::Origin;
use identity::{Refusal, codes};

use super::find_reserved;

/// A request for a protected application.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) origin: Origin,
    pub(super) method: String,
    /// Path and query to come back to; the start page where those that were asked for can't be written into an answer.
    pub(super) uri: String,
    pub(super) reserved: Option<Reserved>,
}

/// Paths of the application's host that are ours.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reserved {
    Callback { query: String },
    SignOut,
    Other,
}

fn malformed(detail: &'static str) -> Refusal {
    Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::FORWARD_MALFORMED)
    }
}

/// The header's value, if it is there once: of two, one may be the browser's.
fn find_once<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h [u8]> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.as_bytes())
}

fn require_text<'h>(
    headers: &'h HeaderMap,
    name: &str,
    detail: &'static str,
) -> Result<&'h str, Refusal> {
    find_once(headers, name)
        .and_then(|value| std::str::from_utf8(value).ok())
        .ok_or_else(|| malformed(detail))
}

impl Asked {
    pub(super) fn read(headers: &HeaderMap) -> Result<Asked, Refusal> {
        let scheme = require_text(headers, "x-forwarded-proto", "forward.proto")?;
        let host = require_text(headers, "x-forwarded-host", "forward.host")?;
        let method = require_text(headers, "x-forwarded-method", "forward.method")?;
        let uri = find_once(headers, "x-forwarded-uri").ok_or_else(|| malformed("forward.uri"))?;
        // In one form, or not at all (past mistake 34); what is left of a wrong scheme or host is no known address.
        let origin = Origin::parse(&format!("{scheme}://{host}"))
            .map_err(|_| malformed("forward.address"))?;
        let readable = std::str::from_utf8(uri).ok().filter(|uri| is_fit(uri));
        Ok(Asked {
            origin,
            method: method.to_owned(),
            uri: readable.unwrap_or("/").to_owned(),
            reserved: readable.and_then(find_reserved),
        })
    }

    /// Whether somebody opens a page, who can be led to another one: no script, no form, no picture, no socket.
    pub(super) fn is_navigation(&self, headers: &HeaderMap) -> bool {
        let is = |name: &str, expected: &str| {
            let value = find_once(headers, name);
            value.is_some_and(|value| value.eq_ignore_ascii_case(expected.as_bytes()))
        };
        let by_script = headers.contains_key("x-requested-with")
            || headers.contains_key(header::SEC_WEBSOCKET_KEY)
            || is("upgrade", "websocket")
            || is_ahead_of_time(headers);
        let opens_page = match headers.contains_key("sec-fetch-mode") {
            // Our pages are in no frame.
            true => is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document"),
            false => wants_page(headers),
        };
        self.method == "GET" && !by_script && opens_page
    }
}

/// Before anybody decided to go there.
fn is_ahead_of_time(headers: &HeaderMap) -> bool {
    let purposes = ["sec-purpose", "purpose", "x-moz"];
    purposes.into_iter().any(|name| headers.contains_key(name))
}

/// A path with its query as one can be written into an answer's address. It stands behind the application's own origin
/// there, so nothing in it leads elsewhere.
fn is_fit(uri: &str) -> bool {
    uri.len() <= MAX_URI
        && uri.starts_with('/')
        && uri.bytes().all(|byte| byte.is_ascii_graphic())
        && !uri.contains(['#', '\\'])
}

pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    accepted
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains("text/html"))
}

/// Refuses what another page, on whatever host, made the browser send.
pub(super) fn check_own_page(headers: &HeaderMap) -> Result<(), Refusal> {
    let site = HeaderName::from_static("sec-fetch-site");
    let sites: Vec<_> = headers.get_all(site).iter().collect();
    let is_own = sites
        .iter()
        .all(|site| matches!(site.as_bytes(), b"same-origin" | b"none"));
    if is_own && !is_ahead_of_time(headers) {
        return Ok(());
    }
    Err(Refusal {
        detail: Some("csrf.fetch_site"),
        ..Refusal::new(&codes::CSRF)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(*name, value.parse().unwrap());
        }
        map
    }

    const GOOD: [(&str, &str); 4] = [
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "wiki.example.org"),
        ("x-forwarded-method", "GET"),
        ("x-forwarded-uri", "/page?x=1"),
    ];

    fn with(name: &'static str, value: &'static str) -> HeaderMap {
        let kept = GOOD.into_iter().filter(|(known, _)| *known != name);
        headers(&kept.chain([(name, value)]).collect::<Vec<_>>())
    }

    #[test]
    fn past_mistake_34_the_address_has_one_form() {
        for host in [
            "wiki.example.org",
            "WIKI.Example.org",
            "wiki.example.org:443",
        ] {
            let asked = Asked::read(&with("x-forwarded-host", host)).unwrap();
            assert_eq!(asked.origin.as_str(), "https://wiki.example.org");
        }
        for host in [
            "",
            "wiki.example.org.",
            "wiki.example.org:",
            "wiki.example.org:0443",
            "wiki.example.org, evil.example",
            "wiki.example.org/x",
            "wiki.example.org\\x",
            "user@wiki.example.org",
            "wiki.example.org#",
            " wiki.example.org",
            "[::1]",
            "127.0.0.1",
            "wıki.example.org",
        ] {
            let read = Asked::read(&with("x-forwarded-host", host));
            assert_eq!(read.unwrap_err().code, &codes::FORWARD_MALFORMED, "{host}");
        }
        for scheme in [
            "",
            "ftp",
            "https,http",
            "javascript",
            "https://evil.example/",
        ] {
            let read = Asked::read(&with("x-forwarded-proto", scheme));
            assert!(read.is_err(), "{scheme}");
        }
    }

    #[test]
    fn past_mistake_33_of_two_headers_none_counts() {
        for (left_out, _) in GOOD {
            let kept = GOOD.into_iter().filter(|(name, _)| *name != left_out);
            let read = Asked::read(&headers(&kept.collect::<Vec<_>>()));
            assert_eq!(read.unwrap_err().code, &codes::FORWARD_MALFORMED);
            let twice = GOOD.into_iter().chain([(left_out, "x")]);
            let read = Asked::read(&headers(&twice.collect::<Vec<_>>()));
            assert_eq!(read.unwrap_err().code, &codes::FORWARD_MALFORMED);
        }
    }

    #[test]
    fn what_can_not_be_come_back_to_leads_to_the_start_page() {
        let read = |uri: &str| {
            let mut all = headers(&GOOD[..3]);
            all.append(
                "x-forwarded-uri",
                axum::http::HeaderValue::from_bytes(uri.as_bytes()).unwrap(),
            );
            Asked::read(&all).unwrap()
        };
        let longest = format!("/{}", "a".repeat(MAX_URI - 1));
        for uri in [
            "/",
            "/page?x=1",
            "//evil.example",
            "/%0d%0aX",
            "/@evil",
            &longest,
        ] {
            assert_eq!(read(uri).uri, uri);
        }
        let too_long = format!("{longest}a");
        for uri in [
            "",
            "*",
            "@evil.example",
            ".evil.example",
            "https://evil.example/",
            "/\\evil.example",
            "/a#b",
            "/a b",
            "/ü",
            &too_long,
        ] {
            assert_eq!(read(uri).uri, "/", "{uri}");
            assert_eq!(read(uri).reserved, None);
        }
    }

    #[test]
    fn paths_of_ours_are_recognised_as_they_stand() {
        let callback = |query: &str| Reserved::Callback {
            query: query.to_owned(),
        };
        for (uri, expected) in [
            ("/.claviger/callback?code=x", Some(callback("code=x"))),
            ("/.claviger/callback", Some(callback(""))),
            ("/.claviger/sign-out", Some(Reserved::SignOut)),
            ("/.claviger", Some(Reserved::Other)),
            ("/.claviger/callback/", Some(Reserved::Other)),
            ("/.claviger/Callback?code=x", Some(Reserved::Other)),
            ("/.clavigerx", None),
            ("//.claviger/callback?code=x", None),
            ("/x/.claviger/callback?code=x", None),
            ("/%2eclaviger/callback?code=x", None),
        ] {
            assert_eq!(find_reserved(uri), expected, "{uri}");
        }
    }

    #[test]
    fn only_who_opens_a_page_is_led_elsewhere() {
        let asked = |method| Asked::read(&with("x-forwarded-method", method)).unwrap();
        let page = ("accept", "text/html,*/*;q=0.8");
        let (navigate, document) = (
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        );
        for sent in [
            vec![page],
            vec![navigate, document],
            vec![page, navigate, document],
        ] {
            assert!(asked("GET").is_navigation(&headers(&sent)), "{sent:?}");
            for method in ["POST", "HEAD", "OPTIONS", "get", "PROPFIND", ""] {
                assert!(!asked(method).is_navigation(&headers(&sent)), "{method}");
            }
        }
        let refused: [&[(&str, &str)]; 10] = [
            &[],
            &[("accept", "*/*")],
            &[("accept", "application/json")],
            &[page, ("sec-fetch-mode", "cors")],
            &[
                page,
                ("sec-fetch-mode", "no-cors"),
                ("sec-fetch-dest", "image"),
            ],
            &[page, navigate, ("sec-fetch-dest", "iframe")],
            &[page, ("x-requested-with", "XMLHttpRequest")],
            &[page, ("upgrade", "websocket")],
            &[page, ("sec-websocket-key", "AAAA")],
            &[page, navigate, document, ("sec-purpose", "prefetch")],
        ];
        for sent in refused {
            assert!(!asked("GET").is_navigation(&headers(sent)), "{sent:?}");
        }
    }
}
