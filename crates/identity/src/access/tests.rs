//! Tokens against the table: what an application may do with and without a person behind it.

use store::{Durability, Filter, ListQuery, Location, OpenOptions, PersonColumn, PrincipalKind};
use store::{LogRange, PrincipalStatus, ServicePrincipal, Store, Test, Value};
use tempfile::TempDir;

use super::*;
use crate::ambient::Ambient;
use crate::bearer::Delegate;
use crate::keys::KeyEncryptionKey;
use crate::people::{self, NewRecord, PersonChange};
use crate::settings::{Origin, RpId, Settings};
use crate::tenant::EmptyDatabase;
use crate::{BrowserId, Caller, Micros, groups, methods, roles};

mod applications;
mod two_tenants;

const NOW: Micros = 1_795_251_600_000_000;
const SHELL: Actor<'static> = Actor::CommandLine { os_user: "test" };
const CLIENT: Id = Id([0xc1; 16]);
const PRINCIPAL: Id = Id([0xc2; 16]);

struct Scene {
    identity: Identity,
    caller: Caller,
    _folder: TempDir,
}

impl Scene {
    async fn make() -> Scene {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("claviger.db");
        let options = OpenOptions {
            durability: Durability::Normal,
            ..OpenOptions::new(Location::Sqlite { file })
        };
        let origin = Origin::parse("https://login.example.org").unwrap();
        let identity = Identity::open(
            Store::open(&options).await.unwrap(),
            Settings::new(origin, RpId::parse("login.example.org").unwrap()),
            Ambient::frozen(NOW, 1),
            KeyEncryptionKey::new([7; 32]),
            EmptyDatabase::Accept,
        )
        .await
        .unwrap();
        let mut unit = Unit::new();
        unit.insert_principal(
            identity.0.tenant_id,
            &ServicePrincipal {
                object_id: PRINCIPAL,
                app_id: CLIENT,
                display_name: "Tool".to_owned(),
                status: PrincipalStatus::Enabled,
                record_version: 1,
                security_version: 1,
                created_at: NOW,
                deleted_at: None,
                assignment_required: false,
                token_settings: None,
                api: None,
            },
        );
        identity.write(unit).await.unwrap();
        let caller = Caller {
            browser: BrowserId([0; 32]),
            address: std::net::Ipv4Addr::new(192, 0, 2, 1).into(),
            user_agent: String::new(),
        };
        Scene {
            identity,
            caller,
            _folder: folder,
        }
    }

    async fn person(&self, name: &str) -> Id {
        let new = NewRecord::named(name, name);
        let made = people::create(&self.identity, SHELL, &new).await;
        made.unwrap().person_id
    }

    async fn give(&self, role: Role, person: Id) {
        let given = roles::assign(&self.identity, SHELL, role, person).await;
        given.unwrap();
    }

    /// Applications get their roles where they are made; here past that.
    async fn give_application(&self, role: Role) {
        let mut unit = Unit::new();
        let holder = (PRINCIPAL, PrincipalKind::Application);
        unit.insert_role(self.identity.0.tenant_id, role.template_id(), holder, NOW);
        self.identity.write(unit).await.unwrap();
    }
}

/// An application's own token.
fn application(permissions: &[Permission]) -> Bearer {
    Bearer::new(CLIENT, (PRINCIPAL, 1), None, permissions.to_vec())
}

/// A token in the name of somebody who was verified `age` ago.
fn delegated(person: Id, age: Micros, permissions: &[Permission]) -> Bearer {
    let delegate = Delegate {
        person,
        user_name: "somebody".to_owned(),
        session: Id([1; 16]),
        auth_time: NOW - age,
        family: None,
    };
    Bearer::new(CLIENT, (PRINCIPAL, 1), Some(delegate), permissions.to_vec())
}

#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T, Refusal>, code: &str) {
    assert_eq!(outcome.unwrap_err().code.id, code);
}

fn retitled() -> PersonChange {
    PersonChange {
        display_name: Some("Changed".to_owned()),
        ..PersonChange::default()
    }
}

