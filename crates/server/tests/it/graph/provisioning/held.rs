//! Passkeys that wait: for their owner, or for a second administrator (security 14).

use http::Method;
use identity::provisioning::{self, Hold};
use identity::roles::{self, Role};
use identity::{Actor, DAY, Id, MINUTE, Session};
use serde_json::json;
use testkit::{Answer, Device, Fault, House, Offer, Person, passkey_id};

use super::{SHELL, Tool, id_of, make};
use crate::graph::{Client, Said};
use crate::in_each_house;

async fn confirm(person: &mut Person, device: &Device) -> Answer {
    let body = json!({"passkeyId": passkey_id(device)});
    person
        .browser
        .post("/security-info/passkeys/confirm", body)
        .await
}

#[test]
fn security_14_a_held_passkey_opens_nothing_until_its_owner_says_so() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let tool = Tool::usual(&house).await;
        let bob_id = id_of(&house, &bob).await;
        let mut planted = Device::device_bound();
        let made = tool.provision(&house, &bob_id, &mut planted).await;
        assert_eq!(made.is(201)["@claviger.held"], true);

        // Refused with the reason, but only to whoever holds it: a bad signature learns nothing (security 20).
        let mut stranger = house.browser();
        let told = stranger.sign_in(&mut planted).await;
        assert_eq!(
            (told.status.as_u16(), told.code().as_str()),
            (403, "sign_in.passkey_held")
        );
        let offer = stranger.challenge().await;
        let bent = stranger.bend_assertion(&mut planted, &offer, &Fault::Signature);
        let told = stranger.finish_sign_in(&offer, &bent).await;
        assert_eq!(told.code(), "sign_in.passkey_refused");
        assert!(!stranger.is_signed_in().await);
        // Nor is it offered to those who type the name.
        let offer = stranger.name("bob").await;
        assert!(
            !offer.options["allowCredentials"]
                .to_string()
                .contains(&passkey_id(&planted))
        );

        // Its owner sees who did it.
        let info = house.security_info(&bob.browser).await;
        let card = info
            .passkeys
            .iter()
            .find(|card| card.passkey_id == passkey_id(&planted))
            .unwrap();
        let held = card.held.as_ref().unwrap();
        assert_eq!(held.by.as_deref(), Some("tool"));
        assert!(card.removable && card.refused_by.is_some());
        let page = bob.browser.get("/security-info").await.text();
        assert!(page.contains("registered this passkey for you"), "{page}");

        // Confirmed by a recent proof, of another person's session never.
        let told = confirm(&mut ada, &planted).await;
        assert_eq!(told.code(), "passkey.missing");
        house.advance(6 * MINUTE);
        assert_eq!(
            confirm(&mut bob, &planted).await.code(),
            "session.not_fresh"
        );
        bob.reauthenticate().await.ok();
        confirm(&mut bob, &planted).await.ok();
        assert_eq!(confirm(&mut bob, &planted).await.code(), "passkey.not_held");
        stranger.sign_in(&mut planted).await.ok();
        assert!(stranger.is_signed_in().await);
        assert!(
            tool_words(&house, &tool)
                .await
                .contains(&"User updated security info".to_owned())
        );
    });
}

/// Whoever planted it could else let it in by the weakest way back.
#[test]
fn security_14_a_session_after_a_recovery_confirms_nothing_for_a_day() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let made = bob.browser.post("/security-info/codes/make", json!({}));
        let made = made.await.ok();
        let tool = Tool::usual(&house).await;
        let bob_id = id_of(&house, &bob).await;
        let mut planted = Device::device_bound();
        tool.provision(&house, &bob_id, &mut planted).await.is(201);
        let (mut browser, mut device) = (house.browser(), Device::synced());
        let shown = json!({ "name": "bob", "code": made["codes"][0] });
        let begun = browser.post("/recover/enter", shown).await.ok();
        let response = browser.create(&mut device, &Offer::of(&begun));
        let body = json!({ "state": begun["state"], "response": response });
        browser.post("/recover/finish", body).await.ok();
        browser.sign_in(&mut device).await.ok();
        let body = json!({"passkeyId": passkey_id(&planted)});
        let told = browser.post("/security-info/passkeys/confirm", body).await;
        told.refused(403, "recovery.too_recent");
        let told = house.browser().sign_in(&mut planted).await;
        assert_eq!(told.code(), "sign_in.passkey_held");
    });
}

async fn tool_words(house: &House, tool: &Tool<'_>) -> Vec<String> {
    // The first token may be over by now.
    let fresh = Tool {
        client: Client::with(house, &house.token(&tool.application).await),
        application: house.application("watcher", &[]).await,
    };
    fresh.words().await
}

