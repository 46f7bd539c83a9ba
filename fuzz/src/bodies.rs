//! What each target does with its bytes. A body must not panic, and says what must hold of what was accepted.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use oidc::authorize::{Echo, Request};
use oidc::form::Parameters;
use oidc::jwt::{self, ALGORITHMS};
use oidc::redirect_uri::{self, Platform};
use oidc::token_request::{Message, Headers, TokenRequest};
use oidc::{client_assertion, dpop, jwk};
use serde_json::json;
use std::sync::OnceLock;
use webauthn::attestation::{AndroidRevocationList, AttestationObject, MAX_ANDROID_SERIALS};
use webauthn::authenticator_data::AuthenticatorData;
use webauthn::cbor::Reader;
use webauthn::client_data::{ClientData, MAX_CLIENT_DATA};
use webauthn::metadata::{Entry, MAX_ENTRY};
use webauthn::providers::OperatorProviders;
use webauthn::x509::{Anchor, Certificate, MAX_CERTIFICATE, MAX_REVOCATION_LIST, RevocationList};
use webauthn::{
    Aaguid, Algorithm, AttestationPolicy, AuthenticationResponse, CrossOrigin, ExpectedAssertion,
    ExpectedRegistration, MAX_RESPONSE, Mediation, Origin, PublicKey, RegistrationResponse, RpId,
    StoredCredential, UserVerification, assertion, base64url, registration,
};

use crate::{allocation, attested, trust};

/// A target: its name, which is its folder of seeds, too, and its body.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&[u8]),
}

pub(crate) const TARGETS: &[Target] = &[
    Target {
        name: "cbor",
        run: cbor,
    },
    Target {
        name: "authenticator_data",
        run: authenticator_data,
    },
    Target {
        name: "attestation_object",
        run: attestation_object,
    },
    Target {
        name: "client_data",
        run: client_data,
    },
    Target {
        name: "public_key",
        run: public_key,
    },
    Target {
        name: "texts",
        run: texts,
    },
    Target {
        name: "graph_query",
        run: graph_query,
    },
    Target {
        name: "scim",
        run: scim,
    },
    Target {
        name: "graph_path",
        run: graph_path,
    },
    Target {
        name: "graph_body",
        run: graph_body,
    },
    Target {
        name: "logo",
        run: logo,
    },
    Target {
        name: "certificate",
        run: certificate,
    },
    Target {
        name: "revocation_list",
        run: revocation_list,
    },
    Target {
        name: "metadata_entry",
        run: metadata_entry,
    },
    Target {
        name: "chain",
        run: trust::chain,
    },
    Target {
        name: "metadata_blob",
        run: trust::metadata_blob,
    },
    Target {
        name: "metadata_payload",
        run: trust::metadata_payload,
    },
    Target {
        name: "supplied_list",
        run: supplied_list,
    },
    Target {
        name: "json_web_token",
        run: json_web_token,
    },
    Target {
        name: "json_web_key",
        run: json_web_key,
    },
    Target {
        name: "authorization_request",
        run: authorization_request,
    },
    Target {
        name: "token_request",
        run: token_request,
    },
    Target {
        name: "possession",
        run: possession,
    },
    Target {
        name: "client_assertion",
        run: client_assertion,
    },
    Target {
        name: "redirect_uri",
        run: redirect_uri,
    },
    Target {
        name: "registration_response",
        run: registration_response,
    },
    Target {
        name: "authentication_response",
        run: authentication_response,
    },
    Target {
        name: "registration",
        run: register,
    },
    Target {
        name: "assertion",
        run: sign_in,
    },
];

/// Whatever is made of it is a picture of the bounded size, and would be made again.
fn logo(bytes: &[u8]) {
    // A small file may unpack to a large picture: that much is meant.
    allocation::allow(raster::MAX_MEMORY);
    if let Ok(made) = raster::remake(bytes) {
        let again = raster::remake(&made).expect("it is a picture");
        assert_eq!(again, made);
    }
}

fn cbor(bytes: &[u8]) {
    let mut reader = Reader::new(bytes);
    if let Ok(raw) = reader.raw() {
        assert_eq!(raw, &bytes[..raw.len()]);
        // What was read once is read again, alone.
        let mut again = Reader::new(raw);
        again.skip().expect("the same item");
        again.finish().expect("and nothing behind it");
    }
}