#[tokio::test]
async fn a_delegated_token_needs_its_permission_and_its_persons_role() {
    let scene = Scene::make().await;
    let (identity, caller) = (&scene.identity, &scene.caller);
    let (ada, bob) = (scene.person("ada").await, scene.person("bob").await);
    let read = async |bearer: &Bearer, person| {
        people::read(identity, Actor::Token(caller, bearer), person).await
    };
    // Own record, whatever roles; nobody else's.
    let own = delegated(bob, 0, &[Permission::UserRead]);
    assert_eq!(read(&own, bob).await.unwrap().user_name, "bob");
    refused(read(&own, ada).await, "permission.missing");
    let more = delegated(bob, 0, &[Permission::UserReadAll]);
    read(&more, bob).await.unwrap();
    refused(read(&more, ada).await, "role.insufficient");
    refused(
        read(&delegated(bob, 0, &[Permission::GroupReadAll]), bob).await,
        "permission.missing",
    );
    scene.give(Role::GlobalReader, bob).await;
    read(&more, ada).await.unwrap();
    // The role alone is no permission of the token's.
    let none = delegated(bob, 0, &[]);
    refused(read(&none, ada).await, "permission.missing");
    // Somebody disabled acts through no token.
    people::disable(identity, SHELL, bob).await.unwrap();
    refused(read(&more, ada).await, "session.none");
}

/// Every record of the audit log, oldest first.
async fn list_records(identity: &Identity) -> Vec<store::LogRecord> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let range = LogRange {
        from: 0,
        to: i64::MAX,
        after: None,
        forward: true,
        about: None,
    };
    let all = store.list_log(tenant, Log::Audit, range, 1000).await;
    all.unwrap().into_iter().map(|shown| shown.record).collect()
}

/// Operation, code and who it was, of each record with that word.
async fn list_refusals(identity: &Identity, word: &str) -> Vec<(String, String, Option<Id>)> {
    list_records(identity)
        .await
        .into_iter()
        .filter(|record| record.word == word)
        .map(|record| {
            let field = |name| crate::audit::read_field(&record, name).unwrap_or_default();
            (field("operation"), field("code"), record.subject_id)
        })
        .collect()
}

#[tokio::test]
async fn refused_reads_are_recorded_once_a_minute_for_each_operation() {
    let scene = Scene::make().await;
    let (identity, caller) = (&scene.identity, &scene.caller);
    let (one, other) = (application(&[]), delegated(Id([9; 16]), 0, &[]));
    let ask = async |bearer: &Bearer, operation| {
        let actor = Actor::Token(caller, bearer);
        let refusal = check(identity, actor, operation, None).await.unwrap_err();
        record_refused_read(identity, actor, operation, &refusal).await;
    };
    for _ in 0..3 {
        ask(&one, Operation::ListPeople).await;
        ask(&one, Operation::ReadLogs).await;
        ask(&other, Operation::ListPeople).await;
    }
    let code = "permission.missing".to_owned();
    let told = |operation: &str, by| (operation.to_owned(), code.clone(), Some(by));
    let mut expected = vec![
        told("ListPeople", PRINCIPAL),
        told("ReadLogs", PRINCIPAL),
        told("ListPeople", Id([9; 16])),
    ];
    assert_eq!(list_refusals(identity, "access.refused").await, expected);
    identity.0.ambient.clock.advance(crate::MINUTE);
    ask(&one, Operation::ListPeople).await;
    expected.push(told("ListPeople", PRINCIPAL));
    assert_eq!(list_refusals(identity, "access.refused").await, expected);
    // What isn't about rights, and what a use case recorded by itself, is not told (again).
    identity.0.ambient.clock.advance(crate::MINUTE);
    let actor = Actor::Token(caller, &one);
    let missing = Refusal::new(&codes::USER_MISSING);
    record_refused_read(identity, actor, Operation::ReadPerson, &missing).await;
    let changed = people::update(identity, actor, Id([9; 16]), None, &retitled()).await;
    record_refused_read(
        identity,
        actor,
        Operation::ChangePerson,
        &changed.unwrap_err(),
    )
    .await;
    assert_eq!(list_refusals(identity, "access.refused").await, expected);
}

