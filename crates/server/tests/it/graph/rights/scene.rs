//! What a request is about, made for it past the API.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use identity::access_pass::{self, NewPass};
use identity::applications::Logo;
use identity::groups::{self, NewGroup, members};
use identity::owners::{self, Owned};
use identity::people::{self, NewRecord};
use identity::permissions::Permission;
use identity::policies;
use identity::policies::profiles::{Document, Strictness};
use identity::provisioning;
use identity::roles::{self, Role};
use identity::{Actor, Id, applications};
use serde_json::Value;
use testkit::{House, ORIGIN, Person, SigningKey};

use super::super::{Client, logos::PICTURE};
use super::table::Row;

const COMMAND_LINE: Actor<'static> = Actor::CommandLine { os_user: "test" };

/// Whether what the request is about is privileged, or protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Plain,
    Privileged,
}

/// Makes what requests are about.
pub(super) struct Maker<'a> {
    house: &'a House,
    /// Who invites people.
    ada: Person,
    api: Id,
    sign_in: String,
    audit: String,
    made: usize,
}

/// The words of a row and what stands for them.
pub(super) type Scene = BTreeMap<&'static str, String>;

impl<'a> Maker<'a> {
    pub(super) async fn of(house: &'a House, ada: Person) -> Maker<'a> {
        let api = applications::find_own_api(house.identity()).await.unwrap();
        let reader = Client::of(house, &["AuditLog.Read.All"]).await;
        let first = async |path: &str| {
            let page = reader.get(path).await;
            page.json()["value"][0]["id"].as_str().unwrap().to_owned()
        };
        Maker {
            house,
            ada,
            api,
            sign_in: first("/v1.0/auditLogs/signIns?$top=1").await,
            audit: first("/v1.0/auditLogs/directoryAudits?$top=1").await,
            made: 0,
        }
    }

    pub(super) fn ada(&mut self) -> &mut Person {
        &mut self.ada
    }

    /// What the row's words stand for; those of whoever asks are left out.
    pub(super) async fn make(&mut self, row: &Row, level: Level) -> Scene {
        let mut scene = Scene::new();
        for word in row.words() {
            if word != "my-passkey" {
                self.add(&mut scene, word, level).await;
            }
        }
        scene
    }

    pub(super) fn name(&mut self, of: &str) -> String {
        self.made += 1;
        format!("{of}{}", self.made)
    }

    async fn add(&mut self, scene: &mut Scene, word: &'static str, level: Level) {
        if scene.contains_key(word) {
            return;
        }
        let role = || Role::ReportsReader;
        let text = match word {
            "origin" => ORIGIN.to_owned(),
            "new" => self.name("new"),
            "organization" => self.house.identity().tenant_id().to_string(),
            "api" => self.api.to_string(),
            "role" => role().template_id().to_string(),
            "sign-in" => self.sign_in.clone(),
            "audit" => self.audit.clone(),
            "jwk" => SigningKey::make().public().to_json().replace('"', "\\\""),
            "app-role" => app_role("Group.Read.All"),
            "tier-zero-role" => app_role("Directory.ReadWrite.All"),
            "fido2" => "Fido2".to_owned(),
            "no-passkey" => "AAAA".to_owned(),
            "policy-version" => self.policy_version().await,
            "open-options" => {
                let person = Id::parse(&scene["person"]).unwrap();
                self.open_options(person).await.to_string()
            }
            "somebody" => self.person(Level::Plain).await.to_string(),
            "person" => {
                let (person, manager) = (self.person(level).await, self.person(Level::Plain).await);
                self.set_manager(person, manager).await;
                person.to_string()
            }
            "role-holder" => {
                let person = self.person(Level::Plain).await;
                self.give(role(), person).await;
                person.to_string()
            }
            "pass-holder" => {
                let person = self.person(level).await;
                let identity = self.house.identity();
                let new = NewPass::default();
                let made = access_pass::make(identity, COMMAND_LINE, person, &new).await;
                scene.insert("pass", made.unwrap().0.pass_id.to_string());
                person.to_string()
            }
            "holder" => {
                let (id, passkey) = self.holder(level).await;
                scene.insert("passkey", passkey);
                id.to_string()
            }
            "deleted-person" => {
                let person = self.person(level).await;
                let deleted = people::delete(self.house.identity(), COMMAND_LINE, person, None);
                deleted.await.unwrap();
                person.to_string()
            }
            "group" | "deleted-group" => {
                let group = self.group(level).await;
                let member = self.person(Level::Plain).await;
                let identity = self.house.identity();
                let added = members::add(identity, COMMAND_LINE, group, member).await;
                added.unwrap();
                scene.insert("member", member.to_string());
                self.own(Owned::Group(group), member).await;
                scene.insert("owner", member.to_string());
                if word == "deleted-group" {
                    let deleted = groups::delete(identity, COMMAND_LINE, group, None).await;
                    deleted.unwrap();
                }
                group.to_string()
            }
            "application"
            | "app-id"
            | "principal"
            | "deleted-application"
            | "assignment"
            | "grant" => {
                self.application(scene, level).await;
                if word == "deleted-application" {
                    let id = Id::parse(&scene["application"]).unwrap();
                    let deleted =
                        applications::delete(self.house.identity(), COMMAND_LINE, id, None);
                    deleted.await.unwrap();
                    // What is deleted has no owner any more.
                    scene.retain(|word, _| !["application", "principal"].contains(word));
                    scene.insert(word, id.to_string());
                }
                return;
            }
            // Of an application of that level; they themselves are plain.
            "assigned" | "assigned-group" => {
                if !scene.contains_key("principal") {
                    self.application(scene, level).await;
                }
                let whom = match word {
                    "assigned" => self.person(Level::Plain).await,
                    _ => self.group(Level::Plain).await,
                };
                let resource = Id::parse(&scene["principal"]).unwrap();
                let (identity, role) = (self.house.identity(), Id([0; 16]));
                let made = applications::assign(identity, COMMAND_LINE, whom, resource, role).await;
                scene.insert("assigned-by", made.unwrap().assignment_id.to_string());
                whom.to_string()
            }
            "plain-group" => self.group(Level::Plain).await.to_string(),
            "lonely-app-id" => {
                let name = self.name("lonely");
                self.register(&name).await.1.to_string()
            }
            other => panic!("nobody knows how to make <{other}>"),
        };
        scene.insert(word, text);
    }

    async fn person(&mut self, level: Level) -> Id {
        let new = NewRecord::named(&self.name("person"), "Somebody");
        let made = people::create(self.house.identity(), COMMAND_LINE, &new).await;
        let id = made.unwrap().person_id;
        if level == Level::Privileged {
            self.give(Role::ReportsReader, id).await;
        }
        id
    }

    /// A version of the passkey policy that accepts everything.
    async fn policy_version(&mut self) -> String {
        let mut document = Document::default();
        document.profiles[0].name = self.name("Profile ");
        let identity = self.house.identity();
        let saved = policies::save(identity, COMMAND_LINE, None, &document, Strictness::Own, "");
        saved.await.unwrap().version.to_string()
    }

    /// Creation options for somebody's passkey.
    async fn open_options(&self, person: Id) -> Id {
        let identity = self.house.identity();
        let algorithms = &identity.settings().algorithms;
        let given = provisioning::begin(
            identity,
            COMMAND_LINE,
            person,
            provisioning::DEFAULT_LIFETIME,
            algorithms,
        );
        given.await.unwrap().options_id
    }

    /// Somebody with a passkey, and its id.
    async fn holder(&mut self, level: Level) -> (Id, String) {
        let name = self.name("holder");
        let person = self.house.person(&mut self.ada, &name).await;
        let id = Id::parse(&person.person_id).unwrap();
        if level == Level::Privileged {
            self.give(Role::ReportsReader, id).await;
        }
        (id, person.passkey_id())
    }

    async fn group(&mut self, level: Level) -> Id {
        let new = NewGroup {
            display_name: self.name("group"),
            description: None,
            mail_nickname: None,
            role_assignable: level == Level::Privileged,
        };
        let made = groups::create(self.house.identity(), COMMAND_LINE, &new).await;
        made.unwrap().group_id
    }

    /// An application's object id and `appId`.
    async fn register(&self, name: &str) -> (Id, Id) {
        let new = applications::ApplicationChange {
            display_name: Some(name.to_owned()),
            ..applications::ApplicationChange::default()
        };
        let made = applications::add(self.house.identity(), COMMAND_LINE, &new).await;
        let made = made.unwrap();
        (made.object_id, made.app_id)
    }

    /// An application with everything that belongs to one.
    async fn application(&mut self, scene: &mut Scene, level: Level) {
        let name = self.name("application");
        let (object, app) = self.register(&name).await;
        let identity = self.house.identity();
        let principal = applications::add_principal(identity, COMMAND_LINE, app).await;
        let principal = principal.unwrap().object_id;
        let permission = Permission::UserReadAll.application_id().unwrap();
        let assigned =
            applications::assign(identity, COMMAND_LINE, principal, self.api, permission).await;
        // For somebody, so that one for everybody can still be made.
        let consent = applications::Consent::Person(self.person(Level::Plain).await);
        let granted =
            applications::grant(identity, COMMAND_LINE, principal, consent, "User.Read").await;
        let secret = applications::add_secret(identity, COMMAND_LINE, object, "", None).await;
        let jwk = SigningKey::make().public().to_json();
        let key =
            applications::add_key(identity, COMMAND_LINE, object, "", jwk.as_bytes(), None).await;
        let picture = BASE64.decode(PICTURE.as_bytes()).unwrap();
        let make = || std::future::ready(Logo::make(&picture));
        let put = applications::put_logo(identity, COMMAND_LINE, object, make).await;
        put.unwrap();
        if level == Level::Privileged {
            self.give(Role::ReportsReader, principal).await;
        }
        let owner = self.person(Level::Plain).await;
        self.own(Owned::Application(object), owner).await;
        self.own(Owned::ServicePrincipal(principal), owner).await;
        for (word, id) in [
            ("owner", owner),
            ("application", object),
            ("app-id", app),
            ("principal", principal),
            ("assignment", assigned.unwrap().assignment_id),
            ("grant", granted.unwrap().grant_id),
            ("secret", secret.unwrap().view.key_id),
            ("key", key.unwrap().key_id),
        ] {
            scene.insert(word, id.to_string());
        }
        scene.insert("logo", PICTURE.to_owned());
    }

    async fn own(&self, owned: Owned, owner: Id) {
        let added = owners::add(self.house.identity(), COMMAND_LINE, owned, owner).await;
        added.unwrap();
    }

    /// Makes somebody an owner of whatever of the scene has owners; says whether there was any.
    pub(super) async fn own_all(&self, scene: &Scene, owner: Id) -> bool {
        let of = |word, owned: fn(Id) -> Owned| {
            let id = scene.get(word)?;
            Some(owned(Id::parse(id).unwrap()))
        };
        let all = [
            of("group", Owned::Group),
            of("application", Owned::Application),
            of("principal", Owned::ServicePrincipal),
        ];
        for owned in all.iter().copied().flatten() {
            self.own(owned, owner).await;
        }
        all.iter().any(Option::is_some)
    }

    pub(super) async fn set_manager(&self, person: Id, manager: Id) {
        let identity = self.house.identity();
        let set = people::set_manager(identity, COMMAND_LINE, person, Some(manager)).await;
        set.unwrap();
    }

    pub(super) async fn give(&self, role: Role, to: Id) {
        let given = roles::assign(self.house.identity(), COMMAND_LINE, role, to).await;
        given.unwrap();
    }
}

fn app_role(permission: &str) -> String {
    let permission = Permission::parse(permission).unwrap();
    permission.application_id().unwrap().to_string()
}

/// The text with what its words stand for.
fn fill(text: &str, scene: &Scene) -> String {
    let mut filled = text.to_owned();
    for (word, value) in scene {
        filled = filled.replace(&format!("<{word}>"), value);
    }
    assert!(!filled.contains('<'), "{filled}");
    filled
}

/// The path under a version, and the body.
pub(super) fn write(row: &Row, version: &str, scene: &Scene) -> (String, Option<Value>) {
    let path = fill(row.path, scene);
    let path = if row.is_own() {
        format!("/{path}")
    } else {
        format!("/{version}/{path}")
    };
    let body = row.body.map(|body| fill(body, scene));
    let body = body.map(|body| serde_json::from_str(&body).expect("it is JSON"));
    (path, body)
}
