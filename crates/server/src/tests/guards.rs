//! Host, origin, token: the guards before every handler.

use super::*;

#[tokio::test]
async fn past_mistakes_10_17_34_a_foreign_host_gets_421_with_a_link_to_us() {
    let house = house(LOCAL).await;
    for host in [
        "127.0.0.1:8080",
        "evil.example",
        "localhost",
        "localhost:8080@evil.example",
        "localhost:8080.",
    ] {
        let request = Request::builder()
            .uri("/.well-known/passkey-endpoints")
            .header(header::HOST, host);
        let response = house.send(request, Body::empty()).await;
        assert_eq!(response.status(), StatusCode::MISDIRECTED_REQUEST, "{host}");
        assert!(response.headers().get(header::SET_COOKIE).is_none());
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let body = String::from_utf8_lossy(&body);
        assert!(
            body.contains(LOCAL) && !body.contains("evil.example"),
            "{body}"
        );
    }
    let script = with(house.post("/sign-in/challenge"), "host", "evil.example");
    let response = house.send(script, "{}").await;
    assert_eq!(response.status(), StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(code(response).await, "request.wrong_host -");
    let twice = Request::builder()
        .uri("/")
        .header(header::HOST, "localhost:8080")
        .header(header::HOST, "evil.example");
    assert_eq!(
        house.send(twice, Body::empty()).await.status(),
        StatusCode::MISDIRECTED_REQUEST
    );
    let none = Request::builder().uri("/");
    assert_eq!(
        house.send(none, Body::empty()).await.status(),
        StatusCode::MISDIRECTED_REQUEST
    );
    let absolute = Request::builder()
        .uri("http://evil.example/")
        .header(header::HOST, "localhost:8080");
    assert_eq!(
        house.send(absolute, Body::empty()).await.status(),
        StatusCode::MISDIRECTED_REQUEST
    );
}

#[tokio::test]
async fn past_mistake_10_forwarded_headers_build_nothing() {
    let house = house(SECURE).await;
    let request = house
        .request(Method::GET, "/.well-known/passkey-endpoints")
        .header("x-forwarded-host", "evil.example")
        .header("forwarded", "host=evil.example;proto=http")
        .header("x-forwarded-proto", "http");
    let response = house.send(request, Body::empty()).await;
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let value: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(value["enroll"], "https://login.example.org/security-info");
    assert_eq!(value["manage"], "https://login.example.org/security-info");
}

#[tokio::test]
async fn a_change_needs_token_cookie_and_origin() {
    let house = house(LOCAL).await;
    let path = "/sign-out";
    assert_eq!(
        house.send(house.post(path), "{}").await.status(),
        StatusCode::OK
    );
    let cases = [
        (
            without(house.post(path), "origin"),
            "request.forged csrf.origin",
        ),
        (
            with(house.post(path), "origin", "null"),
            "request.forged csrf.origin",
        ),
        (
            with(house.post(path), "origin", "http://localhost:8081"),
            "request.forged csrf.origin",
        ),
        (
            with(house.post(path), "sec-fetch-site", "cross-site"),
            "request.forged csrf.fetch_site",
        ),
        (
            without(house.post(path), "cookie"),
            "request.forged csrf.no_browser_cookie",
        ),
        (
            with(house.post(path), "cookie", "claviger-browser=AAAA"),
            "request.forged csrf.no_browser_cookie",
        ),
        (
            without(house.post(path), "x-csrf-token"),
            "request.forged csrf.no_token",
        ),
        (
            with(house.post(path), "x-csrf-token", "AAAA"),
            "request.forged csrf.token",
        ),
    ];
    for (request, expected) in cases {
        let response = house.send(request, "{}").await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{expected}");
        assert_eq!(code(response).await, expected);
    }
    let other = identity::BrowserId([8; 32]);
    let foreign = with(
        house.post(path),
        "x-csrf-token",
        &house.state.identity.csrf_token(&other, None),
    );
    assert_eq!(
        code(house.send(foreign, "{}").await).await,
        "request.forged csrf.token"
    );
}

/// The guard is a layer: also addresses that don't exist, and other methods, answer as forged.
#[tokio::test]
async fn no_change_gets_past_the_guard() {
    let house = house(LOCAL).await;
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
        for path in [
            "/nowhere",
            "/sign-in/passkey",
            "/people/add",
            "/healthz",
            "/.well-known/webauthn",
        ] {
            let response = house.send(house.request(method.clone(), path), "{}").await;
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{method} {path}");
        }
    }
}
