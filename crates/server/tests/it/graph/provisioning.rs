//! Passkeys created on behalf of people: options, registrations, those that are held (security 11, 14, 15, 25).

mod bound;
mod held;
mod input;

use axum::body::Body;
use http::{Method, Request};
use identity::provisioning;
use identity::roles::{self, Role};
use identity::{Actor, Id, MINUTE};
use serde_json::{Value, json};
use testkit::{
    Answer, Application, CreationOptions, Device, House, Mediation, ORIGIN, Person, passkey_id,
};

use super::{Client, Said};
use crate::{at_once, in_each_house};

const SHELL: Actor<'static> = Actor::CommandLine { os_user: "testkit" };
const PERMISSION: &str = "UserAuthMethod-Passkey.ReadWrite.All";

/// An application with the permission, and the directory role without which it is worth nothing.
struct Tool<'a> {
    client: Client<'a>,
    application: Application,
}

impl<'a> Tool<'a> {
    async fn of(house: &'a House, name: &str, role: Role) -> Tool<'a> {
        let permissions = [PERMISSION, "User.ReadWrite.All", "AuditLog.Read.All"];
        let application = house.application(name, &permissions).await;
        roles::assign(house.identity(), SHELL, role, application.principal_id)
            .await
            .unwrap();
        let client = Client::with(house, &house.token(&application).await);
        Tool {
            client,
            application,
        }
    }

    async fn usual(house: &'a House) -> Tool<'a> {
        Tool::of(house, "tool", Role::AuthenticationAdministrator).await
    }

    async fn add_person(&self, name: &str) -> String {
        let body = json!({"displayName": name, "userPrincipalName": name});
        let made = self.client.post("/v1.0/users", &body).await.is(201);
        made["id"].as_str().unwrap().to_owned()
    }

    async fn ask(&self, person: &str) -> Answer {
        self.client.get(&options_of("v1.0", person)).await
    }

    async fn options(&self, person: &str) -> Value {
        self.ask(person).await.is(200)["publicKey"].clone()
    }

    async fn post(&self, person: &str, body: &Value) -> Answer {
        self.client.post(&methods_of("v1.0", person), body).await
    }

    /// Options and a registration, as a tool does it.
    async fn provision(&self, house: &House, person: &str, device: &mut Device) -> Answer {
        let options = self.options(person).await;
        self.post(person, &make(house, device, &options)).await
    }

    /// The words of the audit log, oldest first.
    async fn words(&self) -> Vec<String> {
        let path = "/v1.0/auditLogs/directoryAudits?$top=999&$orderby=activityDateTime%20asc";
        let page = self.client.get(path).await.is(200);
        let records = page["value"].as_array().unwrap().iter();
        records
            .map(|record| record["activityDisplayName"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn methods_of(version: &str, person: &str) -> String {
    format!("/{version}/users/{person}/authentication/fido2Methods")
}

fn options_of(version: &str, person: &str) -> String {
    format!("{}/creationOptions", methods_of(version, person))
}

/// What a tool sends when a device made a passkey of these options. Tools have no page: the origin is the RP ID's.
fn make(house: &House, device: &mut Device, options: &Value) -> Value {
    make_at(house, device, options, ORIGIN)
}

fn make_at(house: &House, device: &mut Device, options: &Value, origin: &str) -> Value {
    let mut options = options.clone();
    for excluded in options["excludeCredentials"].as_array_mut().unwrap() {
        let id = graph::bytes::decode(excluded["id"].as_str().unwrap()).unwrap();
        excluded["id"] = graph::bytes::encode(&id).into();
    }
    let options = CreationOptions::parse(options.to_string().as_bytes()).unwrap();
    let page = authenticator::Page::new(origin);
    let made = device
        .create(&options, &page, Mediation::Modal, &house.random())
        .unwrap()
        .to_value();
    body_of(&made)
}

fn body_of(made: &Value) -> Value {
    json!({
        "displayName": "Red key",
        "publicKeyCredential": {
            "id": made["id"],
            "response": {
                "clientDataJSON": made["response"]["clientDataJSON"],
                "attestationObject": made["response"]["attestationObject"],
            },
            "clientExtensionResults": {},
        },
    })
}

async fn id_of(house: &House, person: &Person) -> String {
    house.session(&person.browser).await.person_id.to_string()
}

#[test]
fn a_person_without_a_method_signs_in_with_what_was_created_for_them() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let tool = Tool::usual(&house).await;
        let bob = tool.add_person("bob@example.org").await;
        let given = tool.ask("bob%40example.org").await.is(200);
        assert_eq!(
            given["@odata.context"],
            format!("{ORIGIN}/v1.0/$metadata#microsoft.graph.webauthnCredentialCreationOptions")
        );
        assert_eq!(given["challengeTimeoutDateTime"], "2026-11-21T09:05:00Z");
        let options = &given["publicKey"];
        let person = house.find("bob@example.org").await;
        assert_eq!(
            options["rp"],
            json!({"id": testkit::RP_ID, "name": "Example"})
        );
        assert_eq!(options["user"]["name"], "bob@example.org");
        assert_eq!(options["user"]["displayName"], person.display_name);
        assert_eq!(
            options["authenticatorSelection"],
            json!({
                "authenticatorAttachment": "cross-platform", "requireResidentKey": true, "userVerification": "required",
            })
        );
        assert_eq!(options["attestation"], "direct");
        assert_eq!(options["timeout"], 60_000);
        assert_eq!(options["excludeCredentials"], json!([]));
        assert_eq!(
            options["extensions"],
            json!({
                "hmacCreateSecret": true, "enforceCredentialProtectionPolicy": true,
                "credentialProtectionPolicy": "userVerificationOptional",
            })
        );

        let mut device = Device::device_bound();
        let body = make(&house, &mut device, options);
        let answer = tool.post(&bob, &body).await;
        let place = format!("{ORIGIN}{}/", methods_of("v1.0", &bob));
        let id = passkey_id(&device);
        assert_eq!(answer.header("location"), format!("{place}{id}"));
        let made = answer.is(201);
        assert_eq!(
            made["@odata.type"],
            "#microsoft.graph.fido2AuthenticationMethod"
        );
        assert_eq!(made["id"], id.as_str());
        assert_eq!(made["displayName"], "Red key");
        assert_eq!(made["createdDateTime"], "2026-11-21T09:00:00Z");
        assert_eq!(made["passkeyType"], "deviceBound");
        assert_eq!(made["attestationLevel"], "notAttested");
        assert_eq!(made["attestationCertificates"], json!([]));
        assert_eq!(made["@claviger.held"], false);
        assert!(made.get("publicKeyCredential").is_none());
        assert!(made.get("lastUsedDateTime").is_none());
        let path = format!("{}/{id}", methods_of("v1.0", &bob));
        let read = tool.client.get(&path).await.is(200);
        assert_eq!(read["displayName"], "Red key");

        let mut browser = house.browser();
        browser.sign_in(&mut device).await.ok();
        assert!(browser.is_signed_in().await);

        // Asking and storing are both on record, and both alert, as the token's issue did (security 11).
        let words = tool.words().await;
        for (word, times) in [
            ("Get passkey creation options", 1),
            ("Admin registered security info", 1),
            ("alert.passkey_provisioned", 1),
            ("alert.tier_zero_use", 3),
        ] {
            let found = words.iter().filter(|found| *found == word).count();
            assert_eq!(found, times, "{word} in {words:?}");
        }
    });
}

#[test]
fn every_spelling_of_creation_options_is_understood() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let tool = Tool::usual(&house).await;
        let bob = tool.add_person("bob").await;
        let bob_id = Id::parse(&bob).unwrap();
        let base = format!("users/{bob}/authentication");
        let ends = async |path: String| {
            let given = tool.client.get(&path).await.is(200);
            // At most ten are open for one person.
            let identity = house.identity();
            for open in provisioning::list(identity, SHELL, bob_id).await.unwrap() {
                provisioning::cancel(identity, SHELL, bob_id, open.options_id)
                    .await
                    .unwrap();
            }
            given["challengeTimeoutDateTime"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        for version in ["v1.0", "beta"] {
            for spelling in ["creationOptions", "creationOptions()", "CREATIONOPTIONS"] {
                let path = format!("/{version}/{base}/fido2methods/{spelling}");
                assert_eq!(ends(path).await, "2026-11-21T09:05:00Z");
            }
        }
        let quoted = format!("/v1.0/users('{bob}')/authentication/fido2Methods/creationOptions");
        assert_eq!(ends(quoted).await, "2026-11-21T09:05:00Z");
        for spelling in [
            "creationOptions?challengeTimeoutInMinutes=60",
            "creationOptions()?challengeTimeoutInMinutes=60",
            "creationOptions(challengeTimeoutInMinutes=60)",
            "creationOptions(challengeTimeoutInMinutes='60')",
            "creationOptions(challengeTimeoutInMinutes=@challengeTimeoutInMinutes)?challengeTimeoutInMinutes=60",
            "creationOptions(challengeTimeoutInMinutes=%40challengeTimeoutInMinutes)?%40challengeTimeoutInMinutes=60",
            "creationOptions(challengeTimeoutInMinutes=@m)?@m=60",
        ] {
            let path = format!("/beta/{base}/fido2Methods/{spelling}");
            assert_eq!(ends(path).await, "2026-11-21T10:00:00Z", "{spelling}");
        }
        let longest =
            format!("/beta/{base}/fido2Methods/creationOptions?challengeTimeoutInMinutes=43200");
        assert_eq!(ends(longest).await, "2026-12-21T09:00:00Z");
        let absent =
            format!("/beta/{base}/fido2Methods/creationOptions(challengeTimeoutInMinutes=@m)");
        assert_eq!(ends(absent).await, "2026-11-21T09:05:00Z");

        let bad = "Request_BadRequest";
        let unsupported = "Request_UnsupportedQuery";
        for (spelling, code, inner) in [
            (
                "?challengeTimeoutInMinutes=4",
                bad,
                "provisioning.lifetime_unfit",
            ),
            (
                "?challengeTimeoutInMinutes=43201",
                bad,
                "provisioning.lifetime_unfit",
            ),
            (
                "?challengeTimeoutInMinutes=99999999999999999999",
                bad,
                "provisioning.lifetime_unfit",
            ),
            ("?challengeTimeoutInMinutes=-5", bad, "graph.property_type"),
            ("?challengeTimeoutInMinutes=", bad, "graph.property_type"),
            (
                "(challengeTimeoutInMinutes=five)",
                bad,
                "graph.property_type",
            ),
            ("?$select=publicKey", unsupported, "graph.query_unsupported"),
            (
                "?challengeTimeoutInMinutes=5&x=1",
                unsupported,
                "graph.query_unsupported",
            ),
            (
                "(challengeTimeoutInMinutes=60)?challengeTimeoutInMinutes=60",
                unsupported,
                "graph.query_unsupported",
            ),
        ] {
            let path = format!("/beta/{base}/fido2Methods/creationOptions{spelling}");
            tool.client.get(&path).await.refused_as(400, code, inner);
        }
        // v1.0 has no parameter.
        let query =
            format!("/v1.0/{base}/fido2Methods/creationOptions?challengeTimeoutInMinutes=5");
        let told = tool.client.get(&query).await;
        told.refused_as(400, unsupported, "graph.query_unsupported");
        let inside =
            format!("/v1.0/{base}/fido2Methods/creationOptions(challengeTimeoutInMinutes=5)");
        let told = tool.client.get(&inside).await;
        told.refused_as(404, "BadRequest", "graph.segment_unknown");
    });
}

#[test]
fn versions_differ_where_their_captures_do() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = house.person(&mut ada, "bob").await;
        let tool = Tool::usual(&house).await;
        let v1 = tool.client.get(&options_of("v1.0", "bob")).await.is(200);
        let beta = tool.client.get(&options_of("beta", "bob")).await.is(200);
        let numbers = |options: &Value| {
            let listed = options["publicKey"]["pubKeyCredParams"].as_array().unwrap();
            let numbers = listed.iter().map(|one| one["alg"].as_i64().unwrap());
            numbers.collect::<Vec<_>>()
        };
        assert_eq!(numbers(&v1), [-8, -7, -257]);
        assert_eq!(numbers(&beta), [-7, -257]);
        let excluded = |options: &Value| {
            let one = &options["publicKey"]["excludeCredentials"][0];
            assert_eq!(one["type"], "public-key");
            assert_eq!(one["transports"], json!(["hybrid", "internal"]));
            one["id"].as_str().unwrap().to_owned()
        };
        assert_eq!(excluded(&v1), bob.passkey_id());
        assert_eq!(excluded(&beta), padded(&bob.passkey_id()));
        assert!(excluded(&beta).ends_with("=="), "16 bytes");
        let word = graph::bytes::decode(v1["publicKey"]["challenge"].as_str().unwrap());
        assert_eq!(word.unwrap().len(), 32);

        // What was offered is what is accepted.
        let mut device = Device::device_bound();
        device.algorithms = vec![webauthn::Algorithm::EdDsa];
        let mut bent = beta["publicKey"].clone();
        bent["pubKeyCredParams"] = json!([{"type": "public-key", "alg": -8}]);
        let body = make(&house, &mut device, &bent);
        let told = tool.client.post(&methods_of("beta", "bob"), &body).await;
        let body = told.refused_as(400, "Request_BadRequest", "registration.refused");
        let message = body["error"]["message"].as_str().unwrap();
        assert!(
            message.contains("registration.algorithm_not_offered"),
            "{message}"
        );
    });
}

