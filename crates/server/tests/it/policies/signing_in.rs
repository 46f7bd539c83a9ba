use identity::policies::profiles::{Profile, TrustGroupRule};
use identity::security_info::Ending;
use identity::{DAY, HOUR, policies};
use testkit::{TrustGroups, listen};

use super::*;
use crate::in_each_house;

/// Every rule that a sign-in can meet, with a passkey that meets it: the code, and the reference for the help desk.
#[test]
fn a_refused_passkey_is_told_the_rule() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let mut own = key_of(OTHER);
        bob.add_device(&mut own).await;
        let mut keyed = bob.clone();
        keyed.device = own;
        let synced_only = |it: &mut Profile| {
            it.types = Types {
                device_bound: false,
                synced: true,
            };
        };
        let cases: [(Document, Person, &str); 4] = [
            (
                device_bound_only(),
                bob.clone(),
                "policy.synced_not_allowed",
            ),
            (
                policy(synced_only),
                keyed.clone(),
                "policy.device_bound_not_allowed",
            ),
            (
                policy(|it| it.restrictions = list(RestrictionKind::Allow, &[KEY])),
                keyed.clone(),
                "policy.model_not_allowed",
            ),
            (
                policy(|it| it.restrictions = list(RestrictionKind::Block, &[OTHER])),
                keyed.clone(),
                "policy.model_blocked",
            ),
        ];
        for (document, mut person, code) in cases {
            let saved = try_save(&house, &document).await.unwrap();
            let error = sign_in(&house, &mut person).await.refused(403, code);
            let record = &sign_ins(&house, code)[0];
            assert_eq!(record["reference"], error["reference"]);
            assert_eq!(record["policy"]["rule"], code);
            assert_eq!(record["policy"]["version"], saved.version);
            assert_eq!(
                record["policy"]["profile"],
                "00000000-0000-0000-0000-000000000001"
            );
        }
        // Listed as blocked beside what is allowed.
        let mut both = policy(|it| it.blocked = vec![OTHER]);
        both.profiles[0].restrictions = list(RestrictionKind::Allow, &[KEY, Aaguid([0; 16])]);
        try_save(&house, &both).await.unwrap();
        sign_in(&house, &mut keyed.clone())
            .await
            .refused(403, "policy.model_not_allowed");
        sign_in(&house, &mut bob).await.ok();
        let accepted = sign_ins(&house, "ok");
        assert_eq!(accepted.last().unwrap()["policy"]["result"], "accepted");
    });
}

/// A passkey of which a model is known to sync counts as synced, whatever it says of itself (past mistake 55).
#[test]
fn past_mistake_55_known_liars_count_as_synced() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let mut liar = key_of(OTHER);
        bob.add_device(&mut liar).await;
        bob.device = liar;
        try_save(&house, &device_bound_only()).await.unwrap();
        sign_in(&house, &mut bob).await.ok();
        let mut document = device_bound_only();
        document.known_syncing = vec![OTHER];
        try_save(&house, &document).await.unwrap();
        sign_in(&house, &mut bob)
            .await
            .refused(403, "policy.synced_not_allowed");
    });
}

#[test]
fn one_profile_that_accepts_is_enough_and_exclusion_beats_all() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let identity = house.identity();
        let (pilots, inner) = (
            make_group(&house, "Pilots").await,
            make_group(&house, "Inner").await,
        );
        put(&house, pilots, inner).await.unwrap();
        let mut document = device_bound_only();
        for_group(&mut document, pilots, Profile::new(STRICT, "Pilots"));
        try_save(&house, &document).await.unwrap();
        sign_in(&house, &mut bob)
            .await
            .refused(403, "policy.synced_not_allowed");
        // By way of a group inside the group.
        let bob_id = id_of(&house, "bob").await;
        put(&house, inner, bob_id).await.unwrap();
        sign_in(&house, &mut bob).await.ok();
        let accepted = sign_ins(&house, "ok");
        assert_eq!(
            accepted.last().unwrap()["policy"]["profile"],
            STRICT.to_string()
        );
        // Nobody but the group's people has a profile any more.
        let admins = make_group(&house, "Admins").await;
        put(&house, admins, id_of(&house, "ada").await)
            .await
            .unwrap();
        let mut targeted = document.clone();
        targeted.include[0].target = Target::Group(group(admins));
        try_save(&house, &targeted).await.unwrap();
        sign_in(&house, &mut bob).await.ok();
        identity::groups::members::remove(identity, SHELL, inner, bob_id)
            .await
            .unwrap();
        sign_in(&house, &mut bob)
            .await
            .refused(403, "policy.no_profile");
        // Excluded, although a profile would accept.
        let out = make_group(&house, "Out").await;
        put(&house, out, inner).await.unwrap();
        document.exclude = vec![group(out)];
        try_save(&house, &document).await.unwrap();
        sign_in(&house, &mut bob)
            .await
            .refused(403, "policy.synced_not_allowed");
        put(&house, inner, bob_id).await.unwrap();
        sign_in(&house, &mut bob)
            .await
            .refused(403, "policy.excluded");
        // Security info says it, too, and offers nothing to add.
        identity::groups::members::remove(identity, SHELL, inner, bob_id)
            .await
            .unwrap();
        put(&house, pilots, bob_id).await.unwrap();
        sign_in(&house, &mut bob).await.ok();
        put(&house, inner, bob_id).await.unwrap();
        let info = house.security_info(&bob.browser).await;
        assert_eq!(info.passkeys[0].refused_by, Some("policy.excluded"));
        assert_eq!(info.accepts, Err("policy.excluded"));
        let page = bob.browser.get("/security-info").await.text();
        assert!(page.contains("policy.excluded"), "{page}");
        bob.browser
            .post("/security-info/passkeys/begin", serde_json::json!({}))
            .await
            .refused(403, "policy.excluded");
    });
}

