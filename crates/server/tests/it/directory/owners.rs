//! Owners of groups and applications.

use identity::groups::{self, GroupChange, members};
use identity::owners::{self, Owned};
use identity::people::{self, NewRecord};
use identity::permissions::Permission;
use identity::roles::Role;
use identity::{Actor, DAY, Depth, Id, MAX_TOP, MINUTE, PrincipalKind, SECOND, UserType, bearer};

use super::*;
use crate::in_each_house;

async fn ids(house: &House, owned: Owned) -> Vec<Id> {
    let found = owners::list(house.identity(), SHELL, owned, None, MAX_TOP).await;
    found.unwrap().into_iter().map(|owner| owner.id).collect()
}

fn sorted(mut ids: Vec<Id>) -> Vec<Id> {
    ids.sort();
    ids
}

#[test]
fn people_and_applications_own_groups_and_applications() {
    in_each_house(async |house| {
        let identity = house.identity();
        let mut ada = house.administrator("ada").await;
        let bob = house.person(&mut ada, "bob").await;
        let bob = Id::parse(&bob.person_id).unwrap();
        let app = house.application("App", &[]).await;
        let other = house.application("Other", &[]).await;
        let group = make_group(&house, "Pilots").await;
        for owned in [
            Owned::Group(group.group_id),
            Owned::Application(app.object_id),
            Owned::ServicePrincipal(app.principal_id),
        ] {
            for owner in [bob, other.principal_id] {
                owners::add(identity, SHELL, owned, owner).await.unwrap();
            }
            let found = owners::list(identity, SHELL, owned, None, MAX_TOP).await;
            for owner in found.unwrap() {
                let kind = match owner.id == bob {
                    true => PrincipalKind::Person,
                    false => PrincipalKind::Application,
                };
                assert_eq!(owner.kind, kind);
            }
            let both = sorted(vec![bob, other.principal_id]);
            assert_eq!(ids(&house, owned).await, both);
            let rest = owners::list(identity, SHELL, owned, Some(both[0]), 1).await;
            assert_eq!(rest.unwrap()[0].id, both[1]);
            let again = owners::add(identity, SHELL, owned, bob).await;
            refused(again, "directory.owner_exists");
            let of_group = owners::add(identity, SHELL, owned, group.group_id).await;
            refused(of_group, "directory.owner_unfit");
            // An application is named by its service principal.
            for nothing in [Id([9; 16]), other.object_id] {
                let outcome = owners::add(identity, SHELL, owned, nothing).await;
                refused(outcome, "directory.object_missing");
            }
            assert_eq!(ids(&house, owned).await, both);
            owners::remove(identity, SHELL, owned, other.principal_id)
                .await
                .unwrap();
            let again = owners::remove(identity, SHELL, owned, other.principal_id).await;
            refused(again, "directory.owner_missing");
            assert_eq!(ids(&house, owned).await, [bob]);
        }
        let own_api = identity::applications::find_own_api(identity)
            .await
            .unwrap();
        let outcome = owners::add(identity, SHELL, Owned::ServicePrincipal(own_api), bob).await;
        refused(outcome, "application.own_api");
        for (owned, code) in [
            (Owned::Group(app.object_id), "group.missing"),
            (Owned::Application(group.group_id), "application.missing"),
            (
                Owned::ServicePrincipal(app.object_id),
                "application.missing",
            ),
        ] {
            refused(owners::add(identity, SHELL, owned, bob).await, code);
            let listed = owners::list(identity, SHELL, owned, None, 1).await;
            refused(listed, code);
        }
    });
}