fn padded(text: &str) -> String {
    graph::bytes::encode_standard(&graph::bytes::decode(text).unwrap())
}

/// The same bytes in every spelling that clients were seen to send.
#[test]
fn byte_fields_are_read_in_every_spelling() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let tool = Tool::usual(&house).await;
        let counted = |text: &str| {
            let count = padded(text).bytes().filter(|byte| *byte == b'=').count();
            format!("{text}{count}")
        };
        let bare = |text: &str| text.to_owned();
        let spellings: [&dyn Fn(&str) -> String; 3] = [&bare, &padded, &counted];
        for (number, spell) in spellings.into_iter().enumerate() {
            let person = tool.add_person(&format!("person{number}")).await;
            let options = tool.options(&person).await;
            let mut device = Device::device_bound();
            let mut body = make(&house, &mut device, &options);
            body["@odata.type"] = json!("#microsoft.graph.fido2AuthenticationMethod");
            body["publicKeyCredential"]["@odata.type"] = json!("ignored");
            for place in [
                "/publicKeyCredential/id",
                "/publicKeyCredential/response/clientDataJSON",
                "/publicKeyCredential/response/attestationObject",
            ] {
                let value = body.pointer_mut(place).unwrap();
                *value = spell(value.as_str().unwrap()).into();
            }
            let made = tool.client.post(&methods_of("beta", &person), &body).await;
            assert_eq!(made.is(201)["id"], passkey_id(&device).as_str());
            let mut browser = house.browser();
            browser.sign_in(&mut device).await.ok();
        }
    });
}

