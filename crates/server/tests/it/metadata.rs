//! FIDO metadata: a blob takes the place of another, and every stored attestation is judged anew.

use std::time::Duration;

use identity::metadata::{self, Approved, By, NotUpdated, Progress, Updated};
use identity::settings::AttestationConveyance;
use identity::{DAY, HOUR, Id, Identity};
use serde_json::{Value, json};
use server::metadata::{MetadataSource, RefreshError, refresh};
use server::outbound::{Outbound, PrivateAddresses};
use testkit::store::{AttestationRecord, ClaimedLevel, Judgement, NewCredential, Unit};
use testkit::{
    Attestation, Device, House, MetadataService, Person, model_entry, on_each_backend, passkey_id,
};

use crate::site::Site;

pub(crate) const MODEL: &str = "01020304-0506-0708-090a-0b0c0d0e0f10";
const OTHER: &str = "99999999-0506-0708-090a-0b0c0d0e0f10";
pub(crate) const CERTIFIED: (&str, &str) = ("FIDO_CERTIFIED_L2", "2025-01-01");
pub(crate) const NEXT: &str = "2026-12-21";

/// A test in a house that believes a metadata service of its own.
pub(crate) fn in_each_house(test: impl AsyncFn(House, MetadataService)) {
    on_each_backend(async |backend| {
        let service = MetadataService::make();
        let trust = service.trust();
        let house = House::open_with(backend, |settings| {
            settings.metadata = trust;
            settings.attestation = AttestationConveyance::Direct;
        });
        test(house.await, service).await;
    });
}

pub(crate) const SHELL: By<'_> = By::CommandLine { os_user: "tester" };

pub(crate) async fn put(identity: &Identity, blob: &[u8]) -> Result<Updated, NotUpdated> {
    let blob = metadata::read(identity, blob)?;
    metadata::update(identity, SHELL, &blob, "blob.jwt").await
}

pub(crate) async fn judge(identity: &Identity) -> Progress {
    let mut total = Progress::default();
    loop {
        let step = metadata::judge_due(identity, 1).await.unwrap();
        total = Progress {
            judged: total.judged + step.judged,
            changed: total.changed + step.changed,
            undesired: total.undesired + step.undesired,
            began_waiting: total.began_waiting || step.began_waiting,
            ..step
        };
        if step.finished {
            return total;
        }
    }
}

/// Somebody whose second passkey says that it is of the model, and attests itself.
async fn with_model(house: &House) -> (Person, Device) {
    let mut ada = house.administrator("ada").await;
    let mut key = Device::device_bound();
    key.aaguid = Id::parse(MODEL).unwrap().0;
    key.attestation = Attestation::PackedSelf;
    ada.add_device(&mut key).await;
    (ada, key)
}

pub(crate) fn records(house: &House, activity: &str) -> Vec<Value> {
    let statement = format!("SELECT body FROM audit WHERE activity = '{activity}'");
    house
        .run_sql(&statement)
        .iter()
        .map(|body| serde_json::from_str(body).unwrap())
        .collect()
}

