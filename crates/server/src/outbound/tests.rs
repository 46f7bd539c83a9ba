//! Fetching from a server that answers as it is told: well, too long, cut, slowly, elsewhere.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::site::Site;
use super::{Authorities, FetchError, Outbound, PrivateAddresses, Target, is_public};

const LIMIT: usize = 1_000;

impl Site {
    fn outbound(&self) -> Outbound {
        self.client(PrivateAddresses::Allowed, Duration::from_secs(20))
    }

    fn client(&self, private: PrivateAddresses, time: Duration) -> Outbound {
        Outbound::believing(self.roots.clone(), private, time).unwrap()
    }

    async fn fetch(&self) -> Result<Vec<u8>, FetchError> {
        self.outbound().fetch(&self.url, LIMIT).await
    }
}

#[tokio::test]
async fn a_document_is_fetched() {
    let site = Site::answering("HTTP/1.1 200 OK\r\nContent-Length: 4", b"blob").await;
    assert_eq!(site.fetch().await.unwrap(), b"blob");
    let chunked = Site::answering(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked",
        b"4\r\nblob\r\n0\r\n\r\n",
    )
    .await;
    assert_eq!(chunked.fetch().await.unwrap(), b"blob");
    let until_the_end = Site::answering("HTTP/1.1 200 OK\r\nConnection: close", b"blob").await;
    assert_eq!(until_the_end.fetch().await.unwrap(), b"blob");
    let exactly = Site::answering("HTTP/1.1 200 OK\r\nContent-Length: 1000", &[7; LIMIT]).await;
    assert_eq!(exactly.fetch().await.unwrap().len(), LIMIT);
}

/// An organisation's own authority is believed where the operator names it, beside the public ones, and nowhere else.
#[tokio::test]
async fn an_authority_of_ones_own_is_believed_where_it_is_named() {
    let site = Site::answering("HTTP/1.1 200 OK\r\nContent-Length: 4", b"blob").await;
    let other = Site::answering("HTTP/1.1 200 OK\r\nContent-Length: 4", b"blob").await;
    let client = |pem: &str| {
        let authorities = Authorities::parse(pem.as_bytes()).unwrap();
        Outbound::with(PrivateAddresses::Allowed, &authorities).unwrap()
    };
    let both = client(&format!("{}\n{}", other.pem, site.pem));
    assert_eq!(both.fetch(&site.url, LIMIT).await.unwrap(), b"blob");
    assert_eq!(both.fetch(&other.url, LIMIT).await.unwrap(), b"blob");
    let none = Outbound::new(PrivateAddresses::Allowed).unwrap();
    for client in [client(&other.pem), none] {
        let error = client.fetch(&site.url, LIMIT).await.unwrap_err();
        assert!(matches!(error, FetchError::Tls(_)), "{error}");
        assert!(error.to_string().contains("outbound-authority"), "{error}");
    }
}

