//! The JSON that browsers are given, letter by letter.

use serde_json::json;
use webauthn::extensions::{
    CreationExtensions, CredentialProtection, LargeBlobInput, LargeBlobSupport, PrfInput,
    PrfValues, RequestExtensions,
};
use webauthn::options::{
    AttestationConveyance, AuthenticatorSelection, ConditionalCreation, CreationOptions,
    CredentialDescriptor, Hint, RelyingParty, RequestOptions, User,
};
use webauthn::passkey_endpoints::PasskeyEndpoints;
use webauthn::related_origins::RelatedOrigins;
use webauthn::signals::{AllAcceptedCredentials, CurrentUserDetails, UnknownCredential};
use webauthn::{Algorithm, AuthenticatorAttachment, CredProtect, Origin, RpId, UserVerification};

fn creation() -> CreationOptions {
    let rp_id = RpId::parse("example.org").unwrap();
    let user = User {
        id: vec![1, 2, 3],
        name: "ada".into(),
        display_name: "Ada Lovelace".into(),
    };
    CreationOptions::new(vec![0xfb, 0xff], RelyingParty::new(&rp_id, "Example"), user)
}

#[test]
fn creation_options_by_default() {
    assert_eq!(
        serde_json::to_value(creation()).unwrap(),
        json!({
            "rp": { "id": "example.org", "name": "Example" },
            "user": { "id": "AQID", "name": "ada", "displayName": "Ada Lovelace" },
            "challenge": "-_8",
            "pubKeyCredParams": [
                { "type": "public-key", "alg": -8 },
                { "type": "public-key", "alg": -7 },
                { "type": "public-key", "alg": -257 },
            ],
            "excludeCredentials": [],
            "authenticatorSelection": {
                "residentKey": "required", "requireResidentKey": true, "userVerification": "required",
            },
            "attestation": "none",
            "extensions": { "credProps": true },
        })
    );
}

#[test]
fn creation_options_in_full() {
    let options = CreationOptions {
        pub_key_cred_params: vec![Algorithm::MlDsa65],
        timeout: Some(60_000),
        exclude_credentials: vec![
            CredentialDescriptor {
                id: vec![9],
                transports: vec!["internal".into()],
            },
            CredentialDescriptor {
                id: vec![8],
                transports: vec![],
            },
        ],
        authenticator_selection: AuthenticatorSelection {
            authenticator_attachment: Some(AuthenticatorAttachment::CrossPlatform),
            ..AuthenticatorSelection::passkey(UserVerification::Preferred)
        },
        hints: vec![Hint::SecurityKey, Hint::ClientDevice, Hint::Hybrid],
        attestation: AttestationConveyance::Direct,
        attestation_formats: vec!["packed".into()],
        ..creation()
    };
    let json = serde_json::to_value(options).unwrap();
    assert_eq!(
        json["pubKeyCredParams"],
        json!([{ "type": "public-key", "alg": -49 }])
    );
    assert_eq!(json["timeout"], json!(60_000));
    assert_eq!(
        json["excludeCredentials"],
        json!([
            { "type": "public-key", "id": "CQ", "transports": ["internal"] },
            { "type": "public-key", "id": "CA" },
        ])
    );
    assert_eq!(
        json["authenticatorSelection"],
        json!({
            "authenticatorAttachment": "cross-platform", "residentKey": "required", "requireResidentKey": true,
            "userVerification": "preferred",
        })
    );
    assert_eq!(
        json["hints"],
        json!(["security-key", "client-device", "hybrid"])
    );
    assert_eq!(json["attestation"], "direct");
    assert_eq!(json["attestationFormats"], json!(["packed"]));
}

/// Without a dialog nobody can be verified for sure, and attestation would need consent.
#[test]
fn options_of_a_conditional_creation() {
    let asked = CreationOptions {
        attestation: AttestationConveyance::Direct,
        attestation_formats: vec!["packed".into()],
        ..creation()
    };
    let conditional = ConditionalCreation::new(asked);
    let mut public_key = serde_json::to_value(creation()).unwrap();
    public_key["authenticatorSelection"]["userVerification"] = json!("preferred");
    assert_eq!(
        serde_json::to_value(&conditional).unwrap(),
        json!({ "mediation": "conditional", "publicKey": public_key })
    );
    let selection = &conditional.public_key().authenticator_selection;
    assert_eq!(selection.user_verification, UserVerification::Preferred);
}

