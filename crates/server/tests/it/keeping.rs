//! What a node does about metadata each minute by itself: it asks when it is time, judges what is due, and alerts.

use std::fs::File;
use std::path::{Path, PathBuf};

use identity::{DAY, HOUR, Id, Identity};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use server::lists::ListFiles;
use server::metadata::{Keeper, MetadataSchedule, MetadataSource, refresh};
use server::outbound::{Outbound, PrivateAddresses};
use tempfile::TempDir;
use testkit::{Attestation, Device, House, Person, model_entry};

use crate::android_list::Vendor;
use crate::attestation_lists::{list, supply};
use crate::metadata::{CERTIFIED, MODEL, NEXT, SHELL, in_each_house, plant, put};

/// Figures of one thread: those of the test that it runs.
struct Figures {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

impl Figures {
    fn new() -> Figures {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        Figures { recorder, handle }
    }

    /// The figure of this line, 0 if there is none.
    fn read(&self, line: &str) -> u64 {
        let text = self.handle.render();
        let mut found = text.lines().filter_map(|it| it.strip_prefix(line));
        found.next().map_or(0, |it| it.trim().parse().unwrap())
    }

    fn alerts(&self, kind: &str) -> u64 {
        self.read(&format!("claviger_alerts_total{{kind=\"{kind}\"}}"))
    }

    fn refreshes(&self, result: &str) -> u64 {
        self.read(&format!(
            "claviger_metadata_refreshes_total{{result=\"{result}\"}}"
        ))
    }
}

/// A node's keeper, its blob's file, and what it says.
struct Kept {
    folder: TempDir,
    keeper: Keeper,
    figures: Figures,
}

impl Kept {
    fn blob(&self) -> PathBuf {
        blob_in(&self.folder)
    }

    fn lay_out(&self, blob: &[u8]) {
        std::fs::write(self.blob(), blob).unwrap();
    }

