//! Web origins: scheme, host and port (RFC 6454), canonical from the start.

use crate::domain::{self, DomainError};
use crate::rp_id::RpId;
use std::sync::Arc;

/// An `https` or `http` origin in its one canonical form, as browsers write it into `clientDataJSON`.
///
/// Whether plain `http` is acceptable is the caller's decision ([`Origin::is_localhost`]).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Shared: each verified ceremony carries its origin.
    text: Arc<str>,
    scheme: Scheme,
    port: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Scheme {
    Https,
    Http,
}

/// Why a text is no origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// The scheme is neither `https` nor `http`, or there is none. `null`, `file:` and `data:` end here.
    #[error("an origin starts with https:// or http://")]
    Scheme,
    /// A path, query or fragment, be it only a slash.
    #[error("an origin has no path, query or fragment (not even a closing slash)")]
    Path,
    /// A user name or password before the host.
    #[error("an origin has no user name or password")]
    UserInfo,
    /// Not a number from 1 to 65535, or written with leading zeros.
    #[error("the port is not a number from 1 to 65535")]
    Port,
    /// The host is not a domain name.
    #[error("{0}")]
    Host(#[from] DomainError),
}

impl Origin {
    /// Parses an origin as an operator writes it: letters may be in upper case and the scheme's default
    /// port may stand there; both vanish in the canonical form.
    ///
    /// # Errors
    /// For opaque origins, other schemes, paths, user names, addresses, trailing dots and names outside
    /// ASCII (internationalised names must be given in their `xn--` form).
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let text = text.to_ascii_lowercase();
        let (scheme, rest) = match text.split_once("://") {
            Some(("https", rest)) => (Scheme::Https, rest),
            Some(("http", rest)) => (Scheme::Http, rest),
            _ => return Err(OriginError::Scheme),
        };
        if rest.contains(['/', '?', '#', '\\']) {
            return Err(OriginError::Path);
        }
        if rest.contains('@') {
            return Err(OriginError::UserInfo);
        }
        let (host, port) = match rest.rsplit_once(':') {
            // The colons of an IPv6 address are no port; the domain check refuses the address by name.
            _ if rest.starts_with('[') => (rest, None),
            Some((host, port)) => (host, Some(parse_port(port)?)),
            None => (rest, None),
        };
        domain::check(host)?;
        let port = port.filter(|&port| port != scheme.default_port());
        let text = match port {
            Some(port) => format!("{}://{host}:{port}", scheme.as_str()),
            None => format!("{}://{host}", scheme.as_str()),
        };
        Ok(Self {
            text: text.into(),
            scheme,
            port,
        })
    }

    /// The canonical serialisation, such as `https://example.org` or `http://localhost:8080`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `https` or `http`.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        self.scheme.as_str()
    }

    /// The host, in lower case.
    #[must_use]
    pub fn host(&self) -> &str {
        let rest = self
            .text
            .get(self.scheme.as_str().len() + "://".len()..)
            .unwrap_or_default();
        rest.split(':').next().unwrap_or_default()
    }

    /// The port where it is not the scheme's default.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether the host is `localhost` or below it, which browsers treat as secure without TLS.
    #[must_use]
    pub fn is_localhost(&self) -> bool {
        let host = self.host();
        host == "localhost" || host.ends_with(".localhost")
    }

    /// Whether pages of this origin may use this RP ID by themselves: the host equals it or is a subdomain
    /// of it, at a dot (past mistake 16). Related origins are not considered.
    #[must_use]
    pub fn fits_rp_id(&self, rp_id: &RpId) -> bool {
        match self.host().strip_suffix(rp_id.as_str()) {
            Some(rest) => rest.is_empty() || rest.ends_with('.'),
            None => false,
        }
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl Scheme {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
        }
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Https => 443,
            Self::Http => 80,
        }
    }
}

fn parse_port(text: &str) -> Result<u16, OriginError> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits || text.starts_with('0') {
        return Err(OriginError::Port);
    }
    text.parse().map_err(|_| OriginError::Port)
}