#[test]
fn a_blob_is_put_in_use_and_only_goes_forward() {
    in_each_house(async |house, service| {
        let identity = house.identity();
        assert!(metadata::show(identity).await.unwrap().is_none());
        let blob =
            |number, name| service.blob(number, NEXT, &[model_entry(MODEL, name, &[CERTIFIED])]);
        let replaced = put(identity, &blob(7, "Key one")).await.unwrap();
        assert!(matches!(
            replaced,
            Updated::Replaced {
                number: 7,
                entries: 1,
                ..
            }
        ));
        let model = metadata::find_model(identity, MODEL)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (model.name.as_str(), model.certification()),
            ("Key one", Some("L2"))
        );
        assert!(
            metadata::find_model(identity, OTHER)
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            metadata::find_model(identity, "nonsense")
                .await
                .unwrap()
                .is_none()
        );
        let again = put(identity, &blob(7, "Key one")).await.unwrap();
        assert_eq!(again, Updated::Unchanged { number: 7 });
        let forged = MetadataService::make().blob(9, NEXT, &[]);
        for (text, code) in [
            (blob(6, "Key one"), "metadata.rollback"),
            (blob(7, "Another"), "metadata.altered"),
            (forged, "metadata.chain"),
            (b"<html>".to_vec(), "metadata.not_compact"),
        ] {
            let Err(NotUpdated::Unfit(refused)) = put(identity, &text).await else {
                panic!("{code} was accepted");
            };
            assert_eq!(refused.code(), code);
            let view = metadata::show(identity).await.unwrap().unwrap();
            assert_eq!((view.number, view.entries, view.stale), (7, 1, false));
        }
        put(identity, &blob(8, "Key two")).await.unwrap();
        let model = metadata::find_model(identity, MODEL)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(model.name, "Key two");
        let log = records(&house, "metadata.updated");
        assert_eq!(log.len(), 2);
        assert!(
            log.iter()
                .any(|it| it["number"] == 8 && it["numberBefore"] == 7)
        );
        // Nothing is left of the first one.
        assert_eq!(
            house.run_sql("SELECT name FROM metadata_entry"),
            ["Key two"]
        );
        house.advance(40 * DAY);
        assert!(metadata::show(identity).await.unwrap().unwrap().stale);
    });
}

#[test]
fn a_large_blob_is_written_in_small_units() {
    in_each_house(async |house, service| {
        let entries: Vec<_> = (0..300)
            .map(|number| {
                let aaguid = format!("{number:08x}-0506-0708-090a-0b0c0d0e0f10");
                let mut entry = model_entry(&aaguid, &format!("Key {number}"), &[CERTIFIED]);
                entry["metadataStatement"]["padding"] = json!("x".repeat(8_000));
                entry
            })
            .chain([{
                let mut u2f = model_entry(MODEL, "Old key", &[]);
                u2f.as_object_mut().unwrap().remove("aaguid");
                u2f["metadataStatement"]
                    .as_object_mut()
                    .unwrap()
                    .remove("aaguid");
                let keys: Vec<_> = (0..900).map(|number| format!("{number:040x}")).collect();
                u2f["attestationCertificateKeyIdentifiers"] = json!(keys);
                u2f
            }])
            .collect();
        let identity = house.identity();
        put(identity, &service.blob(1, NEXT, &entries))
            .await
            .unwrap();
        let key = format!("{:040x}", 899);
        let old = metadata::find_model(identity, &key).await.unwrap().unwrap();
        assert_eq!((old.name.as_str(), old.keys.len()), ("Old key", 900));
        let mut seen = 0;
        let mut after = Vec::new();
        loop {
            let page = metadata::list_models(identity, &after).await.unwrap();
            let Some((last, _)) = page.last() else { break };
            after.clone_from(last);
            seen += page.len();
        }
        assert_eq!(seen, 1_200);
    });
}

#[test]
fn security_32_a_revoked_model_is_seen_the_same_day() {
    in_each_house(async |house, service| {
        let (ada, key) = with_model(&house).await;
        let identity = house.identity();
        // Announced with a day that lies ahead.
        let reports = [CERTIFIED, ("REVOKED", "2026-11-23")];
        let blob = service.blob(1, NEXT, &[model_entry(MODEL, "Key", &reports)]);
        put(identity, &blob).await.unwrap();
        let first = judge(identity).await;
        assert_eq!((first.judged, first.undesired), (1, 0), "{first:?}");
        let view = metadata::show(identity).await.unwrap().unwrap();
        assert_eq!((view.verdicts.all, view.verdicts.undesired), (1, 0));
        house.advance(DAY);
        assert_eq!(judge(identity).await.judged, 0);
        // The day has come; no new blob is needed.
        house.advance(DAY);
        let now = judge(identity).await;
        assert_eq!(
            (now.judged, now.changed, now.undesired),
            (1, 1, 1),
            "{now:?}"
        );
        assert_eq!(now.waiting, 0, "a security report waits for nobody");
        let view = metadata::show(identity).await.unwrap().unwrap();
        assert_eq!(view.verdicts.undesired, 1);
        let log = records(&house, "passkey.attestation_changed");
        let last = log
            .iter()
            .find(|it| it["after"]["undesired"] == true)
            .unwrap();
        assert_eq!(last["credential"], passkey_id(&key));
        assert_eq!(last["alert"], true);
        // Nothing is left to judge, and nothing is recorded twice.
        assert_eq!(judge(identity).await.judged, 0);
        assert_eq!(
            records(&house, "passkey.attestation_changed").len(),
            log.len()
        );
        // The doctor tells it.
        let findings = identity::doctor::check(identity).await;
        let finding = findings.iter().find(|it| it.name == "metadata").unwrap();
        assert!(
            finding.detail.contains("revoked or compromised"),
            "{finding:?}"
        );
        drop(ada);
    });
}