#[test]
fn passkeys_expire_by_age_and_by_disuse() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        pass(&house, 9).await;
        try_save(&house, &policy(|it| it.max_unused_days = Some(10)))
            .await
            .unwrap();
        sign_in(&house, &mut bob).await.ok();
        // Its owner is told in time.
        let info = house.security_info(&bob.browser).await;
        let ends = Ending {
            at: house.now() + 10 * DAY,
            moves_with_use: true,
        };
        assert_eq!(info.passkeys[0].ends, Some(ends));
        let page = bob.browser.get("/security-info").await.text();
        assert!(page.contains("unless you use it before"), "{page}");
        sign_in(&house, &mut ada).await.ok();
        pass(&house, 10).await;
        sign_in(&house, &mut bob).await.ok();
        sign_in(&house, &mut ada).await.ok();
        pass(&house, 5).await;
        sign_in(&house, &mut ada).await.ok();
        pass(&house, 5).await;
        house.advance(1);
        sign_in(&house, &mut bob)
            .await
            .refused(403, "policy.unused_too_long");
        sign_in(&house, &mut ada).await.ok();
        // A newer one of the administrator's, or the next policy could not be saved.
        ada.add_device(&mut key_of(KEY)).await;
        try_save(&house, &policy(|it| it.max_age_days = Some(20)))
            .await
            .unwrap();
        sign_in(&house, &mut bob)
            .await
            .refused(403, "policy.too_old");
    });
}

#[test]
fn security_33_a_new_trust_group_is_told_or_refused() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let mut kept = Device {
            trust_groups: TrustGroups::Kept,
            ..Device::synced()
        };
        bob.add_device(&mut kept).await;
        bob.device = kept;
        let rule = |rule| policy(|it| it.trust_group = rule);
        sign_in(&house, &mut bob).await.ok();
        let known = bob.device.clone();
        // The provider keeps silent from now on.
        let credential = bob.device.credentials.last_mut().unwrap();
        drop(std::mem::take(&mut credential.cmtg_keys));
        for (wanted, code) in [
            (TrustGroupRule::Refuse, "policy.trust_group_lost"),
            (TrustGroupRule::StepUp, "policy.step_up"),
        ] {
            try_save(&house, &rule(wanted)).await.unwrap();
            sign_in(&house, &mut bob).await.refused(403, code);
        }
        try_save(&house, &rule(TrustGroupRule::Notify))
            .await
            .unwrap();
        sign_in(&house, &mut bob).await.ok();
        let record = sign_ins(&house, "ok").pop().unwrap();
        assert_eq!(record["notice"], "trust_group_lost");
        bob.device = known;
        try_save(&house, &rule(TrustGroupRule::Refuse))
            .await
            .unwrap();
        sign_in(&house, &mut bob).await.ok();
    });
}

