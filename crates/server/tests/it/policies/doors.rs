//! Somebody who may do everything keeps a passkey that is accepted.

use identity::roles::{self, Role};
use identity::{groups, methods, people};
use serde_json::json;

use super::*;
use crate::in_each_house;

const LAST: &str = "user.last_administrator";

/// Ada, who is all there is, with one synced passkey.
async fn alone(house: &House) -> (Person, Id) {
    let ada = house.administrator("ada").await;
    let id = id_of(house, "ada").await;
    (ada, id)
}

#[test]
fn security_04_no_policy_keeps_out_the_last_administrator() {
    in_each_house(async |house| {
        let (mut ada, _) = alone(&house).await;
        let identity = house.identity();
        let refuses = "policy.last_administrator";
        let before = house.run_sql("SELECT kind FROM policy_in_force").len();
        let off = Document {
            state: identity::policies::profiles::State::Disabled,
            ..Document::default()
        };
        let admins = make_group(&house, "Admins").await;
        put(&house, admins, id_of(&house, "ada").await)
            .await
            .unwrap();
        let excluded = Document {
            exclude: vec![group(admins)],
            ..Document::default()
        };
        let mut nobody = Document::default();
        nobody.include.clear();
        for document in [
            device_bound_only(),
            policy(|it| it.restrictions = list(RestrictionKind::Allow, &[KEY])),
            policy(|it| {
                it.minimum_certification = identity::policies::CertificationLevel::from_word("L1")
            })
            .tap_device_bound(),
            off,
            excluded,
            nobody,
        ] {
            refused(try_save(&house, &document).await, refuses);
        }
        assert_eq!(
            house.run_sql("SELECT kind FROM policy_in_force").len(),
            before
        );
        // Somebody else has a key, but may not do everything.
        let mut bob = house.person(&mut ada, "bob").await;
        bob.add_device(&mut key_of(KEY)).await;
        refused(try_save(&house, &device_bound_only()).await, refuses);
        // Somebody who is disabled does not count.
        let bob_id = id_of(&house, "bob").await;
        roles::assign(identity, SHELL, Role::GlobalAdministrator, bob_id)
            .await
            .unwrap();
        people::disable(identity, SHELL, bob_id).await.unwrap();
        refused(try_save(&house, &device_bound_only()).await, refuses);
        people::enable(identity, SHELL, bob_id).await.unwrap();
        try_save(&house, &device_bound_only()).await.unwrap();
        // Trying out keeps nobody out.
        let tried = policy(|it| it.restrictions = list(RestrictionKind::Allow, &[OTHER]));
        policies::try_out(identity, SHELL, None, Some(&tried), "")
            .await
            .unwrap();
        refused(policies::restore(identity, SHELL, None, 2).await, refuses);
    });
}

trait TapDeviceBound {
    fn tap_device_bound(self) -> Document;
}

impl TapDeviceBound for Document {
    /// What asks for proof is for device-bound passkeys.
    fn tap_device_bound(mut self) -> Document {
        self.profiles[0].types = DEVICE_BOUND;
        self
    }
}

/// Two administrators; the policy accepts one of them only.
#[test]
fn security_04_the_last_administrator_who_is_accepted_stays_whatever_way_is_tried() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let ada_id = id_of(&house, "ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let bob_id = id_of(&house, "bob").await;
        let identity = house.identity();
        roles::assign(identity, SHELL, Role::GlobalAdministrator, bob_id)
            .await
            .unwrap();
        let keys = make_group(&house, "Keys").await;
        let out = make_group(&house, "Out").await;
        put(&house, keys, ada_id).await.unwrap();
        let back = make_group(&house, "Back").await;
        put(&house, out, back).await.unwrap();
        put(&house, back, ada_id).await.unwrap();
        groups::delete(identity, SHELL, back, None).await.unwrap();
        // Only the group's people have a profile, and only device-bound passkeys.
        let mut document = device_bound_only();
        document.include[0].target = Target::Group(group(keys));
        document.exclude = vec![group(out)];
        try_save(&house, &document).await.unwrap();
        refused(people::disable(identity, SHELL, ada_id).await, LAST);
        refused(people::delete(identity, SHELL, ada_id, None).await, LAST);
        refused(
            roles::unassign(identity, SHELL, Role::GlobalAdministrator, ada_id).await,
            LAST,
        );
        refused(
            groups::members::remove(identity, SHELL, keys, ada_id).await,
            LAST,
        );
        refused(put(&house, out, ada_id).await, LAST);
        let nested = make_group(&house, "Nested").await;
        put(&house, nested, ada_id).await.unwrap();
        refused(put(&house, out, nested).await, LAST);
        // A deleted group that would count again.
        refused(groups::restore(identity, SHELL, back).await, LAST);
        let listed = methods::list(identity, SHELL, ada_id).await.unwrap();
        let key = listed.iter().find(|it| !it.synced).unwrap();
        refused(
            methods::delete(identity, SHELL, ada_id, &key.method_id).await,
            LAST,
        );
        let body = json!({ "passkeyId": key.method_id });
        ada.browser
            .post("/security-info/passkeys/remove", body)
            .await
            .refused(409, "passkey.last");
        // What the policy does not accept may go.
        people::disable(identity, SHELL, bob_id).await.unwrap();
        people::enable(identity, SHELL, bob_id).await.unwrap();
        // With a second one who is accepted, the first may.
        bob.browser = house.browser();
        bob.sign_in().await.refused(403, "policy.no_profile");
        policies::reset(identity, SHELL, None).await.unwrap();
        sign_in(&house, &mut bob).await.ok();
        bob.add_device(&mut key_of(KEY)).await;
        put(&house, keys, bob_id).await.unwrap();
        try_save(&house, &document).await.unwrap();
        people::disable(identity, SHELL, ada_id).await.unwrap();
        refused(people::disable(identity, SHELL, bob_id).await, LAST);
    });
}

