use serde_json::json;

use super::*;
use crate::in_each_house;

/// A hand-built registration that breaks each field of the policy is refused by the server, whatever a page's script
/// would have said; nothing is stored, and the provider is told that its passkey is unknown.
#[test]
fn past_mistake_01_every_field_of_the_policy_is_kept_by_the_server() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let synced_only = |it: &mut Profile| {
            it.types = Types {
                device_bound: false,
                synced: true,
            };
        };
        let mut liars = device_bound_only();
        liars.known_syncing = vec![OTHER];
        let mut keys_of_both = device_bound_only();
        keys_of_both.profiles[0].blocked = vec![OTHER];
        let attested = identity::policies::profiles::AttestationEnforcement::RegistrationOnly;
        let mut proven = device_bound_only();
        proven.profiles[0].attestation = attested;
        let cases = [
            (
                device_bound_only(),
                Device::synced(),
                "policy.synced_not_allowed",
            ),
            (liars, key_of(OTHER), "policy.synced_not_allowed"),
            (
                policy(synced_only),
                key_of(OTHER),
                "policy.device_bound_not_allowed",
            ),
            (
                policy(|it| it.restrictions = list(RestrictionKind::Allow, &[KEY])),
                key_of(OTHER),
                "policy.model_not_allowed",
            ),
            (
                policy(|it| it.restrictions = list(RestrictionKind::Block, &[OTHER])),
                key_of(OTHER),
                "policy.model_blocked",
            ),
            (keys_of_both, key_of(OTHER), "policy.model_blocked"),
            (proven, key_of(KEY), "policy.attestation_missing"),
        ];
        let stored = || house.run_sql("SELECT name FROM credential").len();
        let before = stored();
        for (number, (document, mut device, code)) in cases.into_iter().enumerate() {
            // The page was opened under a policy that accepts it.
            policies::reset(house.identity(), SHELL, None)
                .await
                .unwrap();
            let offer = bob.browser.begin_add().await;
            let response = bob.browser.create(&mut device, &offer);
            try_save(&house, &document).await.unwrap();
            let answer = bob.browser.finish_add(&offer, &response).await;
            let signal = answer.json()["error"]["signalUnknownCredential"].clone();
            let error = answer.refused(403, code);
            assert!(signal.is_object(), "{code}: {error}");
            let record = audits(&house, "passkey.registration_refused")
                .pop()
                .unwrap();
            assert_eq!(record["code"], code);
            assert_eq!(record["reference"], error["reference"]);
            assert_eq!(record["decision"]["policy"]["rule"], code);
            assert_eq!(stored(), before, "{code}");
            // By a link it is the same.
            let invited = house.invite(&mut ada, &format!("new{number}")).await;
            let mut browser = house.browser();
            let offer = browser.begin_registration(&invited.token).await;
            let mut again = Device {
                credentials: Vec::new(),
                ..device.clone()
            };
            let response = browser.create(&mut again, &offer);
            browser
                .finish_registration(&offer, &response)
                .await
                .refused(403, code);
            assert_eq!(stored(), before, "{code}");
        }
    });
}

#[test]
fn self_registration_can_be_switched_off_and_links_still_work() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let offer = bob.browser.begin_add().await;
        let document = Document {
            self_service_registration: false,
            ..Document::default()
        };
        try_save(&house, &document).await.unwrap();
        let off = "policy.self_service_off";
        let response = bob.browser.create(&mut key_of(KEY), &offer);
        bob.browser
            .finish_add(&offer, &response)
            .await
            .refused(403, off);
        bob.browser
            .post("/security-info/passkeys/begin", json!({}))
            .await
            .refused(403, off);
        let info = house.security_info(&bob.browser).await;
        assert_eq!(info.accepts, Err(off));
        let page = bob.browser.get("/security-info").await.text();
        assert!(!page.contains("data-add>"), "nothing to add is offered");
        // Whom an administrator sends a link, may follow it.
        let mut carol = house.person(&mut ada, "carol").await;
        sign_in(&house, &mut carol).await.ok();
    });
}

/// The organisation's models are named before the ceremony, and options ask for the make and model that is asked about.
#[test]
fn what_is_accepted_is_said_before_a_device_makes_anything() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let offer = bob.browser.begin_add().await;
        let conveyance = |offer: &testkit::Offer| offer.options["attestation"].clone();
        let plain = conveyance(&offer);
        assert!(plain.is_null() || plain == "none", "{plain}");
        let listed = policy(|it| it.restrictions = list(RestrictionKind::Allow, &[KEY]));
        try_save(&house, &listed).await.unwrap();
        let info = house.security_info(&bob.browser).await;
        let accepts = info.accepts.unwrap();
        assert_eq!(accepts.models, [KEY.to_string()]);
        assert_eq!(
            info.passkeys[0].refused_by,
            Some("policy.model_not_allowed")
        );
        let page = bob.browser.get("/security-info").await.text();
        assert!(page.contains(&KEY.to_string()), "{page}");
        assert!(page.contains("policy.model_not_allowed"), "{page}");
        let offer = bob.browser.begin_add().await;
        assert_eq!(conveyance(&offer), "direct");
        bob.browser
            .finish_add(&offer, &bob.browser.create(&mut key_of(KEY), &offer))
            .await
            .ok();
        let info = house.security_info(&bob.browser).await;
        let refused: Vec<_> = info.passkeys.iter().map(|it| it.refused_by).collect();
        assert!(refused.contains(&None));
    });
}

/// Whoever has one passkey that is accepted and one that is not keeps the one that is.
#[test]
fn the_last_accepted_passkey_cannot_be_removed_by_its_owner() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let mut key = key_of(KEY);
        bob.add_device(&mut key).await;
        try_save(&house, &device_bound_only()).await.unwrap();
        let info = house.security_info(&bob.browser).await;
        for card in &info.passkeys {
            assert_eq!(card.removable, card.synced, "{card:?}");
        }
        let mut remove = async |device: &Device| {
            let body = json!({ "passkeyId": testkit::passkey_id(device) });
            bob.browser
                .post("/security-info/passkeys/remove", body)
                .await
        };
        remove(&key).await.refused(409, "passkey.last");
        let synced = bob.device.clone();
        remove(&synced).await.ok();
        let mut keyed = bob.clone();
        keyed.device = key;
        sign_in(&house, &mut keyed).await.ok();
    });
}
