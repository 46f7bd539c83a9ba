//! Somebody else's client and authenticator (the `passkey` crate) against the running router, so that
//! both sides of a ceremony are not ours alone.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;

use passkey::authenticator::extensions::HmacSecretConfig;
use passkey::authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod};
use passkey::client::{Client, DefaultClientData, Origin};
use passkey::crypto::aws_lc_rs::AwsLcRsBackend;
use passkey::crypto::iana;
use passkey::types::Passkey;
use passkey::types::ctap2::{Aaguid, Ctap2Error};
use passkey::types::webauthn::{CredentialCreationOptions, CredentialRequestOptions};
use serde_json::{Value, json};
use testkit::{House, ORIGIN, Offer, on_each_backend};
use webauthn::extensions::{PrfInput, PrfValues};
use webauthn::options::{ConditionalCreation, CreationOptions, RelyingParty, RequestOptions, User};
use webauthn::{
    Algorithm, AuthenticationResponse, ExpectedAssertion, ExpectedRegistration, Mediation,
    RegistrationResponse, RpId, StoredCredential, UserVerification, assertion, registration,
};

/// Somebody who is there and says yes, and has a fingerprint to show or not.
struct Willing {
    verifies: bool,
}

const WILLING: Willing = Willing { verifies: true };

impl UserValidationMethod for Willing {
    type PasskeyItem = Passkey;

    fn check_user<'a, 'life, 'out>(
        &'life self,
        _: UiHint<'a, Passkey>,
        presence: bool,
        verification: bool,
    ) -> Pin<Box<dyn Future<Output = Result<UserCheck, Ctap2Error>> + Send + 'out>>
    where
        'a: 'out,
        'life: 'out,
        Self: 'out,
    {
        let verification = verification && self.verifies;
        Box::pin(async move {
            Ok(UserCheck {
                presence,
                verification,
            })
        })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        self.verifies.then_some(true)
    }
}

fn origin() -> Origin<'static> {
    Origin::Web(Cow::Owned(ORIGIN.parse().unwrap()))
}

fn creation(offer: &Offer) -> CredentialCreationOptions {
    serde_json::from_value(json!({ "publicKey": offer.options })).unwrap()
}

fn request(offer: &Offer) -> CredentialRequestOptions {
    serde_json::from_value(json!({ "publicKey": offer.options })).unwrap()
}

/// That library writes byte strings as lists of numbers where `toJSON()` writes base64url.
fn with_text_bytes(value: Value) -> Value {
    match value {
        Value::Array(items) if !items.is_empty() && items.iter().all(Value::is_u64) => {
            let bytes: Vec<u8> = items
                .iter()
                .map(|it| u8::try_from(it.as_u64().unwrap()).unwrap())
                .collect();
            data_encoding::BASE64URL_NOPAD.encode(&bytes).into()
        }
        Value::Array(items) => items.into_iter().map(with_text_bytes).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, it)| (name, with_text_bytes(it)))
            .collect(),
        other => other,
    }
}

/// What the client answers; a macro because its type names a crate that we don't have.
macro_rules! answer {
    ($client:ident, $offer:expr) => {{
        let authenticated = $client
            .authenticate(origin(), request($offer), DefaultClientData)
            .await
            .unwrap();
        with_text_bytes(serde_json::to_value(&authenticated).unwrap())
    }};
}

/// Set-up, all ways to sign in and step-up with one algorithm.
async fn walk_through(house: &House, algorithm: iana::Algorithm) {
    let store: Option<Passkey> = None;
    let mut authenticator = Authenticator::new(Aaguid::new_empty(), store, WILLING, AwsLcRsBackend);
    authenticator.set_algorithms(&[algorithm]).unwrap();
    let mut client = Client::new(authenticator);
    let mut browser = house.browser();

    let token = house.set_up_token().await;
    let offer = browser.begin_set_up(&token, "Example", "ada", "Ada").await;
    let created = client
        .register(origin(), creation(&offer), DefaultClientData)
        .await
        .unwrap();
    let response = with_text_bytes(serde_json::to_value(&created).unwrap());
    browser.finish_set_up(&offer, &response).await.ok();

    for named in [false, true] {
        let offer = if named {
            browser.name("ada").await
        } else {
            browser.challenge().await
        };
        let response = answer!(client, &offer);
        browser.finish_sign_in(&offer, &response).await.ok();
        assert!(
            browser.is_signed_in().await,
            "{algorithm:?}, named: {named}"
        );
    }
    let offer = browser.begin_reauthentication().await;
    let response = answer!(client, &offer);
    browser
        .finish_reauthentication(&offer, &response)
        .await
        .ok();
    assert_eq!(house.security_info(&browser).await.passkeys.len(), 1);

    // Its answer to one challenge is no answer to another.
    let (first, second) = (browser.challenge().await, browser.challenge().await);
    let response = answer!(client, &first);
    let error = browser
        .finish_sign_in(&second, &response)
        .await
        .refused(401, "sign_in.passkey_refused");
    assert_eq!(error["detail"], "assertion.challenge_mismatch");
}

#[test]
fn an_independent_client_signs_in_with_es256() {
    on_each_backend(async |backend| {
        walk_through(&House::open(backend).await, iana::Algorithm::ES256).await
    });
}

#[test]
fn an_independent_client_signs_in_with_eddsa() {
    on_each_backend(async |backend| {
        walk_through(&House::open(backend).await, iana::Algorithm::EdDSA).await
    });
}

