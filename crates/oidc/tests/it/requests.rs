//! Requests to the authorization and the token endpoint.

use oidc::authorize::{Echo, Prompt, Request, ResponseMode, Target};
use oidc::form::Parameters;
use oidc::token_request::{Grant, Headers, JWT_BEARER, Message, Proof, TokenRequest};
use oidc::{ErrorKind, OAuthError};

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn parameters(pairs: &[(&str, &str)]) -> Parameters {
    Parameters::parse(oidc::form::write(pairs).as_bytes()).unwrap()
}

fn plain() -> Vec<(&'static str, &'static str)> {
    vec![
        ("client_id", "me"),
        ("redirect_uri", "https://app.example.org/cb"),
        ("response_type", "code"),
        ("scope", "openid User.Read"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("state", "a b&c"),
    ]
}

fn with(name: &'static str, value: &'static str) -> Parameters {
    let mut pairs = plain();
    pairs.retain(|(known, _)| *known != name);
    pairs.push((name, value));
    parameters(&pairs)
}

fn refusal(parameters: &Parameters) -> ErrorKind {
    Request::parse(parameters).unwrap_err().kind
}

#[test]
fn a_plain_request_and_its_one_spelling() {
    let request = Request::parse(&parameters(&plain())).unwrap();
    assert_eq!(request.scopes, ["openid", "User.Read"]);
    assert_eq!(request.echo.state.as_deref(), Some("a b&c"));
    assert_eq!(request.prompt, Prompt::AsNeeded);
    let again = Parameters::parse(request.to_query().as_bytes()).unwrap();
    assert_eq!(Request::parse(&again).unwrap(), request);
    assert!(!request.to_query().contains("//"));
}

#[test]
fn what_is_refused_and_in_which_words() {
    use ErrorKind as K;
    let cases = [
        ("response_type", "token", K::UnsupportedResponseType),
        ("response_type", "code id_token", K::UnsupportedResponseType),
        ("response_type", "", K::InvalidRequest),
        ("response_mode", "form_post.jwt", K::InvalidRequest),
        ("claims", "{", K::InvalidRequest),
        ("response_mode", "x", K::InvalidRequest),
        ("code_challenge", "", K::InvalidRequest),
        ("code_challenge_method", "plain", K::InvalidRequest),
        ("code_challenge_method", "", K::InvalidRequest),
        ("scope", "", K::InvalidScope),
        ("scope", "a\"b", K::InvalidRequest),
        ("prompt", "none login", K::InvalidRequest),
        ("prompt", "create", K::InvalidRequest),
        ("max_age", "-1", K::InvalidRequest),
        ("max_age", "1e3", K::InvalidRequest),
        ("max_age", "9999999999999999999", K::InvalidRequest),
        ("request", "x", K::RequestNotSupported),
        (
            "request_uri",
            "https://a.example",
            K::RequestUriNotSupported,
        ),
        ("registration", "{}", K::RegistrationNotSupported),
        ("redirect_uri", "", K::InvalidRequest),
        ("client_id", "", K::InvalidRequest),
    ];
    for (name, value, kind) in cases {
        assert_eq!(refusal(&with(name, value)), kind, "{name}={value}");
    }
    let long: &'static str = "x".repeat(1025).leak();
    assert_eq!(refusal(&with("state", long)), K::InvalidRequest);
    assert_eq!(Echo::of(&with("state", long)).state, None);
    assert!(Target::parse(&with("client_id", "")).is_err());
}

#[test]
fn prompts_and_ages() {
    for (text, prompt) in [
        ("none", Prompt::None),
        ("login", Prompt::Login),
        ("select_account", Prompt::Login),
        ("login consent", Prompt::Login),
        ("consent", Prompt::Consent),
    ] {
        assert_eq!(
            Request::parse(&with("prompt", text)).unwrap().prompt,
            prompt
        );
    }
    let age = |text| Request::parse(&with("max_age", text)).unwrap().max_age;
    assert_eq!((age("0"), age("300"), age("")), (Some(0), Some(300), None));
    assert!(age("999999999999999999").unwrap() < 1_000_000_000);
    let echo = Echo::of(&with("response_mode", "fragment"));
    assert_eq!(echo.mode, ResponseMode::Fragment);
}

#[test]
fn past_mistake_42_a_parameter_twice_is_refused() {
    for text in [
        "redirect_uri=a&redirect_uri=b",
        "redirect_uri=a&redirect_uri=a",
        "redirect_uri=a&redirect%5Furi=b",
        "a=&a=1",
        "x&x",
    ] {
        assert!(Parameters::parse(text.as_bytes()).is_err(), "{text}");
    }
    for text in ["a=%", "a=%1", "a=%zz", "a=%ff", "a=%00", "a=%0a", "%0d=1"] {
        assert!(Parameters::parse(text.as_bytes()).is_err(), "{text}");
    }
    assert!(Parameters::parse(&vec![b'a'; 33 * 1024]).is_err());
    let many: String = (0..65).map(|number| format!("a{number}=1&")).collect();
    assert!(Parameters::parse(many.as_bytes()).is_err());
    let read = Parameters::parse(b"&a=1+2%2B&b=&&c").unwrap();
    assert_eq!(read.find("a"), Some("1 2+"));
    assert_eq!((read.find("b"), read.find("c")), (None, None));
}

fn token(pairs: &[(&str, &str)], header: Option<&str>) -> Result<TokenRequest, OAuthError> {
    let headers = Headers {
        authorization: header,
        dpop: None,
    };
    TokenRequest::parse(&parameters(pairs), &headers)
}

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

/// Members of the body, and the Authorization header.
type Doubled<'a> = (&'a [(&'a str, &'a str)], Option<&'a str>);

#[test]
fn one_proof_in_one_place() {
    let read = token(&[GRANT, ("client_id", "me"), ("client_secret", "s")], None).unwrap();
    assert_eq!(read.client_id.as_deref(), Some("me"));
    assert!(matches!(&read.proof, Proof::SecretPost(secret) if secret.expose() == "s"));
    assert!(!format!("{read:?}").contains("\"s\""));
    // RFC 6749 section 2.3.1: both halves are form-encoded.
    let header = data_encoding::BASE64.encode(b"m%65:a%3Ab+c");
    let read = token(&[GRANT], Some(&format!("basic {header}"))).unwrap();
    assert_eq!(read.client_id.as_deref(), Some("me"));
    assert!(matches!(&read.proof, Proof::SecretBasic(secret) if secret.expose() == "a:b c"));
    let assertion = [
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", "t"),
    ];
    let read = token(&[GRANT, assertion[0], assertion[1]], None).unwrap();
    assert!(matches!(read.proof, Proof::Assertion(_)) && read.client_id.is_none());
    let public = token(&[GRANT, ("client_id", "me")], None).unwrap();
    assert_eq!(public.proof, Proof::Nothing);

    let basic = format!("Basic {header}");
    let doubled: [Doubled; 7] = [
        (&[GRANT, ("client_secret", "s")], Some(&basic)),
        (&[GRANT, assertion[0], assertion[1]], Some(&basic)),
        (
            &[GRANT, assertion[0], assertion[1], ("client_secret", "s")],
            None,
        ),
        (&[GRANT, ("client_id", "you")], Some(&basic)),
        (&[GRANT, assertion[0]], None),
        (&[GRANT, assertion[1]], None),
        (&[GRANT, ("client_assertion_type", "x"), assertion[1]], None),
    ];
    for (pairs, header) in doubled {
        let error = token(pairs, header).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidRequest, "{pairs:?}");
    }
    for header in [
        "",
        "Basic",
        "Basic !",
        "Bearer abc",
        "Basic bWU=",
        "Basic OnM=",
        "Basic bWU6",
    ] {
        let error = token(&[GRANT], Some(header)).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidClient, "{header}");
    }
    assert_eq!(
        token(&[GRANT], None).unwrap_err().kind,
        ErrorKind::InvalidClient
    );
}