/// As webauthn-interop does: one options object, several security keys.
#[test]
fn several_passkeys_of_one_options_object_each_once() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let tool = Tool::usual(&house).await;
        let bob = tool.add_person("bob").await;
        let options = tool.options(&bob).await;
        let (mut first, mut second) = (Device::device_bound(), Device::device_bound());
        let body = make(&house, &mut first, &options);
        tool.post(&bob, &body).await.is(201);
        let told = tool.post(&bob, &body).await;
        told.refused_as(400, "Request_BadRequest", "registration.credential_exists");
        let other = make(&house, &mut second, &options);
        let made = tool.post(&bob, &other).await.is(201);
        // There is a method now: what comes after it waits.
        assert_eq!(made["@claviger.held"], true);

        let path = format!("/claviger/v1/users/{bob}/passkeyCreationOptions");
        let open = tool.client.get(&path).await.is(200);
        assert_eq!(open["value"][0]["passkeysCreated"], 2);
        assert_eq!(open["value"][0]["requestedByName"], "tool");
        let app = tool.application.app_id.to_string();
        assert_eq!(open["value"][0]["appId"], app.as_str());
        assert!(!open.to_string().contains("challenge\""));

        // Removed ids never come back (security 10), and nobody else's either.
        let id = passkey_id(&second);
        tool.client
            .delete(&format!("{}/{id}", methods_of("v1.0", &bob)))
            .await
            .is(204);
        let told = tool.post(&bob, &other).await;
        told.refused_as(400, "Request_BadRequest", "registration.credential_exists");

        // Until they are over.
        house.advance(5 * MINUTE);
        let mut third = Device::device_bound();
        let late = make(&house, &mut third, &options);
        let told = tool.post(&bob, &late).await;
        told.refused_as(400, "Request_BadRequest", "provisioning.options_expired");
        assert_eq!(tool.client.get(&path).await.is(200)["value"], json!([]));
        // An hour later nothing of them is left.
        house.advance(61 * MINUTE);
        identity::tenant::tick_minute(house.identity())
            .await
            .unwrap();
        assert!(
            house
                .run_sql("SELECT purpose FROM creation_options")
                .is_empty()
        );
        let again = Client::with(&house, &house.token(&tool.application).await);
        let told = again.post(&methods_of("v1.0", &bob), &late).await;
        told.refused_as(400, "Request_BadRequest", "provisioning.challenge_unknown");
    });
}

