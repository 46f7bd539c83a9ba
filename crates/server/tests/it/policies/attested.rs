//! Profiles that ask what only an attestation proves.

use identity::policies::profiles::AttestationEnforcement;
use identity::policies::{CertificationLevel, KeyProtection};
use identity::{SECOND, metadata as use_cases};
use serde_json::Value;
use testkit::{Attestation, MetadataService, model_entry, read_claims};

use super::*;
use crate::attested::{Maker, replace_statement};
use crate::metadata::{CERTIFIED, MODEL, NEXT, SHELL as BY_SHELL, in_each_house, judge};

fn model() -> Aaguid {
    Aaguid(Id::parse(MODEL).unwrap().0)
}

/// Device-bound passkeys that prove their model when they are added.
fn proven(change: impl FnOnce(&mut Profile)) -> Document {
    policy(|it| {
        it.types = DEVICE_BOUND;
        it.attestation = AttestationEnforcement::RegistrationOnly;
        change(it);
    })
}

async fn put_blob(house: &House, service: &MetadataService, number: u64, entry: Value) {
    let blob = service.blob(number, NEXT, &[entry]);
    crate::metadata::put(house.identity(), &blob).await.unwrap();
    judge(house.identity()).await;
    use_cases::approve(house.identity(), BY_SHELL)
        .await
        .unwrap();
    judge(house.identity()).await;
}

/// Adds a key of the model with this maker's statement; gives the device when it was accepted.
async fn add(person: &mut Person, maker: &Maker) -> (Answer, Device) {
    let mut key = key_of(model());
    let offer = person.browser.begin_add().await;
    let response = maker.attest(person.browser.create(&mut key, &offer));
    (person.browser.finish_add(&offer, &response).await, key)
}

/// `none` where attestation is demanded, and all that proves as little (past mistake 2).
#[test]
fn past_mistake_02_what_proves_nothing_is_refused_where_attestation_is_demanded() {
    in_each_house(async |house, service| {
        let (maker, stranger) = (Maker::new(), Maker::new());
        let entry = maker.vouch(model_entry(MODEL, "Key", &[CERTIFIED]));
        put_blob(&house, &service, 1, entry).await;
        let mut ada = house.administrator("ada").await;
        let (answer, _) = add(&mut ada, &maker).await;
        answer.ok();
        let levels = |it: &mut Profile| {
            it.minimum_certification = CertificationLevel::from_word("L1");
        };
        let protections =
            |it: &mut Profile| it.key_protection = vec![KeyProtection::from_word("hardware")];
        let mut level_only = device_bound_only();
        levels(&mut level_only.profiles[0]);
        let cases: [(Document, &str); 3] = [
            (proven(|_| {}), "policy.attestation_missing"),
            (level_only, "policy.certification_too_low"),
            (proven(protections), "policy.attestation_missing"),
        ];
        for (number, (document, code)) in cases.into_iter().enumerate() {
            policies::reset(house.identity(), SHELL, None)
                .await
                .unwrap();
            let mut bob = house.person(&mut ada, &format!("bob{number}")).await;
            try_save(&house, &document).await.unwrap();
            let offer = bob.browser.begin_add().await;
            assert_eq!(offer.options["attestation"], "direct");
            let make = |kind: Attestation, at: Aaguid| {
                let mut key = key_of(at);
                key.attestation = kind;
                key
            };
            let unproven = [
                ("none", make(Attestation::None, model())),
                ("self", make(Attestation::PackedSelf, model())),
                (
                    "of a model that nobody knows",
                    make(Attestation::PackedSelf, OTHER),
                ),
            ];
            for (what, mut key) in unproven {
                let offer = bob.browser.begin_add().await;
                let response = bob.browser.create(&mut key, &offer);
                let answer = bob.browser.finish_add(&offer, &response).await;
                assert_eq!(answer.code(), code, "{what}: {}", answer.text());
            }
            // A certificate that no anchor of the model vouches for.
            let (answer, _) = add(&mut bob, &stranger).await;
            assert_eq!(answer.code(), code, "{}", answer.text());
            // The maker's statement about other data does not even verify.
            let mut key = key_of(model());
            let offer = bob.browser.begin_add().await;
            let response = bob.browser.create(&mut key, &offer);
            let response = replace_statement(response, |_| {
                let statement = maker.statement(b"something else");
                [b"\x63fmt\x66packed\x67attStmt", &statement[..]].concat()
            });
            let answer = bob.browser.finish_add(&offer, &response).await;
            assert!(answer.status.is_client_error(), "{}", answer.text());
            // The maker's own is accepted.
            let (answer, mut key) = add(&mut bob, &maker).await;
            answer.ok();
            key.credentials.truncate(1);
            bob.device = key;
            sign_in(&house, &mut bob).await.ok();
        }
    });
}

