//! The one client for everything that the server fetches or posts (security 31): the host is resolved once and that address is
//! connected to; redirects and proxies are not followed; size and time are bounded; answers are never shown.
//!
//! What is asked is named by the operator's configuration or command, or by whoever may register applications, never by a
//! document or a token.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::{Request, StatusCode, Uri, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::config::Authorities;

/// How long a fetch may take in all.
const TIME: Duration = Duration::from_secs(120);

/// Whether addresses inside the operator's own networks may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrivateAddresses {
    Refused,
    /// By configuration (`outbound-private`).
    Allowed,
}

/// Fetches documents over https, and posts forms.
#[derive(Debug, Clone)]
pub struct Outbound {
    tls: Arc<ClientConfig>,
    private: PrivateAddresses,
    time: Duration,
}

/// Why nothing was fetched, or no answer came. No text of the other side is in it.
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
    #[error(
        "no trusted TLS connection: {0}; outbound-authority names a certificate authority of your own"
    )]
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

impl FetchError {
    /// A stable word for records.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            FetchError::Address => "address",
            FetchError::Resolve(_) => "resolve",
            FetchError::Private(_) => "private_address",
            FetchError::Connect(_) => "connect",
            FetchError::Tls(_) => "tls",
            FetchError::Broken => "broken_off",
            FetchError::Redirect => "redirect",
            FetchError::Status(_) => "status",
            FetchError::TooLong { .. } => "too_long",
            FetchError::TooSlow { .. } => "too_slow",
        }
    }
}

impl Outbound {
    /// A client that believes the certificate authorities that browsers believe.
    ///
    /// # Errors
    /// If TLS can't be set up, which only a broken build can cause.
    pub fn new(private: PrivateAddresses) -> Result<Outbound, rustls::Error> {
        Outbound::with(private, &Authorities::default())
    }

