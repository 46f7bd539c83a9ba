//! What somebody else makes up: headers, cookies, codes, ways on.

use http::HeaderValue;
use identity::{HOUR, MINUTE};
use testkit::{Answer, House, ORIGIN, on_each_backend};

use super::{
    ASK, BEGUN, OPENED, SESSION, SHOP, Visitor, WIKI, begin, begin_signed_in, behind_a_proxy,
    protect, refused, sign_in_path,
};

/// Who is no proxy of ours says nothing about anybody's request, and learns nothing.
#[test]
fn past_mistake_33_forwarded_headers_count_from_trusted_proxies_only() {
    behind_a_proxy(async |house| {
        let (_, mut ada, wiki) = begin_signed_in(&house).await;
        let mut stranger = wiki.clone();
        for address in [
            "192.0.2.1:4711",
            "11.0.0.1:4711",
            "[::1]:4711",
            "127.0.0.1:4711",
        ] {
            stranger.proxy.address = address.parse().unwrap();
            for uri in ["/", "/.claviger/callback?code=x", "/.claviger/sign-out"] {
                refused(
                    &stranger.open(uri).await,
                    403,
                    "forward_auth.untrusted_proxy",
                );
                assert_eq!(stranger.check(uri).await, 403);
            }
        }
        // A code that is good stays good: nothing of it was looked at.
        let mut again = Visitor::of(&house, WIKI);
        let back = again.come_back("/", &mut ada.browser).await;
        stranger.cookies = again.cookies.clone();
        refused(
            &stranger.open(&back).await,
            403,
            "forward_auth.untrusted_proxy",
        );
        assert_eq!(again.open(&back).await.status, 303);
    });
    // Without a word of the operator's nobody is trusted, not even this machine.
    on_each_backend(async |backend| {
        let house = House::open(backend).await;
        begin(&house).await;
        let mut visitor = Visitor::of(&house, WIKI);
        for address in ["10.1.2.3:1", "127.0.0.1:1", "[::1]:1"] {
            visitor.proxy.address = address.parse().unwrap();
            refused(
                &visitor.open("/").await,
                403,
                "forward_auth.untrusted_proxy",
            );
        }
    });
}

#[test]
fn past_mistake_33_what_is_missing_or_said_twice_is_refused() {
    behind_a_proxy(async |house| {
        let (_, _, mut wiki) = begin_signed_in(&house).await;
        for (name, detail) in [
            ("x-forwarded-proto", "forward.proto"),
            ("x-forwarded-host", "forward.host"),
            ("x-forwarded-method", "forward.method"),
            ("x-forwarded-uri", "forward.uri"),
        ] {
            let question = || wiki.question(ASK, ("GET", "/"), &OPENED);
            let (mut none, mut two) = (question(), question());
            none.headers_mut().remove(name);
            two.headers_mut()
                .append(name, HeaderValue::from_static("https"));
            for request in [none, two] {
                let answer = wiki.proxy.send_program(request).await;
                refused(&answer, 400, detail);
            }
        }
        // Other sets of headers say nothing: a browser may have sent them.
        let sent = [
            ("x-original-url", "https://shop.example.org/"),
            ("x-original-uri", "/.claviger/sign-out"),
            ("x-original-method", "POST"),
            ("x-forwarded-server", "evil.example"),
            ("forwarded", "host=evil.example;proto=https"),
            ("x-rewrite-url", "/.claviger/sign-out"),
        ];
        let answer = wiki.send(wiki.question(ASK, ("GET", "/"), &sent)).await;
        assert_eq!(answer.status, 200);
        // Another scheme or port is another address; an application is behind neither.
        for origin in [
            "http://wiki.example.org",
            "https://wiki.example.org:8443",
            "https://example.org",
            "https://xwiki.example.org",
            "https://wiki.example.org.evil.example",
            ORIGIN,
        ] {
            let mut other = wiki.clone();
            other.origin = origin.to_owned();
            refused(&other.open("/").await, 403, "forward_auth.unknown_address");
        }
        let mut same = wiki.clone();
        same.origin = "https://WIKI.example.org:443".to_owned();
        assert!(same.is_in().await);
    });
}