#[test]
fn owners_go_with_what_is_deleted_for_good() {
    in_each_house(async |house| {
        let identity = house.identity();
        let mut ada = house.administrator("ada").await;
        let bob = house.person(&mut ada, "bob").await;
        let bob = Id::parse(&bob.person_id).unwrap();
        let app = house.application("App", &[]).await;
        let owner = house.application("Owner", &[]).await;
        let group = make_group(&house, "Pilots").await;
        let owned = [
            Owned::Group(group.group_id),
            Owned::Application(app.object_id),
            Owned::ServicePrincipal(app.principal_id),
        ];
        for owned in owned {
            owners::add(identity, SHELL, owned, bob).await.unwrap();
            owners::add(identity, SHELL, owned, owner.principal_id)
                .await
                .unwrap();
        }
        let count = || {
            house
                .run_sql("SELECT owner_kind FROM application_owner")
                .len()
        };
        assert_eq!(count(), 6);
        // Who is deleted owns nothing, until they are restored.
        people::delete(identity, SHELL, bob, None).await.unwrap();
        identity::applications::delete(identity, SHELL, owner.object_id, None)
            .await
            .unwrap();
        for owned in owned {
            assert!(ids(&house, owned).await.is_empty());
        }
        people::restore(identity, SHELL, bob).await.unwrap();
        assert_eq!(ids(&house, owned[0]).await, [bob]);
        people::delete(identity, SHELL, bob, None).await.unwrap();
        house.advance(30 * DAY + MINUTE);
        identity::tenant::tick_minute(identity).await.unwrap();
        assert_eq!(count(), 0);
        // And what is owned.
        let admin = house.find("ada").await.person_id;
        for owned in owned {
            owners::add(identity, SHELL, owned, admin).await.unwrap();
        }
        groups::delete(identity, SHELL, group.group_id, None)
            .await
            .unwrap();
        groups::erase(identity, SHELL, group.group_id)
            .await
            .unwrap();
        assert_eq!(count(), 2);
        identity::applications::delete(identity, SHELL, app.object_id, None)
            .await
            .unwrap();
        identity::applications::erase(identity, SHELL, app.object_id)
            .await
            .unwrap();
        assert_eq!(count(), 0);
    });
}

#[test]
fn an_owner_manages_the_members_of_a_plain_group_and_nothing_else() {
    in_each_house(async |house| {
        let identity = house.identity();
        let mut ada = house.administrator("ada").await;
        let bob = house.person(&mut ada, "bob").await;
        let cem = house.person(&mut ada, "cem").await;
        let cem = Id::parse(&cem.person_id).unwrap();
        let bob = Someone::of(&house, &bob).await;
        let actor = bob.actor();
        let mine = make_group(&house, "Mine").await.group_id;
        let theirs = make_group(&house, "Theirs").await.group_id;
        refused(
            members::add(identity, actor, mine, cem).await,
            "role.insufficient",
        );
        let owned = Owned::Group(mine);
        refused(
            owners::add(identity, actor, owned, bob.id()).await,
            "role.insufficient",
        );
        owners::add(identity, SHELL, owned, bob.id()).await.unwrap();
        groups::read(identity, actor, mine).await.unwrap();
        members::add(identity, actor, mine, cem).await.unwrap();
        members::add(identity, actor, mine, theirs).await.unwrap();
        let found = members::list(identity, actor, mine, Depth::Direct, None, 10).await;
        assert_eq!(found.unwrap().len(), 2);
        let count = members::count(identity, actor, mine, Depth::Transitive).await;
        assert_eq!(count.unwrap(), 2);
        members::remove(identity, actor, mine, theirs)
            .await
            .unwrap();
        let found = owners::list(identity, actor, owned, None, 10).await;
        assert_eq!(found.unwrap().len(), 1);
        // Not what the group is, not who owns it, not another group, nobody else.
        let change = GroupChange {
            display_name: Some("x".to_owned()),
            ..GroupChange::default()
        };
        for outcome in [
            groups::update(identity, actor, mine, None, &change)
                .await
                .map(drop),
            groups::delete(identity, actor, mine, None).await,
            owners::add(identity, actor, owned, cem).await,
            owners::remove(identity, actor, owned, bob.id()).await,
            members::add(identity, actor, theirs, cem).await,
            members::remove(identity, actor, theirs, cem).await,
            groups::read(identity, actor, theirs).await.map(drop),
            people::read(identity, actor, cem).await.map(drop),
        ] {
            refused(outcome, "role.insufficient");
        }
        // A change needs a fresh proof of an owner, too.
        house.advance(5 * MINUTE + SECOND);
        refused(
            members::remove(identity, actor, mine, cem).await,
            "session.not_fresh",
        );
        groups::read(identity, actor, mine).await.unwrap();
        // Whoever is an owner no more has lost it at once.
        owners::remove(identity, SHELL, owned, bob.id())
            .await
            .unwrap();
        refused(
            members::remove(identity, actor, mine, cem).await,
            "role.insufficient",
        );
        refused(
            groups::read(identity, actor, mine).await,
            "role.insufficient",
        );
        let found = members::list(identity, SHELL, mine, Depth::Direct, None, 10).await;
        assert_eq!(found.unwrap().len(), 1);
    });
}