#[test]
fn request_options() {
    let mut options = RequestOptions::new(vec![0; 3], &RpId::parse("example.org").unwrap());
    assert_eq!(
        serde_json::to_value(&options).unwrap(),
        json!({
            "challenge": "AAAA", "rpId": "example.org", "allowCredentials": [], "userVerification": "required",
        })
    );
    options.timeout = Some(1);
    options.allow_credentials = vec![CredentialDescriptor {
        id: vec![9],
        transports: vec!["usb".into(), "nfc".into()],
    }];
    options.hints = vec![Hint::Hybrid];
    options.extensions.prf = Some(PrfInput::default());
    assert_eq!(
        serde_json::to_value(&options).unwrap(),
        json!({
            "challenge": "AAAA", "timeout": 1, "rpId": "example.org", "userVerification": "required",
            "allowCredentials": [{ "type": "public-key", "id": "CQ", "transports": ["usb", "nfc"] }],
            "hints": ["hybrid"], "extensions": { "prf": {} },
        })
    );
}

/// Every member that our builders write. The browser suite gives the same file to Chromium's own parsers.
#[test]
fn options_in_full_are_those_that_browsers_parse() {
    let file: serde_json::Value =
        serde_json::from_str(include_str!("../data/options-in-full.json")).unwrap();
    let two = |first: &[u8], second: &[u8]| PrfValues {
        first: first.to_vec(),
        second: Some(second.to_vec()),
    };
    let described = |id: u8, transports: &[&str]| CredentialDescriptor {
        id: vec![id],
        transports: transports.iter().map(|&it| it.into()).collect(),
    };
    let creation = CreationOptions {
        pub_key_cred_params: vec![
            Algorithm::MlDsa65,
            Algorithm::EdDsa,
            Algorithm::Es256,
            Algorithm::Rs256,
        ],
        timeout: Some(60_000),
        exclude_credentials: vec![described(9, &["internal", "hybrid"]), described(8, &[])],
        authenticator_selection: AuthenticatorSelection {
            authenticator_attachment: Some(AuthenticatorAttachment::CrossPlatform),
            ..AuthenticatorSelection::passkey(UserVerification::Preferred)
        },
        hints: vec![Hint::SecurityKey, Hint::ClientDevice, Hint::Hybrid],
        attestation: AttestationConveyance::Direct,
        attestation_formats: vec!["packed".into(), "tpm".into()],
        extensions: CreationExtensions {
            cred_props: true,
            credential_protection: Some(CredentialProtection {
                policy: CredProtect::UserVerificationRequired,
                enforce: true,
            }),
            min_pin_length: true,
            hmac_create_secret: true,
            prf: Some(PrfInput {
                eval: Some(two(&[0xfb, 0xff], &[2])),
                ..PrfInput::default()
            }),
            large_blob: Some(LargeBlobSupport::Preferred),
            cmtg_key: true,
            others: serde_json::Map::new(),
        },
        ..creation()
    };
    assert_eq!(serde_json::to_value(creation).unwrap(), file["creation"]);
    let rp_id = RpId::parse("example.org").unwrap();
    let request = RequestOptions {
        timeout: Some(1_000),
        allow_credentials: vec![described(9, &["usb", "nfc"])],
        hints: vec![Hint::Hybrid, Hint::ClientDevice],
        extensions: RequestExtensions {
            prf: Some(PrfInput {
                eval: None,
                eval_by_credential: [(vec![9], two(&[1], &[2]))].into(),
            }),
            large_blob: Some(LargeBlobInput::Read),
            cmtg_key: true,
            ..RequestExtensions::default()
        },
        ..RequestOptions::new(vec![0; 3], &rp_id)
    };
    assert_eq!(serde_json::to_value(request).unwrap(), file["request"]);
}

