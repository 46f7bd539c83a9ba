//! Past mistakes 16 and 36: what is an origin, what an RP ID, and which fits which.

use webauthn::{DomainError, Origin, OriginError, RpId};

#[test]
fn past_mistake_16_origins_have_one_form() {
    for (text, canonical, host, port) in [
        (
            "https://example.org",
            "https://example.org",
            "example.org",
            None,
        ),
        (
            "HTTPS://Example.ORG",
            "https://example.org",
            "example.org",
            None,
        ),
        (
            "https://example.org:443",
            "https://example.org",
            "example.org",
            None,
        ),
        ("http://localhost:80", "http://localhost", "localhost", None),
        (
            "https://example.org:80",
            "https://example.org:80",
            "example.org",
            Some(80),
        ),
        (
            "http://localhost:8080",
            "http://localhost:8080",
            "localhost",
            Some(8080),
        ),
        (
            "https://xn--bcher-kva.example",
            "https://xn--bcher-kva.example",
            "xn--bcher-kva.example",
            None,
        ),
    ] {
        let origin = Origin::parse(text).unwrap();
        assert_eq!(origin.as_str(), canonical);
        assert_eq!(origin.host(), host);
        assert_eq!(origin.port(), port);
        assert!(canonical.starts_with(origin.scheme()));
        assert_eq!(Origin::parse(canonical).as_ref(), Ok(&origin));
    }
}

#[test]
fn past_mistake_16_everything_else_is_refused() {
    use DomainError as D;
    for (text, error) in [
        ("", OriginError::Scheme),
        ("null", OriginError::Scheme),
        ("example.org", OriginError::Scheme),
        ("//example.org", OriginError::Scheme),
        ("file:///etc/passwd", OriginError::Scheme),
        ("data:text/html,x", OriginError::Scheme),
        ("ftp://example.org", OriginError::Scheme),
        ("android:apk-key-hash:x", OriginError::Scheme),
        (" https://example.org", OriginError::Scheme),
        ("https:/example.org", OriginError::Scheme),
        ("https://example.org/", OriginError::Path),
        ("https://example.org?", OriginError::Path),
        ("https://example.org#x", OriginError::Path),
        ("https://example.org\\", OriginError::Path),
        ("https://user@example.org", OriginError::UserInfo),
        ("https://user:pass@example.org", OriginError::UserInfo),
        ("https://example.org:", OriginError::Port),
        ("https://example.org:0", OriginError::Port),
        ("https://example.org:0443", OriginError::Port),
        ("https://example.org:65536", OriginError::Port),
        ("https://example.org:+1", OriginError::Port),
        ("https://example.org:https", OriginError::Port),
        ("https://", OriginError::Host(D::Empty)),
        ("https://:443", OriginError::Host(D::Empty)),
        ("https://example.org.", OriginError::Host(D::EmptyLabel)),
        ("https://.example.org", OriginError::Host(D::EmptyLabel)),
        ("https://a..b", OriginError::Host(D::EmptyLabel)),
        ("https://bücher.example", OriginError::Host(D::NotAscii)),
        ("https://exam ple.org", OriginError::Host(D::Character)),
        ("https://exam_ple.org", OriginError::Host(D::Character)),
        ("https://-a.example", OriginError::Host(D::Character)),
        ("https://*.example.org", OriginError::Host(D::Character)),
        ("https://%65xample.org", OriginError::Host(D::Character)),
        ("https://127.0.0.1:8080", OriginError::Host(D::Address)),
        ("https://0x7f000001", OriginError::Host(D::Address)),
        ("https://[::1]:8080", OriginError::Host(D::Address)),
    ] {
        assert_eq!(Origin::parse(text), Err(error), "{text}");
    }
}

#[test]
fn localhost_and_what_is_below_it() {
    for (text, local) in [
        ("http://localhost:8080", true),
        ("http://tenant.localhost", true),
        ("http://notlocalhost", false),
        ("http://localhost.example.org", false),
    ] {
        assert_eq!(Origin::parse(text).unwrap().is_localhost(), local, "{text}");
    }
}

#[test]
fn past_mistake_36_rp_id_is_a_domain() {
    for good in [
        "example.org",
        "localhost",
        "a.b.c.example",
        "xn--bcher-kva.example",
        "intranet",
        "1.example",
    ] {
        assert_eq!(RpId::parse(good).unwrap().as_str(), good);
    }
    for bad in [
        "",
        ".",
        "example.org.",
        ".example.org",
        "a..b",
        "Example.org",
        "bücher.example",
        "127.0.0.1",
        "[::1]",
        "::1",
        "0x7f.1",
        "example.org:443",
        "https://example.org",
        "example.org/",
        "ex ample.org",
        "-a.example",
        "a-.example",
        "a_b.example",
        "*.example.org",
        "user@example.org",
        "1",
        "\u{0}",
    ] {
        assert!(RpId::parse(bad).is_err(), "{bad}");
    }
    assert!(RpId::parse(&"a".repeat(64)).is_err());
    assert!(RpId::parse(&["a"; 128].join(".")).is_err());
}

#[test]
fn past_mistake_36_rp_id_fits_only_at_a_dot() {
    let rp_id = RpId::parse("example.org").unwrap();
    for (origin, fits) in [
        ("https://example.org", true),
        ("https://login.example.org", true),
        ("https://a.b.example.org:8443", true),
        ("https://badexample.org", false),
        ("https://example.org.evil.net", false),
        ("https://org", false),
        ("https://ample.org", false),
    ] {
        assert_eq!(
            Origin::parse(origin).unwrap().fits_rp_id(&rp_id),
            fits,
            "{origin}"
        );
    }
}
