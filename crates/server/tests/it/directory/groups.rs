use identity::groups::{self, GroupChange, MemberView, NewGroup, members};
use identity::people;
use identity::roles::{self, Role};
use identity::{Depth, Id, SECOND, codes, tenant};
use testkit::House;

use super::{SHELL, Someone, give, holder, make_group, make_role_group, put, refused};
use crate::in_each_house;

async fn ids(house: &House, group: Id, depth: Depth) -> Vec<Id> {
    let found = members::list(house.identity(), SHELL, group, depth, None, 100).await;
    found.unwrap().iter().map(MemberView::id).collect()
}

fn sorted(mut ids: Vec<Id>) -> Vec<Id> {
    ids.sort_unstable();
    ids
}

#[test]
fn members_direct_and_by_way_of_groups() {
    in_each_house(async |house| {
        let ada = house.administrator("ada").await;
        let ada = Someone::of(&house, &ada).await.id();
        let identity = house.identity();
        let bob = people::add(identity, SHELL, "bob", "Bob")
            .await
            .unwrap()
            .person_id;
        let (outer, middle, inner) = (
            make_group(&house, "Outer").await,
            make_group(&house, "Middle").await,
            make_group(&house, "Inner").await,
        );
        put(&house, &outer, middle.group_id).await;
        put(&house, &middle, inner.group_id).await;
        put(&house, &inner, bob).await;
        put(&house, &outer, ada).await;
        assert_eq!(
            ids(&house, outer.group_id, Depth::Direct).await,
            sorted(vec![middle.group_id, ada])
        );
        let all = sorted(vec![middle.group_id, inner.group_id, bob, ada]);
        assert_eq!(ids(&house, outer.group_id, Depth::Transitive).await, all);
        for (depth, count) in [(Depth::Direct, 2), (Depth::Transitive, 4)] {
            let counted = members::count(identity, SHELL, outer.group_id, depth).await;
            assert_eq!(counted.unwrap(), count);
        }
        // Page by page.
        let mut paged: Vec<Id> = Vec::new();
        loop {
            let after = paged.last().copied();
            let page = members::list(identity, SHELL, outer.group_id, Depth::Transitive, after, 3);
            let page = page.await.unwrap();
            if page.is_empty() {
                break;
            }
            paged.extend(page.iter().map(MemberView::id));
        }
        assert_eq!(paged, all);
        let of = async |depth| {
            let found = members::list_groups_of(identity, SHELL, bob, depth, None, 100).await;
            let found: Vec<_> = found
                .unwrap()
                .into_iter()
                .map(|group| group.group_id)
                .collect();
            found
        };
        assert_eq!(of(Depth::Direct).await, [inner.group_id]);
        let all = sorted(vec![inner.group_id, middle.group_id, outer.group_id]);
        assert_eq!(of(Depth::Transitive).await, all);
        // A deleted group leads nowhere, a deleted person is in nothing.
        groups::delete(identity, SHELL, middle.group_id, None)
            .await
            .unwrap();
        assert_eq!(ids(&house, outer.group_id, Depth::Transitive).await, [ada]);
        assert_eq!(of(Depth::Transitive).await, [inner.group_id]);
        people::delete(identity, SHELL, bob, None).await.unwrap();
        assert!(ids(&house, inner.group_id, Depth::Direct).await.is_empty());
        groups::restore(identity, SHELL, middle.group_id)
            .await
            .unwrap();
        people::restore(identity, SHELL, bob).await.unwrap();
        assert_eq!(
            ids(&house, outer.group_id, Depth::Transitive).await.len(),
            4
        );
        members::remove(identity, SHELL, outer.group_id, middle.group_id)
            .await
            .unwrap();
        assert_eq!(ids(&house, outer.group_id, Depth::Transitive).await, [ada]);
    });
}

#[test]
fn cycles_are_refused_however_long() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let identity = house.identity();
        let mut chain = Vec::new();
        for number in 0..4 {
            chain.push(make_group(&house, &format!("Group {number}")).await);
        }
        for pair in chain.windows(2) {
            put(&house, &pair[0], pair[1].group_id).await;
        }
        for group in &chain {
            let added = members::add(identity, SHELL, chain[3].group_id, group.group_id).await;
            refused(added, "group.cycle");
        }
        assert!(
            ids(&house, chain[3].group_id, Depth::Direct)
                .await
                .is_empty()
        );
    });
}