#[tokio::test]
async fn what_is_refused_is_recorded_and_changes_nothing() {
    let scene = Scene::make().await;
    let (identity, caller) = (&scene.identity, &scene.caller);
    let bob = scene.person("bob").await;
    let bearer = application(&[Permission::UserReadBasicAll]);
    let actor = Actor::Token(caller, &bearer);
    let role = roles::assign(identity, actor, Role::GlobalAdministrator, bob).await;
    refused(role, "permission.missing");
    let renamed = people::update(identity, actor, bob, Some(99), &retitled()).await;
    refused(renamed, "permission.missing");
    refused(
        people::update(identity, SHELL, bob, Some(99), &retitled()).await,
        "record.outdated",
    );
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let told = list_refusals(identity, "change.refused").await;
    assert_eq!(told.len(), 3, "{told:?}");
    for (operation, code, by) in [
        ("AssignRole", "permission.missing", Some(PRINCIPAL)),
        ("ChangePerson", "permission.missing", Some(PRINCIPAL)),
        ("ChangePerson", "record.outdated", None),
    ] {
        let expected = (operation.to_owned(), code.to_owned(), by);
        assert!(told.contains(&expected), "{expected:?} in {told:?}");
    }
    // The person's own page doesn't show what was tried in vain.
    let shown = store
        .list_records_of_person(tenant, Log::Audit, bob, 100)
        .await;
    let refused = |record: &store::LogRecord| record.word == "change.refused";
    assert!(!shown.unwrap().iter().any(refused));
    let now = people::read(identity, SHELL, bob).await.unwrap();
    assert_eq!((now.display_name.as_str(), now.version), ("bob", 1));
}

#[tokio::test]
async fn security_07_a_delegated_change_needs_a_fresh_verification() {
    let scene = Scene::make().await;
    let (identity, caller) = (&scene.identity, &scene.caller);
    let (ada, bob) = (scene.person("ada").await, scene.person("bob").await);
    scene.give(Role::UserAdministrator, ada).await;
    let stale = delegated(ada, 5 * crate::MINUTE + 1, &[Permission::UserReadWriteAll]);
    let actor = Actor::Token(caller, &stale);
    let changed = people::update(identity, actor, bob, None, &retitled()).await;
    refused(changed, "session.not_fresh");
    people::read(identity, actor, bob).await.unwrap();
    // Fresh: then the session that it rests on is asked for in the unit, and there is none.
    let fresh = delegated(ada, 0, &[Permission::UserReadWriteAll]);
    let actor = Actor::Token(caller, &fresh);
    let changed = people::update(identity, actor, bob, None, &retitled()).await;
    refused(changed, "session.none");
    let now = people::read(identity, SHELL, bob).await.unwrap();
    assert_eq!(now.display_name, "bob");
}

#[tokio::test]
async fn security_11_an_application_reaches_no_further_than_its_own_roles() {
    let scene = Scene::make().await;
    let (identity, caller) = (&scene.identity, &scene.caller);
    let (plain, admin) = (scene.person("plain").await, scene.person("admin").await);
    scene.give(Role::ReportsReader, admin).await;
    let writer = application(&[Permission::UserReadWriteAll]);
    let actor = Actor::Token(caller, &writer);
    let change = async |person| people::update(identity, actor, person, None, &retitled()).await;
    change(plain).await.unwrap();
    refused(change(admin).await, "role.insufficient");
    // Methods and links: roles of its own also for the plain.
    let planter = application(&[Permission::MethodReadWriteAll]);
    let actor = Actor::Token(caller, &planter);
    let link = async |person| people::make_link(identity, actor, person).await;
    refused(link(plain).await, "role.insufficient");
    refused(
        methods::delete(identity, actor, plain, "AAAA").await,
        "role.insufficient",
    );
    scene
        .give_application(Role::AuthenticationAdministrator)
        .await;
    link(plain).await.unwrap();
    refused(link(admin).await, "role.insufficient");
    refused(
        methods::delete(identity, actor, plain, "AAAA").await,
        "passkey.missing",
    );
    refused(
        methods::delete(identity, actor, admin, "AAAA").await,
        "role.insufficient",
    );
    scene
        .give_application(Role::PrivilegedAuthenticationAdministrator)
        .await;
    link(admin).await.unwrap();
}

#[tokio::test]
async fn security_11_no_application_raises_itself_or_anybody() {
    let scene = Scene::make().await;
    let (identity, caller) = (&scene.identity, &scene.caller);
    let bob = scene.person("bob").await;
    let everything: Vec<Permission> = Permission::ALL.to_vec();
    let bearer = application(&everything);
    let actor = Actor::Token(caller, &bearer);
    let assign = async || roles::assign(identity, actor, Role::ReportsReader, bob).await;
    refused(assign().await, "role.insufficient");
    let new = groups::NewGroup {
        display_name: "Ours".to_owned(),
        role_assignable: true,
        ..groups::NewGroup::default()
    };
    refused(
        groups::create(identity, actor, &new).await,
        "role.insufficient",
    );
    let protected = groups::create(identity, SHELL, &new)
        .await
        .unwrap()
        .group_id;
    let added = groups::members::add(identity, actor, protected, bob).await;
    refused(added, "role.insufficient");
    for role in Role::ALL
        .iter()
        .filter(|role| **role != Role::GlobalAdministrator)
    {
        scene.give_application(*role).await;
    }
    refused(assign().await, "role.insufficient");
    // What only a person with a fresh verification may do no application does, whatever it holds.
    assert!(Operation::GrantTierZero.rule().application.is_empty());
    let granted = check(identity, actor, Operation::GrantTierZero, None).await;
    refused(granted, "permission.missing");
}