/// A change that was answered on one node holds for the next decision on another (security 8).
#[test]
fn security_08_a_policy_saved_on_one_node_holds_on_the_other_at_once() {
    in_each_house(async |mut house| {
        house.add_node().await;
        let mut ada = administrator(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        bob.browser = house.browser_at(1);
        bob.sign_in().await.ok();
        let offer = bob.browser.begin_add().await;
        try_save(&house, &device_bound_only()).await.unwrap();
        let response = bob.browser.create(&mut Device::synced(), &offer);
        bob.browser
            .finish_add(&offer, &response)
            .await
            .refused(403, "policy.synced_not_allowed");
        bob.browser = house.browser_at(1);
        bob.sign_in()
            .await
            .refused(403, "policy.synced_not_allowed");
        // And from the other to the one.
        policies::reset(house.identity_at(1), SHELL, None)
            .await
            .unwrap();
        bob.browser = house.browser_at(0);
        bob.sign_in().await.ok();
    });
}

/// A sign-in that was under way when the policy was answered is decided by the new one (security 3).
#[test]
fn security_03_no_sign_in_overtakes_a_policy() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        for round in 0..5 {
            policies::reset(house.identity(), SHELL, None)
                .await
                .unwrap();
            let before = sign_ins(&house, "ok").len();
            bob.browser = house.browser();
            let offer = bob.browser.challenge().await;
            let response = bob.browser.answer(&mut bob.device, &offer);
            let mut browser = bob.browser.clone();
            let document = device_bound_only();
            let (answer, saved) = tokio::join!(
                browser.finish_sign_in(&offer, &response),
                try_save(&house, &document)
            );
            saved.unwrap();
            let granted = sign_ins(&house, "ok").len() - before;
            // Either it was first, or it met the new policy: never an "ok" beside the new version.
            match answer.status.as_u16() {
                200 => assert_eq!(granted, 1, "round {round}"),
                _ => {
                    answer.refused(403, "policy.synced_not_allowed");
                    assert_eq!(granted, 0, "round {round}");
                }
            }
            let mut late = bob.clone();
            sign_in(&house, &mut late)
                .await
                .refused(403, "policy.synced_not_allowed");
        }
    });
}

/// Under the default the database is asked for nothing more than without policies, and with a policy that names neither
/// groups nor proofs either.
#[test]
fn facts_are_read_only_where_a_policy_asks_for_them() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let asked = async |person: &mut Person| {
            person.browser = house.browser();
            let offer = person.browser.challenge().await;
            let response = person.browser.answer(&mut person.device, &offer);
            let (answer, calls) = listen(person.browser.finish_sign_in(&offer, &response)).await;
            answer.ok();
            calls
        };
        asked(&mut bob).await;
        let plain = asked(&mut bob).await;
        let reads = |calls: &[String]| {
            let unread = ["spent", "sign_in", "session"];
            let read = calls
                .iter()
                .filter(|call| !unread.iter().any(|it| call.starts_with(it)));
            read.cloned().collect::<Vec<_>>()
        };
        assert_eq!(
            reads(&plain),
            [
                "credential.find_with_owner",
                "credential.record_use",
                "credential.list_accepted"
            ]
        );
        try_save(&house, &policy(|it| it.max_age_days = Some(900)))
            .await
            .unwrap();
        // Once, because the version moved.
        asked(&mut bob).await;
        assert_eq!(asked(&mut bob).await, plain);
        let group_id = make_group(&house, "Pilots").await;
        let mut document = Document::default();
        for_group(&mut document, group_id, Profile::new(STRICT, "Pilots"));
        try_save(&house, &document).await.unwrap();
        asked(&mut bob).await;
        let calls = asked(&mut bob).await;
        assert!(
            calls.contains(&"group.list_ids_of_member".to_owned()),
            "{calls:?}"
        );
        assert!(
            !calls.iter().any(|call| call.starts_with("passkey_facts")),
            "{calls:?}"
        );
    });
}

/// Before a verified proof nobody is told what holds for a person (security 20).
#[test]
fn security_20_the_policy_speaks_only_after_a_verified_proof() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let bob = house.person(&mut ada, "bob").await;
        let out = make_group(&house, "Out").await;
        put(&house, out, id_of(&house, "bob").await).await.unwrap();
        let document = Document {
            exclude: vec![group(out)],
            ..Document::default()
        };
        try_save(&house, &document).await.unwrap();
        house.advance(HOUR);
        let mut browser = house.browser();
        let offer = browser.name("bob").await;
        let nobody = browser.name("nobody").await;
        assert_eq!(offer.state.len(), nobody.state.len());
        let mut forged = bob.device.clone();
        let offer = browser.challenge().await;
        let mut response = browser.answer(&mut forged, &offer);
        let signature = response["response"]["signature"]
            .as_str()
            .unwrap()
            .to_owned();
        let flipped: String = signature.chars().rev().collect();
        response["response"]["signature"] = flipped.into();
        let error = browser.finish_sign_in(&offer, &response).await;
        assert!(error.status.is_client_error());
        assert!(!error.text().contains("policy."), "{}", error.text());
    });
}
