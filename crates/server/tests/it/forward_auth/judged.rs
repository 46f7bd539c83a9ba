//! Policy and assignment: asked when the cookie is made and every ten minutes, and what the application is told of groups.

use identity::applications::{self, PrincipalChange};
use identity::groups::{self, NewGroup, members};
use identity::policies::profiles::{Document, Strictness};
use identity::{Id, MINUTE, SECOND, policies};
use testkit::{Application, Device, House};

use super::{
    COMMAND_LINE, Visitor, WIKI, assign, begin, begin_signed_in, behind_a_proxy, refused,
    sign_in_path,
};

async fn require_assignment(house: &House, app: &Application) {
    let change = PrincipalChange {
        assignment_required: Some(true),
        ..PrincipalChange::default()
    };
    applications::change_principal(house.identity(), COMMAND_LINE, app.principal_id, change)
        .await
        .unwrap();
}

async fn group(house: &House, name: &str) -> Id {
    let new = NewGroup {
        display_name: name.to_owned(),
        ..NewGroup::default()
    };
    let made = groups::create(house.identity(), COMMAND_LINE, &new).await;
    made.unwrap().group_id
}

#[test]
fn who_is_not_assigned_is_told_so_and_not_let_in() {
    behind_a_proxy(async |house| {
        let (app, mut ada) = begin(&house).await;
        let person = house.find("ada").await.person_id;
        let mut wiki = Visitor::of(&house, WIKI);
        let late = wiki.come_back("/", &mut ada.browser).await;
        require_assignment(&house, &app).await;
        // A code from before is no way around it.
        refused(&wiki.open(&late).await, 403, "application.not_assigned");
        let page = ada.browser.get(&sign_in_path(&wiki.open("/").await)).await;
        refused(&page, 403, "application.not_assigned");
        let assignment = assign(&house, &app, person).await;
        wiki.sign_in("/", &mut ada.browser).await;
        assert!(wiki.is_in().await);
        // Taken back: within ten minutes it ends, as access tokens do (security 28).
        applications::unassign(house.identity(), COMMAND_LINE, assignment)
            .await
            .unwrap();
        house.advance(10 * MINUTE - SECOND);
        assert!(wiki.is_in().await);
        house.advance(SECOND);
        refused(&wiki.fetch("/").await, 403, "application.not_assigned");
        assert_eq!(wiki.check("/").await, 403);
        // Whoever opens a page is told by ours why.
        let page = ada.browser.get(&sign_in_path(&wiki.open("/").await)).await;
        refused(&page, 403, "application.not_assigned");
        // And it goes on where somebody assigns them again.
        assign(&house, &app, person).await;
        assert!(wiki.is_in().await);
    });
}

/// Security 29: the passkey of the sign-in must still be one that signs in. A policy that moved is asked at once.
#[test]
fn security_29_the_policy_is_asked_as_soon_as_it_moved() {
    behind_a_proxy(async |house| {
        let (_, mut ada) = begin(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let mut key = Device::device_bound();
        ada.add_device(&mut key).await;
        let mut wiki = Visitor::of(&house, WIKI);
        wiki.sign_in("/", &mut bob.browser).await;
        let mut late = Visitor::of(&house, WIKI);
        let back = late.come_back("/", &mut bob.browser).await;
        let mut document = Document::default();
        document.profiles[0].types.synced = false;
        let (identity, own) = (house.identity(), Strictness::Own);
        policies::save(identity, COMMAND_LINE, None, &document, own, "")
            .await
            .unwrap();
        let code = "policy.synced_not_allowed";
        refused(&wiki.fetch("/").await, 403, code);
        let page = bob.browser.get(&sign_in_path(&wiki.open("/").await)).await;
        refused(&page, 403, code);
        // Also by a code from before.
        refused(&late.open(&back).await, 403, code);
        // It ended nothing: with the policy taken back it goes on.
        let document = Document::default();
        policies::save(identity, COMMAND_LINE, Some(1), &document, own, "")
            .await
            .unwrap();
        assert!(wiki.is_in().await);
    });
}

/// Those that are assigned to the application, however deep the person is in them: what others name their groups is
/// nothing to it, and who is in an assigned one is protected (security 12).
#[test]
fn the_application_is_told_of_groups_that_are_assigned_to_it() {
    behind_a_proxy(async |house| {
        let (app, mut ada) = begin(&house).await;
        let identity = house.identity();
        let person = house.find("ada").await.person_id;
        let (outer, inner) = (
            group(&house, "Größe, usw").await,
            group(&house, "Inner").await,
        );
        let (other, empty) = (group(&house, "Root").await, group(&house, "Empty").await);
        for (into, whom) in [(outer, inner), (inner, person), (other, person)] {
            members::add(identity, COMMAND_LINE, into, whom)
                .await
                .unwrap();
        }
        assign(&house, &app, outer).await;
        assign(&house, &app, empty).await;
        let mut wiki = Visitor::of(&house, WIKI);
        wiki.sign_in("/", &mut ada.browser).await;
        let told = wiki.fetch("/").await;
        assert_eq!(told.header("remote-groups"), "Gr%C3%B6%C3%9Fe%2C usw");
        assign(&house, &app, other).await;
        house.advance(10 * MINUTE);
        let told = wiki.fetch("/").await;
        assert_eq!(told.header("remote-groups"), "Gr%C3%B6%C3%9Fe%2C usw,Root");
        members::remove(identity, COMMAND_LINE, inner, person)
            .await
            .unwrap();
        house.advance(10 * MINUTE);
        assert_eq!(wiki.fetch("/").await.header("remote-groups"), "Root");
    });
}

/// Many requests of one page, ten minutes after the last: each is let in, whichever of them asks again.
#[test]
fn many_at_once_ask_again_together() {
    behind_a_proxy(async |mut house: House| {
        let second = house.add_node().await;
        let (_, _, wiki) = begin_signed_in(&house).await;
        house.advance(11 * MINUTE);
        let work = (0..12).map(|number| {
            let mut visitor = Visitor::at(&house, if number % 2 == 0 { 0 } else { second }, WIKI);
            visitor.cookies = wiki.cookies.clone();
            async move { visitor.fetch("/").await }
        });
        let answers = crate::at_once(work.collect()).await;
        assert_eq!(crate::count(&answers, 200), 12);
    });
}
