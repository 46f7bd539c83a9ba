//! The one client for everything that the server fetches (security 31): the host is resolved once and that address is
//! connected to; redirects and proxies are not followed; size and time are bounded; answers are never shown.
//!
//! What is fetched is named by the operator's configuration or command, never by a document or a token.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::{Request, StatusCode, Uri, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::ServerName;
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

/// How long a fetch may take in all.
const TIME: Duration = Duration::from_secs(120);

/// Whether addresses inside the operator's own networks may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrivateAddresses {
    Refused,
    /// By configuration (`outbound-private`).
    Allowed,
}

/// Fetches documents over https.
#[derive(Debug, Clone)]
pub struct Outbound {
    tls: Arc<ClientConfig>,
    private: PrivateAddresses,
    time: Duration,
}

/// Why nothing was fetched. No text of the other side is in it.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("the address must be https://HOST[:PORT]/PATH, without user name and password")]
    Address,
    #[error("the host has no address: {0}")]
    Resolve(std::io::Error),
    #[error(
        "the host is at {0}, which is no public address; set outbound-private = true if it is meant"
    )]
    Private(IpAddr),
    #[error("no connection: {0}")]
    Connect(std::io::Error),
    #[error("no trusted TLS connection: {0}")]
    Tls(std::io::Error),
    #[error("the exchange broke off")]
    Broken,
    #[error("it answered with a redirect, which is not followed: name the final address")]
    Redirect,
    #[error("it answered with status {0} instead of 200")]
    Status(u16),
    #[error("it is longer than {limit} bytes")]
    TooLong { limit: usize },
    #[error("it took longer than {seconds} seconds")]
    TooSlow { seconds: u64 },
}

impl Outbound {
    /// A client that believes the certificate authorities that browsers believe.
    ///
    /// # Errors
    /// If TLS can't be set up, which only a broken build can cause.
    pub fn new(private: PrivateAddresses) -> Result<Outbound, rustls::Error> {
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        Outbound::believing(roots, private, TIME)
    }

    /// A client that believes these certificate authorities, and gives up after `time`.
    ///
    /// # Errors
    /// As [`Outbound::new`].
    pub fn believing(
        roots: RootCertStore,
        private: PrivateAddresses,
        time: Duration,
    ) -> Result<Outbound, rustls::Error> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Outbound {
            tls: Arc::new(config),
            private,
            time,
        })
    }

    /// The body of a 200 answer, of at most `limit` bytes.
    ///
    /// # Errors
    /// Everything else.
    pub async fn fetch(&self, url: &str, limit: usize) -> Result<Vec<u8>, FetchError> {
        let target = Target::parse(url)?;
        let seconds = self.time.as_secs();
        tokio::time::timeout(self.time, self.exchange(&target, limit))
            .await
            .map_err(|_| FetchError::TooSlow { seconds })?
    }

    async fn exchange(&self, target: &Target, limit: usize) -> Result<Vec<u8>, FetchError> {
        let address = self.resolve(target).await?;
        let tcp = TcpStream::connect(address)
            .await
            .map_err(FetchError::Connect)?;
        let name = ServerName::try_from(target.host.clone()).map_err(|_| FetchError::Address)?;
        let tls = TlsConnector::from(self.tls.clone())
            .connect(name, tcp)
            .await
            .map_err(FetchError::Tls)?;
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(64 * 1024)
            .handshake::<_, Body>(TokioIo::new(tls))
            .await
            .map_err(|_| FetchError::Broken)?;
        // The connection ends with this exchange, whichever way that ends: a set that is dropped stops its tasks.
        let mut driver = JoinSet::new();
        driver.spawn(connection);
        let answer = sender
            .send_request(target.request()?)
            .await
            .map_err(|_| FetchError::Broken)?;
        check_status(answer.status())?;
        read_body(answer, limit).await
    }

    /// The address that is connected to: what was judged is what is used.
    async fn resolve(&self, target: &Target) -> Result<SocketAddr, FetchError> {
        let found = lookup_host((target.bare_host(), target.port))
            .await
            .map_err(FetchError::Resolve)?;
        let mut refused = None;
        for address in found {
            if self.private == PrivateAddresses::Allowed || is_public(address.ip()) {
                return Ok(address);
            }
            refused = Some(address.ip());
        }
        Err(refused.map_or_else(
            || FetchError::Resolve(std::io::Error::other("no address")),
            FetchError::Private,
        ))
    }
}