#[test]
fn security_26_each_application_has_a_cookie_of_its_own() {
    behind_a_proxy(async |house| {
        let (_, mut ada, mut wiki) = begin_signed_in(&house).await;
        let other = house.application("Shop", &[]).await;
        protect(&house, &other, &[SHOP]).await;
        let mut shop = Visitor::of(&house, SHOP);
        shop.cookies = wiki.cookies.clone();
        assert!(!shop.is_in().await);
        shop.sign_in("/", &mut ada.browser).await;
        assert!(shop.is_in().await);
        let mut crossed = wiki.clone();
        crossed.cookies = shop.cookies.clone();
        assert!(!crossed.is_in().await);
        // One that is there twice, bent, cut, empty, long or ours is none.
        let good = wiki.cookie(SESSION).to_owned();
        let bent = format!("{}A", &good[..good.len() - 1]);
        let ours = ada.browser.cookie("session").unwrap().to_owned();
        let long = "A".repeat(9000);
        for wrong in [bent.as_str(), &good[1..], "", "x", &ours, &long] {
            let mut visitor = Visitor::of(&house, WIKI);
            visitor.cookies.insert(SESSION.to_owned(), wrong.to_owned());
            assert_eq!(visitor.is_in().await, wrong == good, "{wrong:.60}");
        }
        let twice = format!("{SESSION}={good}; {SESSION}={good}");
        let mut visitor = Visitor::of(&house, WIKI);
        let question = visitor.question(ASK, ("GET", "/"), &[("cookie", &twice)]);
        assert_eq!(visitor.send(question).await.status, 401);
        // Our own cookie lets nobody in there, nor does that of there here; and none of ours is given out there.
        let ours = format!("__Host-claviger-session={ours}");
        let question = visitor.question(ASK, ("GET", "/"), &[OPENED[0], ("cookie", &ours)]);
        sign_in_path(&visitor.send(question).await);
        let mut browser = ada.browser.clone();
        browser.set_cookie("session", &good);
        assert_eq!(browser.get("/security-info").await.status, 303);
        let page = wiki.open("/.claviger/x").await;
        refused(&page, 404, "request.not_found");
        assert!(page.headers.get("set-cookie").is_none());
    });
}

/// A code that did not open anything; and it never will.
async fn refused_code(visitor: &mut Visitor, back: &str, detail: &str) -> Answer {
    let answer = visitor.open(back).await;
    refused(&answer, 400, detail);
    assert!(answer.text().contains("forward_auth.code_unusable"));
    assert!(!visitor.cookies.contains_key(SESSION));
    answer
}

#[test]
fn past_mistake_41_each_binding_of_a_way_back_counts_alone() {
    behind_a_proxy(async |house| {
        let (_, mut ada) = begin(&house).await;
        let other = house.application("Shop", &[]).await;
        protect(&house, &other, &[SHOP]).await;
        let mut wiki = Visitor::of(&house, WIKI);
        // At another application, with the cookies of both.
        let back = wiki.come_back("/", &mut ada.browser).await;
        let mut shop = Visitor::of(&house, SHOP);
        shop.cookies = wiki.cookies.clone();
        refused_code(&mut shop, &back, "code.other_address").await;
        refused_code(&mut wiki, &back, "code.used").await;
        // In a browser that did not begin, and in another one that did: nobody is signed in as somebody else by a link.
        let back = wiki.come_back("/", &mut ada.browser).await;
        refused_code(&mut Visitor::of(&house, WIKI), &back, "code.no_browser").await;
        refused_code(&mut wiki, &back, "code.used").await;
        let back = wiki.come_back("/", &mut ada.browser).await;
        let mut victim = Visitor::of(&house, WIKI);
        victim.open("/").await;
        assert_ne!(victim.cookie(BEGUN), wiki.cookie(BEGUN));
        refused_code(&mut victim, &back, "code.other_browser").await;
        refused_code(&mut wiki, &back, "code.used").await;
        // Too late.
        let back = wiki.come_back("/", &mut ada.browser).await;
        house.advance(MINUTE);
        refused_code(&mut wiki, &back, "code.expired").await;
        refused_code(&mut wiki, &back, "code.used").await;
        // Once.
        let back = wiki.come_back("/", &mut ada.browser).await;
        assert_eq!(wiki.open(&back).await.status, 303);
        wiki.cookies.remove(SESSION);
        refused_code(&mut wiki, &back, "code.used").await;
        // Nothing that we made.
        let bent = back.replace("code=", "code=A");
        for wrong in [
            bent.as_str(),
            "/.claviger/callback",
            "/.claviger/callback?code=",
            "/.claviger/callback?code=x",
            "/.claviger/callback?Code=x",
            "/.claviger/callback?code=x&code=y",
            "/.claviger/callback?code=%00",
            "/.claviger/callback?code=%zz",
        ] {
            refused_code(&mut wiki, wrong, "code.unknown").await;
        }
        let question = wiki.question(ASK, ("POST", &back), &OPENED);
        assert_eq!(wiki.send(question).await.status, 405);
        // What had a code that was good is on record once, whatever came after.
        let told = house.run_sql("SELECT body FROM audit WHERE activity = 'application.refused'");
        assert_eq!(told.len(), 4, "{told:?}");
    });
}