fn authenticator_data(bytes: &[u8]) {
    if let Ok(data) = AuthenticatorData::parse(bytes) {
        let _ = data.extension_outputs();
        if let Some(credential) = data.attested_credential {
            assert!((1..=1023).contains(&credential.credential_id.len()));
            let _ = PublicKey::parse(credential.public_key);
        }
    }
}

fn attestation_object(bytes: &[u8]) {
    if let Ok(object) = AttestationObject::parse(bytes) {
        assert!((1..=32).contains(&object.format.len()));
        authenticator_data(object.authenticator_data);
    }
}

/// A space behind the text takes the long way of reading it, which must read the same.
fn client_data(bytes: &[u8]) {
    let read = ClientData::parse(bytes);
    if bytes.len() < MAX_CLIENT_DATA {
        let behind = [bytes, b" "].concat();
        let is_same = match (&read, ClientData::parse(&behind)) {
            (Ok(one), Ok(other)) => {
                let embedding =
                    |read: &ClientData<'_>| read.top_origin.as_ref().map(|it| it.0.to_string());
                (&one.ceremony, &one.challenge, &one.origin, one.cross_origin)
                    == (
                        &other.ceremony,
                        &other.challenge,
                        &other.origin,
                        other.cross_origin,
                    )
                    && embedding(one) == embedding(&other)
            }
            (Err(_), Err(_)) => true,
            _ => false,
        };
        assert!(is_same, "one way of reading it is unlike the other");
    }
}

/// Lists that operators supply: of Android's certificates, and of makers' names.
fn supplied_list(bytes: &[u8]) {
    if let Ok(list) = AndroidRevocationList::parse(bytes) {
        assert!(list.len() <= MAX_ANDROID_SERIALS);
    }
    let _ = OperatorProviders::parse(bytes);
}

/// A key, and behind its CBOR a signature for it.
fn public_key(bytes: &[u8]) {
    let mut reader = Reader::new(bytes);
    let cose = reader.raw().unwrap_or(bytes);
    if let Ok(key) = PublicKey::parse(cose) {
        assert_eq!(key.cose_bytes(), cose);
        let _ = key.verify(b"message", &bytes[cose.len()..]);
    }
}

fn json_web_token(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(token) = jwt::parse(text) {
        assert!(token.header().algorithm.as_str() != "none");
        // Nobody has signed it with this key.
        assert!(token.verify(nobodys_key(), ALGORITHMS).is_err());
    }
}

/// The point of P-256 whose x is the SHA-256 of "claviger nobody's key" and a zero byte.
fn nobodys_key() -> &'static jwk::PublicKey {
    static KEY: OnceLock<jwk::PublicKey> = OnceLock::new();
    KEY.get_or_init(|| {
        let x = "wr_ZPQsshb0UlJzp434xsf1zpZPOz4kXCiUTwalG_3s";
        let y = "8FLEGSDsrDH9JDW_rewl5jBsdH6U72Sn3xaiMg1oDNY";
        let text = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y }).to_string();
        jwk::parse(text.as_bytes()).expect("a point of the curve")
    })
}

fn json_web_key(bytes: &[u8]) {
    if let Ok(key) = jwk::parse(bytes) {
        let again = jwk::parse(key.to_json().as_bytes()).expect("what is written is read");
        assert_eq!(again.thumbprint(), key.thumbprint());
    }
    for key in [
        jwk::PublicKey::of_spki(bytes),
        jwk::PublicKey::of_pkcs1(bytes),
    ] {
        if let Ok(key) = key {
            assert!(jwk::parse(key.to_json().as_bytes()).is_ok());
        }
    }
}

fn authorization_request(bytes: &[u8]) {
    let Ok(parameters) = Parameters::parse(bytes) else {
        return;
    };
    let _ = Echo::of(&parameters);
    if let Ok(request) = Request::parse(&parameters) {
        let query = request.to_query();
        assert!(query.is_ascii() && !query.contains("//"));
        let again = Parameters::parse(query.as_bytes()).expect("our own spelling");
        assert_eq!(Request::parse(&again), Ok(request));
    }
}