/// Passkeys with a statement of the model, put into the database past the ceremonies: many of them.
pub(crate) async fn plant(house: &House, how_many: u16, person: Id) {
    let identity = house.identity();
    for chunk in (0..how_many).collect::<Vec<_>>().chunks(100) {
        let mut unit = Unit::new();
        for number in chunk {
            let mut credential_id = [0xaa; 16];
            credential_id[..2].copy_from_slice(&number.to_be_bytes());
            let credential = NewCredential {
                credential_id: &credential_id,
                person_id: person,
                status: testkit::store::CredentialStatus::Active,
                name: "Planted",
                public_key: b"key",
                algorithm: -7,
                sign_count: 0,
                backup_eligible: false,
                backup_state: false,
                user_verified: true,
                aaguid: Id::parse(MODEL).unwrap().0,
                transports: "[]".to_owned(),
                attachment: None,
                attestation_format: "packed",
                attestation_kind: "self",
                attestation_object: &[],
                client_data_json: b"{}",
                created_proof: "passkey",
                created_at: house.now(),
                created_place: "{}".to_owned(),
                trust_groups: "[]".to_owned(),
                recovered_at: None,
            };
            unit.insert_credential(identity.tenant_id(), &credential);
            let record = AttestationRecord {
                credential_id: credential_id.to_vec(),
                aaguid: Id::parse(MODEL).unwrap(),
                format: "packed".to_owned(),
                judgement: Judgement {
                    kind: "self".to_owned(),
                    verdict: "unattested".to_owned(),
                    reason: "attestation.self".to_owned(),
                    anchor: None,
                    chain: Vec::new(),
                    model: String::new(),
                    level: ClaimedLevel::default(),
                    standing: "{}".to_owned(),
                    undesired: false,
                    judged_at: house.now(),
                    metadata_number: 0,
                    turn: 0,
                },
                registered_at: house.now(),
                waits: false,
            };
            unit.insert_attestation(identity.tenant_id(), &record);
        }
        identity.store().write(unit).await.unwrap();
    }
}

#[test]
fn judging_goes_on_where_it_stopped_and_records_each_change_once() {
    in_each_house(async |mut house, service| {
        let ada = house.administrator("ada").await;
        let person = house.find(&ada.user_name).await.person_id;
        plant(&house, 250, person).await;
        let other = house.add_node().await;
        let blob = service.blob(
            1,
            NEXT,
            &[model_entry(MODEL, "Key", &[("REVOKED", "2026-01-01")])],
        );
        put(house.identity(), &blob).await.unwrap();
        let first = metadata::judge_due(house.identity(), 1).await.unwrap();
        assert_eq!((first.judged, first.changed, first.due), (100, 100, 150));
        // The node is stopped; another one goes on, and a third tries at the same time.
        let (one, two) = tokio::join!(
            metadata::judge_due(house.identity_at(other), 1),
            metadata::judge_due(house.identity(), 1),
        );
        let (one, two) = (one.unwrap(), two.unwrap());
        assert!(one.judged + two.judged >= 100, "{one:?} {two:?}");
        judge(house.identity()).await;
        let view = metadata::show(house.identity()).await.unwrap().unwrap();
        assert_eq!((view.verdicts.undesired, view.verdicts.due), (250, 0));
        let log = records(&house, "passkey.attestation_changed");
        let mut changed: Vec<_> = log.iter().map(|it| it["credential"].to_string()).collect();
        changed.sort_unstable();
        changed.dedup();
        assert_eq!((log.len(), changed.len()), (250, 250));
    });
}