/// Attestation is not asked of passkeys that are there, unless the profile asks at every sign-in (graph-api.md 1.4).
#[test]
fn attestation_is_not_retroactive_unless_it_is_asked_for_again() {
    in_each_house(async |house, service| {
        let (maker, stranger) = (Maker::new(), Maker::new());
        let entry = |of: &Maker| of.vouch(model_entry(MODEL, "Key", &[CERTIFIED]));
        put_blob(&house, &service, 1, entry(&maker)).await;
        let mut ada = house.administrator("ada").await;
        let (answer, key) = add(&mut ada, &maker).await;
        answer.ok();
        let mut bob = house.person(&mut ada, "bob").await;
        bob.add_device(&mut key_of(OTHER)).await;
        let mut old = key_of(model());
        bob.add_device(&mut old).await;
        bob.device = old;
        try_save(&house, &proven(|_| {})).await.unwrap();
        sign_in(&house, &mut bob).await.ok();
        let again = proven(|it| it.attestation_rechecked = true);
        try_save(&house, &again).await.unwrap();
        sign_in(&house, &mut bob)
            .await
            .refused(403, "policy.attestation_missing");
        let mut keyed = ada.clone();
        keyed.device = key;
        sign_in(&house, &mut keyed).await.ok();
        // Certification is asked at each sign-in, of what is proven.
        let level =
            |word| proven(|it| it.minimum_certification = CertificationLevel::from_word(word));
        try_save(&house, &level("L2")).await.unwrap();
        sign_in(&house, &mut bob)
            .await
            .refused(403, "policy.certification_too_low");
        sign_in(&house, &mut keyed).await.ok();
        refused(
            try_save(&house, &level("L3")).await,
            "policy.last_administrator",
        );

        // The metadata does not vouch for it any more: lost. Somebody else's is refused, the last door stays open.
        try_save(&house, &again).await.unwrap();
        let mut carol = house_with_key(&house, &mut ada, &maker).await;
        house.advance(SECOND);
        put_blob(&house, &service, 2, entry(&stranger)).await;
        sign_in(&house, &mut carol)
            .await
            .refused(403, "policy.attestation_lost");
        sign_in(&house, &mut keyed).await.ok();
        assert_eq!(audits(&house, "alert.last_door").len(), 1);
    });
}

/// Somebody who registers a proven key by their link.
async fn house_with_key(house: &House, ada: &mut Person, maker: &Maker) -> Person {
    let invited = house.invite(ada, "carol").await;
    let mut carol = ada.clone();
    carol.user_name = "carol".to_owned();
    carol.browser = house.browser();
    carol.device = key_of(model());
    let offer = carol.browser.begin_registration(&invited.token).await;
    let response = maker.attest(carol.browser.create(&mut carol.device, &offer));
    carol
        .browser
        .finish_registration(&offer, &response)
        .await
        .ok();
    carol
}

/// `phrh` is said of a key whose model is proven and lies in hardware by its metadata, and as long as nothing speaks against
/// it (OpenID EAP ACR Values; past mistakes 54 to 56).
#[test]
fn an_application_is_told_of_hardware_that_is_proven() {
    in_each_house(async |house, service| {
        let maker = Maker::new();
        let entry = |protection: &[&str], status: (&str, &str)| {
            let mut entry = maker.vouch(model_entry(MODEL, "Key", &[status]));
            entry["metadataStatement"]["keyProtection"] = protection.into();
            entry
        };
        put_blob(
            &house,
            &service,
            1,
            entry(&["hardware", "secure_element"], CERTIFIED),
        )
        .await;
        let mut ada = house.administrator("ada").await;
        let mut carol = house_with_key(&house, &mut ada, &maker).await;
        sign_in(&house, &mut carol).await.ok();
        let app = house.client("Travel", "User.Read").await;
        let mut told = async || {
            let token = house
                .delegated_token(&app, &mut carol.browser, "openid")
                .await;
            let claims = read_claims(&token);
            (claims["acr"].clone(), claims["amr"].clone())
        };
        let proven = (
            Value::from("phrh"),
            serde_json::json!(["pop", "user", "mfa", "hwk"]),
        );
        let unproven = (
            Value::from("phr"),
            serde_json::json!(["pop", "user", "mfa"]),
        );
        assert_eq!(told().await, proven);
        for (number, protection, status) in [
            (2, &["software"][..], CERTIFIED),
            (3, &["hardware"][..], ("REVOKED", "2025-02-01")),
        ] {
            house.advance(SECOND);
            put_blob(&house, &service, number, entry(protection, status)).await;
            assert_eq!(told().await, unproven, "{number}");
        }
    });
}