#[test]
fn at_most_ten_passkeys_and_ten_options_at_once() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let tool = Tool::usual(&house).await;
        let bob = tool.add_person("bob").await;
        let requests: Vec<_> = (0..14)
            .map(|_| {
                send(
                    &house,
                    tool.client
                        .request(Method::GET, &options_of("v1.0", &bob), None),
                )
            })
            .collect();
        let answers = at_once(requests).await;
        let given: Vec<Value> = answers
            .iter()
            .filter(|answer| answer.status == 200)
            .map(|answer| answer.json()["publicKey"].clone())
            .collect();
        assert_eq!(given.len(), 10, "{:?}", crate::brief(&answers));
        let told = tool.ask(&bob).await;
        told.refused_as(409, "Request_Conflict", "provisioning.too_many_options");

        // All at once, so that each has counted nine or fewer.
        let posts: Vec<_> = (0..12)
            .map(|number| {
                let mut device = Device::device_bound();
                let body = make(&house, &mut device, &given[number % 10]);
                let request =
                    tool.client
                        .request(Method::POST, &methods_of("v1.0", &bob), Some(&body));
                send(&house, request)
            })
            .collect();
        let answers = at_once(posts).await;
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        // Whoever lost too many races is told so; nobody gets past ten.
        assert!(made <= 10, "{:?}", crate::brief(&answers));
        let page = tool.client.get(&methods_of("v1.0", &bob)).await.is(200);
        assert_eq!(page["value"].as_array().unwrap().len(), made);
        for options in &given[made..] {
            let mut device = Device::device_bound();
            let body = make(&house, &mut device, options);
            tool.post(&bob, &body).await.is(201);
        }
        let mut device = Device::device_bound();
        let body = make(&house, &mut device, &given[0]);
        let told = tool.post(&bob, &body).await;
        told.refused_as(409, "Request_Conflict", "passkey.too_many");
        let told = tool.ask(&bob).await;
        told.refused_as(409, "Request_Conflict", "passkey.too_many");
    });
}

