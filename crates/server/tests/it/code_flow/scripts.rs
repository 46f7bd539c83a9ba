//! Scripts in pages of applications ask from another origin (Fetch, CORS).

use axum::body::Body;
use axum::http::{HeaderValue, Method, header};
use testkit::{Answer, Browser};

use super::begin;
use crate::in_each_house;

const ELSEWHERE: HeaderValue = HeaderValue::from_static("https://app.example.org");

async fn send(browser: &Browser, method: Method, path: &str) -> Answer {
    let mut request = browser.request(method, path, Body::empty());
    let headers = request.headers_mut();
    headers.insert(header::ORIGIN, ELSEWHERE);
    headers.insert(
        header::ACCESS_CONTROL_REQUEST_METHOD,
        HeaderValue::from_static("POST"),
    );
    browser.send_program(request).await
}

fn find<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer
        .headers
        .get(name)
        .map(|value| value.to_str().unwrap())
}

#[test]
fn past_mistake_50_scripts_ask_where_no_cookie_counts_and_nowhere_else() {
    in_each_house(async |house| {
        let (_, ada) = begin(&house).await;
        let (origin, credentials) = (
            "access-control-allow-origin",
            "access-control-allow-credentials",
        );
        for path in [
            "/.well-known/openid-configuration",
            "/common/v2.0/.well-known/openid-configuration",
            "/discovery/v2.0/keys",
            "/oauth2/v2.0/token",
            "/common/oauth2/v2.0/token",
            "/oauth2/v2.0/revoke",
            "/oauth2/v2.0/introspect",
            "/oauth2/v2.0/par",
            "/oauth2/v2.0/devicecode",
            "/oidc/userinfo",
        ] {
            let asked = send(&ada.browser, Method::OPTIONS, path).await;
            assert_eq!(asked.status, 204, "{path}: {}", asked.text());
            assert_eq!(find(&asked, origin), Some("*"), "{path}");
            let allowed = find(&asked, "access-control-allow-headers").unwrap();
            assert_eq!(allowed, "authorization, content-type, dpop");
            // Refusals, too: a script is told what is wrong.
            let method = match path.starts_with("/oauth2") || path.starts_with("/common/oauth2") {
                true => Method::POST,
                false => Method::GET,
            };
            let answer = send(&ada.browser, method, path).await;
            assert_eq!(find(&answer, origin), Some("*"), "{path}");
            assert_eq!(find(&answer, credentials), None);
        }
        for path in [
            "/security-info",
            "/applications",
            "/device",
            "/consent",
            "/sign-in/challenge",
            "/oauth2/v2.0/authorize",
            "/oauth2/v2.0/logout",
            "/v1.0/users",
        ] {
            for method in [Method::OPTIONS, Method::GET, Method::POST] {
                let answer = send(&ada.browser, method, path).await;
                assert_eq!(find(&answer, origin), None, "{path}");
                assert_eq!(find(&answer, credentials), None, "{path}");
            }
        }
    });
}