/// A header, a line end, a body.
fn token_request(bytes: &[u8]) {
    let at = bytes.iter().position(|byte| *byte == b'\n');
    let (header, body) = bytes.split_at(at.unwrap_or(0));
    let header = std::str::from_utf8(header)
        .ok()
        .filter(|text| !text.is_empty());
    if let Ok(parameters) = Parameters::parse(body) {
        let headers = Headers {
            authorization: header,
            dpop: header,
        };
        let _ = TokenRequest::parse(&parameters, &headers);
    }
}

fn possession(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let about = dpop::About {
        method: "POST",
        address: "https://login.example.org/oauth2/v2.0/token",
        access_token: None,
    };
    let _ = dpop::verify(text, about, 1_800_000_000);
}

fn client_assertion(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let _ = client_assertion::unverified_client(text);
    let key = client_assertion::ClientKey {
        names: vec!["key".to_owned()],
        key: nobodys_key().clone(),
    };
    assert!(client_assertion::verify(text, "me", &[key], &["https://a.example"], 0).is_err());
}

fn redirect_uri(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let (one, other) = text.split_once('\n').unwrap_or((text, text));
    for platform in [Platform::Web, Platform::SinglePage, Platform::Native] {
        if redirect_uri::check(platform, one).is_ok() {
            assert!(one.is_ascii() && !one.contains(['#', '@', '\\']));
        }
        let matches = redirect_uri::matches(platform, one, other);
        assert!(!matches || one == other || platform == Platform::Native);
    }
}

fn texts(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(origin) = Origin::parse(text) {
        assert_eq!(Origin::parse(origin.as_str()).as_ref(), Ok(&origin));
    }
    if let Ok(rp_id) = RpId::parse(text) {
        assert_eq!(rp_id.as_str(), text);
    }
    if let Ok(aaguid) = Aaguid::parse(text) {
        assert_eq!(aaguid.to_string(), text.to_lowercase());
    }
    if let Ok(decoded) = base64url::decode(text) {
        assert_eq!(base64url::encode(&decoded), text);
    }
}

fn registration_response(bytes: &[u8]) {
    if let Ok(response) = RegistrationResponse::from_json(bytes) {
        finish_registration(&response);
    }
}

/// Here, too, a space behind the text takes the long way of reading it.
fn authentication_response(bytes: &[u8]) {
    let read = AuthenticationResponse::from_json(bytes);
    if bytes.len() < MAX_RESPONSE {
        let again = AuthenticationResponse::from_json(&[bytes, b" "].concat());
        let is_same = match (&read, &again) {
            (Ok(one), Ok(other)) => {
                one.credential_id() == other.credential_id()
                    && one.user_handle() == other.user_handle()
                    && one.client_data_json() == other.client_data_json()
                    && one.authenticator_data() == other.authenticator_data()
                    && one.signature() == other.signature()
            }
            (Err(_), Err(_)) => true,
            _ => false,
        };
        assert!(is_same, "one way of reading it is unlike the other");
    }
    if let Ok(response) = read {
        finish_sign_in(&response, b"");
    }
}

/// Two parts behind two bytes that say how long the first is: so that a change of one doesn't break the framing.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

/// The whole ceremony: client data and attestation object.
fn register(bytes: &[u8]) {
    let Some((client_data, object)) = split(bytes) else {
        return;
    };
    let id = AttestationObject::parse(object)
        .ok()
        .and_then(|object| AuthenticatorData::parse(object.authenticator_data).ok())
        .and_then(|data| data.attested_credential)
        .map_or(&b"id"[..], |credential| credential.credential_id);
    let id = base64url::encode(id);
    let json = json!({
        "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
        "response": {
            "clientDataJSON": base64url::encode(client_data),
            "attestationObject": base64url::encode(object),
        },
    });
    if let Ok(response) = RegistrationResponse::from_json(json.to_string().as_bytes()) {
        finish_registration(&response);
    }
}

/// The challenge is taken from the client data, so that those of other people's vectors pass.
fn find_challenge(client_data: &[u8]) -> Vec<u8> {
    let parsed = ClientData::parse(client_data).ok();
    parsed
        .and_then(|parsed| base64url::decode(&parsed.challenge).ok())
        .unwrap_or_default()
}