#[tokio::test]
async fn security_11_every_use_of_a_tier_zero_permission_alerts() {
    let scene = Scene::make().await;
    let (identity, caller) = (&scene.identity, &scene.caller);
    let (one, other) = (scene.person("one").await, scene.person("other").await);
    let alerts = async || {
        let tenant = identity.0.tenant_id;
        let store = &identity.0.store;
        let found = store
            .list_records_of_person(tenant, Log::Audit, one, 100)
            .await;
        let found = found.unwrap();
        let alerts = found
            .iter()
            .filter(|record| record.word == "alert.tier_zero_use");
        alerts.count()
    };
    let change = async |permissions: &[Permission], person| {
        let bearer = application(permissions);
        let actor = Actor::Token(caller, &bearer);
        let change = PersonChange {
            mail: Some(Some(format!(
                "a{}@example.org",
                alerts().await + permissions.len()
            ))),
            ..PersonChange::default()
        };
        people::update(identity, actor, person, None, &change)
            .await
            .unwrap();
    };
    // The lesser permission is used where there is one.
    let both = [
        Permission::DirectoryReadWriteAll,
        Permission::UserReadWriteAll,
    ];
    change(&both, one).await;
    assert_eq!(alerts().await, 0);
    change(&[Permission::DirectoryReadWriteAll], one).await;
    assert_eq!(alerts().await, 1);
    change(&[Permission::DirectoryReadWriteAll], other).await;
    assert_eq!(alerts().await, 1);
}

#[tokio::test]
async fn security_35_filters_tell_nothing_that_may_not_be_read() {
    let scene = Scene::make().await;
    let (identity, caller) = (&scene.identity, &scene.caller);
    let bob = scene.person("bob").await;
    people::disable(identity, SHELL, bob).await.unwrap();
    let list = async |permission, filter: Option<Filter<PersonColumn>>| {
        let bearer = application(&[permission]);
        let query = ListQuery {
            filter,
            count: true,
            ..ListQuery::first(10)
        };
        people::list_records(identity, Actor::Token(caller, &bearer), query).await
    };
    let enabled = Filter::Is(PersonColumn::Enabled, Test::Equal(Value::Int(1)));
    let hidden = [
        enabled.clone(),
        Filter::Not(Box::new(enabled.clone())),
        Filter::Any(vec![
            Filter::Is(PersonColumn::UserName, Test::Prefix("b".into())),
            enabled.clone(),
        ]),
        Filter::Is(PersonColumn::Manager, Test::Equal(bob.into())),
    ];
    for filter in hidden {
        let answer = list(Permission::UserReadBasicAll, Some(filter)).await;
        refused(answer, "list.column_hidden");
    }
    let page = list(Permission::UserReadBasicAll, None).await.unwrap();
    let row = &page.rows[0];
    assert_eq!(
        (row.enabled, row.created_at, row.user_type),
        (None, None, None)
    );
    let page = list(Permission::UserReadAll, Some(enabled)).await.unwrap();
    assert_eq!((page.rows.len(), page.count), (0, Some(0)));
}

#[test]
fn the_table_is_sound() {
    for operation in Operation::ALL.iter().copied() {
        let rule = operation.rule();
        assert!(!rule.delegated.is_empty(), "{operation:?}");
        // Whoever may do it to the privileged may do it to everybody, and a Global Administrator may do all.
        assert!(rule.privileged.iter().all(|role| rule.plain.contains(role)));
        assert!(rule.privileged.contains(&Role::GlobalAdministrator));
        // Nothing that changes is had by a permission that people give away themselves.
        let low = |permission: &Permission| permission.is_low();
        assert!(!rule.delegated.iter().chain(rule.application).any(low));
        assert!(!rule.fresh || rule.own.is_empty(), "{operation:?}");
        for permission in rule.application {
            assert!(permission.application_id().is_some(), "{permission:?}");
        }
    }
    let mut all = Operation::ALL.to_vec();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), Operation::ALL.len());
}
