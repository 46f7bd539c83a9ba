//! The guards, in process: the router with a real store in a temporary file.

mod guards;
mod listeners;
mod refusals;
mod starting;

use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::response::Response;
use identity::ambient::Ambient;
use identity::settings::{Origin, RpId};
use identity::tenant::EmptyDatabase;
use identity::{Identity, Location, OpenOptions, Settings, Store};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::config::TrustedProxies;
use crate::{AppState, PeerAddress, app};

struct House {
    router: Router,
    state: AppState,
    origin: &'static str,
    _folder: TempDir,
}

const LOCAL: &str = "http://localhost:8080";
const SECURE: &str = "https://login.example.org";

async fn house(origin: &'static str) -> House {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite {
        file: folder.path().join("claviger.db"),
    };
    let store = Store::open(&OpenOptions::new(location)).await.unwrap();
    let parsed = Origin::parse(origin).unwrap();
    let rp_id = RpId::parse(parsed.host()).unwrap();
    let key = identity::keys::KeyEncryptionKey::new([7; 32]);
    let ambient = Ambient::frozen(1_800_000_000_000_000, 1);
    let settings = Settings::new(parsed, rp_id);
    let identity = Identity::open(store, settings, ambient, key, EmptyDatabase::Accept)
        .await
        .unwrap();
    let state = AppState::new(identity, TrustedProxies::default());
    let router = app(state.clone());
    House {
        router,
        state,
        origin,
        _folder: folder,
    }
}

/// Whom the requests come from.
const PEER: PeerAddress = PeerAddress(SocketAddr::new(
    std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)),
    4711,
));

impl House {
    fn host(&self) -> &'static str {
        self.origin.split_once("://").unwrap().1
    }

    async fn send(&self, request: http::request::Builder, body: impl Into<Body>) -> Response {
        let mut request = request.body(body.into()).unwrap();
        request.extensions_mut().insert(PEER);
        self.router.clone().oneshot(request).await.unwrap()
    }

    fn request(&self, method: Method, path: &str) -> http::request::Builder {
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.host())
    }

    /// A request as our own page sends it.
    fn post(&self, path: &str) -> http::request::Builder {
        let browser = identity::BrowserId([9; 32]);
        let cookie = self.state.cookies.set_browser(&browser).unwrap();
        let cookie = cookie
            .to_str()
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        self.request(Method::POST, path)
            .header(header::ORIGIN, self.origin)
            .header(header::COOKIE, cookie)
            .header(
                "x-csrf-token",
                self.state.identity.csrf_token(&browser, None),
            )
            .header(header::CONTENT_TYPE, "application/json")
    }
}

async fn code(response: Response) -> String {
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let error = &value["error"];
    format!(
        "{} {}",
        error["code"].as_str().unwrap(),
        error["detail"].as_str().unwrap_or("-")
    )
}

fn without(builder: http::request::Builder, name: &str) -> http::request::Builder {
    let mut builder = builder;
    builder.headers_mut().unwrap().remove(name);
    builder
}

fn with(
    builder: http::request::Builder,
    name: &'static str,
    value: &str,
) -> http::request::Builder {
    let mut builder = builder;
    builder
        .headers_mut()
        .unwrap()
        .insert(name, value.parse().unwrap());
    builder
}