/// A request that can be sent beside others.
fn send(house: &House, request: Request<Body>) -> impl Future<Output = Answer> + Send + use<> {
    let browser = house.browser();
    async move { browser.send_program(request).await }
}

#[test]
fn one_passkey_sent_twice_at_once_is_stored_once() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let tool = Tool::usual(&house).await;
        let (bob, carol) = (tool.add_person("bob").await, tool.add_person("carol").await);
        let options = tool.options(&bob).await;
        let mut device = Device::device_bound();
        let body = make(&house, &mut device, &options);
        let path = methods_of("v1.0", &bob);
        let twice: Vec<_> = (0..4)
            .map(|_| {
                send(
                    &house,
                    tool.client.request(Method::POST, &path, Some(&body)),
                )
            })
            .collect();
        let answers = at_once(twice).await;
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(made, 1, "{:?}", crate::brief(&answers));

        // Cancelled and used at once: either order, but never used after the cancelling was answered.
        let options = tool.options(&carol).await;
        let mut device = Device::device_bound();
        let body = make(&house, &mut device, &options);
        let path = format!("/claviger/v1/users/{carol}/passkeyCreationOptions");
        let open = tool.client.get(&path).await.is(200);
        let cancel = format!("{path}/{}", open["value"][0]["id"].as_str().unwrap());
        let both = vec![
            send(&house, tool.client.request(Method::DELETE, &cancel, None)),
            send(
                &house,
                tool.client
                    .request(Method::POST, &methods_of("v1.0", &carol), Some(&body)),
            ),
        ];
        let answers = at_once(both).await;
        assert_eq!(answers[0].status, 204, "{:?}", crate::brief(&answers));
        assert!([201, 400].contains(&answers[1].status.as_u16()));
        let mut late = Device::device_bound();
        let body = make(&house, &mut late, &options);
        let told = tool.post(&carol, &body).await;
        told.refused_as(400, "Request_BadRequest", "provisioning.options_cancelled");
        let told = tool.client.delete(&cancel).await;
        told.refused_as(404, "Request_ResourceNotFound", "directory.object_missing");
    });
}
