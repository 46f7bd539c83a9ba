//! Security 36: two organisations in one database, with people, groups and applications of the same names. Whatever is
//! asked at the one, with ids of the other, finds nothing and changes nothing there.

use super::*;
use crate::applications::{self, ApplicationChange, Consent, OWN_API, PrincipalChange};
use crate::groups::{GroupChange, GroupRecord, NewGroup, members};
use crate::logs::{self, LogQuery};
use crate::owners::{self, Owned};
use crate::people::PersonRecord;
use crate::reports::{self, Kinds, Roles};
use crate::{Depth, GroupColumn};

/// What either organisation has.
struct There {
    person: PersonRecord,
    group: GroupRecord,
    application: applications::ApplicationView,
    principal: applications::PrincipalView,
    own_api: Id,
    grant: Id,
    assignment: Id,
}

async fn fill(identity: &Identity) -> There {
    let person = people::create(identity, SHELL, &NewRecord::named("ada", "Ada")).await;
    let new = NewGroup {
        display_name: "Pilots".to_owned(),
        role_assignable: true,
        ..NewGroup::default()
    };
    let group = groups::create(identity, SHELL, &new).await.unwrap();
    let new = ApplicationChange {
        display_name: Some("Travel".to_owned()),
        ..ApplicationChange::default()
    };
    let application = applications::add(identity, SHELL, &new).await.unwrap();
    let principal = applications::add_principal(identity, SHELL, application.app_id).await;
    let (person, principal) = (person.unwrap(), principal.unwrap());
    let own_api = applications::find_own_api(identity).await.unwrap();
    let client = principal.object_id;
    let grant = applications::grant(identity, SHELL, client, Consent::Everybody, "User.Read").await;
    let role = Permission::UserReadAll.application_id().unwrap();
    let assignment = applications::assign(identity, SHELL, client, own_api, role).await;
    members::add(identity, SHELL, group.group_id, person.person_id)
        .await
        .unwrap();
    roles::assign(identity, SHELL, Role::GlobalReader, group.group_id)
        .await
        .unwrap();
    There {
        person,
        group,
        application,
        principal,
        own_api,
        grant: grant.unwrap().grant_id,
        assignment: assignment.unwrap().assignment_id,
    }
}

async fn make_two() -> (Scene, Identity) {
    let scene = Scene::make().await;
    let ambient = Ambient::frozen(NOW, 2);
    let other = scene
        .identity
        .open_beside(ambient, KeyEncryptionKey::new([8; 32]));
    let other = other.await.unwrap();
    assert_ne!(scene.identity.tenant_id(), other.tenant_id());
    (scene, other)
}

/// Everything that lists show of an organisation.
async fn show(identity: &Identity) -> String {
    let (everything, groups) = (ListQuery::first(100), ListQuery::<GroupColumn>::first(100));
    let people = people::list_records(identity, SHELL, everything)
        .await
        .unwrap();
    let groups = groups::list(identity, SHELL, groups).await.unwrap();
    let applications = applications::list(identity, SHELL, None, 100)
        .await
        .unwrap();
    let principals = applications::list_principals(identity, SHELL, None, 100).await;
    let grants = applications::list_grants(identity, SHELL, None, 100)
        .await
        .unwrap();
    let holders = roles::list_holders(identity, SHELL, Role::GlobalReader, None, 100).await;
    let mut texts = vec![
        format!("{:?}", people.rows),
        format!("{:?}", groups.rows),
        format!("{applications:?}"),
        format!("{:?}", principals.unwrap()),
        format!("{grants:?}"),
        format!("{:?}", holders.unwrap()),
    ];
    for group in &groups.rows {
        for depth in [Depth::Direct, Depth::Transitive] {
            let members = members::list(identity, SHELL, group.group_id, depth, None, 100).await;
            texts.push(format!("{:?}", members.unwrap()));
        }
    }
    texts.join("\n")
}

async fn list_words(identity: &Identity, log: Log) -> Vec<(Id, String)> {
    let query = LogQuery {
        from: 0,
        to: i64::MAX,
        after: None,
        forward: true,
        about: None,
        top: 500,
    };
    let keep = |entry: logs::LogEntry| Some((entry.record_id, entry.word));
    let page = logs::list(identity, SHELL, log, &query, keep).await;
    page.unwrap().entries
}

