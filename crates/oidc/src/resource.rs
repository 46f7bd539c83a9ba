//! What APIs are called when tokens are asked for them: resource indicators (RFC 8707).

use crate::redirect_uri::is_host;
use crate::{ErrorKind, OAuthError};

/// The longest name of a resource, in bytes.
pub const MAX_LENGTH: usize = 255;
/// The most resources in one request.
pub const MAX_RESOURCES: usize = 5;

/// Why a text can't name a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the absolute address of a resource")]
pub struct UnfitResource;

/// Judges what a resource is to be called: an absolute URI without fragment (RFC 8707 section 2).
///
/// `https://` with a host, `api://` as Entra has it, or a URN (RFC 8141). No user name, query, upper-case scheme or host, dot segment
/// or character that a scope can't hold: names are compared letter by letter, and each has one spelling.
///
/// # Errors
/// [`UnfitResource`].
pub fn check(uri: &str) -> Result<(), UnfitResource> {
    let plain = uri.len() <= MAX_LENGTH
        && uri.bytes().all(|byte| byte.is_ascii_graphic())
        && !uri.contains([
            '#', '?', '\\', '*', '"', '<', '>', '@', '^', '`', '{', '|', '}',
        ]);
    let fits = plain
        && match uri.split_once(':') {
            Some(("https", rest)) => rest.strip_prefix("//").is_some_and(is_https),
            Some(("api", rest)) => rest.strip_prefix("//").is_some_and(is_api),
            Some(("urn", rest)) => is_urn(rest),
            _ => false,
        };
    if fits { Ok(()) } else { Err(UnfitResource) }
}

/// No part that somebody who resolves it would take for another place.
fn is_path(path: &str) -> bool {
    path.split('/').all(|part| {
        let part = part.to_ascii_lowercase().replace("%2e", ".");
        part != "." && part != ".."
    })
}

fn is_https(rest: &str) -> bool {
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = authority.split_once(':').unwrap_or((authority, "1"));
    let port = !port.is_empty()
        && port.len() <= 5
        && !port.starts_with('0')
        && port.bytes().all(|byte| byte.is_ascii_digit());
    port && is_host(host) && is_path(path)
}

fn is_api(rest: &str) -> bool {
    let (name, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    is_host(name) && is_path(path)
}

/// `nid:nss`.
fn is_urn(rest: &str) -> bool {
    let Some((nid, nss)) = rest.split_once(':') else {
        return false;
    };
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (2..=32).contains(&nid.len())
        && nid.bytes().all(word)
        && !nid.starts_with('-')
        && !nid.ends_with('-')
        && !nss.is_empty()
        && !nss.starts_with('/')
        && is_path(nss)
}

pub(crate) const UNFIT: OAuthError = OAuthError::new(
    ErrorKind::InvalidTarget,
    "a resource is an absolute address of https, api or urn, without query and fragment",
);

/// The `resource` parameters of an authorization request (RFC 8707 section 2.1), each once.
pub(crate) fn read(sent: &[String]) -> Result<Vec<String>, OAuthError> {
    let mut resources: Vec<String> = Vec::new();
    for uri in sent {
        check(uri).map_err(|_| UNFIT)?;
        if !resources.contains(uri) {
            resources.push(uri.clone());
        }
    }
    if resources.len() > MAX_RESOURCES {
        return Err(OAuthError::new(
            ErrorKind::InvalidTarget,
            "too many resources",
        ));
    }
    Ok(resources)
}

/// The one of a token request (section 2.2): a token is for one resource.
pub(crate) fn read_one(sent: &[String]) -> Result<Option<String>, OAuthError> {
    let mut resources = read(sent)?;
    if resources.len() > 1 {
        return Err(OAuthError::new(
            ErrorKind::InvalidTarget,
            "a token is for one resource: ask for one after the other",
        ));
    }
    Ok(resources.pop())
}

#[cfg(test)]
mod tests {
    use super::{MAX_LENGTH, check, read, read_one};

    #[test]
    fn what_a_resource_may_be_called() {
        for uri in [
            "https://api.example.org",
            "https://api.example.org/",
            "https://api.example.org/expenses/v2",
            "https://api.example.org:8443/expenses",
            "api://6731de76-14a6-49ae-97bc-6eba6914391e",
            "api://expenses",
            "api://expenses.example.org/v1",
            "urn:example:expenses",
            "urn:example:expenses:v1/a",
        ] {
            assert!(check(uri).is_ok(), "{uri}");
        }
        for uri in [
            "",
            "expenses",
            "/expenses",
            "//api.example.org",
            "api.example.org/expenses",
            "https:",
            "https://",
            "https:///expenses",
            "https:api.example.org",
            "https://api.example.org#",
            "https://api.example.org/#x",
            "https://api.example.org/?x=1",
            "https://user@api.example.org/",
            "https://user:secret@api.example.org/",
            "https://API.example.org",
            "HTTPS://api.example.org",
            "https://api..example.org",
            "https://api.example.org:",
            "https://api.example.org:0443",
            "https://api.example.org:999999",
            "https://api.example.org:+1",
            "https://api.example.org/a/../b",
            "https://api.example.org/a/%2E%2e/b",
            "https://api.example.org/\u{e4}",
            "https://api.example.org/a b",
            "https://api.example.org\\@evil.example",
            "https://*.example.org",
            "http://api.example.org",
            "http://localhost",
            "api://",
            "api:///x",
            "api:expenses",
            "urn:",
            "urn:example",
            "urn:example:",
            "urn:x:expenses",
            "urn:Example:expenses",
            "urn:-x:expenses",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "custom://x",
        ] {
            assert!(check(uri).is_err(), "{uri}");
        }
        let of_length = |length: usize| {
            let begin = "https://api.example.org/";
            format!("{begin}{}", "a".repeat(length - begin.len()))
        };
        assert!(check(&of_length(MAX_LENGTH)).is_ok());
        assert!(check(&of_length(MAX_LENGTH + 1)).is_err());
    }

    #[test]
    fn several_are_one_after_the_other() {
        let of = |number: usize| -> Vec<String> {
            (0..number).map(|it| format!("urn:example:{it}")).collect()
        };
        assert_eq!(read(&of(5)).unwrap().len(), 5);
        assert!(read(&of(6)).is_err());
        let same = vec!["urn:example:1".to_owned(); 2];
        assert_eq!(read(&same).unwrap().len(), 1);
        assert_eq!(read_one(&same).unwrap().as_deref(), Some("urn:example:1"));
        assert_eq!(read_one(&[]).unwrap(), None);
        assert!(read_one(&of(2)).is_err());
    }
}