#[test]
fn two_nestings_at_once_make_no_cycle() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let identity = house.identity();
        for round in 0..6 {
            let one = make_group(&house, &format!("One {round}")).await.group_id;
            let other = make_group(&house, &format!("Other {round}")).await.group_id;
            let (first, second) = tokio::join!(
                members::add(identity, SHELL, one, other),
                members::add(identity, SHELL, other, one)
            );
            let refusal = match (first, second) {
                (Ok(()), Err(refusal)) | (Err(refusal), Ok(())) => refusal,
                both => panic!("round {round}: {both:?}"),
            };
            assert_eq!(refusal.code.id, "group.cycle");
        }
    });
}

#[test]
fn bad_input_is_refused_and_changes_nothing() {
    in_each_house(async |house| {
        let ada = house.administrator("ada").await;
        let ada = Someone::of(&house, &ada).await.id();
        let identity = house.identity();
        let group = make_group(&house, "Pilots").await;
        let id = group.group_id;
        // Ids of nobody, of another kind, of the wrong place.
        refused(
            members::add(identity, SHELL, id, Id([9; 16])).await,
            "directory.object_missing",
        );
        refused(
            members::add(identity, SHELL, ada, id).await,
            "group.missing",
        );
        refused(
            members::add(identity, SHELL, id, identity.tenant_id()).await,
            "directory.object_missing",
        );
        refused(groups::read(identity, SHELL, ada).await, "group.missing");
        refused(people::read(identity, SHELL, id).await, "user.missing");
        refused(
            members::remove(identity, SHELL, id, ada).await,
            "group.member_missing",
        );
        put(&house, &group, ada).await;
        refused(
            members::add(identity, SHELL, id, ada).await,
            "group.member_exists",
        );
        let named = |name: &str| NewGroup {
            display_name: name.to_owned(),
            ..NewGroup::default()
        };
        for name in ["", " ", "a\u{202e}b", &"x".repeat(257)] {
            refused(
                groups::create(identity, SHELL, &named(name)).await,
                "group.name_unfit",
            );
        }
        let nickname = NewGroup {
            mail_nickname: Some("a b".to_owned()),
            ..named("Fine")
        };
        refused(
            groups::create(identity, SHELL, &nickname).await,
            "directory.nickname_unfit",
        );
        let change = GroupChange {
            description: Some(Some("x".repeat(1025))),
            ..GroupChange::default()
        };
        refused(
            groups::update(identity, SHELL, id, None, &change).await,
            "group.description_unfit",
        );
        let change = GroupChange {
            description: Some(Some("Who fly".to_owned())),
            ..GroupChange::default()
        };
        let changed = groups::update(identity, SHELL, id, Some(group.version), &change)
            .await
            .unwrap();
        assert_eq!(changed.description.as_deref(), Some("Who fly"));
        refused(
            groups::update(identity, SHELL, id, Some(group.version), &change).await,
            "record.outdated",
        );
        refused(
            groups::delete(identity, SHELL, id, Some(group.version)).await,
            "record.outdated",
        );
        let seen = groups::list(identity, SHELL, identity::ListQuery::first(10))
            .await
            .unwrap();
        assert_eq!(seen.rows.len(), 1);
    });
}

#[test]
fn deleted_groups_are_gone_after_thirty_days() {
    in_each_house(async |house| {
        let ada = house.administrator("ada").await;
        let ada = Someone::of(&house, &ada).await.id();
        let identity = house.identity();
        let group = make_group(&house, "Pilots").await;
        put(&house, &group, ada).await;
        groups::delete(identity, SHELL, group.group_id, None)
            .await
            .unwrap();
        refused(
            groups::read(identity, SHELL, group.group_id).await,
            "group.missing",
        );
        house.advance(people::RESTORABLE - SECOND);
        tenant::tick_minute(identity).await.unwrap();
        groups::read_deleted(identity, SHELL, group.group_id)
            .await
            .unwrap();
        house.advance(2 * SECOND);
        tenant::tick_minute(identity).await.unwrap();
        refused(
            groups::restore(identity, SHELL, group.group_id).await,
            "group.missing",
        );
        assert!(
            house
                .run_sql("SELECT member_kind FROM group_member")
                .is_empty()
        );
        assert!(
            house
                .run_sql("SELECT display_name FROM directory_group")
                .is_empty()
        );
    });
}