#[tokio::test]
async fn security_36_lists_and_names_are_of_one_tenant() {
    let (scene, other) = make_two().await;
    let ours = &scene.identity;
    let (here, there) = (fill(ours).await, fill(&other).await);
    assert_ne!(here.person.person_id, there.person.person_id);
    let tool = 1;
    for (identity, own, foreign) in [(ours, &here, &there), (&other, &there, &here)] {
        let shown = show(identity).await;
        for (id, foreign) in [
            (own.person.person_id, foreign.person.person_id),
            (own.group.group_id, foreign.group.group_id),
            (own.application.object_id, foreign.application.object_id),
            (own.principal.object_id, foreign.principal.object_id),
            (own.grant, foreign.grant),
        ] {
            assert!(shown.contains(&id.to_string()), "{id}: {shown}");
            assert!(!shown.contains(&foreign.to_string()), "{foreign}: {shown}");
        }
        // By name, each finds its own.
        let person = people::read_by_name(identity, SHELL, "ada").await.unwrap();
        assert_eq!(person.person_id, own.person.person_id);
        let group = groups::read_by_name(identity, SHELL, "pilots")
            .await
            .unwrap();
        assert_eq!(group.group_id, own.group.group_id);
        let api = applications::find_principal_by_app(identity, SHELL, OWN_API).await;
        assert_eq!(api.unwrap().object_id, own.own_api);
        let summary = reports::summarise(identity, SHELL, Kinds::All, Roles::All).await;
        assert_eq!(summary.unwrap().people, 1);
        let count = members::count(identity, SHELL, own.group.group_id, Depth::Transitive).await;
        assert_eq!(count.unwrap(), 1);
    }
    assert_eq!(
        applications::count_principals(ours, SHELL).await.unwrap(),
        2 + tool
    );
    assert_eq!(
        applications::count_principals(&other, SHELL).await.unwrap(),
        2
    );
    let (mine, theirs) = (
        list_words(ours, Log::Audit).await,
        list_words(&other, Log::Audit).await,
    );
    assert!(!mine.is_empty() && mine.len() == theirs.len());
    assert!(mine.iter().all(|record| !theirs.contains(record)));
}

/// Each call's text with its refusal.
macro_rules! tried {
    ($($call:expr),* $(,)?) => { vec![$((stringify!($call), $call.await.map(drop).unwrap_err())),*] };
}

