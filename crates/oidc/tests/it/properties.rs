//! What holds of whatever is sent: nothing panics, and what is written is read as it was meant.

use oidc::authorize::Request;
use oidc::form::{Parameters, encode, write};
use oidc::pkce::Challenge;
use oidc::redirect_uri::{self, Platform};
use oidc::token_request::{Headers, Message, TokenRequest};
use oidc::{client_assertion, jwk, jwt};
use proptest::prelude::*;

const PLATFORMS: [Platform; 3] = [Platform::Web, Platform::SinglePage, Platform::Native];

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(parameters) = Parameters::parse(&bytes) {
            let _ = Request::parse(&parameters);
            let _ = TokenRequest::parse(&parameters, &Headers::default());
        }
        let _ = jwk::parse(&bytes);
        let _ = jwk::PublicKey::of_spki(&bytes);
        let text = String::from_utf8_lossy(&bytes);
        let _ = jwt::parse(&text);
        let _ = client_assertion::unverified_client(&text);
        let _ = Challenge::parse(Some(&text), Some("S256"));
        let headers = Headers { authorization: Some(&text), dpop: Some(&text) };
        let _ = TokenRequest::parse(&Parameters::default(), &headers);
    }

    #[test]
    fn a_form_carries_any_text(name in "[a-z]{1,8}", value in "[^\\p{C}]{1,60}") {
        let form = write(&[(&name, &value)]);
        prop_assert!(form.is_ascii());
        let read = Parameters::parse(form.as_bytes()).unwrap();
        prop_assert_eq!(read.find(&name), Some(value.as_str()));
        prop_assert!(!encode(&value).contains(['&', '=', '#', '?', '/', '%'].as_slice()) || encode(&value).contains('%'));
    }

    /// However an address looks, only the very same text matches it where no port is free.
    #[test]
    fn addresses_match_themselves_only(one in "https?://[a-z@:/.?#%]{0,20}", other in "https?://[a-z@:/.?#%]{0,20}") {
        for platform in PLATFORMS {
            let matches = redirect_uri::matches(platform, &one, &other);
            if platform != Platform::Native {
                prop_assert_eq!(matches, one == other);
            } else if matches && one != other {
                prop_assert!(one.starts_with("http://") && other.starts_with("http://"));
            }
        }
    }

    /// What may be registered leads to the host that a browser would go to.
    #[test]
    fn what_is_registered_has_no_second_meaning(uri in "https://[a-z.@\\\\/:#?*\\[\\]]{1,30}") {
        if redirect_uri::check(Platform::Web, &uri).is_ok() {
            let rest = uri.strip_prefix("https://").unwrap();
            let authority = rest.split(['/', '?']).next().unwrap();
            prop_assert!(!authority.is_empty());
            prop_assert!(!uri.contains(['@', '\\', '#', '*']));
        }
    }
}