/// A group to which roles can be given, and each group inside it, is for who may give roles (security 12).
#[test]
fn security_12_protected_groups_are_for_global_administrators() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let (_, groups_admin) = holder(&house, &mut ada, "greta", Role::GroupsAdministrator).await;
        let (_, user_admin) = holder(&house, &mut ada, "uma", Role::UserAdministrator).await;
        let ada = Someone::of(&house, &ada).await;
        let identity = house.identity();
        let protected = make_role_group(&house, "Administrators").await;
        let inner = make_group(&house, "Inner").await;
        let plain = make_group(&house, "Plain").await;
        // Before it is nested, the inner group is anybody's who may change groups.
        members::add(
            identity,
            groups_admin.actor(),
            inner.group_id,
            user_admin.id(),
        )
        .await
        .unwrap();
        members::remove(
            identity,
            groups_admin.actor(),
            inner.group_id,
            user_admin.id(),
        )
        .await
        .unwrap();
        put(&house, &protected, inner.group_id).await;
        let change = GroupChange {
            display_name: Some("Mine".to_owned()),
            ..GroupChange::default()
        };
        for someone in [&groups_admin, &user_admin] {
            let actor = someone.actor();
            for group in [protected.group_id, inner.group_id] {
                let outcomes = [
                    members::add(identity, actor, group, someone.id()).await,
                    members::add(identity, actor, group, plain.group_id).await,
                    members::remove(identity, actor, protected.group_id, inner.group_id).await,
                    groups::delete(identity, actor, group, None).await,
                    groups::update(identity, actor, group, None, &change)
                        .await
                        .map(drop),
                ];
                for outcome in outcomes {
                    refused(outcome, "role.insufficient");
                }
            }
            let new = NewGroup {
                display_name: "Ours".to_owned(),
                role_assignable: true,
                ..NewGroup::default()
            };
            refused(
                groups::create(identity, actor, &new).await,
                "role.insufficient",
            );
            members::add(identity, actor, plain.group_id, someone.id())
                .await
                .unwrap();
            members::remove(identity, actor, plain.group_id, someone.id())
                .await
                .unwrap();
        }
        let reasons = groups::list_protections(identity, SHELL, inner.group_id)
            .await
            .unwrap();
        assert_eq!(reasons, [groups::ProtectedBy::RoleAssignable]);
        assert!(
            groups::list_protections(identity, SHELL, plain.group_id)
                .await
                .unwrap()
                .is_empty()
        );
        // Taken out, it is plain again.
        members::remove(identity, ada.actor(), protected.group_id, inner.group_id)
            .await
            .unwrap();
        members::add(
            identity,
            groups_admin.actor(),
            inner.group_id,
            groups_admin.id(),
        )
        .await
        .unwrap();
    });
}

#[test]
fn a_deleted_role_group_confers_nothing_and_is_restored_by_who_may_confer() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let (_, groups_admin) = holder(&house, &mut ada, "greta", Role::GroupsAdministrator).await;
        let bob = house.person(&mut ada, "bob").await;
        let bob = Someone::of(&house, &bob).await;
        let identity = house.identity();
        let group = make_role_group(&house, "People").await;
        give(&house, Role::UserAdministrator, group.group_id).await;
        put(&house, &group, bob.id()).await;
        people::add(identity, bob.actor(), "carol", "Carol")
            .await
            .unwrap();
        assert!(house.session(&ada.browser).await.is_administrator);
        groups::delete(identity, SHELL, group.group_id, None)
            .await
            .unwrap();
        let refusal = people::add(identity, bob.actor(), "dave", "Dave")
            .await
            .unwrap_err();
        assert_eq!(refusal.code, &codes::NOT_ALLOWED);
        refused(
            groups::restore(identity, groups_admin.actor(), group.group_id).await,
            "role.insufficient",
        );
        groups::restore(identity, SHELL, group.group_id)
            .await
            .unwrap();
        people::add(identity, bob.actor(), "dave", "Dave")
            .await
            .unwrap();
        assert_eq!(
            roles::list_of(identity, SHELL, bob.id()).await.unwrap(),
            [Role::UserAdministrator]
        );
    });
}