/// Those of the W3C's vectors and of our own.
fn site() -> &'static (RpId, [Origin; 2], [Origin; 1]) {
    static SITE: OnceLock<(RpId, [Origin; 2], [Origin; 1])> = OnceLock::new();
    SITE.get_or_init(|| {
        let origin = |text| Origin::parse(text).expect("an origin");
        let rp_id = RpId::parse("example.org").expect("an RP ID");
        let login = origin("https://login.example.org");
        (
            rp_id,
            [origin("https://example.org"), login],
            [origin("https://example.com")],
        )
    })
}

fn expect_registration(
    client_data: &[u8],
    user_verification: UserVerification,
    run: &dyn Fn(&ExpectedRegistration<'_>),
) {
    let (rp_id, origins, top_origins) = site();
    run(&ExpectedRegistration {
        challenge: &find_challenge(client_data),
        rp_id,
        origins,
        cross_origin: CrossOrigin::AllowedUnder(top_origins),
        algorithms: &Algorithm::ALL,
        mediation: Mediation::Modal,
        user_verification,
        attestation: &AttestationPolicy::NOT_REQUIRED,
    });
}

fn finish_registration(response: &RegistrationResponse) {
    for user_verification in [UserVerification::Preferred, UserVerification::Required] {
        let client_data = response.client_data_json();
        expect_registration(client_data, user_verification, &|expected| {
            check_registration(response, expected);
        });
    }
}

fn check_registration(response: &RegistrationResponse, expected: &ExpectedRegistration<'_>) {
    attested::check(response, expected);
    if let Ok(verified) = registration::verify(response, expected) {
        assert!(expected.challenge.len() >= 16);
        assert_eq!(verified.credential_id(), response.credential_id());
        assert!(verified.user_present());
        let preferred = expected.user_verification == UserVerification::Preferred;
        assert!(verified.user_verified() || preferred);
        assert!(verified.backup_eligible() || !verified.backup_state());
        let key = PublicKey::parse(verified.public_key().cose_bytes());
        assert_eq!(key.as_ref(), Ok(verified.public_key()));
    }
}

/// What all runs need, made before any is measured; and that the seeds of success succeed.
pub(crate) fn prepare() {
    trust::prepare();
    attested::prepare(|client_data, run| {
        expect_registration(client_data, UserVerification::Preferred, run);
    });
    let _ = (nobodys_key(), signer());
}

fn certificate(bytes: &[u8]) {
    if Certificate::parse(bytes).is_ok() {
        assert!(bytes.len() <= MAX_CERTIFICATE);
    }
    let _ = Anchor::parse(bytes);
}

fn revocation_list(bytes: &[u8]) {
    if RevocationList::parse(bytes).is_ok() {
        assert!(bytes.len() <= MAX_REVOCATION_LIST);
    }
}

fn metadata_entry(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if Entry::parse(text).is_ok() {
        assert!(text.len() <= MAX_ENTRY);
    }
}

const SEED: [u8; 32] = [7; 32];

fn signer() -> &'static Ed25519KeyPair {
    static SIGNER: OnceLock<Ed25519KeyPair> = OnceLock::new();
    SIGNER.get_or_init(|| Ed25519KeyPair::from_seed_unchecked(&SEED).expect("a key"))
}

/// {1: 1, 3: -8, -1: 6, -2: key}
fn stored_key() -> Vec<u8> {
    let head = [0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20];
    [&head, signer().public_key().as_ref()].concat()
}

/// The whole ceremony: client data and authenticator data, honestly signed.
fn sign_in(bytes: &[u8]) {
    let Some((client_data, data)) = split(bytes) else {
        return;
    };
    let message = [data, digest(&SHA256, client_data).as_ref()].concat();
    let signature = signer().sign(&message);
    let json = json!({
        "id": "aWQ", "rawId": "aWQ", "type": "public-key", "clientExtensionResults": {},
        "response": {
            "clientDataJSON": base64url::encode(client_data),
            "authenticatorData": base64url::encode(data),
            "signature": base64url::encode(signature.as_ref()),
            "userHandle": "aWQ",
        },
    });
    if let Ok(response) = AuthenticationResponse::from_json(json.to_string().as_bytes()) {
        finish_sign_in(&response, signature.as_ref());
    }
}