/// Each use case that takes an id, with ids of the other organisation: the code by which it is refused.
async fn try_everything(
    identity: &Identity,
    own: &There,
    foreign: &There,
) -> Vec<(&'static str, Refusal)> {
    let (person, group) = (foreign.person.person_id, foreign.group.group_id);
    let (object, principal) = (foreign.application.object_id, foreign.principal.object_id);
    let role = Permission::UserReadAll.application_id().unwrap();
    let change = GroupChange::default();
    let renamed = ApplicationChange {
        display_name: Some("Taken".to_owned()),
        ..ApplicationChange::default()
    };
    let disabled = PrincipalChange {
        enabled: Some(false),
        ..PrincipalChange::default()
    };
    let everybody = Consent::Everybody;
    tried![
        people::read(identity, SHELL, person),
        people::update(identity, SHELL, person, None, &retitled()),
        people::disable(identity, SHELL, person),
        people::delete(identity, SHELL, person, None),
        people::restore(identity, SHELL, person),
        people::erase(identity, SHELL, person),
        people::end_sessions(identity, SHELL, person),
        people::make_link(identity, SHELL, person),
        people::set_manager(identity, SHELL, own.person.person_id, Some(person)),
        people::read_manager(identity, SHELL, person),
        methods::list(identity, SHELL, person),
        methods::delete(identity, SHELL, person, "AAAA"),
        reports::find_registration_details(identity, SHELL, person),
        groups::read(identity, SHELL, group),
        groups::update(identity, SHELL, group, None, &change),
        groups::delete(identity, SHELL, group, None),
        groups::restore(identity, SHELL, group),
        groups::erase(identity, SHELL, group),
        groups::list_protections(identity, SHELL, group),
        members::list(identity, SHELL, group, Depth::Transitive, None, 10),
        members::count(identity, SHELL, group, Depth::Direct),
        members::add(identity, SHELL, group, own.person.person_id),
        members::add(identity, SHELL, own.group.group_id, person),
        members::add(identity, SHELL, own.group.group_id, group),
        members::add(identity, SHELL, own.group.group_id, principal),
        members::remove(identity, SHELL, own.group.group_id, person),
        members::list_groups_of(identity, SHELL, person, Depth::Transitive, None, 10),
        roles::assign(identity, SHELL, Role::ReportsReader, person),
        roles::assign(identity, SHELL, Role::ReportsReader, group),
        roles::assign(identity, SHELL, Role::ReportsReader, principal),
        roles::unassign(identity, SHELL, Role::GlobalReader, group),
        roles::list_of(identity, SHELL, person),
        applications::find(identity, SHELL, object),
        applications::find_by_app(identity, SHELL, foreign.application.app_id),
        applications::change(identity, SHELL, object, &renamed),
        applications::delete(identity, SHELL, object, None),
        applications::restore(identity, SHELL, object),
        applications::erase(identity, SHELL, object),
        applications::add_secret(identity, SHELL, object, "", None),
        applications::remove_credential(identity, SHELL, object, None, foreign.grant),
        applications::add_principal(identity, SHELL, foreign.application.app_id),
        applications::find_principal(identity, SHELL, principal),
        applications::change_principal(identity, SHELL, principal, disabled),
        applications::delete_principal(identity, SHELL, principal, None),
        applications::list_app_roles(identity, SHELL, principal),
        applications::assign(identity, SHELL, principal, own.own_api, role),
        applications::assign(
            identity,
            SHELL,
            own.principal.object_id,
            foreign.own_api,
            role
        ),
        applications::unassign(identity, SHELL, foreign.assignment),
        applications::grant(identity, SHELL, principal, everybody, "User.Read"),
        applications::grant(
            identity,
            SHELL,
            own.principal.object_id,
            Consent::Person(person),
            "User.Read"
        ),
        applications::find_grant(identity, SHELL, foreign.grant),
        applications::change_grant(identity, SHELL, foreign.grant, "User.Read"),
        applications::revoke(identity, SHELL, foreign.grant),
    ]
}

/// The same of owners, who are of three kinds of objects.
async fn try_owners(
    identity: &Identity,
    own: &There,
    foreign: &There,
) -> Vec<(&'static str, Refusal)> {
    let (ours, person) = (own.person.person_id, foreign.person.person_id);
    let theirs = [
        Owned::Application(foreign.application.object_id),
        Owned::ServicePrincipal(foreign.principal.object_id),
        Owned::Group(foreign.group.group_id),
    ];
    let mut told = Vec::new();
    for owned in theirs {
        told.extend(tried![
            owners::list(identity, SHELL, owned, None, 10),
            owners::add(identity, SHELL, owned, ours),
            owners::remove(identity, SHELL, owned, person),
        ]);
    }
    for owned in [
        Owned::Application(own.application.object_id),
        Owned::ServicePrincipal(own.principal.object_id),
        Owned::Group(own.group.group_id),
    ] {
        told.extend(tried![
            owners::add(identity, SHELL, owned, person),
            owners::remove(identity, SHELL, owned, person),
        ]);
    }
    told
}

#[tokio::test]
async fn security_36_ids_of_another_tenant_are_nothing_here() {
    let (scene, other) = make_two().await;
    let ours = &scene.identity;
    let (here, there) = (fill(ours).await, fill(&other).await);
    let (before, records) = (show(ours).await, list_words(ours, Log::Audit).await);
    let own_before = show(&other).await;
    let mut told = try_everything(&other, &there, &here).await;
    told.extend(try_owners(&other, &there, &here).await);
    for (call, refusal) in &told {
        let nothing = [
            "user.missing",
            "group.missing",
            "application.missing",
            "directory.object_missing",
            "permission.grant_missing",
            "role.not_held",
            "group.member_missing",
            "directory.owner_missing",
            "permission.unknown",
        ];
        assert!(nothing.contains(&refusal.code.id), "{call}: {refusal}");
    }
    assert_eq!(show(ours).await, before);
    assert_eq!(show(&other).await, own_before);
    // Not even in the log of the one does it stand what was tried at the other.
    assert_eq!(list_words(ours, Log::Audit).await, records);
    let found = logs::find(&other, SHELL, Log::Audit, records[0].0).await;
    assert!(found.unwrap().is_none());
}
