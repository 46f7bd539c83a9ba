//! C: limits (row 32).

use http::{HeaderValue, Method};
use identity::SECOND;
use serde_json::json;
use server::config::TrustedProxies;
use testkit::{Backend, Browser, House, on_each_backend};

use crate::in_each_house;

/// Row 32: limits hold for loopback, too, and headers of strangers don't evade them.
#[test]
fn past_mistake_32_limits_count_the_connection_not_the_headers() {
    in_each_house(async |house| {
        house.set_up("ada").await;
        for address in ["127.0.0.1:4711", "[::1]:4711", "203.0.113.9:4711"] {
            let mut browser = house.browser();
            browser.address = address.parse().unwrap();
            browser.hold_token().await;
            let mut limited = false;
            for number in 0..200 {
                let mut request =
                    browser.request(Method::POST, "/sign-in/name", r#"{"name":"somebody"}"#);
                let forged = HeaderValue::from_str(&format!("192.0.2.{}", number % 250)).unwrap();
                request
                    .headers_mut()
                    .insert("x-forwarded-for", forged.clone());
                request.headers_mut().insert("x-real-ip", forged);
                let body = format!(r#"{{"name":"somebody{number}"}}"#);
                *request.body_mut() = body.into();
                let answer = browser.send(request).await;
                if answer.status == 429 {
                    assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
                    let error = answer.refused(429, "limit.reached");
                    assert!(error["retryAfter"].as_u64().unwrap() > 0);
                    limited = true;
                    break;
                }
            }
            assert!(limited, "{address} was never limited");
        }
        // Others are not affected.
        house.browser().challenge().await;
    });
}

/// Row 32: IPv6 is limited by /64, as one household has that many addresses.
#[test]
fn past_mistake_32_one_ipv6_network_is_one_client() {
    in_each_house(async |house| {
        house.set_up("ada").await;
        let mut browser = house.browser();
        browser.hold_token().await;
        let mut limited = false;
        for number in 0..200 {
            browser.address = format!("[2001:db8:1:2::{number:x}]:4711").parse().unwrap();
            let answer = browser
                .post(
                    "/sign-in/name",
                    json!({ "name": format!("somebody{number}") }),
                )
                .await;
            limited |= answer.status == 429;
        }
        assert!(limited);
        browser.address = "[2001:db8:1:3::1]:4711".parse().unwrap();
        browser.challenge().await;
    });
}

/// Security 22: behind a proxy that the operator named, the rightmost hop that is not a proxy counts.
#[test]
fn security_22_a_trusted_proxy_tells_the_client_and_the_client_tells_nothing() {
    on_each_backend(async |backend: Backend| {
        let proxies = TrustedProxies::parse(&["10.0.0.0/8".to_owned()]).unwrap();
        let house = House::open_behind(backend, proxies, |_| {}).await;
        house.set_up("ada").await;
        let mut limited = [false, false];
        let mut browser = house.browser();
        browser.address = "10.1.2.3:4711".parse().unwrap();
        browser.hold_token().await;
        for number in 0..200 {
            // One client that lies about what is left of it.
            let forwarded = format!("192.0.2.{}, 203.0.113.7, 10.9.9.9", number % 250);
            limited[0] |= ask_behind(&mut browser, &forwarded, number).await == 429;
        }
        for number in 0..200 {
            // Two hundred clients.
            let forwarded = format!("198.18.{number}.1");
            limited[1] |= ask_behind(&mut browser, &forwarded, number + 1000).await == 429;
        }
        assert_eq!(limited, [true, false]);
    });
}

async fn ask_behind(browser: &mut Browser, forwarded: &str, number: usize) -> u16 {
    let mut request = browser.request(
        Method::POST,
        "/sign-in/name",
        format!(r#"{{"name":"somebody{number}"}}"#),
    );
    request
        .headers_mut()
        .insert("x-forwarded-for", HeaderValue::from_str(forwarded).unwrap());
    browser.send(request).await.status.as_u16()
}

/// Row 32: what somebody signed in may change in a minute is limited for the person, not for the browser or the
/// address; signing out is not.
#[test]
fn past_mistake_32_changes_are_limited_for_each_person() {
    on_each_backend(async |backend| {
        let house = House::open_with(backend, |settings| settings.changes_per_person = 4).await;
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let mut second = house.browser();
        second.sign_in(&mut ada.device).await.ok();
        let id = ada.passkey_id();
        for name in ["one", "two"] {
            ada.browser.rename_passkey(&id, name).await.ok();
            second.rename_passkey(&id, name).await.ok();
        }
        for browser in [&mut ada.browser, &mut second] {
            let answer = browser.rename_passkey(&id, "five").await;
            let error = answer.refused(429, "limit.reached");
            assert_eq!(error["retryAfter"], 16);
            let session = json!({ "sessionId": "00000000-0000-0000-0000-000000000000" });
            let answer = browser.post("/security-info/sessions/end", session).await;
            answer.refused(429, "limit.reached");
            let answer = browser.remove_passkey(&id).await;
            answer.refused(429, "limit.reached");
            let answer = browser
                .post("/security-info/passkeys/begin", json!({}))
                .await;
            answer.refused(429, "limit.reached");
        }
        let passkeys = house.security_info(&second).await.passkeys;
        assert_eq!(passkeys[0].name, "two", "what is refused changes nothing");
        let own = bob.passkey_id();
        bob.browser.rename_passkey(&own, "mine").await.ok();
        second.sign_out().await.ok();
        house.advance(16 * SECOND);
        ada.browser.rename_passkey(&id, "five").await.ok();
    });
}
