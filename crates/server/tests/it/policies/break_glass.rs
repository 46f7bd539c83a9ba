use identity::policies::{MAX_BREAK_GLASS, Mark, mark_break_glass};
use identity::roles::{self, Role};
use identity::{Actor, MINUTE, people};

use super::*;
use crate::in_each_house;

#[test]
fn every_use_of_a_marked_account_is_an_alert_on_every_node() {
    in_each_house(async |mut house| {
        house.add_node().await;
        let mut ada = administrator(&house).await;
        let mut glass = house.person(&mut ada, "glass").await;
        let id = id_of(&house, "glass").await;
        let identity = house.identity();
        let alerts = || audits(&house, "alert.break_glass_use").len();
        glass.browser = house.browser_at(1);
        glass.sign_in().await.ok();
        assert_eq!(alerts(), 0);
        mark_break_glass(identity, SHELL, id, Mark::On)
            .await
            .unwrap();
        mark_break_glass(identity, SHELL, id, Mark::On)
            .await
            .unwrap();
        for (uses, node) in [(1, 1), (2, 0)] {
            glass.browser = house.browser_at(node);
            glass.sign_in().await.ok();
            assert_eq!(alerts(), uses);
        }
        let alert = audits(&house, "alert.break_glass_use").pop().unwrap();
        let record = sign_ins(&house, "ok").pop().unwrap();
        assert_eq!(alert["reference"], record["reference"]);
        glass.reauthenticate().await.ok();
        assert_eq!(alerts(), 3);
        sign_in(&house, &mut ada).await.ok();
        assert_eq!(alerts(), 3);
        mark_break_glass(identity, SHELL, id, Mark::Off)
            .await
            .unwrap();
        sign_in(&house, &mut glass).await.ok();
        assert_eq!(alerts(), 3);
        assert_eq!(audits(&house, "user.break_glass_marked").len(), 1);
        assert_eq!(audits(&house, "user.break_glass_unmarked").len(), 1);
    });
}

#[test]
fn security_07_marks_are_for_global_administrators_and_fresh() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let bob = house.person(&mut ada, "bob").await;
        let identity = house.identity();
        let bob_id = id_of(&house, "bob").await;
        let (session, caller) = (house.session(&bob.browser).await, house.caller());
        let actor = Actor::Person(&caller, &session);
        for role in [Role::UserAdministrator, Role::SecurityAdministrator] {
            roles::assign(identity, SHELL, role, bob_id).await.unwrap();
        }
        refused(
            mark_break_glass(identity, actor, bob_id, Mark::On).await,
            "role.insufficient",
        );
        let session = house.session(&ada.browser).await;
        let actor = Actor::Person(&caller, &session);
        mark_break_glass(identity, actor, bob_id, Mark::On)
            .await
            .unwrap();
        house.advance(5 * MINUTE + 1);
        refused(
            mark_break_glass(identity, actor, bob_id, Mark::Off).await,
            "session.not_fresh",
        );
        refused(
            mark_break_glass(identity, SHELL, identity::Id([9; 16]), Mark::On).await,
            "user.missing",
        );
    });
}

#[test]
fn marks_are_few() {
    in_each_house(async |house| {
        administrator(&house).await;
        let identity = house.identity();
        let mut last = None;
        for number in 0..=MAX_BREAK_GLASS {
            let name = format!("glass{number}");
            let made = people::add(identity, SHELL, &name, &name).await.unwrap();
            last = Some((made.person_id, number));
            if number < MAX_BREAK_GLASS {
                mark_break_glass(identity, SHELL, made.person_id, Mark::On)
                    .await
                    .unwrap();
            }
        }
        let (id, _) = last.unwrap();
        refused(
            mark_break_glass(identity, SHELL, id, Mark::On).await,
            "user.too_many_break_glass",
        );
    });
}