#[test]
fn security_32_many_changes_without_a_security_report_wait_for_approval() {
    in_each_house(async |house, service| {
        let ada = house.administrator("ada").await;
        let person = house.find(&ada.user_name).await.person_id;
        plant(&house, 30, person).await;
        let identity = house.identity();
        let entry = || model_entry(MODEL, "Key", &[CERTIFIED]);
        put(identity, &service.blob(1, NEXT, &[entry()]))
            .await
            .unwrap();
        // Nothing stood before the first one: its changes are made.
        let first = judge(identity).await;
        assert_eq!((first.changed, first.waiting), (30, 0), "{first:?}");
        assert_eq!(
            metadata::approve(identity, SHELL).await.unwrap(),
            Approved::Nothing
        );
        // The entry vanishes: unknown, not revoked, and a lot of passkeys at once.
        let without = service.blob(2, NEXT, &[model_entry(OTHER, "Other", &[])]);
        put(identity, &without).await.unwrap();
        let second = judge(identity).await;
        assert_eq!((second.changed, second.waiting), (0, 30), "{second:?}");
        assert!(second.began_waiting && !judge(identity).await.began_waiting);
        let waits = records(&house, "metadata.waits_for_approval");
        assert_eq!((waits.len(), &waits[0]["changes"]), (1, &json!(30)));
        let view = metadata::show(identity).await.unwrap().unwrap();
        assert!(view.waits);
        let changes = records(&house, "passkey.attestation_changed").len();
        assert_eq!(
            metadata::approve(identity, SHELL).await.unwrap(),
            Approved::Changes(30)
        );
        let applied = judge(identity).await;
        assert_eq!((applied.changed, applied.waiting), (30, 0), "{applied:?}");
        assert_eq!(
            records(&house, "passkey.attestation_changed").len(),
            changes + 30
        );
        let view = metadata::show(identity).await.unwrap().unwrap();
        assert!(!view.waits && view.verdicts.undesired == 0);
    });
}

#[test]
fn few_changes_wait_for_nobody() {
    in_each_house(async |house, service| {
        let (ada, _) = with_model(&house).await;
        let person = house.find(&ada.user_name).await.person_id;
        let identity = house.identity();
        put(
            identity,
            &service.blob(1, NEXT, &[model_entry(MODEL, "Key", &[CERTIFIED])]),
        )
        .await
        .unwrap();
        judge(identity).await;
        // One of 42 passkeys is of the model whose level changes.
        let planted = "UPDATE attestation SET aaguid = credential_id WHERE model = ''";
        plant(&house, 40, person).await;
        house.run_sql(planted);
        judge(identity).await;
        let lower = [CERTIFIED, ("FIDO_CERTIFIED_L1", "2026-06-01")];
        put(
            identity,
            &service.blob(2, NEXT, &[model_entry(MODEL, "Key", &lower)]),
        )
        .await
        .unwrap();
        let progress = judge(identity).await;
        assert_eq!((progress.changed, progress.waiting), (1, 0), "{progress:?}");
    });
}

#[test]
fn a_removed_passkey_is_judged_no_more() {
    in_each_house(async |house, service| {
        let (mut ada, key) = with_model(&house).await;
        ada.browser.remove_passkey(&passkey_id(&key)).await.ok();
        let blob = service.blob(
            1,
            NEXT,
            &[model_entry(MODEL, "Key", &[("REVOKED", "2026-01-01")])],
        );
        put(house.identity(), &blob).await.unwrap();
        let progress = judge(house.identity()).await;
        assert_eq!((progress.judged, progress.changed), (0, 0));
    });
}