#[test]
fn signals() {
    let unknown = UnknownCredential {
        rp_id: "example.org".into(),
        credential_id: vec![9],
    };
    assert_eq!(
        serde_json::to_value(unknown).unwrap(),
        json!({ "rpId": "example.org", "credentialId": "CQ" })
    );
    let mut all = AllAcceptedCredentials {
        rp_id: "example.org".into(),
        user_id: vec![1, 2, 3],
        all_accepted_credential_ids: vec![vec![9], vec![8]],
    };
    assert_eq!(
        serde_json::to_value(&all).unwrap(),
        json!({ "rpId": "example.org", "userId": "AQID", "allAcceptedCredentialIds": ["CQ", "CA"] })
    );
    all.all_accepted_credential_ids.clear();
    // Past mistake 25: an empty list is a list.
    assert_eq!(
        serde_json::to_value(&all).unwrap()["allAcceptedCredentialIds"],
        json!([])
    );
    let details = CurrentUserDetails {
        rp_id: "example.org".into(),
        user_id: vec![1, 2, 3],
        name: "ada".into(),
        display_name: "Ada".into(),
    };
    assert_eq!(
        serde_json::to_value(details).unwrap(),
        json!({ "rpId": "example.org", "userId": "AQID", "name": "ada", "displayName": "Ada" })
    );
}

#[test]
fn related_origins() {
    let document = RelatedOrigins {
        origins: vec![
            Origin::parse("https://example.org").unwrap(),
            Origin::parse("https://example.de:8443").unwrap(),
        ],
    };
    assert_eq!(
        serde_json::to_string(&document).unwrap(),
        r#"{"origins":["https://example.org","https://example.de:8443"]}"#
    );
}

#[test]
fn extension_inputs_of_a_creation() {
    let asked = CreationExtensions {
        cred_props: true,
        credential_protection: Some(CredentialProtection {
            policy: CredProtect::UserVerificationOptionalWithCredentialIdList,
            enforce: true,
        }),
        min_pin_length: true,
        hmac_create_secret: true,
        prf: Some(PrfInput {
            eval: Some(PrfValues {
                first: vec![0xfb, 0xff],
                second: None,
            }),
            ..PrfInput::default()
        }),
        large_blob: Some(LargeBlobSupport::Preferred),
        cmtg_key: true,
        others: json!({ "x.example": [1] }).as_object().unwrap().clone(),
    };
    assert_eq!(
        serde_json::to_value(asked).unwrap(),
        json!({
            "credProps": true,
            "credentialProtectionPolicy": "userVerificationOptionalWithCredentialIDList",
            "enforceCredentialProtectionPolicy": true,
            "minPinLength": true,
            "hmacCreateSecret": true,
            "prf": { "eval": { "first": "-_8" } },
            "largeBlob": { "support": "preferred" },
            "cmtgKey": true,
            "x.example": [1],
        })
    );
    assert_eq!(
        serde_json::to_value(CreationExtensions::default()).unwrap(),
        json!({})
    );
    assert_eq!(
        serde_json::to_value(LargeBlobSupport::Required).unwrap(),
        json!({ "support": "required" })
    );
}

#[test]
fn extension_inputs_of_a_request() {
    let values = PrfValues {
        first: vec![1],
        second: Some(vec![2]),
    };
    let asked = RequestExtensions {
        prf: Some(PrfInput {
            eval: None,
            eval_by_credential: [(vec![9], values)].into(),
        }),
        large_blob: Some(LargeBlobInput::Write(vec![7])),
        cmtg_key: true,
        ..RequestExtensions::default()
    };
    assert!(!asked.is_empty());
    assert_eq!(
        serde_json::to_value(asked).unwrap(),
        json!({
            "prf": { "evalByCredential": { "CQ": { "first": "AQ", "second": "Ag" } } },
            "largeBlob": { "write": "Bw" },
            "cmtgKey": true,
        })
    );
    assert_eq!(
        serde_json::to_value(LargeBlobInput::Read).unwrap(),
        json!({ "read": true })
    );
    assert!(RequestExtensions::default().is_empty());
}

#[test]
fn passkey_endpoints() {
    let page = |path: &str| Some(format!("https://example.org{path}"));
    let all = PasskeyEndpoints {
        enroll: page("/new"),
        manage: page("/mine"),
        prf_usage_details: page("/why"),
    };
    assert_eq!(
        serde_json::to_value(all).unwrap(),
        json!({
            "enroll": "https://example.org/new",
            "manage": "https://example.org/mine",
            "prfUsageDetails": "https://example.org/why",
        })
    );
    assert_eq!(
        serde_json::to_value(PasskeyEndpoints::default()).unwrap(),
        json!({})
    );
}
