use identity::groups::{self, members};
use identity::people;
use identity::roles::{self, Role};
use identity::{Id, PrincipalKind, methods};
use testkit::passkey_id;

use super::{SHELL, Someone, give, holder, make_group, make_role_group, put, refused};
use crate::in_each_house;

#[test]
fn only_a_global_administrator_gives_and_takes_roles() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let someone = Someone::of(&house, &bob).await;
        let ada = Someone::of(&house, &ada).await;
        let identity = house.identity();
        let group = make_role_group(&house, "Crew").await;
        for role in Role::ALL
            .iter()
            .copied()
            .filter(|role| *role != Role::GlobalAdministrator)
        {
            give(&house, role, someone.id()).await;
            // Nobody raises himself, or somebody else.
            for target in [someone.id(), ada.id(), group.group_id] {
                for wanted in [Role::GlobalAdministrator, Role::ReportsReader] {
                    let given = roles::assign(identity, someone.actor(), wanted, target).await;
                    refused(given, "role.insufficient");
                    let taken = roles::unassign(identity, someone.actor(), wanted, target).await;
                    refused(taken, "role.insufficient");
                }
            }
            let raised =
                members::add(identity, someone.actor(), group.group_id, someone.id()).await;
            refused(raised, "role.insufficient");
            roles::unassign(identity, ada.actor(), role, someone.id())
                .await
                .unwrap();
        }
        assert!(
            roles::list_of(identity, SHELL, someone.id())
                .await
                .unwrap()
                .is_empty()
        );
        // Without any role, reading them is refused, too.
        refused(
            roles::check_reading(identity, someone.actor()).await,
            "role.insufficient",
        );
        house.advance(6 * identity::MINUTE);
        let stale = roles::assign(identity, ada.actor(), Role::ReportsReader, someone.id()).await;
        refused(stale, "session.not_fresh");
        bob.browser.forget();
    });
}

#[test]
fn holders_are_listed_and_ids_of_another_kind_refused() {
    in_each_house(async |house| {
        let ada = house.administrator("ada").await;
        let ada = Someone::of(&house, &ada).await;
        let identity = house.identity();
        let role = Role::SecurityReader;
        let group = make_role_group(&house, "Readers").await;
        let plain = make_group(&house, "Plain").await;
        give(&house, role, group.group_id).await;
        give(&house, role, ada.id()).await;
        refused(
            roles::assign(identity, SHELL, role, ada.id()).await,
            "role.held",
        );
        refused(
            roles::assign(identity, SHELL, role, plain.group_id).await,
            "group.not_role_assignable",
        );
        refused(
            roles::assign(identity, SHELL, role, Id([9; 16])).await,
            "directory.object_missing",
        );
        refused(
            roles::assign(identity, SHELL, role, role.template_id()).await,
            "directory.object_missing",
        );
        refused(
            roles::unassign(identity, SHELL, role, plain.group_id).await,
            "role.not_held",
        );
        let holders = roles::list_holders(identity, ada.actor(), role, None, 10)
            .await
            .unwrap();
        let mut found: Vec<_> = holders
            .iter()
            .map(|holder| (holder.id, holder.kind))
            .collect();
        found.sort_by_key(|(id, _)| *id);
        let mut expected = vec![
            (group.group_id, PrincipalKind::Group),
            (ada.id(), PrincipalKind::Person),
        ];
        expected.sort_by_key(|(id, _)| *id);
        assert_eq!(found, expected);
        let rest = roles::list_holders(identity, SHELL, role, Some(expected[0].0), 10).await;
        assert_eq!(rest.unwrap().len(), 1);
    });
}