#[tokio::test]
async fn what_is_too_long_is_not_taken() {
    let announced = Site::answering("HTTP/1.1 200 OK\r\nContent-Length: 1001", b"").await;
    let error = announced.fetch().await.unwrap_err();
    assert!(
        matches!(error, FetchError::TooLong { limit: LIMIT }),
        "{error}"
    );
    let endless = Site::answering("HTTP/1.1 200 OK\r\nConnection: close", &[7; 90_000]).await;
    let error = endless.fetch().await.unwrap_err();
    assert!(
        matches!(error, FetchError::TooLong { limit: LIMIT }),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_cut_off_is_not_taken() {
    let cut = Site::answering("HTTP/1.1 200 OK\r\nContent-Length: 900", b"blob").await;
    let error = cut.fetch().await.unwrap_err();
    assert!(matches!(error, FetchError::Broken), "{error}");
    let chunk = Site::answering(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked",
        b"9\r\nblob",
    )
    .await;
    let error = chunk.fetch().await.unwrap_err();
    assert!(matches!(error, FetchError::Broken), "{error}");
    let nothing = Site::open(Vec::new(), Duration::ZERO).await;
    let error = nothing.fetch().await.unwrap_err();
    assert!(matches!(error, FetchError::Broken), "{error}");
}

#[tokio::test]
async fn who_is_slow_is_given_up() {
    let site = Site::open(
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbl".to_vec(),
        Duration::from_secs(3600),
    )
    .await;
    let client = site.client(PrivateAddresses::Allowed, Duration::from_secs(2));
    let error = client.fetch(&site.url, LIMIT).await.unwrap_err();
    assert!(
        matches!(error, FetchError::TooSlow { seconds: 2 }),
        "{error}"
    );
}

#[tokio::test]
async fn other_answers_than_200_are_none() {
    let moved = Site::answering(
        "HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0",
        b"",
    )
    .await;
    let error = moved.fetch().await.unwrap_err();
    assert!(matches!(error, FetchError::Redirect), "{error}");
    for status in [204, 403, 500] {
        let head = format!("HTTP/1.1 {status} Secret words\r\nContent-Length: 0");
        let site = Site::answering(&head, b"").await;
        let error = site.fetch().await.unwrap_err();
        assert!(
            matches!(error, FetchError::Status(found) if found == status),
            "{error}"
        );
        assert!(!error.to_string().contains("Secret"));
    }
}

#[tokio::test]
async fn only_a_certificate_that_is_believed() {
    let site = Site::answering("HTTP/1.1 200 OK\r\nContent-Length: 4", b"blob").await;
    let stranger = Outbound::new(PrivateAddresses::Allowed).unwrap();
    let error = stranger.fetch(&site.url, LIMIT).await.unwrap_err();
    assert!(matches!(error, FetchError::Tls(_)), "{error}");
    // Believed, but for another name.
    let url = site.url.replace("localhost", "127.0.0.1");
    let error = site.outbound().fetch(&url, LIMIT).await.unwrap_err();
    assert!(matches!(error, FetchError::Tls(_)), "{error}");
}

#[tokio::test]
async fn past_mistake_51_private_addresses_are_not_asked() {
    let site = Site::answering("HTTP/1.1 200 OK\r\nContent-Length: 4", b"blob").await;
    let careful = site.client(PrivateAddresses::Refused, Duration::from_secs(20));
    let error = careful.fetch(&site.url, LIMIT).await.unwrap_err();
    assert!(matches!(error, FetchError::Private(_)), "{error}");
    for private in [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "203.0.113.9",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001::1",
        "3fff::1",
    ] {
        assert!(!is_public(private.parse().unwrap()), "{private}");
    }
    for public in [
        "1.1.1.1",
        "172.15.0.1",
        "172.32.0.1",
        "100.128.0.1",
        "2606:4700::1111",
        "2001:4860::8888",
        "64:ff9b::101:101",
        "::ffff:1.1.1.1",
    ] {
        assert!(is_public(public.parse().unwrap()), "{public}");
    }
}

#[test]
fn addresses_are_https_and_nothing_else() {
    for unfit in [
        "",
        "mds3.fidoalliance.org",
        "http://mds3.fidoalliance.org/",
        "https://",
        "https:///path",
        "https://user:password@example.org/",
        "https://example.org:99999/",
        "file:///etc/passwd",
        "/etc/blob",
    ] {
        assert!(Target::parse(unfit).is_err(), "{unfit}");
    }
    let target = Target::parse("https://mds3.fidoalliance.org").unwrap();
    assert_eq!(
        (target.host.as_str(), target.port, target.path.as_str()),
        ("mds3.fidoalliance.org", 443, "/")
    );
    let target = Target::parse("https://[2606:4700::1111]:8443/a?b").unwrap();
    assert_eq!(
        (target.host.as_str(), target.port, target.path.as_str()),
        ("2606:4700::1111", 8443, "/a?b")
    );
}

#[tokio::test]
async fn a_form_is_posted_and_only_its_status_is_told() {
    let outbound = |private| {
        Outbound::believing(
            rustls::RootCertStore::empty(),
            private,
            Duration::from_secs(20),
        )
    };
    let allowed = outbound(PrivateAddresses::Allowed).unwrap();
    let refused = outbound(PrivateAddresses::Refused).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}/x");
    let serve = async move {
        for head in [
            "204 Well",
            "302 Elsewhere\r\nLocation: /",
            "500 \u{202e}secret",
        ] {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"a=b%20c") {
                let mut byte = [0];
                stream.read_exact(&mut byte).await.unwrap();
                request.extend(byte);
            }
            let request = String::from_utf8(request).unwrap();
            assert!(request.starts_with("POST /x HTTP/1.1\r\n"), "{request}");
            assert!(
                request.contains(&format!("host: 127.0.0.1:{port}\r\n")),
                "{request}"
            );
            let answer = format!("HTTP/1.1 {head}\r\nContent-Length: 9999999\r\n\r\nand more");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    };
    let served = tokio::spawn(serve);
    // Refused before anybody is spoken to.
    let outcome = refused.post(&url, "a=b%20c").await;
    assert!(
        matches!(outcome, Err(FetchError::Private(_))),
        "{outcome:?}"
    );
    assert_eq!(allowed.post(&url, "a=b%20c").await.unwrap(), 204);
    let outcome = allowed.post(&url, "a=b%20c").await;
    assert!(matches!(outcome, Err(FetchError::Redirect)), "{outcome:?}");
    assert_eq!(allowed.post(&url, "a=b%20c").await.unwrap(), 500);
    served.await.unwrap();
    // Nobody listens there any more; and a form of https is not sent where nobody proves who they are.
    let outcome = allowed.post(&url, "a=b").await;
    assert!(
        matches!(outcome, Err(FetchError::Connect(_))),
        "{outcome:?}"
    );
    let site = Site::answering("HTTP/1.1 200 OK\r\nContent-Length: 0", b"").await;
    let outcome = allowed.post(&site.url, "a=b").await;
    assert!(matches!(outcome, Err(FetchError::Tls(_))), "{outcome:?}");
}

#[test]
fn plain_http_is_for_this_very_machine_and_for_posting() {
    for url in [
        "http://localhost/x",
        "http://127.0.0.1:1/x",
        "http://[::1]:1/x",
    ] {
        assert!(Target::parse_any(url).is_ok(), "{url}");
        assert!(Target::parse(url).is_err(), "{url}");
    }
    for url in [
        "http://127.0.0.2/x",
        "http://10.0.0.1/x",
        "http://localhost.example.org/x",
        "http://example.org/x",
        "http://user@localhost/x",
        "http://localhost@example.org/x",
        "http://localhost:x/x",
        "ftp://localhost/x",
        "localhost/x",
    ] {
        assert!(Target::parse_any(url).is_err(), "{url}");
    }
}