    /// One minute's work, with its figures.
    async fn tick(&self, identity: &Identity) {
        let _here = metrics::set_default_local_recorder(&self.figures.recorder);
        self.keeper.tick(identity).await.unwrap();
    }
}

fn blob_in(folder: &TempDir) -> PathBuf {
    folder.path().join("blob.jwt")
}

/// A keeper that asks a file each day, or nobody.
fn keep(asks: bool, list: Option<&str>) -> Kept {
    let folder = tempfile::tempdir().unwrap();
    let schedule = MetadataSchedule {
        source: asks.then(|| MetadataSource::File(blob_in(&folder))),
        every_hours: 24,
    };
    let lists = ListFiles {
        revocation_lists: list
            .map(|name| folder.path().join(name))
            .into_iter()
            .collect(),
        android_list: None,
        attestation_lists: None,
    };
    let outbound = Outbound::new(PrivateAddresses::Refused).unwrap();
    Kept {
        keeper: Keeper::new(outbound, schedule, lists),
        folder,
        figures: Figures::new(),
    }
}

async fn number(identity: &Identity) -> Option<i64> {
    let view = identity::metadata::show(identity).await.unwrap();
    view.map(|it| it.number)
}

/// What `claviger doctor` says about this.
async fn doctor(identity: &Identity, name: &str) -> String {
    let findings = identity::doctor::check(identity).await;
    let finding = findings.into_iter().find(|it| it.name == name).unwrap();
    format!("{:?}: {}", finding.grade, finding.detail)
}

#[test]
fn a_node_asks_once_a_day_and_again_in_an_hour_where_that_failed() {
    in_each_house(async |house, service| {
        let identity = house.identity();
        let kept = keep(true, None);
        let blob = |number| service.blob(number, NEXT, &[model_entry(MODEL, "Key", &[CERTIFIED])]);
        kept.lay_out(&blob(1));
        kept.tick(identity).await;
        assert_eq!(number(identity).await, Some(1));
        kept.lay_out(&blob(2));
        house.advance(DAY - HOUR);
        kept.tick(identity).await;
        assert_eq!(number(identity).await, Some(1), "it is not time");
        assert_eq!(kept.figures.refreshes("updated"), 1);
        house.advance(HOUR);
        kept.tick(identity).await;
        assert_eq!(number(identity).await, Some(2));
        // What can't be had or is unfit leaves the one in use, and is no failure of the node's minute.
        house.advance(DAY);
        std::fs::remove_file(kept.blob()).unwrap();
        kept.tick(identity).await;
        kept.lay_out(b"<html>maintenance</html>");
        kept.tick(identity).await;
        assert_eq!(
            kept.figures.refreshes("failed"),
            1,
            "once, and not each minute"
        );
        house.advance(HOUR);
        kept.tick(identity).await;
        assert_eq!(number(identity).await, Some(2));
        assert_eq!(kept.figures.refreshes("failed"), 2);
        kept.lay_out(&blob(3));
        house.advance(HOUR);
        kept.tick(identity).await;
        assert_eq!(number(identity).await, Some(3));
        assert_eq!(kept.figures.refreshes("updated"), 3);
    });
}

#[test]
fn a_node_without_a_source_asks_nobody() {
    in_each_house(async |house, service| {
        let kept = keep(false, None);
        kept.lay_out(&service.blob(1, NEXT, &[]));
        for _ in 0..3 {
            house.advance(DAY);
            kept.tick(house.identity()).await;
        }
        assert_eq!(number(house.identity()).await, None);
        let asked = kept.figures.refreshes("updated") + kept.figures.refreshes("failed");
        assert_eq!(asked, 0);
    });
}

/// Security 32: past `nextUpdate` there is an alert, once; and the doctor says it as long as it holds.
#[test]
fn security_32_metadata_whose_time_is_over_is_an_alert() {
    in_each_house(async |house, service| {
        let identity = house.identity();
        let kept = keep(false, None);
        let entry = || model_entry(MODEL, "Key", &[CERTIFIED]);
        put(identity, &service.blob(1, "2026-11-25", &[entry()]))
            .await
            .unwrap();
        kept.tick(identity).await;
        assert_eq!(kept.figures.alerts("metadata_stale"), 0);
        assert!(doctor(identity, "metadata").await.starts_with("Good"));
        house.advance(10 * DAY);
        for _ in 0..3 {
            kept.tick(identity).await;
            assert_eq!(kept.figures.alerts("metadata_stale"), 1);
        }
        let said = doctor(identity, "metadata").await;
        assert!(said.starts_with("Bad"), "{said}");
        assert!(said.contains("should have been replaced by now"), "{said}");
        // A newer one ends it; when that is over as well, it is another alert.
        put(identity, &service.blob(2, "2026-12-10", &[entry()]))
            .await
            .unwrap();
        kept.tick(identity).await;
        assert!(doctor(identity, "metadata").await.starts_with("Good"));
        house.advance(30 * DAY);
        kept.tick(identity).await;
        assert_eq!(kept.figures.alerts("metadata_stale"), 2);
    });
}

#[test]
fn a_list_for_attestations_past_its_time_is_an_alert() {
    in_each_house(async |house, _| {
        let identity = house.identity();
        let kept = keep(false, None);
        let vendor = Vendor::new();
        let lay_out = async |day| supply(identity, &[list(&vendor.issuer, &[], day)]).await;
        lay_out((2026, 11, 24)).await.unwrap();
        kept.tick(identity).await;
        assert_eq!(kept.figures.alerts("revocation_list_outdated"), 0);
        house.advance(5 * DAY);
        for _ in 0..3 {
            kept.tick(identity).await;
            assert_eq!(kept.figures.alerts("revocation_list_outdated"), 1);
        }
        // Renewed, and past its time again.
        lay_out((2026, 12, 24)).await.unwrap();
        kept.tick(identity).await;
        assert_eq!(kept.figures.alerts("revocation_list_outdated"), 1);
        house.advance(60 * DAY);
        kept.tick(identity).await;
        assert_eq!(kept.figures.alerts("revocation_list_outdated"), 2);
    });
}

#[test]
fn a_revocation_list_past_its_time_is_an_alert() {
    in_each_house(async |house, service| {
        let identity = house.identity();
        let kept = keep(false, Some("signer.crl"));
        let file = kept.folder.path().join("signer.crl");
        std::fs::write(&file, service.revocation_list((2026, 11, 24))).unwrap();
        kept.tick(identity).await;
        assert_eq!(kept.figures.alerts("revocation_list_outdated"), 0);
        assert!(
            doctor(identity, "revocation lists")
                .await
                .starts_with("Good")
        );
        house.advance(5 * DAY);
        for _ in 0..3 {
            kept.tick(identity).await;
            assert_eq!(kept.figures.alerts("revocation_list_outdated"), 1);
        }
        let said = doctor(identity, "revocation lists").await;
        assert!(
            said.starts_with("Bad") && said.contains("past its time"),
            "{said}"
        );
        // A file that is no list leaves the one in use.
        std::fs::write(&file, b"no list").unwrap();
        kept.tick(identity).await;
        assert_eq!(kept.figures.alerts("list_unusable"), 1);
        std::fs::write(&file, service.revocation_list((2027, 11, 24))).unwrap();
        kept.tick(identity).await;
        assert!(
            doctor(identity, "revocation lists")
                .await
                .starts_with("Good")
        );
        assert_eq!(kept.figures.alerts("revocation_list_outdated"), 1);
    });
}

/// Somebody whose second passkey says that it is of the model, and attests itself.
async fn with_model(house: &House) -> Person {
    let mut ada = house.administrator("ada").await;
    let mut key = Device::device_bound();
    key.aaguid = Id::parse(MODEL).unwrap().0;
    key.attestation = Attestation::PackedSelf;
    ada.add_device(&mut key).await;
    ada
}

#[test]
fn security_32_a_model_that_is_revoked_is_an_alert_for_each_passkey_once() {
    in_each_house(async |house, service| {
        let identity = house.identity();
        let _ada = with_model(&house).await;
        let kept = keep(true, None);
        kept.lay_out(&service.blob(1, NEXT, &[model_entry(MODEL, "Key", &[CERTIFIED])]));
        kept.tick(identity).await;
        assert_eq!(kept.figures.alerts("model_undesired"), 0);
        let reports = [CERTIFIED, ("REVOKED", "2026-11-20")];
        kept.lay_out(&service.blob(2, NEXT, &[model_entry(MODEL, "Key", &reports)]));
        house.advance(DAY);
        for _ in 0..3 {
            kept.tick(identity).await;
            assert_eq!(kept.figures.alerts("model_undesired"), 1);
            assert_eq!(kept.figures.alerts("metadata_waits"), 0);
        }
    });
}

#[test]
fn security_32_many_changes_that_wait_are_an_alert() {
    in_each_house(async |house, service| {
        let identity = house.identity();
        let ada = house.administrator("ada").await;
        let person = house.find(&ada.user_name).await.person_id;
        plant(&house, 30, person).await;
        let kept = keep(true, None);
        kept.lay_out(&service.blob(1, NEXT, &[model_entry(MODEL, "Key", &[CERTIFIED])]));
        kept.tick(identity).await;
        assert_eq!(kept.figures.alerts("metadata_waits"), 0);
        // The entry vanishes: unknown, not revoked, and a lot of passkeys at once.
        kept.lay_out(&service.blob(
            2,
            NEXT,
            &[model_entry(&MODEL.replace("01", "99"), "Other", &[])],
        ));
        house.advance(DAY);
        for _ in 0..3 {
            kept.tick(identity).await;
            assert_eq!(kept.figures.alerts("metadata_waits"), 1);
        }
        let said = doctor(identity, "metadata").await;
        assert!(
            said.starts_with("Bad") && said.contains("30 verdicts"),
            "{said}"
        );
        identity::metadata::approve(identity, SHELL).await.unwrap();
        kept.tick(identity).await;
        assert!(doctor(identity, "metadata").await.starts_with("Good"));
        assert_eq!(kept.figures.alerts("metadata_waits"), 1);
    });
}

/// A hole of this size in a file costs nothing but its reading.
fn lay_out_a_hole(file: &Path, length: u64) {
    File::create(file).unwrap().set_len(length).unwrap();
}

#[test]
fn a_file_that_is_longer_than_any_blob_is_not_read_to_its_end() {
    in_each_house(async |house, service| {
        let identity = house.identity();
        put(identity, &service.blob(1, NEXT, &[])).await.unwrap();
        let kept = keep(true, None);
        // 16 GiB, of which one byte more than the limit is read.
        lay_out_a_hole(&kept.blob(), 1 << 34);
        let outbound = Outbound::new(PrivateAddresses::Refused).unwrap();
        let source = MetadataSource::File(kept.blob());
        let refused = refresh(identity, &outbound, &source, SHELL).await;
        let said = refused.unwrap_err().to_string();
        let limit = identity::metadata::MAX_BLOB;
        assert!(said.contains("metadata.too_long"), "{said}");
        assert!(said.contains(&limit.to_string()), "{said}");
        assert!(said.contains(&(limit + 1).to_string()), "{said}");
        assert_eq!(number(identity).await, Some(1));
    });
}