#[test]
fn of_many_at_once_one_gets_the_cookie() {
    behind_a_proxy(async |mut house: House| {
        let second = house.add_node().await;
        let (_, mut ada) = begin(&house).await;
        let mut wiki = Visitor::of(&house, WIKI);
        let back = wiki.come_back("/", &mut ada.browser).await;
        let work = (0..8).map(|number| {
            let mut visitor = Visitor::at(&house, if number % 2 == 0 { 0 } else { second }, WIKI);
            visitor.cookies = wiki.cookies.clone();
            let back = back.clone();
            async move { visitor.open(&back).await }
        });
        let answers = crate::at_once(work.collect()).await;
        assert_eq!(
            crate::count(&answers, 303),
            1,
            "{:?}",
            crate::brief(&answers)
        );
        assert_eq!(house.run_sql("SELECT origin FROM forward_session").len(), 1);
    });
}

/// Wherever somebody wanted to go, they come back to the application's own host.
#[test]
fn past_mistake_42_the_way_back_stays_on_the_application_s_host() {
    behind_a_proxy(async |house| {
        let (_, mut ada) = begin(&house).await;
        let huge = format!("/{}", "a".repeat(60_000));
        let longest = format!("/{}", "a".repeat(2047));
        for (uri, expected) in [
            ("//evil.example", "//evil.example"),
            ("/@evil.example", "/@evil.example"),
            ("/%0d%0aSet-Cookie:%20x=y", "/%0d%0aSet-Cookie:%20x=y"),
            ("/%2f%2fevil.example", "/%2f%2fevil.example"),
            ("/a\"b'c?d=\"{}<>", "/a\"b'c?d=\"{}<>"),
            (longest.as_str(), longest.as_str()),
            (huge.as_str(), "/"),
            ("/\\evil.example", "/"),
            ("@evil.example/", "/"),
            (".evil.example/", "/"),
            (":443@evil.example/", "/"),
            ("https://evil.example/", "/"),
            ("javascript:alert(1)", "/"),
            ("*", "/"),
            ("", "/"),
        ] {
            let mut wiki = Visitor::of(&house, WIKI);
            let opened = wiki.sign_in(uri, &mut ada.browser).await;
            assert_eq!(wiki.path_of(&opened), expected, "{uri:.60}");
            assert!(wiki.is_in().await);
            house.advance(MINUTE);
        }
    });
}

/// Only we make the way to our sign-in page; what somebody changes in it is nothing.
#[test]
fn a_way_to_sign_in_that_we_did_not_make_leads_nowhere() {
    behind_a_proxy(async |house| {
        let (app, mut ada) = begin(&house).await;
        let mut wiki = Visitor::of(&house, WIKI);
        let path = sign_in_path(&wiki.open("/page").await);
        let (_, mark) = path.split_once('=').unwrap();
        let (body, proof) = mark.split_once('.').unwrap();
        let text = data_encoding::BASE64URL_NOPAD
            .decode(body.as_bytes())
            .unwrap();
        let text = String::from_utf8(text).unwrap();
        let elsewhere = text.replace(WIKI, "https://evil.example");
        assert_ne!(text, elsewhere);
        let elsewhere = data_encoding::BASE64URL_NOPAD.encode(elsewhere.as_bytes());
        let rows = house.count_rows();
        let long = "A".repeat(20_000);
        for wrong in [
            format!("{elsewhere}.{proof}"),
            format!("{body}."),
            format!("{body}.{}", &proof[1..]),
            format!("A{body}.{proof}"),
            body.to_owned(),
            String::new(),
            format!("{mark}&request={mark}"),
            format!("{long}.{proof}"),
        ] {
            let address = format!("/forward-auth/sign-in?request={wrong}");
            let page = ada.browser.get(&address).await;
            refused(&page, 400, "forward_auth.request_unusable");
        }
        assert_eq!(house.count_rows(), rows);
        // At our own host only.
        let mut request = ada.browser.request(http::Method::GET, &path, "");
        request
            .headers_mut()
            .insert("host", HeaderValue::from_static("wiki.example.org"));
        assert_eq!(ada.browser.send(request).await.status, 421);
        // Who took an hour begins anew, where they began.
        house.advance(HOUR);
        let led = ada.browser.get(&path).await;
        assert_eq!(wiki.path_of(&led), "/page");
        // Of an address that is no application's any more nobody is led to anything.
        let path = sign_in_path(&wiki.open("/page").await);
        protect(&house, &app, &[]).await;
        for _ in 0..2 {
            let page = ada.browser.get(&path).await;
            refused(&page, 403, "forward_auth.unknown_address");
            ada.browser.forget();
        }
    });
}

/// However often somebody is sent to a page that makes codes in their name, it ends.
#[test]
fn security_22_ways_back_are_limited_for_the_person() {
    behind_a_proxy(async |house| {
        let (_, mut ada) = begin(&house).await;
        let path = sign_in_path(&Visitor::of(&house, WIKI).open("/").await);
        let mut last = 303;
        for _ in 0..40 {
            last = ada.browser.get(&path).await.status.as_u16();
        }
        assert_eq!(last, 429);
    });
}
