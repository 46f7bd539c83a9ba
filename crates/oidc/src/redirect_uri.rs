//! Where an answer may be sent: registered addresses, compared letter by letter (RFC 9700 section 4.1).

use crate::authorize::ResponseMode;
use crate::form;

/// The longest address that is registered, in bytes.
pub const MAX_LENGTH: usize = 1024;

/// What kind of application waits at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// A server that keeps a secret or a key.
    Web,
    /// Scripts in a browser: a public client.
    SinglePage,
    /// An application on a device: a public client.
    Native,
}

impl Platform {
    /// As stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Platform::Web => "web",
            Platform::SinglePage => "spa",
            Platform::Native => "publicClient",
        }
    }

    /// The platform of a stored word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Platform> {
        [Platform::Web, Platform::SinglePage, Platform::Native]
            .into_iter()
            .find(|platform| platform.as_str() == text)
    }
}

/// Why an address can't be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an address that answers may be sent to")]
pub struct UnfitRedirectUri;

/// Scheme, host and what follows, of an address without user name.
fn split(uri: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = uri.split_once("://")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    Some((scheme, authority, path))
}

fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let end = rest.find(']')? + 2;
            let (host, tail) = authority.split_at_checked(end)?;
            (
                host,
                tail.strip_prefix(':').or(tail.is_empty().then_some(""))?,
            )
        }
        None => authority.split_once(':').unwrap_or((authority, "")),
    };
    if port.is_empty() {
        return (!authority.ends_with(':')).then_some((host, None));
    }
    let digits = port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    digits
        .then(|| port.parse().ok())
        .flatten()
        .map(|port| (host, Some(port)))
}

fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

pub(crate) fn is_host(host: &str) -> bool {
    let name = host.split('.').all(|label| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    });
    name || host == "[::1]"
}

/// Judges an address before it is registered.
///
/// https anywhere; http only to this very machine (`localhost`, `127.0.0.1`, `[::1]`); for [`Platform::Native`] also a
/// scheme of the application's own, in reverse domain form (RFC 8252 section 7.1). No fragment, user name, wildcard,
/// backslash, dot segment, upper-case host or character outside printable ASCII.
///
/// # Errors
/// [`UnfitRedirectUri`].
pub fn check(platform: Platform, uri: &str) -> Result<(), UnfitRedirectUri> {
    let plain = uri.len() <= MAX_LENGTH
        && uri.bytes().all(|byte| byte.is_ascii_graphic())
        && !uri.contains(['#', '\\', '*', '"', '<', '>', '@', '^', '`', '{', '|', '}']);
    let dots = |path: &str| {
        let path = path.split('?').next().unwrap_or_default();
        path.split('/').any(|part| {
            let part = part.to_ascii_lowercase().replace("%2e", ".");
            part == "." || part == ".."
        })
    };
    let fits = match split(uri) {
        Some((scheme, authority, path)) if plain && !dots(path) && is_source(authority) => {
            match scheme {
                "https" => split_port(authority).is_some_and(|(host, _)| is_host(host)),
                "http" => split_port(authority).is_some_and(|(host, _)| is_loopback(host)),
                _ => platform == Platform::Native && is_own_scheme(scheme),
            }
        }
        _ => false,
    };
    if fits { Ok(()) } else { Err(UnfitRedirectUri) }
}

/// Nothing that has a meaning in a content security policy, where it may have to stand.
fn is_source(authority: &str) -> bool {
    !authority.contains([';', ',', '\''])
}

fn is_own_scheme(scheme: &str) -> bool {
    scheme.contains('.')
        && scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".+-".contains(&byte)
        })
}

/// Whether the address of a request is a registered one: the same text. For an application on a device the port of this
/// very machine is left out of the comparison (RFC 8252 section 7.3), and nothing else.
#[must_use]
pub fn matches(platform: Platform, registered: &str, presented: &str) -> bool {
    if registered == presented {
        return true;
    }
    if platform != Platform::Native {
        return false;
    }
    let parts = |uri| {
        let (scheme, authority, path) = split(uri)?;
        let (host, _) = split_port(authority)?;
        (scheme == "http" && is_loopback(host)).then_some((host, path))
    };
    // Judged as a registered one is, so that nothing hides in what is ignored.
    check(platform, presented).is_ok()
        && parts(registered).is_some_and(|ours| parts(presented) == Some(ours))
}

/// How an answer leaves the browser.
#[derive(Clone, PartialEq, Eq)]
pub enum Reply {
    /// To this address.
    Redirect(String),
    /// By a form with these fields.
    Form {
        /// Where it goes.
        address: String,
        /// Names and values.
        fields: Vec<(String, String)>,
    },
}

/// Not what it says: that is a code.
impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reply")
    }
}

/// The answer's parameters in the address's query or fragment (RFC 6749 section 4.1.2), or in a form.
#[must_use]
pub fn reply(redirect_uri: &str, mode: ResponseMode, pairs: &[(&str, &str)]) -> Reply {
    let mark = match mode {
        ResponseMode::Fragment => '#',
        ResponseMode::Query => return Reply::Redirect(add_query(redirect_uri, pairs)),
        ResponseMode::FormPost => {
            let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            return Reply::Form {
                address: redirect_uri.to_owned(),
                fields: pairs.iter().map(owned).collect(),
            };
        }
    };
    Reply::Redirect(format!("{redirect_uri}{mark}{}", form::write(pairs)))
}

/// The address with more parameters in its query.
#[must_use]
pub fn add_query(uri: &str, pairs: &[(&str, &str)]) -> String {
    let mark = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{mark}{}", form::write(pairs))
}