#[test]
fn an_independent_client_signs_in_with_ml_dsa() {
    let algorithms = [
        (iana::Algorithm::ML_DSA_44, Algorithm::MlDsa44),
        (iana::Algorithm::ML_DSA_65, Algorithm::MlDsa65),
        (iana::Algorithm::ML_DSA_87, Algorithm::MlDsa87),
    ];
    on_each_backend(async |backend| {
        for (theirs, ours) in algorithms {
            let house =
                House::open_with(backend.clone(), |settings| settings.algorithms = vec![ours])
                    .await;
            walk_through(&house, theirs).await;
        }
    });
}

const CHALLENGE: [u8; 32] = [7; 32];
const HANDLE: &[u8] = b"sixty-four random bytes would stand here";

fn relying_party() -> (RpId, [webauthn::Origin; 1]) {
    let rp_id = RpId::parse(testkit::RP_ID).unwrap();
    (rp_id, [webauthn::Origin::parse(ORIGIN).unwrap()])
}

fn creation_options(rp_id: &RpId) -> CreationOptions {
    let user = User {
        id: HANDLE.to_vec(),
        name: "ada".to_owned(),
        display_name: "Ada".to_owned(),
    };
    CreationOptions::new(
        CHALLENGE.to_vec(),
        RelyingParty::new(rp_id, "Example"),
        user,
    )
}

fn wire<T: serde::de::DeserializeOwned>(options: &impl serde::Serialize) -> T {
    serde_json::from_value(json!({ "publicKey": options })).unwrap()
}

/// Conditional create: nobody is verified, and only a ceremony that was sealed as conditional accepts that. (This
/// client always has somebody present, and Chromium's virtual authenticator refuses to create conditionally; answers
/// without presence are among `webauthn`'s own vectors.)
#[tokio::test]
async fn an_independent_client_creates_conditionally() {
    let (rp_id, origins) = relying_party();
    let store: Option<Passkey> = None;
    let nobody = Willing { verifies: false };
    let authenticator = Authenticator::new(Aaguid::new_empty(), store, nobody, AwsLcRsBackend);
    let mut client = Client::new(authenticator).user_verification_when_preferred(false);
    let options = ConditionalCreation::new(creation_options(&rp_id));
    let created = client
        .register(
            origin(),
            wire::<CredentialCreationOptions>(options.public_key()),
            DefaultClientData,
        )
        .await
        .unwrap();
    let json = with_text_bytes(serde_json::to_value(&created).unwrap()).to_string();
    let response = RegistrationResponse::from_json(json.as_bytes()).unwrap();
    let modal = ExpectedRegistration::new(&CHALLENGE, &rp_id, &origins);
    let refused = registration::verify(&response, &modal).unwrap_err();
    assert_eq!(refused.code(), "registration.user_verification_missing");
    let conditional = ExpectedRegistration {
        mediation: Mediation::Conditional,
        user_verification: UserVerification::Preferred,
        ..modal
    };
    let verified = registration::verify(&response, &conditional).unwrap();
    assert!(verified.user_present() && !verified.user_verified());
}

/// `prf`: told at registration, evaluated at sign-in, always the same for one salt; its results stay in the browser.
#[tokio::test]
async fn an_independent_client_evaluates_prf() {
    let (rp_id, origins) = relying_party();
    let store: Option<Passkey> = None;
    let authenticator = Authenticator::new(Aaguid::new_empty(), store, WILLING, AwsLcRsBackend)
        .hmac_secret(HmacSecretConfig::new_with_uv_only());
    let mut client = Client::new(authenticator);
    let prf = |salt: u8| PrfInput {
        eval: Some(PrfValues {
            first: vec![salt; 32],
            second: None,
        }),
        ..PrfInput::default()
    };
    let mut options = creation_options(&rp_id);
    options.extensions.prf = Some(PrfInput::default());
    let created = client
        .register(
            origin(),
            wire::<CredentialCreationOptions>(&options),
            DefaultClientData,
        )
        .await
        .unwrap();
    let json = with_text_bytes(serde_json::to_value(&created).unwrap()).to_string();
    let response = RegistrationResponse::from_json(json.as_bytes()).unwrap();
    let expected = ExpectedRegistration::new(&CHALLENGE, &rp_id, &origins);
    let registered = registration::verify(&response, &expected).unwrap();
    assert_eq!(registered.prf_enabled(), Some(true));
    let mut results = Vec::new();
    for salt in [1, 1, 2] {
        let mut options = RequestOptions::new(CHALLENGE.to_vec(), &rp_id);
        options.extensions.prf = Some(prf(salt));
        let answered = client
            .authenticate(
                origin(),
                wire::<CredentialRequestOptions>(&options),
                DefaultClientData,
            )
            .await
            .unwrap();
        let json = with_text_bytes(serde_json::to_value(&answered).unwrap());
        let result = json["clientExtensionResults"]["prf"]["results"]["first"].clone();
        assert!(result.is_string(), "{json}");
        results.push(result);
        let response = AuthenticationResponse::from_json(json.to_string().as_bytes()).unwrap();
        let stored = StoredCredential {
            credential_id: registered.credential_id(),
            public_key: registered.public_key().cose_bytes(),
            sign_count: 0,
            backup_eligible: registered.backup_eligible(),
            user_handle: HANDLE,
        };
        let expected = ExpectedAssertion::new(&CHALLENGE, &rp_id, &origins);
        let verified = assertion::verify(&response, &expected, &stored).unwrap();
        // Secrets of the person's must not reach what we keep or log.
        let kept = format!("{verified:?}{response:?}");
        assert!(!kept.contains(results[0].as_str().unwrap()));
    }
    assert_eq!(results[0], results[1]);
    assert_ne!(results[0], results[2]);
}
