//! Somebody else's client and authenticator (the `passkey` crate) against the running router, so that
//! both sides of a ceremony are not ours alone.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;

use passkey::authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod};
use passkey::client::{Client, DefaultClientData, Origin};
use passkey::crypto::aws_lc_rs::AwsLcRsBackend;
use passkey::crypto::iana;
use passkey::types::Passkey;
use passkey::types::ctap2::{Aaguid, Ctap2Error};
use passkey::types::webauthn::{CredentialCreationOptions, CredentialRequestOptions};
use serde_json::{Value, json};
use testkit::{House, ORIGIN, Offer, on_each_backend};
use webauthn::Algorithm;

/// Somebody who is there and says yes.
struct Willing;

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
        Some(true)
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
    let mut authenticator = Authenticator::new(Aaguid::new_empty(), store, Willing, AwsLcRsBackend);
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