#[test]
fn cards_show_the_name_from_metadata() {
    in_each_house(async |house, service| {
        let (ada, key) = with_model(&house).await;
        let provider = async |house: &House| {
            let info = house.security_info(&ada.browser).await;
            let card = info.passkeys.into_iter();
            card.into_iter()
                .find(|card| card.passkey_id == passkey_id(&key))
                .unwrap()
                .provider
        };
        assert_eq!(provider(&house).await.name, None);
        let entry = model_entry(MODEL, "Example\u{202e} key\n", &[]);
        put(house.identity(), &service.blob(1, NEXT, &[entry]))
            .await
            .unwrap();
        assert_eq!(provider(&house).await.name.as_deref(), Some("Example key"));
    });
}

#[test]
fn registrations_ask_for_what_is_configured() {
    in_each_house(async |house, _| {
        let mut ada = house.administrator("ada").await;
        let offer = ada.browser.begin_add().await;
        assert_eq!(offer.options["attestation"], "direct");
    });
    crate::in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let offer = ada.browser.begin_add().await;
        assert_eq!(offer.options["attestation"], "none");
    });
}

#[test]
fn of_several_nodes_one_asks() {
    in_each_house(async |mut house, service| {
        let other = house.add_node().await;
        let ask = async |node| {
            metadata::claim_asking(house.identity_at(node), DAY)
                .await
                .unwrap()
        };
        let (one, two) = tokio::join!(ask(0), ask(other));
        assert_eq!([one, two].iter().filter(|asks| **asks).count(), 1);
        assert!(!ask(0).await, "a try that failed is repeated in an hour");
        house.advance(HOUR);
        assert!(ask(other).await);
        put(house.identity(), &service.blob(1, NEXT, &[]))
            .await
            .unwrap();
        house.advance(DAY - HOUR);
        assert!(!ask(0).await, "what was seen is fresh for a day");
        house.advance(HOUR);
        assert!(ask(0).await);
    });
}

async fn fetch(house: &House, site: &Site) -> Result<Updated, RefreshError> {
    let allowed = PrivateAddresses::Allowed;
    let outbound =
        Outbound::believing(site.roots.clone(), allowed, Duration::from_secs(20)).unwrap();
    let source = MetadataSource::parse(&site.url);
    refresh(house.identity(), &outbound, &source, By::Schedule).await
}

#[test]
fn a_blob_is_fetched_and_what_is_unfit_leaves_the_old_one() {
    in_each_house(async |house, service| {
        let blob = |number| service.blob(number, NEXT, &[model_entry(MODEL, "Key", &[CERTIFIED])]);
        let serve = async |body: &[u8]| {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}", body.len());
            Site::answering(&head, body).await
        };
        let site = serve(&blob(5)).await;
        let updated = fetch(&house, &site).await.unwrap();
        assert!(matches!(updated, Updated::Replaced { number: 5, .. }));
        let view = metadata::show(house.identity()).await.unwrap().unwrap();
        assert_eq!(view.source, site.url);
        assert_eq!(records(&house, "metadata.updated")[0]["by"], "schedule");
        let again = fetch(&house, &site).await.unwrap();
        assert_eq!(again, Updated::Unchanged { number: 5 });
        let mut cut = blob(9);
        cut.truncate(cut.len() - 20);
        let newer = blob(9);
        let broken_off = Site::answering("HTTP/1.1 200 OK\r\nContent-Length: 90000", &newer).await;
        for (site, why) in [
            (serve(&blob(4)).await, "metadata.rollback"),
            (
                serve(b"<html>maintenance</html>").await,
                "metadata.not_compact",
            ),
            (serve(&cut).await, "metadata."),
            (broken_off, "broke off"),
            (
                Site::answering("HTTP/1.1 503 Busy\r\nContent-Length: 0", b"").await,
                "503",
            ),
        ] {
            let refused = fetch(&house, &site).await.unwrap_err().to_string();
            assert!(refused.contains(why), "{refused}");
            assert!(!refused.contains("maintenance"), "{refused}");
            let view = metadata::show(house.identity()).await.unwrap().unwrap();
            assert_eq!((view.number, view.entries), (5, 1));
        }
    });
}