fn finish_sign_in(response: &AuthenticationResponse, signed: &[u8]) {
    let (rp_id, origins, top_origins) = site();
    let challenge = find_challenge(response.client_data_json());
    for backup_eligible in [false, true] {
        let expected = ExpectedAssertion {
            challenge: &challenge,
            rp_id,
            origins,
            cross_origin: CrossOrigin::AllowedUnder(top_origins),
            user_verification: UserVerification::Required,
            allowed_credentials: None,
            expected_user_handle: None,
        };
        let stored = StoredCredential {
            credential_id: response.credential_id(),
            public_key: &stored_key(),
            sign_count: 0,
            backup_eligible,
            user_handle: b"id",
        };
        if let Ok(verified) = assertion::verify(response, &expected, &stored) {
            // Ed25519 has one signature for each message and key.
            let hash = digest(&SHA256, response.client_data_json());
            let message = [response.authenticator_data(), hash.as_ref()].concat();
            let only = signer().sign(&message);
            assert_eq!(response.signature(), only.as_ref());
            assert!(signed.is_empty() || signed == only.as_ref());
            assert!(challenge.len() >= 16);
            assert!(verified.user_verified());
            assert_eq!(verified.backup_eligible(), backup_eligible);
            assert!(backup_eligible || !verified.backup_state());
            assert_eq!(response.user_handle(), Some(&b"id"[..]));
        }
    }
}

/// Options of a collection; what was read leads to the same question by its next link.
fn graph_query(bytes: &[u8]) {
    use graph::odata::Options;
    use graph::resources::collections::{DIRECTORY_AUDITS, USERS};
    let Ok(query) = std::str::from_utf8(bytes) else {
        return;
    };
    let _ = Options::parse(query, &DIRECTORY_AUDITS, graph::Version::Beta);
    if let Ok(options) = Options::parse(query, &USERS, graph::Version::V1) {
        if let Some(filter) = &options.filter {
            let _ =
                filter.holds(&serde_json::json!({"displayName": "Ada", "accountEnabled": true}));
        }
        let next = options.derive_next("/users", "token");
        let (_, next) = next.split_once('?').expect("it carries a token");
        // Only the token may make it too long.
        if let Ok(again) = Options::parse(next, &USERS, graph::Version::V1) {
            assert_eq!(again.filter, options.filter);
            assert_eq!(again.repeated, options.repeated);
        }
    }
}

/// A filter, and a change of a resource: by a path, and as a body. What was refused changed nothing that counts.
fn scim(bytes: &[u8]) {
    use graph::scim::{Filter, PATCH_OP, Patch, RESOURCE_TYPES, Selection, read};
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let ada = serde_json::json!({"id": "1", "userName": "ada", "active": true, "name": {"givenName": "Ada"},
        "emails": [{"value": "ada@example.org", "type": "work", "primary": true}], "members": [{"value": "1"}]});
    let ada = ada.as_object().cloned().unwrap_or_default();
    let body = serde_json::from_str(text).unwrap_or_default();
    for of in &RESOURCE_TYPES {
        if let Ok(filter) = Filter::parse(of, text) {
            let _ = (filter.holds(&ada), filter.required().len());
        }
        for op in ["add", "replace", "remove"] {
            let change = serde_json::json!({"schemas": [PATCH_OP], "Operations": [{"op": op, "path": text, "value": "x"}]});
            let mut changed = ada.clone();
            if Patch::read(of, &change).is_ok_and(|patch| patch.apply(&mut changed).is_ok()) {
                let _ = Selection::of(of, text.split(','), "".split(',')).show(&changed);
            }
        }
        let mut changed = ada.clone();
        let _ = Patch::read(of, &body).map(|patch| patch.apply(&mut changed));
        let _ = read(of, &body);
    }
}

fn graph_path(bytes: &[u8]) {
    let Some(path) = std::str::from_utf8(bytes).ok().map(graph::Path::parse) else {
        return;
    };
    if let Ok(path) = path {
        let _ = path.capture("users/{id}/authentication/fido2Methods/{id}");
        let _ = path.capture("reports/authenticationMethods/f(a,b)");
    }
}

fn graph_body(bytes: &[u8]) {
    use graph::resources::{Application, User};
    let _ = graph::body::read(bytes, &User::TYPE, graph::Mark::Create);
    let _ = graph::body::read(bytes, &Application::TYPE, graph::Mark::Update);
    let _ = graph::body::read_reference(bytes);
}