/// Host and port of an address, for people to read.
#[must_use]
pub fn host(uri: &str) -> &str {
    split(uri).map_or(uri, |(_, authority, _)| authority)
}

/// Scheme, host and port of a registered address: what a content security policy calls a source.
#[must_use]
pub fn origin(uri: &str) -> Option<String> {
    let (scheme, authority, _) = split(uri)?;
    Some(format!("{scheme}://{authority}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_registered() {
        for uri in [
            "https://app.example.org",
            "https://app.example.org/callback?x=1",
            "https://app.example.org:8443/",
            "http://localhost",
            "http://localhost:3000/cb",
            "http://127.0.0.1/cb",
            "http://[::1]:1/cb",
        ] {
            assert!(check(Platform::Web, uri).is_ok(), "{uri}");
        }
        assert!(check(Platform::Native, "org.example.app://callback").is_ok());
        for uri in [
            "",
            "app",
            "/callback",
            "//app.example.org",
            "http://app.example.org/",
            "http://localhost.example.org/",
            "http://127.0.0.1.example.org/",
            "http://127.0.0.1@example.org/",
            "https://user@app.example.org/",
            "https://app.example.org/#x",
            "https://*.example.org/",
            "https://app.example.org/*",
            "https://app.example.org/a/../b",
            "https://app.example.org/a/%2E%2e/b",
            "https://APP.example.org/",
            "https://app..example.org/",
            "https:///callback",
            "https://app.example.org:/",
            "https://app.example.org:99999/",
            "https://app.example.org:+1/",
            "https://app.example.org\\@evil.example/",
            "https://app.example.org/ä",
            "https://app.example.org/ x",
            "javascript:alert(1)",
            "javascript://x.y/%0aalert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "org.example.app://callback",
            "app://callback",
        ] {
            assert!(check(Platform::Web, uri).is_err(), "{uri}");
        }
        for uri in [
            "javascript://x",
            "app://x",
            "Org.example://x",
            "blob:https://x",
            "org.example.app://a;sandbox",
            "org.example.app://a,b",
            "org.example.app://'self'",
        ] {
            assert!(check(Platform::Native, uri).is_err(), "{uri}");
        }
        assert!(
            check(
                Platform::Web,
                &format!("https://a.example/{}", "a".repeat(1024))
            )
            .is_err()
        );
    }

    #[test]
    fn past_mistake_42_only_the_very_same_address() {
        let registered = "https://app.example.org/callback";
        assert!(matches(Platform::Web, registered, registered));
        for presented in [
            "https://app.example.org/callback/",
            "https://app.example.org/callback?x=1",
            "https://app.example.org/callback#x",
            "https://app.example.org/Callback",
            "https://app.example.org:443/callback",
            "https://APP.example.org/callback",
            "https://app.example.org/callback/../evil",
            "https://app.example.org@evil.example/callback",
            "https://evil.example/?https://app.example.org/callback",
            "https://app.example.org.evil.example/callback",
            "http://app.example.org/callback",
            "https://app.example.org/%63allback",
            "",
        ] {
            for platform in [Platform::Web, Platform::SinglePage, Platform::Native] {
                assert!(!matches(platform, registered, presented), "{presented}");
            }
        }
    }

    #[test]
    fn only_the_port_of_this_machine_is_free() {
        let registered = "http://localhost";
        assert!(matches(
            Platform::Native,
            registered,
            "http://localhost:53117"
        ));
        assert!(!matches(
            Platform::Web,
            registered,
            "http://localhost:53117"
        ));
        for presented in [
            "http://localhost:53117/",
            "http://localhost:53117/x",
            "http://127.0.0.1:53117",
            "http://localhost:53117@evil.example",
            "http://localhost.evil.example:53117",
            "http://localhost:99999",
            "http://localhost:",
            "https://localhost:53117",
            "http://localhost:53117?x",
            "http://localhost:53117#x",
        ] {
            assert!(
                !matches(Platform::Native, registered, presented),
                "{presented}"
            );
        }
    }

    #[test]
    fn an_answer_can_not_leave_its_parameters() {
        let pairs = [("code", "a&b=c#d"), ("state", "x y\"<")];
        let written = "code=a%26b%3Dc%23d&state=x%20y%22%3C";
        let to = |uri, mode| reply(uri, mode, &pairs);
        let redirect = |text: String| Reply::Redirect(text);
        assert!(
            to("https://a.example/cb", ResponseMode::Query)
                == redirect(format!("https://a.example/cb?{written}"))
        );
        assert!(
            to("https://a.example/cb?x=1", ResponseMode::Query)
                == redirect(format!("https://a.example/cb?x=1&{written}"))
        );
        assert!(
            to("https://a.example/cb", ResponseMode::Fragment)
                == redirect(format!("https://a.example/cb#{written}"))
        );
        let Reply::Form { address, fields } =
            to("https://a.example/cb?x=1", ResponseMode::FormPost)
        else {
            panic!("a form");
        };
        assert_eq!(address, "https://a.example/cb?x=1");
        assert_eq!(fields[0], ("code".to_owned(), "a&b=c#d".to_owned()));
    }

    #[test]
    fn an_origin_is_nothing_but_scheme_host_and_port() {
        for (uri, expected) in [
            ("https://a.example/cb?x=/", "https://a.example"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://[::1]:1?x", "http://[::1]:1"),
        ] {
            assert_eq!(origin(uri).as_deref(), Some(expected));
        }
    }
}