/// Two changes at once, of which either alone would do: never both.
#[test]
fn security_04_a_policy_and_a_removal_at_once_leave_somebody() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let ada_id = id_of(&house, "ada").await;
        let identity = house.identity();
        for round in 0..5 {
            policies::reset(identity, SHELL, None).await.unwrap();
            let listed = methods::list(identity, SHELL, ada_id).await.unwrap();
            let key = listed
                .iter()
                .find(|it| !it.synced)
                .unwrap()
                .method_id
                .clone();
            let document = device_bound_only();
            let (saved, removed) = tokio::join!(
                try_save(&house, &document),
                methods::delete(identity, SHELL, ada_id, &key)
            );
            let codes = (
                saved.err().map(|it| it.code.id),
                removed.err().map(|it| it.code.id),
            );
            match codes {
                (None, Some(LAST)) => {}
                (Some("policy.last_administrator"), None) => {
                    let mut key = key_of(KEY);
                    sign_in(&house, &mut ada).await.ok();
                    ada.add_device(&mut key).await;
                }
                both => panic!("round {round}: {both:?}"),
            }
        }
    });
}

/// Groups that a policy names don't vanish unseen, and exclusions are protected (security 12).
#[test]
fn security_12_groups_of_the_policy_are_protected() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let greta = house.person(&mut ada, "greta").await;
        let identity = house.identity();
        let greta_id = id_of(&house, "greta").await;
        roles::assign(identity, SHELL, Role::GroupsAdministrator, greta_id)
            .await
            .unwrap();
        let (out, inner, named) = (
            make_group(&house, "Out").await,
            make_group(&house, "Inner").await,
            make_group(&house, "Named").await,
        );
        put(&house, out, inner).await.unwrap();
        let session = house.session(&greta.browser).await;
        let caller = house.caller();
        let actor = Actor::Person(&caller, &session);
        groups::members::add(identity, actor, inner, greta_id)
            .await
            .unwrap();
        groups::members::remove(identity, actor, inner, greta_id)
            .await
            .unwrap();
        let mut document = Document {
            exclude: vec![group(out)],
            ..Document::default()
        };
        for_group(&mut document, named, Profile::new(STRICT, "Named"));
        try_save(&house, &document).await.unwrap();
        for protected in [out, inner] {
            let reasons = groups::list_protections(identity, SHELL, protected)
                .await
                .unwrap();
            assert_eq!(reasons, [groups::ProtectedBy::PolicyExclusion]);
            refused(
                groups::members::add(identity, actor, protected, greta_id).await,
                "role.insufficient",
            );
        }
        groups::members::add(identity, actor, named, greta_id)
            .await
            .unwrap();
        for used in [out, named] {
            refused(
                groups::delete(identity, SHELL, used, None).await,
                "group.used_by_policy",
            );
        }
        policies::reset(identity, SHELL, None).await.unwrap();
        groups::members::add(identity, actor, inner, greta_id)
            .await
            .unwrap();
        groups::delete(identity, SHELL, named, None).await.unwrap();
        // A version that names it can't come back; one that is tried out names its groups as well.
        let refusal = refused(
            policies::restore(identity, SHELL, None, 1).await,
            "policy.unfit",
        );
        assert_eq!(refusal.faults()[0].word, "policy.group_missing");
        document.include.pop();
        document.profiles.pop();
        policies::try_out(identity, SHELL, None, Some(&document), "")
            .await
            .unwrap();
        refused(
            groups::delete(identity, SHELL, out, None).await,
            "group.used_by_policy",
        );
    });
}

/// Time took the last passkey that is accepted: the door stays open, and it is an alert.
#[test]
fn time_leaves_one_door_open_and_alerts() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut keyed = ada.clone();
        keyed.device = key_of(KEY);
        ada.add_device(&mut keyed.device).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let identity = house.identity();
        let mut document = policy(|it| it.max_age_days = Some(30));
        document.profiles[0].blocked = vec![KEY];
        try_save(&house, &document).await.unwrap();
        pass(&house, 30).await;
        house.advance(1);
        sign_in(&house, &mut bob)
            .await
            .refused(403, "policy.too_old");
        assert!(audits(&house, "alert.last_door").is_empty());
        sign_in(&house, &mut ada).await.ok();
        let alerts = audits(&house, "alert.last_door");
        assert_eq!(alerts.len(), 1);
        let record = sign_ins(&house, "ok").pop().unwrap();
        assert_eq!(record["policy"]["result"], "refused");
        assert_eq!(record["policy"]["rule"], "policy.too_old");
        assert_eq!(alerts[0]["reference"], record["reference"]);
        // Not with a passkey that is refused for something else as well.
        sign_in(&house, &mut keyed)
            .await
            .refused(403, "policy.model_blocked");
        // As soon as another administrator is accepted, the door is shut.
        let mut carol = house.person(&mut ada, "carol").await;
        let carol_id = id_of(&house, "carol").await;
        roles::assign(identity, SHELL, Role::GlobalAdministrator, carol_id)
            .await
            .unwrap();
        sign_in(&house, &mut ada)
            .await
            .refused(403, "policy.too_old");
        sign_in(&house, &mut carol).await.ok();
        assert_eq!(audits(&house, "alert.last_door").len(), 1);
    });
}
