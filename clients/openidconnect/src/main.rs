//! A relying party on the `openidconnect` crate: discovery, code with PKCE, id token, userinfo, refresh. `openid_rust.py` is its
//! browser: it is told where to go (`GO address`), and tells where that led.

use std::error::Error;
use std::io::{BufRead, Write, stdin, stdout};
use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreJwsSigningAlgorithm, CoreProviderMetadata,
    CoreUserInfoClaims,
};
use openidconnect::url::Url;
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    Scope, TokenResponse,
};
use rustls::RootCertStore;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

type Failure = Box<dyn Error + Send + Sync>;

fn variable(name: &str) -> Result<String, Failure> {
    std::env::var(name).map_err(|_| format!("{name} is not set").into())
}

/// One request on a connection of its own, to whoever the one authority vouches for.
async fn ask(tls: TlsConnector, request: HttpRequest) -> Result<HttpResponse, std::io::Error> {
    let broken = std::io::Error::other::<Failure>;
    let host = request.uri().host().unwrap_or_default().to_owned();
    let port = request.uri().port_u16().unwrap_or(443);
    let name = ServerName::try_from(host.clone()).map_err(|cause| broken(cause.into()))?;
    // "localhost" is whichever of both comes first; the server listens on one of them.
    let tcp = TcpStream::connect(("127.0.0.1", port)).await?;
    let stream = TokioIo::new(tls.connect(name, tcp).await?);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream)
        .await
        .map_err(|cause| broken(cause.into()))?;
    let driver = tokio::spawn(connection);
    let (mut parts, body) = request.into_parts();
    let path = parts
        .uri
        .path_and_query()
        .map_or("/", |it| it.as_str())
        .to_owned();
    parts.uri = path
        .parse()
        .map_err(|_| std::io::Error::other("an address"))?;
    let authority = format!("{host}:{port}").parse();
    parts.headers.insert(
        "host",
        authority.map_err(|_| std::io::Error::other("a host"))?,
    );
    let sent = hyper::Request::from_parts(parts, Full::new(Bytes::from(body)));
    let answer = sender
        .send_request(sent)
        .await
        .map_err(|cause| broken(cause.into()))?;
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.map_err(|cause| broken(cause.into()))?;
    driver.abort();
    Ok(HttpResponse::from_parts(parts, body.to_bytes().to_vec()))
}