#[test]
fn grants() {
    let me = ("client_id", "me");
    let code = [
        me,
        ("grant_type", "authorization_code"),
        ("code", "c"),
        ("redirect_uri", "https://app.example.org/cb"),
        ("code_verifier", "v"),
    ];
    assert!(matches!(
        token(&code, None).unwrap().grant,
        Grant::AuthorizationCode { .. }
    ));
    for missing in ["code", "redirect_uri"] {
        let pairs: Vec<_> = code
            .into_iter()
            .filter(|(name, _)| *name != missing)
            .collect();
        let error = token(&pairs, None).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidRequest, "{missing}");
    }
    // Whether a client may leave PKCE out is decided where its code is known.
    let read = token(&code[..4], None).unwrap();
    assert!(matches!(
        read.grant,
        Grant::AuthorizationCode { verifier: None, .. }
    ));
    let long = "v".repeat(513);
    let too_long = [code[0], code[1], code[2], code[3], ("code_verifier", &long)];
    let error = token(&too_long, None).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidRequest);
    let renewal = ("grant_type", "refresh_token");
    let held = ("refresh_token", "r");
    let read = token(&[me, renewal, held, ("scope", "b a b")], None).unwrap();
    assert!(
        matches!(read.grant, Grant::RefreshToken { token, scopes } if token.expose() == "r" && scopes == ["b", "a"])
    );
    let read = token(&[me, renewal, held], None).unwrap();
    assert!(matches!(read.grant, Grant::RefreshToken { scopes, .. } if scopes.is_empty()));
    for pairs in [&[me, renewal][..], &[me, renewal, ("refresh_token", "")]] {
        let error = token(pairs, None).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidRequest, "{pairs:?}");
    }
    for grant in ["password", "implicit", "x"] {
        let error = token(&[me, ("grant_type", grant)], None).unwrap_err();
        assert_eq!(error.kind, ErrorKind::UnsupportedGrantType, "{grant}");
    }
    assert_eq!(
        token(&[me], None).unwrap_err().kind,
        ErrorKind::InvalidRequest
    );
    let scopes = token(&[me, GRANT, ("scope", "a  b a")], None)
        .unwrap()
        .grant;
    assert!(matches!(scopes, Grant::ClientCredentials { scopes } if scopes == ["a", "b"]));
    let long = "x".repeat(513);
    let error = token(&[me, GRANT, ("client_secret", &long)], None).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidRequest);
}