    /// One that believes those of the operator besides (`outbound-authority`).
    ///
    /// # Errors
    /// As [`Outbound::new`].
    pub fn with(
        private: PrivateAddresses,
        authorities: &Authorities,
    ) -> Result<Outbound, rustls::Error> {
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        authorities.add_to(&mut roots)?;
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

    /// The same client, which gives up after `time`.
    #[must_use]
    pub fn within(&self, time: Duration) -> Outbound {
        Outbound {
            time,
            ..self.clone()
        }
    }

    /// Posts a form and gives the answer's status; what else it says is not read. Plain http goes to this very machine only, and
    /// only where private addresses are allowed.
    ///
    /// # Errors
    /// If there is no answer, or it is a redirect.
    pub async fn post(&self, url: &str, form: &str) -> Result<u16, FetchError> {
        let target = Target::parse_any(url)?;
        let request = target.post("application/x-www-form-urlencoded", &[], form)?;
        self.send(&target, request).await
    }

    /// As [`Outbound::post`], JSON with headers of its own.
    ///
    /// # Errors
    /// As [`Outbound::post`].
    pub async fn post_json(
        &self,
        url: &str,
        headers: &[(&'static str, &str)],
        body: &str,
    ) -> Result<u16, FetchError> {
        let target = Target::parse_any(url)?;
        let request = target.post("application/json", headers, body)?;
        self.send(&target, request).await
    }

    async fn send(&self, target: &Target, request: Request<Body>) -> Result<u16, FetchError> {
        let seconds = self.time.as_secs();
        let status = tokio::time::timeout(self.time, self.ask(target, request)).await;
        let status = status.map_err(|_| FetchError::TooSlow { seconds })??;
        match status.is_redirection() {
            true => Err(FetchError::Redirect),
            false => Ok(status.as_u16()),
        }
    }

    async fn ask(&self, target: &Target, request: Request<Body>) -> Result<StatusCode, FetchError> {
        let address = self.resolve(target).await?;
        if target.secure {
            let tls = self.connect_tls(target, address).await?;
            return exchange(tls, request)
                .await
                .map(|(answer, _)| answer.status());
        }
        // A name for this machine that leads elsewhere would carry the form over a network in the clear.
        if !address.ip().is_loopback() {
            return Err(FetchError::Address);
        }
        let tcp = TcpStream::connect(address)
            .await
            .map_err(FetchError::Connect)?;
        exchange(tcp, request)
            .await
            .map(|(answer, _)| answer.status())
    }

    /// The body of a 200 answer, of at most `limit` bytes.
    ///
    /// # Errors
    /// Everything else.
    pub async fn fetch(&self, url: &str, limit: usize) -> Result<Vec<u8>, FetchError> {
        let target = Target::parse(url)?;
        let seconds = self.time.as_secs();
        tokio::time::timeout(self.time, self.read(&target, limit))
            .await
            .map_err(|_| FetchError::TooSlow { seconds })?
    }

    async fn read(&self, target: &Target, limit: usize) -> Result<Vec<u8>, FetchError> {
        let address = self.resolve(target).await?;
        let tls = self.connect_tls(target, address).await?;
        let (answer, _driver) = exchange(tls, target.get()?).await?;
        check_status(answer.status())?;
        read_body(answer, limit).await
    }

    async fn connect_tls(
        &self,
        target: &Target,
        address: SocketAddr,
    ) -> Result<TlsStream<TcpStream>, FetchError> {
        let tcp = TcpStream::connect(address)
            .await
            .map_err(FetchError::Connect)?;
        let name = ServerName::try_from(target.host.clone()).map_err(|_| FetchError::Address)?;
        TlsConnector::from(self.tls.clone())
            .connect(name, tcp)
            .await
            .map_err(FetchError::Tls)
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

/// The head of the answer, and what drives the connection: it ends with the exchange, whichever way that ends, since a set
/// that is dropped stops its tasks.
async fn exchange<S>(
    stream: S,
    request: Request<Body>,
) -> Result<
    (
        http::Response<hyper::body::Incoming>,
        JoinSet<hyper::Result<()>>,
    ),
    FetchError,
>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(64 * 1024)
        .handshake::<_, Body>(TokioIo::new(stream))
        .await
        .map_err(|_| FetchError::Broken)?;
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let answer = sender
        .send_request(request)
        .await
        .map_err(|_| FetchError::Broken)?;
    Ok((answer, driver))
}

/// Whether this is an address that [`Outbound::fetch`] takes.
pub(crate) fn is_address(url: &str) -> bool {
    Target::parse(url).is_ok_and(|target| ServerName::try_from(target.host).is_ok())
}

/// Whether this is an address that [`Outbound::post`] takes.
pub(crate) fn is_post_address(url: &str) -> bool {
    Target::parse_any(url).is_ok_and(|target| ServerName::try_from(target.host).is_ok())
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

/// Where a document is, or a form goes.
#[derive(Debug)]
struct Target {
    /// Over https.
    secure: bool,
    host: String,
    port: u16,
    path: String,
}

impl Target {
    /// Of https.
    fn parse(url: &str) -> Result<Target, FetchError> {
        Target::parse_any(url).and_then(|target| match target.secure {
            true => Ok(target),
            false => Err(FetchError::Address),
        })
    }

    /// Of https, or of http to this very machine.
    fn parse_any(url: &str) -> Result<Target, FetchError> {
        let uri: Uri = url.parse().map_err(|_| FetchError::Address)?;
        let authority = uri.authority().ok_or(FetchError::Address)?;
        let host = authority.host();
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if matches!(host, "localhost" | "127.0.0.1" | "[::1]") => false,
            _ => return Err(FetchError::Address),
        };
        if authority.as_str().contains('@') {
            return Err(FetchError::Address);
        }
        // A port that is no number is left out by the reader of addresses.
        let is_whole = authority.port_u16().is_some() || authority.as_str() == host;
        if host.is_empty() || !is_whole {
            return Err(FetchError::Address);
        }
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        Ok(Target {
            secure,
            host: bare.unwrap_or(host).to_owned(),
            port: authority
                .port_u16()
                .unwrap_or(if secure { 443 } else { 80 }),
            path: uri
                .path_and_query()
                .map_or("/".to_owned(), ToString::to_string),
        })
    }

    fn bare_host(&self) -> &str {
        &self.host
    }

    fn get(&self) -> Result<Request<Body>, FetchError> {
        self.finish(Request::get(&self.path), Body::empty())
    }

    fn post(
        &self,
        kind: &str,
        headers: &[(&'static str, &str)],
        body: &str,
    ) -> Result<Request<Body>, FetchError> {
        let mut request = Request::post(&self.path).header(header::CONTENT_TYPE, kind);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.finish(request, Body::from(body.to_owned()))
    }

    fn finish(
        &self,
        request: http::request::Builder,
        body: Body,
    ) -> Result<Request<Body>, FetchError> {
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        let host = match (self.secure, self.port) {
            (true, 443) | (false, 80) => host,
            (_, port) => format!("{host}:{port}"),
        };
        request
            .header(header::HOST, host)
            .header(header::USER_AGENT, "claviger")
            .header(header::ACCEPT, "*/*")
            .header(header::CONNECTION, "close")
            .body(body)
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
