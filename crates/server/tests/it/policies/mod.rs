//! The passkey policy by its use cases and by what it does to ceremonies.

mod attested;
mod break_glass;
mod doors;
mod preview;
mod registering;
mod saving;
mod signing_in;
mod tried_out;

use identity::policies::profiles::{
    Document, GroupId, Include, Profile, ProfileId, RestrictionKind, Restrictions, Strictness,
    Target, Types,
};
use identity::policies::{self, Aaguid, Saved};
use identity::{Actor, DAY, Id, Refusal};
use serde_json::Value;
use testkit::{Answer, Device, House, Person};

/// The operator's shell.
const SHELL: Actor<'static> = Actor::CommandLine { os_user: "testkit" };

const KEY: Aaguid = Aaguid([7; 16]);
const OTHER: Aaguid = Aaguid([8; 16]);
const STRICT: ProfileId = ProfileId([5; 16]);

const DEVICE_BOUND: Types = Types {
    device_bound: true,
    synced: false,
};

/// The default with its one profile changed.
fn policy(change: impl FnOnce(&mut Profile)) -> Document {
    let mut document = Document::default();
    change(&mut document.profiles[0]);
    document
}

fn device_bound_only() -> Document {
    policy(|profile| profile.types = DEVICE_BOUND)
}

fn list(kind: RestrictionKind, aaguids: &[Aaguid]) -> Restrictions {
    Restrictions {
        enforced: true,
        kind,
        aaguids: aaguids.to_vec(),
    }
}

fn group(id: Id) -> GroupId {
    GroupId(id.0)
}

/// A further profile for a group's people.
fn for_group(document: &mut Document, id: Id, profile: Profile) {
    document.include.push(Include {
        target: Target::Group(group(id)),
        registration_required: false,
        profiles: vec![profile.id],
    });
    document.profiles.push(profile);
}

async fn try_save(house: &House, document: &Document) -> Result<Saved, Refusal> {
    policies::save(house.identity(), SHELL, None, document, Strictness::Own, "").await
}

#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T, Refusal>, code: &str) -> Refusal {
    let refusal = outcome.unwrap_err();
    assert_eq!(refusal.code.id, code, "{refusal:?}");
    refusal
}

/// A security key of a model.
fn key_of(aaguid: Aaguid) -> Device {
    Device {
        aaguid: aaguid.0,
        ..Device::device_bound()
    }
}

/// An administrator whom every policy here accepts: beside a synced passkey there is a key of [`KEY`].
async fn administrator(house: &House) -> Person {
    let mut ada = house.administrator("ada").await;
    ada.add_device(&mut key_of(KEY)).await;
    ada
}

/// What a sign-in with the person's device answers, from a new browser.
async fn sign_in(house: &House, person: &mut Person) -> Answer {
    person.browser = house.browser();
    person.sign_in().await
}

/// Bodies of the sign-in records of that result, oldest first.
fn sign_ins(house: &House, result: &str) -> Vec<Value> {
    let statement =
        format!("SELECT body FROM sign_in WHERE result = '{result}' ORDER BY record_id");
    let found = house.run_sql(&statement);
    found
        .iter()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect()
}

fn audits(house: &House, activity: &str) -> Vec<Value> {
    let statement =
        format!("SELECT body FROM audit WHERE activity = '{activity}' ORDER BY record_id");
    let found = house.run_sql(&statement);
    found
        .iter()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect()
}

async fn make_group(house: &House, name: &str) -> Id {
    let new = identity::groups::NewGroup {
        display_name: name.to_owned(),
        ..Default::default()
    };
    let made = identity::groups::create(house.identity(), SHELL, &new).await;
    made.unwrap().group_id
}

async fn put(house: &House, group: Id, member: Id) -> Result<(), Refusal> {
    identity::groups::members::add(house.identity(), SHELL, group, member).await
}

/// Days go by on a server that runs: keys of states are changed daily.
async fn pass(house: &House, days: usize) {
    for _ in 0..days {
        house.advance(DAY);
        for _ in 0..2 {
            identity::tenant::tick_minute(house.identity())
                .await
                .unwrap();
        }
    }
}

async fn id_of(house: &House, name: &str) -> Id {
    house.find(name).await.person_id
}