fn connector() -> Result<TlsConnector, Failure> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(variable("CA")?)?)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Where the browser came back to.
fn browse(address: &str) -> Result<String, Failure> {
    println!("GO {address}");
    stdout().flush()?;
    let mut line = String::new();
    stdin().lock().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

fn check(holds: bool, what: &str) -> Result<(), Failure> {
    match holds {
        true => Ok(()),
        false => Err(format!("not so: {what}").into()),
    }
}

/// What `CoreClient` is once it knows the provider's endpoints.
type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The way over the browser: a code, with the verifier and the nonce that belong to it.
fn fetch_code(client: &Client) -> Result<(String, PkceCodeVerifier, Nonce), Failure> {
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (address, state, nonce) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .add_scopes(["profile", "email", "offline_access"].map(|it| Scope::new(it.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let back = Url::parse(&browse(address.as_str())?)?;
    let find = |name: &str| {
        let mut pairs = back.query_pairs();
        pairs
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.into_owned())
    };
    check(
        find("state").as_deref() == Some(state.secret().as_str()),
        "the state comes back",
    )?;
    check(
        find("iss") == Some(variable("ORIGIN")?),
        "the answer names the issuer",
    )?;
    Ok((find("code").ok_or("no code came")?, verifier, nonce))
}

async fn run() -> Result<(), Failure> {
    let tls = connector()?;
    let http = move |request: HttpRequest| ask(tls.clone(), request);
    let issuer = IssuerUrl::new(variable("ORIGIN")?)?;
    let metadata = CoreProviderMetadata::discover_async(issuer.clone(), &http).await?;
    println!("ok openidconnect: discovery");

    let secret = ClientSecret::new(variable("RUST_SECRET")?);
    let client_id = ClientId::new(variable("RUST_ID")?);
    let client =
        CoreClient::from_provider_metadata(metadata, client_id.clone(), Some(secret.clone()))
            .set_redirect_uri(RedirectUrl::new(variable("CALLBACK")?)?)
            .set_auth_type(AuthType::BasicAuth);
    let (code, _, nonce) = fetch_code(&client)?;

    // Another verifier first: refused, and that code is over.
    let wrong = PkceCodeVerifier::new("w".repeat(64));
    let refused = client
        .exchange_code(AuthorizationCode::new(code))?
        .set_pkce_verifier(wrong)
        .request_async(&http)
        .await;
    check(
        matches!(refused, Err(RequestTokenError::ServerResponse(_))),
        "another verifier is refused in the protocol's words",
    )?;
    println!("ok openidconnect: a wrong verifier is refused");

    // The way again, for a code of its own.
    let (code, verifier, second) = fetch_code(&client)?;
    let tokens = client
        .exchange_code(AuthorizationCode::new(code))?
        .set_pkce_verifier(verifier)
        .request_async(&http)
        .await?;
    let id_token = tokens.id_token().ok_or("no id token came")?;
    // The crate keeps the keys of the discovery and asks for no others by itself; a server's first id token of all is signed by
    // a key that is newer than that.
    let metadata = CoreProviderMetadata::discover_async(issuer.clone(), &http).await?;
    let newer = CoreClient::from_provider_metadata(metadata, client_id.clone(), Some(secret));
    let judge = newer.id_token_verifier();
    let claims = id_token.claims(&judge, &second)?;
    check(
        id_token.claims(&judge, &nonce).is_err(),
        "another request's nonce is refused",
    )?;
    check(claims.issuer() == &issuer, "the issuer")?;
    check(
        claims
            .audiences()
            .iter()
            .any(|it| it.as_str() == client_id.as_str()),
        "the audience",
    )?;
    check(
        claims.auth_time().is_some(),
        "when somebody proved who they are",
    )?;
    check(
        claims
            .auth_context_ref()
            .is_some_and(|it| it.as_str() == "phr"),
        "how: phr",
    )?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = id_token.signing_alg()?;
        check(
            algorithm == &CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            "the algorithm",
        )?;
        let key = id_token.signing_key(&judge)?;
        let hash = AccessTokenHash::from_token(tokens.access_token(), algorithm, key)?;
        check(&hash == expected, "the access token's hash")?;
    }
    println!("ok openidconnect: code with PKCE, id token");

    let subject = claims.subject().clone();
    let asked = client.user_info(tokens.access_token().clone(), Some(subject.clone()))?;
    let told: CoreUserInfoClaims = asked.request_async(&http).await?;
    check(told.subject() == &subject, "userinfo is of the same person")?;
    check(
        told.preferred_username()
            .is_some_and(|it| it.as_str() == "rosa@example.org"),
        "userinfo tells the user name",
    )?;
    println!("ok openidconnect: userinfo");

    let first = tokens.refresh_token().ok_or("no refresh token came")?;
    let renewed = client
        .exchange_refresh_token(first)?
        .request_async(&http)
        .await?;
    let next = renewed
        .refresh_token()
        .ok_or("no further refresh token came")?;
    check(
        next.secret() != first.secret(),
        "each refresh token is another",
    )?;
    let again = renewed
        .id_token()
        .ok_or("no id token came with the renewal")?;
    // A renewed one has no nonce (OpenID Connect Core section 12.2).
    let without = |nonce: Option<&Nonce>| match nonce {
        None => Ok(()),
        Some(_) => Err("a nonce".to_owned()),
    };
    check(
        again.claims(&judge, without)?.subject() == &subject,
        "the renewed one is of the same person",
    )?;
    let asked = client.user_info(renewed.access_token().clone(), Some(subject))?;
    let _: CoreUserInfoClaims = asked.request_async(&http).await?;
    println!("ok openidconnect: renewal");
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if let Err(cause) = run().await {
        println!("FAILED openidconnect: {cause:?}");
        std::process::exit(1);
    }
}