#[test]
fn security_04_the_last_administrator_stays_whatever_way_is_tried() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let (bob, someone) = holder(
            &house,
            &mut ada,
            "bob",
            Role::PrivilegedAuthenticationAdministrator,
        )
        .await;
        let passkey = passkey_id(&ada.device);
        let ada = Someone::of(&house, &ada).await;
        let identity = house.identity();
        let last = "user.last_administrator";
        let global = Role::GlobalAdministrator;
        let (outer, inner) = (
            make_role_group(&house, "Outer").await,
            make_group(&house, "Inner").await,
        );
        refused(
            roles::unassign(identity, SHELL, global, ada.id()).await,
            last,
        );
        refused(people::disable(identity, SHELL, ada.id()).await, last);
        refused(people::delete(identity, SHELL, ada.id(), None).await, last);
        refused(
            methods::delete(identity, someone.actor(), ada.id(), &passkey).await,
            last,
        );
        // By way of two groups, and by that alone.
        give(&house, global, outer.group_id).await;
        put(&house, &outer, inner.group_id).await;
        put(&house, &inner, ada.id()).await;
        roles::unassign(identity, SHELL, global, ada.id())
            .await
            .unwrap();
        people::add(identity, ada.actor(), "carol", "Carol")
            .await
            .unwrap();
        refused(
            roles::unassign(identity, SHELL, global, outer.group_id).await,
            last,
        );
        refused(
            members::remove(identity, SHELL, outer.group_id, inner.group_id).await,
            last,
        );
        refused(
            members::remove(identity, SHELL, inner.group_id, ada.id()).await,
            last,
        );
        refused(
            groups::delete(identity, SHELL, outer.group_id, None).await,
            last,
        );
        refused(
            groups::delete(identity, SHELL, inner.group_id, None).await,
            last,
        );
        refused(people::disable(identity, SHELL, ada.id()).await, last);
        refused(
            methods::delete(identity, someone.actor(), ada.id(), &passkey).await,
            last,
        );
        // Somebody without a passkey is nobody who could help; somebody with one is.
        let carol = people::read_by_name(identity, SHELL, "carol")
            .await
            .unwrap();
        give(&house, global, carol.person_id).await;
        refused(
            groups::delete(identity, SHELL, outer.group_id, None).await,
            last,
        );
        give(&house, global, someone.id()).await;
        groups::delete(identity, SHELL, outer.group_id, None)
            .await
            .unwrap();
        refused(people::disable(identity, SHELL, someone.id()).await, last);
        drop(bob);
    });
}

#[test]
fn security_04_two_administrators_who_remove_each_other_leave_one() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let (bob, _) = holder(&house, &mut ada, "bob", Role::GlobalAdministrator).await;
        let (ada, bob) = (
            Someone::of(&house, &ada).await,
            Someone::of(&house, &bob).await,
        );
        let identity = house.identity();
        let role = Role::GlobalAdministrator;
        for round in 0..6 {
            let (first, second) = tokio::join!(
                roles::unassign(identity, ada.actor(), role, bob.id()),
                roles::unassign(identity, bob.actor(), role, ada.id())
            );
            assert_eq!(
                u8::from(first.is_ok()) + u8::from(second.is_ok()),
                1,
                "round {round}: {first:?} {second:?}"
            );
            // The loser had lost the role before, or met the last one.
            let refusal = first.as_ref().err().or(second.as_ref().err()).unwrap();
            let expected = [
                "role.insufficient",
                "user.last_administrator",
                "store.moved",
            ];
            assert!(expected.contains(&refusal.code.id), "{refusal}");
            let loser = if first.is_ok() { bob.id() } else { ada.id() };
            give(&house, role, loser).await;
            // In different ways at once, too.
            let (first, second) = tokio::join!(
                people::disable(identity, ada.actor(), bob.id()),
                roles::unassign(identity, bob.actor(), role, ada.id())
            );
            assert!(first.is_err() || second.is_err(), "round {round}");
            people::enable(identity, SHELL, bob.id()).await.unwrap();
            if second.is_ok() {
                give(&house, role, ada.id()).await;
            }
            if first.is_ok() {
                break;
            }
        }
    });
}

/// Whoever makes a link for somebody plain can't have made one for an administrator by being quick (security 18).
#[test]
fn a_link_made_before_a_role_was_given_is_void() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let (_, helper) = holder(
            &house,
            &mut ada,
            "helper",
            Role::AuthenticationAdministrator,
        )
        .await;
        let identity = house.identity();
        let bob = people::add(identity, SHELL, "bob", "Bob")
            .await
            .unwrap()
            .person_id;
        let link = people::make_link(identity, helper.actor(), bob)
            .await
            .unwrap();
        give(&house, Role::GlobalAdministrator, bob).await;
        let token = link.url.rsplit('#').next().unwrap().to_owned();
        let answer = house
            .browser()
            .post("/register/begin", serde_json::json!({ "token": token }))
            .await;
        assert_ne!(answer.status, 200, "{}", answer.text());
        refused(
            people::make_link(identity, helper.actor(), bob).await,
            "role.insufficient",
        );
    });
}
