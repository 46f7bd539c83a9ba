//! What options are bound to, and who may ask for them (security 10, 11, 13, 15, 25).

use http::Method;
use identity::provisioning;
use identity::roles::{self, Role};
use identity::{Actor, Id, MINUTE};
use serde_json::json;
use testkit::{CreationOptions, Device, House, Mediation, ORIGIN, on_each_backend};

use super::{PERMISSION, SHELL, Tool, id_of, make, make_at, methods_of, options_of};
use crate::graph::{Client, Said};
use crate::in_each_house;

/// Options bind person and caller, and neither may change in between.
#[test]
fn security_15_options_are_for_one_person_and_one_caller() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let tool = Tool::usual(&house).await;
        let other = Tool::of(&house, "other", Role::AuthenticationAdministrator).await;
        let (bob, carol) = (tool.add_person("bob").await, tool.add_person("carol").await);
        let options = tool.options(&bob).await;
        let mut device = Device::device_bound();
        let body = make(&house, &mut device, &options);
        let bad = "Request_BadRequest";
        let unknown = "provisioning.challenge_unknown";
        tool.post(&carol, &body).await.refused_as(400, bad, unknown);
        other.post(&bob, &body).await.refused_as(400, bad, unknown);
        // A challenge of a page is none of these.
        let mut page = house.browser();
        let offer = page.challenge().await;
        let mut bent = options.clone();
        bent["challenge"] = offer.options["challenge"].clone();
        let foreign = make(&house, &mut Device::device_bound(), &bent);
        tool.post(&bob, &foreign)
            .await
            .refused_as(400, bad, unknown);

        // The person got a role, and lost it again: as before, so the options stand; while held, they don't.
        let id = Id::parse(&bob).unwrap();
        let reader = Role::ReportsReader;
        roles::assign(house.identity(), SHELL, reader, id)
            .await
            .unwrap();
        let told = tool.post(&bob, &body).await;
        told.refused_as(403, "Authorization_RequestDenied", "role.insufficient");
        roles::unassign(house.identity(), SHELL, reader, id)
            .await
            .unwrap();

        // The caller got another role: somebody else than the one who was trusted.
        let principal = tool.application.principal_id;
        roles::assign(house.identity(), SHELL, reader, principal)
            .await
            .unwrap();
        let void = "provisioning.options_void";
        tool.post(&bob, &body).await.refused_as(400, bad, void);
        roles::unassign(house.identity(), SHELL, reader, principal)
            .await
            .unwrap();
        // And lost the one that it needs.
        let needed = Role::AuthenticationAdministrator;
        roles::unassign(house.identity(), SHELL, needed, principal)
            .await
            .unwrap();
        let told = tool.post(&bob, &body).await;
        told.refused_as(403, "Authorization_RequestDenied", "role.insufficient");
        roles::assign(house.identity(), SHELL, needed, principal)
            .await
            .unwrap();

        // The person was disabled, and enabled again.
        identity::people::disable(house.identity(), SHELL, id)
            .await
            .unwrap();
        let told = tool.post(&bob, &body).await;
        told.refused_as(409, "Request_Conflict", "provisioning.person_disabled");
        identity::people::enable(house.identity(), SHELL, id)
            .await
            .unwrap();
        tool.post(&bob, &body).await.refused_as(400, bad, void);

        // The application got another secret.
        let options = tool.options(&bob).await;
        let body = make(&house, &mut Device::device_bound(), &options);
        let object = tool.application.object_id;
        identity::applications::add_secret(house.identity(), SHELL, object, "", None)
            .await
            .unwrap();
        let again = Client::with(&house, &house.token(&tool.application).await);
        let told = again.post(&methods_of("v1.0", &bob), &body).await;
        told.refused_as(400, bad, void);
        // Nothing came of any of it.
        let page = again.get(&methods_of("v1.0", &bob)).await.is(200);
        assert_eq!(page["value"], json!([]));
    });
}

#[test]
fn security_10_a_restore_voids_options() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let tool = Tool::usual(&house).await;
        let bob = tool.add_person("bob").await;
        let options = tool.options(&bob).await;
        let body = make(&house, &mut Device::device_bound(), &options);
        let restored = house.restored().await;
        let client = Client::with(&restored, &restored.token(&tool.application).await);
        let told = client.post(&methods_of("v1.0", &bob), &body).await;
        told.refused_as(400, "Request_BadRequest", "provisioning.challenge_unknown");
    });
}