#[test]
fn security_14_what_its_owner_did_not_expect_is_removed_and_alerts() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let tool = Tool::usual(&house).await;
        let bob_id = id_of(&house, &bob).await;
        let mut planted = Device::device_bound();
        tool.provision(&house, &bob_id, &mut planted).await.is(201);
        let body = json!({"passkeyId": passkey_id(&planted)});
        let path = "/security-info/passkeys/remove";
        bob.browser.post(path, body).await.ok();
        let told = house.browser().sign_in(&mut planted).await;
        assert_eq!(told.code(), "sign_in.passkey_removed");
        let words = tool.words().await;
        assert!(
            words.contains(&"alert.held_passkey_refused".to_owned()),
            "{words:?}"
        );
        // Of one's own there is none.
        let mut spare = Device::synced();
        bob.add_device(&mut spare).await;
        let body = json!({"passkeyId": passkey_id(&spare)});
        bob.browser.post(path, body).await.ok();
        let words = tool.words().await;
        let alerts = words
            .iter()
            .filter(|word| *word == "alert.held_passkey_refused");
        assert_eq!(alerts.count(), 1);
    });
}

/// Somebody signed in, as use cases see them.
async fn session_of(house: &House, person: &Person) -> Session {
    house.session(&person.browser).await
}

#[test]
fn security_14_two_pairs_of_eyes() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = house.person(&mut ada, "bob").await;
        let helper = house.person(&mut ada, "helper").await;
        let identity = house.identity();
        let helper_session = session_of(&house, &helper).await;
        let role = Role::AuthenticationAdministrator;
        roles::assign(identity, SHELL, role, helper_session.person_id)
            .await
            .unwrap();
        let ada_session = session_of(&house, &ada).await;
        let caller = house.caller();
        let (ada_acts, helper_acts) = (
            Actor::Person(&caller, &ada_session),
            Actor::Person(&caller, &helper_session),
        );
        let bob_id = session_of(&house, &bob).await.person_id;

        // By an administrator: another one confirms.
        let algorithms = &identity.settings().algorithms;
        let given = provisioning::begin(identity, helper_acts, bob_id, 5 * MINUTE, algorithms)
            .await
            .unwrap();
        let mut device = Device::device_bound();
        let made = submit(&house, &mut device, &given);
        // Their options are not somebody else's.
        let told = provisioning::create(identity, ada_acts, bob_id, &made).await;
        assert_eq!(told.unwrap_err().code.id, "provisioning.challenge_unknown");
        let method = provisioning::create(identity, helper_acts, bob_id, &made)
            .await
            .unwrap();
        assert!(method.held && !method.active);
        let told = provisioning::confirm(identity, helper_acts, bob_id, &method.method_id).await;
        assert_eq!(told.unwrap_err().code.id, "provisioning.same_hands");
        let told = provisioning::confirm(identity, ada_acts, bob_id, "AAAA").await;
        assert_eq!(told.unwrap_err().code.id, "passkey.missing");
        provisioning::confirm(identity, ada_acts, bob_id, &method.method_id)
            .await
            .unwrap();
        let told = provisioning::confirm(identity, ada_acts, bob_id, &method.method_id).await;
        assert_eq!(told.unwrap_err().code.id, "passkey.not_held");
        house.browser().sign_in(&mut device).await.ok();

        // By an application: it does not confirm, nor does another one.
        let tool = Tool::usual(&house).await;
        let other = Tool::of(&house, "other", Role::GlobalAdministrator).await;
        let mut device = Device::device_bound();
        let made = tool
            .provision(&house, &bob_id.to_string(), &mut device)
            .await
            .is(201);
        let path = format!(
            "/claviger/v1/users/{bob_id}/passkeys/{}/confirm",
            made["id"].as_str().unwrap()
        );
        for client in [&tool.client, &other.client] {
            let told = client.ask(Method::POST, &path, None).await;
            told.refused_as(403, "Authorization_RequestDenied", "permission.missing");
        }
        // One's own is confirmed on the page, whatever roles one holds.
        let ada_id = ada_session.person_id;
        let strong = Tool::of(
            &house,
            "strong",
            Role::PrivilegedAuthenticationAdministrator,
        )
        .await;
        let mut planted = Device::device_bound();
        let made = strong
            .provision(&house, &ada_id.to_string(), &mut planted)
            .await
            .is(201);
        let key = made["id"].as_str().unwrap();
        let told = provisioning::confirm(identity, ada_acts, ada_id, key).await;
        assert_eq!(told.unwrap_err().code.id, "passkey.own");
        // The help of the plain does not reach the privileged.
        let told = provisioning::confirm(identity, helper_acts, ada_id, key).await;
        assert_eq!(told.unwrap_err().code.id, "role.insufficient");
        provisioning::confirm(identity, SHELL, ada_id, key)
            .await
            .unwrap();
    });
}