/// An application that wants more than the sign-in proved gets it, from the same person with another passkey, or is told
/// that it can't be had.
#[test]
fn an_application_that_asks_for_hardware_gets_it_or_is_told() {
    in_each_house(async |house, service| {
        let maker = Maker::new();
        let mut entry = maker.vouch(model_entry(MODEL, "Key", &[CERTIFIED]));
        entry["metadataStatement"]["keyProtection"] = ["hardware", "secure_element"][..].into();
        put_blob(&house, &service, 1, entry).await;
        let mut ada = house.administrator("ada").await;
        let app = house.client("Travel", "User.Read").await;
        let request = |more: &[(&str, &str)]| {
            let (app_id, challenge) = (app.app_id.to_string(), testkit::challenge());
            let mut pairs = vec![
                ("client_id", app_id.as_str()),
                ("redirect_uri", testkit::CALLBACK),
                ("response_type", "code"),
                ("scope", "openid"),
                ("code_challenge", &challenge),
                ("code_challenge_method", "S256"),
            ];
            pairs.extend(more);
            format!("/oauth2/v2.0/authorize?{}", oidc::form::write(&pairs))
        };
        let essential = r#"{"id_token":{"acr":{"essential":true,"values":["phrh"]}}}"#;
        let asks = [("acr_values", "phrh"), ("claims", essential)];
        // A level counts wherever it stands, whatever else is asked for.
        let other = ("claims", r#"{"id_token":{"acr":{"values":["urn:x"]}}}"#);
        let answer = ada.browser.get(&request(&[asks[0], other])).await;
        let to = answer.header("location");
        assert!(
            to.contains("error=unmet_authentication_requirements"),
            "{to}"
        );
        // Nothing that they have proves it.
        for ask in asks {
            let answer = ada.browser.get(&request(&[ask])).await;
            let to = answer.header("location");
            assert!(
                to.contains("error=unmet_authentication_requirements"),
                "{to}"
            );
        }
        let (answer, mut key) = add(&mut ada, &maker).await;
        answer.ok();
        let told = async |person: &mut Person, location: &str| {
            let to = person.browser.get(location).await;
            let to = to.header("location").to_owned();
            let (_, query) = to.split_once('?').unwrap();
            let read = oidc::form::Parameters::parse(query.as_bytes()).unwrap();
            let code = read
                .find("code")
                .unwrap_or_else(|| panic!("{to}"))
                .to_owned();
            let body = house.redeem(&app, &code).await.ok();
            let claims = read_claims(body["id_token"].as_str().unwrap());
            claims["acr"].as_str().unwrap().to_owned()
        };
        for (number, ask) in asks.into_iter().enumerate() {
            let mut person = ada.clone();
            person.browser = house.browser();
            person.sign_in().await.ok();
            // Words that nobody here knows, and those that are met, change nothing.
            for other in ["phr", "urn:x:unknown 2", "phrh phr"] {
                let acr = told(&mut person, &request(&[("acr_values", other)])).await;
                assert_eq!(acr, "phr", "{other}");
            }
            let silent = person
                .browser
                .get(&request(&[ask, ("prompt", "none")]))
                .await;
            assert!(silent.header("location").contains("error=login_required"));
            let answer = person.browser.get(&request(&[ask])).await;
            let page = answer.header("location").to_owned();
            assert!(page.starts_with("/reauthenticate?return="), "{page}");
            assert!(page.ends_with("&level=phrh"), "{page}");
            // The page says why, and offers the one that will do and no other.
            let shown = person.browser.open(&page).await;
            assert!(shown.text().contains("kept in hardware"));
            let data = testkit::find_tags(&shown.text(), "meta")
                .into_iter()
                .find(|it| it.attribute("name") == Some("page-data"))
                .unwrap();
            let data: Value = serde_json::from_str(data.attribute("content").unwrap()).unwrap();
            let offered = data["publicKey"]["allowCredentials"].as_array().unwrap();
            assert_eq!(offered.len(), 1);
            let renewal = data["renewal"].as_str().unwrap();
            let renewed = person
                .browser
                .post(renewal, serde_json::json!({}))
                .await
                .ok();
            assert_eq!(
                renewed["publicKey"]["allowCredentials"][0]["id"],
                offered[0]["id"]
            );
            let back = page.strip_prefix("/reauthenticate?").unwrap();
            let back = oidc::form::Parameters::parse(back.as_bytes()).unwrap();
            let back = back.find("return").unwrap().to_owned();
            // With the wrong one they are where they were.
            if number == 0 {
                person.reauthenticate().await.ok();
                let again = person.browser.get(&back).await;
                assert_eq!(again.header("location"), page);
            }
            house.advance(SECOND);
            person.browser.reauthenticate(&mut key).await.ok();
            assert_eq!(told(&mut person, &back).await, "phrh");
            // Who asks for the plain word is told that, by a code and by what follows it.
            let acr = told(&mut person, &request(&[("acr_values", "phr")])).await;
            assert_eq!(acr, "phr");
        }
    });
}