#[test]
fn security_11_roles_of_its_own_decide_whom_an_application_reaches() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = house.person(&mut ada, "bob").await;
        let ada_id = id_of(&house, &ada).await;
        let bob_id = id_of(&house, &bob).await;
        let denied = "Authorization_RequestDenied";
        // The permission alone is worth nothing, a role alone neither.
        let bare = Client::of(&house, &[PERMISSION]).await;
        let told = bare.get(&options_of("v1.0", &bob_id)).await;
        told.refused_as(403, denied, "role.insufficient");
        let reader = Client::of(&house, &["UserAuthMethod-Passkey.Read.All"]).await;
        let told = reader.get(&options_of("v1.0", &bob_id)).await;
        told.refused_as(403, denied, "permission.missing");
        let tool = Tool::usual(&house).await;
        let told = tool.ask(&ada_id).await;
        told.refused_as(403, denied, "role.insufficient");
        let strong = Tool::of(
            &house,
            "strong",
            Role::PrivilegedAuthenticationAdministrator,
        )
        .await;
        let made = strong
            .provision(&house, &ada_id, &mut Device::device_bound())
            .await;
        // Even then the administrator is asked.
        assert_eq!(made.is(201)["@claviger.held"], true);

        let guest = json!({"displayName": "Gus", "userPrincipalName": "gus", "userType": "Guest"});
        let guest = tool.client.post("/v1.0/users", &guest).await.is(201);
        let told = tool.ask(guest["id"].as_str().unwrap()).await;
        told.refused_as(409, "Request_Conflict", "provisioning.guest");
        let told = tool.ask("11111111-2222-4333-8444-555555555555").await;
        told.refused_as(404, "Request_ResourceNotFound", "directory.object_missing");
    });
}

/// One's own are not created by a token (security 13); Graph's clients are told why.
#[test]
fn ones_own_passkeys_are_for_the_page() {
    in_each_house(async |house| {
        let ada = house.administrator("ada").await;
        let client = Client::of(&house, &[PERMISSION]).await;
        let mine = "me/authentication/fido2Methods";
        let read_only = "graph.me_read_only";
        for (method, path) in [
            (Method::GET, format!("/v1.0/{mine}/creationOptions")),
            (Method::GET, format!("/beta/{mine}/creationOptions()")),
            (
                Method::GET,
                format!("/beta/{mine}/creationOptions(challengeTimeoutInMinutes=5)"),
            ),
            (Method::POST, format!("/v1.0/{mine}")),
            (Method::DELETE, format!("/v1.0/{mine}/AAAA")),
        ] {
            let told = client.ask(method, &path, None).await;
            assert_eq!(told.header("allow"), "GET");
            let body = told.refused_as(405, "methodNotAllowed", read_only);
            let message = body["error"]["message"].as_str().unwrap();
            assert!(message.contains("Security info"), "{message}");
        }
        let session = house.session(&ada.browser).await;
        let (caller, person) = (house.caller(), session.person_id);
        let actor = Actor::Person(&caller, &session);
        let algorithms = &house.identity().settings().algorithms;
        let told = provisioning::begin(house.identity(), actor, person, 5 * MINUTE, algorithms);
        assert_eq!(told.await.unwrap_err().code.id, "passkey.own");
    });
}

/// An administrator at the console: fresh, and not for long.
#[test]
fn a_person_needs_a_recent_proof() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = house.person(&mut ada, "bob").await;
        let bob = house.session(&bob.browser).await.person_id;
        let (caller, session) = (house.caller(), house.session(&ada.browser).await);
        let actor = Actor::Person(&caller, &session);
        let identity = house.identity();
        let algorithms = &identity.settings().algorithms;
        provisioning::begin(identity, actor, bob, 5 * MINUTE, algorithms)
            .await
            .unwrap();
        house.advance(6 * MINUTE);
        let session = house.session(&ada.browser).await;
        let actor = Actor::Person(&caller, &session);
        let told = provisioning::begin(identity, actor, bob, 5 * MINUTE, algorithms).await;
        assert_eq!(told.unwrap_err().code.id, "session.not_fresh");
    });
}

/// `https://{rp.id}` is an origin for tools alone: a page there registers nothing by itself.
#[test]
fn security_25_the_rp_ids_origin_counts_here_alone() {
    on_each_backend(async |backend| {
        let house = House::open_with(backend, |settings| {
            settings.rp_id = webauthn::RpId::parse("example.org").unwrap();
        })
        .await;
        let mut ada = house.administrator("ada").await;
        let tool = Tool::usual(&house).await;
        let bob = tool.add_person("bob").await;
        let options = tool.options(&bob).await;
        assert_eq!(options["rp"]["id"], "example.org");
        let tools = "https://example.org";
        let body = make_at(&house, &mut Device::device_bound(), &options, tools);
        tool.post(&bob, &body).await.is(201);
        let body = make_at(&house, &mut Device::device_bound(), &options, ORIGIN);
        tool.post(&bob, &body).await.is(201);
        for origin in ["https://evil.example.org", "https://example.org:8443"] {
            let body = make_at(&house, &mut Device::device_bound(), &options, origin);
            let told = tool.post(&bob, &body).await;
            let told = told.refused_as(400, "Request_BadRequest", "registration.refused");
            let message = told["error"]["message"].as_str().unwrap();
            assert!(message.contains("origin_mismatch"), "{message}");
        }
        let offer = ada.browser.begin_add().await;
        let options = CreationOptions::parse(offer.options.to_string().as_bytes()).unwrap();
        let page = authenticator::Page::new(tools);
        let mut device = Device::synced();
        let made = device
            .create(&options, &page, Mediation::Modal, &house.random())
            .unwrap()
            .to_value();
        let told = ada.browser.finish_add(&offer, &made).await;
        assert_eq!(told.status, 400, "{}", told.text());
    });
}