fn submit(
    house: &House,
    device: &mut Device,
    given: &provisioning::Given,
) -> provisioning::Submission {
    let options = json!({
        "rp": {"id": given.rp_id}, "challenge": graph::bytes::encode(&given.challenge),
        "user": {"id": graph::bytes::encode(&given.user_handle), "name": "x", "displayName": "x"},
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        "excludeCredentials": [],
    });
    let body = make(house, device, &options);
    let read = |place: &str| {
        let text = body.pointer(place).unwrap().as_str().unwrap();
        graph::bytes::readings(text)
    };
    provisioning::Submission {
        display_name: None,
        credential_id: read("/publicKeyCredential/id"),
        client_data_json: read("/publicKeyCredential/response/clientDataJSON"),
        attestation_object: read("/publicKeyCredential/response/attestationObject"),
        client_extension_results: json!({}),
    }
}

/// Who holds nothing else: by another administrator, or by a passkey of their own that a link gave them.
#[test]
fn security_14_without_another_method_a_link_is_the_way() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let tool = Tool::usual(&house).await;
        let identity = house.identity();
        provisioning::change_hold(identity, SHELL, Hold::Everybody)
            .await
            .unwrap();
        let bob = tool.add_person("bob").await;
        let bob_id = Id::parse(&bob).unwrap();
        let before = identity::people::make_link(identity, SHELL, bob_id)
            .await
            .unwrap();
        let mut planted = Device::device_bound();
        let made = tool.provision(&house, &bob, &mut planted).await.is(201);
        assert_eq!(made["@claviger.held"], true);
        // The link still stands: it is delivered by another way than the passkey was planted.
        let token = before.url.split_once('#').unwrap().1.to_owned();
        let mut browser = house.browser();
        let mut own = Device::synced();
        let offer = browser.begin_registration(&token).await;
        let response = browser.create(&mut own, &offer);
        browser.finish_registration(&offer, &response).await.ok();
        browser.sign_in(&mut own).await.ok();
        let body = json!({"passkeyId": passkey_id(&planted)});
        let told = browser.post("/security-info/passkeys/confirm", body).await;
        told.ok();
        house.browser().sign_in(&mut planted).await.ok();
    });
}

#[test]
fn whose_passkeys_are_held_is_for_people_to_say() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = house.person(&mut ada, "bob").await;
        let bob_id = id_of(&house, &bob).await;
        let tool = Tool::of(&house, "tool", Role::GlobalAdministrator).await;
        let mighty = ["Policy.ReadWrite.AuthenticationMethod", "Policy.Read.All"];
        let application = house.application("mighty", &mighty).await;
        let mighty = Client::with(&house, &house.token(&application).await);
        let path = "/claviger/v1/provisioning";
        let found = mighty.get(path).await.is(200);
        assert_eq!(found["holdUntilConfirmed"], "peopleWithMethods");
        let body = json!({"holdUntilConfirmed": "none"});
        for client in [&mighty, &tool.client] {
            let told = client.patch(path, &body).await;
            told.refused_as(403, "Authorization_RequestDenied", "permission.missing");
        }
        let told = mighty
            .patch(path, &json!({"holdUntilConfirmed": "some"}))
            .await;
        told.refused_as(400, "Request_BadRequest", "graph.property_type");

        let identity = house.identity();
        let options = tool.options(&bob_id).await;
        provisioning::change_hold(identity, SHELL, Hold::Nobody)
            .await
            .unwrap();
        let mut device = Device::device_bound();
        let body = make(&house, &mut device, &options);
        let made = tool.post(&bob_id, &body).await.is(201);
        assert_eq!(made["@claviger.held"], false);
        house.browser().sign_in(&mut device).await.ok();
        let words = tool.words().await;
        assert!(
            words.contains(&"policy.provisioning_changed".to_owned()),
            "{words:?}"
        );
        // Kept for thirty days at the longest, whoever asks.
        let (caller, session) = (house.caller(), session_of(&house, &ada).await);
        let actor = Actor::Person(&caller, &session);
        let algorithms = &identity.settings().algorithms;
        let person = Id::parse(&bob_id).unwrap();
        let told = provisioning::begin(identity, actor, person, 30 * DAY + 1, algorithms).await;
        assert_eq!(told.unwrap_err().code.id, "provisioning.lifetime_unfit");
    });
}