#[tokio::test]
async fn health_answers_under_any_host() {
    let house = house(LOCAL).await;
    let request = Request::builder()
        .uri("/healthz")
        .header(header::HOST, "10.0.0.7");
    let response = house.send(request, Body::empty()).await;
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn bodies_are_refused_in_our_shape() {
    let house = house(LOCAL).await;
    let path = "/sign-out";
    let cases = [
        (
            house.post(path),
            String::new(),
            StatusCode::BAD_REQUEST,
            "request.malformed body.empty",
        ),
        (
            house.post(path),
            "{".to_owned(),
            StatusCode::BAD_REQUEST,
            "request.malformed body.not_json",
        ),
        (
            house.post(path),
            "{} {}".to_owned(),
            StatusCode::BAD_REQUEST,
            "request.malformed body.not_json",
        ),
        (
            house.post(path),
            "[1]".to_owned(),
            StatusCode::BAD_REQUEST,
            "request.malformed body.unfit",
        ),
        (
            house.post(path),
            "{\"x\":1}".to_owned(),
            StatusCode::BAD_REQUEST,
            "request.malformed body.unfit",
        ),
        (
            with(house.post(path), "content-type", "text/plain"),
            "{}".to_owned(),
            StatusCode::BAD_REQUEST,
            "request.malformed body.content_type",
        ),
        (
            without(house.post(path), "content-type"),
            "{}".to_owned(),
            StatusCode::BAD_REQUEST,
            "request.malformed body.content_type",
        ),
        (
            house.post(path),
            " ".repeat(64 * 1024 + 1),
            StatusCode::PAYLOAD_TOO_LARGE,
            "request.too_large -",
        ),
        (
            with(house.post(path), "content-length", "65537"),
            "{}".to_owned(),
            StatusCode::PAYLOAD_TOO_LARGE,
            "request.too_large -",
        ),
    ];
    for (request, body, status, expected) in cases {
        let response = house.send(request, body).await;
        assert_eq!(response.status(), status, "{expected}");
        assert_eq!(code(response).await, expected);
    }
    let response = house
        .send(
            with(
                house.post(path),
                "content-type",
                "Application/JSON; charset=utf-8",
            ),
            "{}",
        )
        .await;
    assert_eq!(response.status(), StatusCode::OK);
    let most = format!("{}{{}}", " ".repeat(64 * 1024 - 2));
    assert_eq!(
        house.send(house.post(path), most).await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn nobody_signed_in_is_shown_the_way() {
    let house = house(LOCAL).await;
    let response = house
        .send(house.post("/security-info/passkeys/begin"), "{}")
        .await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let value: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        value["error"]["location"],
        "/sign-in?return=%2Fsecurity-info"
    );
    assert_eq!(value["error"]["reference"].as_str().unwrap().len(), 9);
    for key in [
        "code",
        "detail",
        "message",
        "remedy",
        "reference",
        "location",
        "signalUnknownCredential",
        "retryAfter",
    ] {
        assert!(
            value["error"].as_object().unwrap().contains_key(key),
            "{key}"
        );
    }
}

#[tokio::test]
async fn missing_pages_and_wrong_methods_have_our_shape_and_headers() {
    let house = house(SECURE).await;
    let response = house
        .send(house.request(Method::GET, "/nowhere"), Body::empty())
        .await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    check_headers(response.headers());
    assert_eq!(
        response.headers()["strict-transport-security"],
        "max-age=63072000"
    );
    let response = house
        .send(
            house.request(Method::GET, "/sign-in/passkey"),
            Body::empty(),
        )
        .await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()[header::ALLOW], "POST");
    check_headers(response.headers());
    let response = house.send(house.post("/nowhere"), "{}").await;
    assert_eq!(code(response).await, "request.not_found -");
}

fn check_headers(headers: &HeaderMap) {
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    for part in [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    ] {
        assert!(policy.contains(part), "{part}");
    }
    assert!(!policy.contains("unsafe"));
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["referrer-policy"], "same-origin");
    assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
    assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn http_on_localhost_promises_no_https() {
    let house = house(LOCAL).await;
    let response = house
        .send(house.request(Method::GET, "/nowhere"), Body::empty())
        .await;
    assert!(
        response
            .headers()
            .get("strict-transport-security")
            .is_none()
    );
}

#[tokio::test]
async fn a_panic_becomes_a_refusal_and_tells_nothing() {
    let house = house(LOCAL).await;
    let response = guarded_panic(&house).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    assert!(!String::from_utf8_lossy(&body).contains("secret"));
}

async fn guarded_panic(house: &House) -> Response {
    use axum::middleware::from_fn_with_state;
    let router = Router::new()
        .route(
            "/panic",
            axum::routing::get(async || -> &'static str { panic!("a secret of the handler") }),
        )
        .layer(from_fn_with_state(house.state.clone(), crate::guards::pass));
    router
        .oneshot(
            house
                .request(Method::GET, "/panic")
                .body(Body::empty())
                .unwrap(),
        )
        .await
        .unwrap()
}

#[tokio::test]
async fn a_chosen_language_is_kept_and_an_unknown_one_is_not() {
    let house = house(SECURE).await;
    let response = house
        .send(
            house.request(Method::GET, "/nowhere?lang=de"),
            Body::empty(),
        )
        .await;
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    assert!(String::from_utf8_lossy(&body).contains("<html lang=\"de\""));
    let response = house
        .send(
            house.request(Method::GET, "/sign-in?lang=de"),
            Body::empty(),
        )
        .await;
    let cookies: Vec<_> = response
        .headers()
        .get_all(header::SET_COOKIE)
        .iter()
        .map(|it| it.to_str().unwrap().to_owned())
        .collect();
    assert!(
        cookies
            .iter()
            .any(|it| it.starts_with("claviger-lang=de; ") && it.ends_with("; Secure")),
        "{cookies:?}"
    );
    let response = house
        .send(
            house.request(Method::GET, "/sign-in?lang=xx%0d%0a"),
            Body::empty(),
        )
        .await;
    assert!(
        response
            .headers()
            .get_all(header::SET_COOKIE)
            .iter()
            .all(|it| !it.to_str().unwrap().starts_with("claviger-lang"))
    );
}

#[tokio::test]
async fn assets_are_kept_for_a_year_and_pages_are_not() {
    let house = house(LOCAL).await;
    let response = house
        .send(
            house.request(Method::GET, &crate::assets::address("style.css")),
            Body::empty(),
        )
        .await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(
        response.headers()[header::CACHE_CONTROL],
        "public, max-age=31536000, immutable"
    );
    assert!(response.headers().get(header::SET_COOKIE).is_none());
    let response = house
        .send(
            house.request(Method::GET, "/assets/x/../../Cargo.toml"),
            Body::empty(),
        )
        .await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn cookies_follow_the_origin() {
    for (origin, name, attributes) in [
        (
            SECURE,
            "__Host-claviger-browser=",
            "; Path=/; Secure; HttpOnly; SameSite=Lax",
        ),
        (
            LOCAL,
            "claviger-browser=",
            "; Path=/; HttpOnly; SameSite=Lax",
        ),
    ] {
        let house = house(origin).await;
        let response = house
            .send(house.request(Method::GET, "/sign-in"), Body::empty())
            .await;
        let cookie = response.headers()[header::SET_COOKIE]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(
            cookie.starts_with(name) && cookie.ends_with(attributes),
            "{cookie}"
        );
        // A browser that has its id keeps it.
        let known = house
            .request(Method::GET, "/sign-in")
            .header(header::COOKIE, cookie.split(';').next().unwrap());
        assert!(
            house
                .send(known, Body::empty())
                .await
                .headers()
                .get(header::SET_COOKIE)
                .is_none()
        );
        // Planted twice, it counts as absent.
        let pair = cookie.split(';').next().unwrap();
        let twice = house
            .request(Method::GET, "/sign-in")
            .header(header::COOKIE, format!("{pair}; {pair}"));
        assert!(
            house
                .send(twice, Body::empty())
                .await
                .headers()
                .get(header::SET_COOKIE)
                .is_some()
        );
    }
}

fn flags(folder: &TempDir) -> crate::config::Layer {
    crate::config::Layer {
        data: Some(folder.path().join("data")),
        listen: Some("127.0.0.1:0".to_owned()),
        ..crate::config::Layer::default()
    }
}