#[test]
fn an_owners_token_needs_the_permission_too() {
    in_each_house(async |house| {
        let identity = house.identity();
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let person = Id::parse(&bob.person_id).unwrap();
        let group = make_group(&house, "Mine").await.group_id;
        owners::add(identity, SHELL, Owned::Group(group), person)
            .await
            .unwrap();
        let app = house
            .client("Tool", "User.Read GroupMember.ReadWrite.All")
            .await;
        let caller = house.caller();
        for (scope, expected) in [
            ("User.Read", Err("permission.missing")),
            ("GroupMember.ReadWrite.All", Ok(())),
        ] {
            let token = house.delegated_token(&app, &mut bob.browser, scope).await;
            let bearer = bearer::authenticate(identity, &bearer::Shown::bearer(&token))
                .await
                .unwrap();
            let actor = Actor::Token(&caller, &bearer);
            let done = members::add(identity, actor, group, person).await;
            assert_eq!(done.map_err(|refusal| refusal.code.id), expected, "{scope}");
            if expected.is_ok() {
                house.advance(5 * MINUTE + SECOND);
                let done = members::remove(identity, actor, group, person).await;
                refused(done, "session.not_fresh");
            }
        }
        // An application that owns a group has what its permission gives, and no more.
        let tool = house.application("Owner", &["User.Read.All"]).await;
        owners::add(identity, SHELL, Owned::Group(group), tool.principal_id)
            .await
            .unwrap();
        let token = house.token(&tool).await;
        let bearer = bearer::authenticate(identity, &bearer::Shown::bearer(&token))
            .await
            .unwrap();
        assert_eq!(bearer.permissions(), [Permission::UserReadAll]);
        let actor = Actor::Token(&caller, &bearer);
        let done = members::remove(identity, actor, group, person).await;
        refused(done, "permission.missing");
    });
}

/// What a group confers is not its owners' to give: not of one made for roles, and not of one that is inside such a group.
#[test]
fn security_12_owning_a_protected_group_gives_no_right_to_it() {
    in_each_house(async |house| {
        let identity = house.identity();
        let mut ada = house.administrator("ada").await;
        let bob = house.person(&mut ada, "bob").await;
        let bob = Someone::of(&house, &bob).await;
        let (_, greta) = holder(&house, &mut ada, "greta", Role::GroupsAdministrator).await;
        let ada = Someone::of(&house, &ada).await;
        let protected = make_role_group(&house, "Administrators").await;
        let inner = make_group(&house, "Inner").await;
        for group in [&protected, &inner] {
            let owned = Owned::Group(group.group_id);
            owners::add(identity, SHELL, owned, bob.id()).await.unwrap();
        }
        let actor = bob.actor();
        members::add(identity, actor, inner.group_id, bob.id())
            .await
            .unwrap();
        members::remove(identity, actor, inner.group_id, bob.id())
            .await
            .unwrap();
        put(&house, &protected, inner.group_id).await;
        for group in [&protected, &inner] {
            let outcomes = [
                members::add(identity, actor, group.group_id, bob.id()).await,
                members::remove(identity, actor, group.group_id, inner.group_id).await,
                groups::read(identity, actor, group.group_id)
                    .await
                    .map(drop),
            ];
            for outcome in outcomes {
                refused(outcome, "role.insufficient");
            }
            // Nor does an administrator of groups make owners of it.
            let owned = Owned::Group(group.group_id);
            let outcome = owners::add(identity, greta.actor(), owned, greta.id()).await;
            refused(outcome, "role.insufficient");
            owners::add(identity, ada.actor(), owned, greta.id())
                .await
                .unwrap();
        }
        let plain = Owned::Group(make_group(&house, "Plain").await.group_id);
        owners::add(identity, greta.actor(), plain, greta.id())
            .await
            .unwrap();
    });
}

#[test]
fn a_hundred_owners_are_the_most_however_many_come_at_once() {
    in_each_house(async |house| {
        let identity = house.identity();
        house.administrator("ada").await;
        let owned = Owned::Group(make_group(&house, "Mine").await.group_id);
        let mut made = Vec::new();
        for number in 0..103 {
            let new = NewRecord {
                user_name: format!("owner{number}x"),
                display_name: "Owner".to_owned(),
                enabled: true,
                mail: None,
                user_type: UserType::Member,
                profile: people::ProfileChange::default(),
            };
            let person = people::create(identity, SHELL, &new).await.unwrap();
            made.push(person.person_id);
        }
        for person in &made[..98] {
            owners::add(identity, SHELL, owned, *person).await.unwrap();
        }
        let work = made[98..].iter().map(|person| {
            let (identity, person) = (identity.clone(), *person);
            async move { owners::add(&identity, SHELL, owned, person).await }
        });
        let done = crate::at_once(work.collect()).await;
        let added = done.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(added, 2, "{done:?}");
        for outcome in done.into_iter().filter(Result::is_err) {
            refused(outcome, "directory.too_many_owners");
        }
        assert_eq!(ids(&house, owned).await.len(), 100);
    });
}