/// Whether this is an address that [`Outbound::fetch`] takes.
pub(crate) fn is_address(url: &str) -> bool {
    Target::parse(url).is_ok_and(|target| ServerName::try_from(target.host).is_ok())
}

fn check_status(status: StatusCode) -> Result<(), FetchError> {
    if status == StatusCode::OK {
        Ok(())
    } else if status.is_redirection() {
        Err(FetchError::Redirect)
    } else {
        Err(FetchError::Status(status.as_u16()))
    }
}

async fn read_body(
    answer: http::Response<hyper::body::Incoming>,
    limit: usize,
) -> Result<Vec<u8>, FetchError> {
    let too_long = || FetchError::TooLong { limit };
    let announced = answer
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(too_long());
    }
    let body = axum::body::to_bytes(Body::new(answer.into_body()), limit).await;
    let body = body.map_err(|error| {
        // axum tells "over the limit" only by the error below its own.
        let is_limit = std::error::Error::source(&error)
            .is_some_and(|cause| cause.to_string().contains("length limit"));
        if is_limit {
            too_long()
        } else {
            FetchError::Broken
        }
    })?;
    Ok(body.to_vec())
}

/// Where a document is.
#[derive(Debug)]
struct Target {
    host: String,
    port: u16,
    path: String,
}

impl Target {
    fn parse(url: &str) -> Result<Target, FetchError> {
        let uri: Uri = url.parse().map_err(|_| FetchError::Address)?;
        let authority = uri.authority().ok_or(FetchError::Address)?;
        if uri.scheme_str() != Some("https") || authority.as_str().contains('@') {
            return Err(FetchError::Address);
        }
        let host = authority.host();
        // A port that is no number is left out by the reader of addresses.
        let is_whole = authority.port_u16().is_some() || authority.as_str() == host;
        if host.is_empty() || !is_whole {
            return Err(FetchError::Address);
        }
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        Ok(Target {
            host: bare.unwrap_or(host).to_owned(),
            port: authority.port_u16().unwrap_or(443),
            path: uri
                .path_and_query()
                .map_or("/".to_owned(), ToString::to_string),
        })
    }

    fn bare_host(&self) -> &str {
        &self.host
    }

    fn request(&self) -> Result<Request<Body>, FetchError> {
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        let host = match self.port {
            443 => host,
            port => format!("{host}:{port}"),
        };
        Request::get(&self.path)
            .header(header::HOST, host)
            .header(header::USER_AGENT, "claviger")
            .header(header::ACCEPT, "*/*")
            .header(header::CONNECTION, "close")
            .body(Body::empty())
            .map_err(|_| FetchError::Address)
    }
}

/// Whether an address is somebody's on the internet, in each of the forms that one may take.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

/// The registry of special-purpose addresses (RFC 6890 and its updates).
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}

/// Global unicast is 2000::/3; the forms that carry an IPv4 address are as public as that one.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, third, ..] = address.segments();
    if (first, second) == (0x0064, 0xff9b) {
        let [.., a, b, c, d] = address.octets();
        return third == 0 && is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    if first == 0x2002 {
        let [_, _, a, b, c, d, ..] = address.octets();
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    let documentation = (first, second) == (0x2001, 0x0db8) || first == 0x3fff;
    let special = first == 0x2001 && second < 0x0200;
    (0x2000..=0x3fff).contains(&first) && !documentation && !special
}

#[cfg(test)]
#[path = "../tests/it/site.rs"]
mod site;
#[cfg(test)]
mod tests;
