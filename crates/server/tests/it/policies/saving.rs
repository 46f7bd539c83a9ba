use identity::policies::profiles::{Profile, ProfileId, Strictness};
use identity::policies::{self, VersionMode};
use identity::roles::{self, Role};
use identity::{Actor, Id, MINUTE};

use super::*;
use crate::in_each_house;

#[test]
fn a_new_organisation_accepts_every_passkey() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let shown = policies::show(house.identity(), SHELL).await.unwrap();
        assert_eq!((shown.revision, shown.version), (0, 0));
        assert_eq!(shown.policy.document(), &Document::default());
        assert!(shown.saved_at.is_none() && shown.report.is_none());
        let mut bob = house.person(&mut ada, "bob").await;
        bob.add_device(&mut key_of(KEY)).await;
        sign_in(&house, &mut bob).await.ok();
        // The default leaves nothing in records that one would have to look up.
        assert!(
            sign_ins(&house, "ok")
                .iter()
                .all(|it| it.get("policy").is_none())
        );
    });
}

#[test]
fn every_saved_policy_is_kept_compared_and_restored() {
    in_each_house(async |house| {
        administrator(&house).await;
        let identity = house.identity();
        let first = try_save(&house, &device_bound_only()).await.unwrap();
        assert_eq!((first.revision, first.version), (1, 1));
        house.advance(MINUTE);
        let listed = policy(|it| it.restrictions = list(RestrictionKind::Allow, &[KEY]));
        let note = "Keys that we hand out";
        let own = Strictness::Own;
        policies::save(identity, SHELL, Some(1), &listed, own, note)
            .await
            .unwrap();
        // The same in other words is no new version.
        let mut same = listed.clone();
        same.profiles[0].restrictions.aaguids = vec![KEY];
        let again = policies::save(identity, SHELL, Some(2), &same, own, "x")
            .await
            .unwrap();
        assert_eq!((again.revision, again.version), (2, 2));
        let shown = policies::show(identity, SHELL).await.unwrap();
        assert_eq!(shown.policy.document(), &listed);
        assert_eq!(shown.saved_at, Some(house.now()));

        let versions = policies::list_versions(identity, SHELL, None, 10)
            .await
            .unwrap();
        let told: Vec<_> = versions
            .iter()
            .map(|it| (it.version, it.mode, it.current, it.note.as_str()))
            .collect();
        let enforced = VersionMode::Enforced;
        assert_eq!(told, [(2, enforced, true, note), (1, enforced, false, "")]);
        let older = policies::list_versions(identity, SHELL, Some(2), 10)
            .await
            .unwrap();
        assert_eq!(older.len(), 1);
        let changes = policies::compare_versions(identity, SHELL, 0, 1)
            .await
            .unwrap();
        let id = ProfileId::DEFAULT;
        assert_eq!(
            changes
                .iter()
                .map(|it| it.path.as_str())
                .collect::<Vec<_>>(),
            [format!("profiles/{id}/types")]
        );

        let restored = policies::restore(identity, SHELL, Some(2), 1)
            .await
            .unwrap();
        assert_eq!((restored.revision, restored.version), (3, 3));
        let shown = policies::show(identity, SHELL).await.unwrap();
        assert_eq!(shown.policy.document(), &device_bound_only());
        refused(
            policies::restore(identity, SHELL, None, 77).await,
            "policy.version_missing",
        );
        let reset = policies::reset(identity, SHELL, None).await.unwrap();
        assert_eq!(reset.version, 4);
        let shown = policies::show(identity, SHELL).await.unwrap();
        assert_eq!(shown.policy.document(), &Document::default());

        // Records tell what is different, not the whole.
        let saved = audits(&house, "policy.saved");
        assert_eq!(saved.len(), 2);
        assert_eq!(saved[1]["version"], 2);
        assert_eq!(saved[1]["before"], 1);
        assert_eq!(saved[1]["note"], note);
        let changed = saved[1]["changed"].as_array().unwrap();
        let paths: Vec<_> = changed
            .iter()
            .map(|it| it["path"].as_str().unwrap())
            .collect();
        assert!(
            paths.contains(&format!("profiles/{id}/restrictions/enforced").as_str()),
            "{paths:?}"
        );
        assert!(!paths.iter().any(|path| path.contains("name")), "{paths:?}");
        assert_eq!(audits(&house, "policy.restored").len(), 1);
        assert_eq!(audits(&house, "policy.reset").len(), 1);
    });
}

#[test]
fn whoever_saves_what_somebody_else_has_changed_is_told() {
    in_each_house(async |house| {
        administrator(&house).await;
        let identity = house.identity();
        let save = async |expected: Option<i64>, document: Document| {
            policies::save(identity, SHELL, expected, &document, Strictness::Own, "").await
        };
        save(Some(0), device_bound_only()).await.unwrap();
        let other = policy(|it| it.blocked = vec![OTHER]);
        refused(save(Some(0), other.clone()).await, "record.outdated");
        refused(
            policies::reset(identity, SHELL, Some(7)).await,
            "record.outdated",
        );
        let shown = policies::show(identity, SHELL).await.unwrap();
        assert_eq!(shown.policy.document(), &device_bound_only());
        // Two at once: one stands, the other is told.
        let third = policy(|it| it.max_age_days = Some(30));
        let (one, two) = tokio::join!(save(Some(1), other), save(Some(1), third));
        let refusal = match (one, two) {
            (Ok(_), Err(refusal)) | (Err(refusal), Ok(_)) => refusal,
            both => panic!("{both:?}"),
        };
        assert_eq!(refusal.code.id, "record.outdated");
        assert_eq!(policies::show(identity, SHELL).await.unwrap().revision, 2);
    });
}

#[test]
fn faults_are_named_with_their_places_and_nothing_is_saved() {
    in_each_house(async |house| {
        administrator(&house).await;
        let identity = house.identity();
        let (gone, missing) = (make_group(&house, "Gone").await, Id([9; 16]));
        identity::groups::delete(identity, SHELL, gone, None)
            .await
            .unwrap();
        let mut document = policy(|it| {
            it.restrictions = list(RestrictionKind::Allow, &[]);
            it.max_age_days = Some(0);
        });
        document.exclude = vec![group(gone)];
        for_group(&mut document, missing, Profile::new(STRICT, ""));
        document.include[1].profiles.push(ProfileId([6; 16]));
        let before = house.count_rows();
        let refusal = refused(
            policies::save(identity, SHELL, None, &document, Strictness::Own, "").await,
            "policy.unfit",
        );
        let mut told: Vec<_> = refusal
            .faults()
            .iter()
            .map(|it| (it.pointer.as_str(), it.graph_path.as_str(), it.word))
            .collect();
        told.sort_unstable();
        assert_eq!(
            told,
            [
                ("/exclude/0", "excludeTargets/0", "policy.group_missing"),
                (
                    "/include/1/profiles/1",
                    "includeTargets/1/allowedPasskeyProfiles/1",
                    "policy.profile_unknown"
                ),
                (
                    "/include/1/target",
                    "includeTargets/1/id",
                    "policy.group_missing"
                ),
                (
                    "/profiles/0/maxAgeDays",
                    "passkeyProfiles/0/@claviger.maxAgeDays",
                    "policy.number_out_of_range"
                ),
                (
                    "/profiles/0/restrictions/aaguids",
                    "passkeyProfiles/0/keyRestrictions/aaGuids",
                    "policy.allow_list_empty"
                ),
                (
                    "/profiles/1/name",
                    "passkeyProfiles/1/name",
                    "policy.name_empty"
                ),
            ]
        );
        // Only the record of the refusal.
        assert_eq!(house.count_rows(), before + 1);
        assert_eq!(policies::show(identity, SHELL).await.unwrap().revision, 0);
        let unreadable = refused(
            policies::parse(br#"{"state":"enabled","unheardOf":1}"#),
            "policy.unreadable",
        );
        assert!(!unreadable.faults().is_empty());
    });
}

/// Attestation and synced: our own API refuses it, the wire warns (answers.md).
#[test]
fn the_wire_is_warned_where_we_refuse() {
    in_each_house(async |house| {
        administrator(&house).await;
        let identity = house.identity();
        let mut document = Document::default();
        let mut both = Profile::new(STRICT, "Both");
        both.attestation = identity::policies::profiles::AttestationEnforcement::RegistrationOnly;
        document.profiles.push(both);
        document.include[0].profiles.push(STRICT);
        refused(try_save(&house, &document).await, "policy.unfit");
        let saved = policies::save(identity, SHELL, None, &document, Strictness::Wire, "").await;
        let warnings = saved.unwrap().warnings;
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].warning);
        // What was stored is restored and read again.
        policies::reset(identity, SHELL, None).await.unwrap();
        policies::restore(identity, SHELL, None, 1).await.unwrap();
    });
}

#[test]
fn only_who_may_change_policies_does_and_only_freshly() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let identity = house.identity();
        let editors = [
            Role::AuthenticationPolicyAdministrator,
            Role::SecurityAdministrator,
        ];
        let readers = [Role::GlobalReader, Role::SecurityReader];
        let document = device_bound_only();
        for (number, role) in editors.into_iter().chain(readers).enumerate() {
            let person = house.person(&mut ada, &format!("person{number}")).await;
            let session = house.session(&person.browser).await;
            let caller = house.caller();
            let actor = Actor::Person(&caller, &session);
            let own = Strictness::Own;
            refused(
                policies::save(identity, actor, None, &document, own, "").await,
                "role.insufficient",
            );
            refused(policies::show(identity, actor).await, "role.insufficient");
            roles::assign(identity, SHELL, role, session.person_id)
                .await
                .unwrap();
            policies::show(identity, actor).await.unwrap();
            let saved = policies::save(identity, actor, None, &document, own, "").await;
            let tried = policies::try_out(identity, actor, None, None, "").await;
            match editors.contains(&role) {
                false => {
                    refused(saved, "role.insufficient");
                    refused(tried, "role.insufficient");
                }
                true => {
                    saved.unwrap();
                    tried.unwrap();
                    house.advance(5 * MINUTE + 1);
                    for outcome in [
                        policies::save(identity, actor, None, &document, own, "").await,
                        policies::reset(identity, actor, None).await,
                        policies::restore(identity, actor, None, 1).await,
                        policies::try_out(identity, actor, None, None, "").await,
                    ] {
                        refused(outcome, "session.not_fresh");
                    }
                    policies::reset(identity, SHELL, None).await.unwrap();
                }
            }
            ada.reauthenticate().await.ok();
        }
        let versions = policies::list_versions(identity, SHELL, None, 10)
            .await
            .unwrap();
        assert_eq!(
            versions.last().unwrap().saved_by_name.as_deref(),
            Some("person0")
        );
    });
}

#[test]
fn the_oldest_versions_go_and_what_counts_stays() {
    in_each_house(async |house| {
        administrator(&house).await;
        let identity = house.identity();
        let tried = policy(|it| it.blocked = vec![OTHER]);
        policies::try_out(identity, SHELL, None, Some(&tried), "")
            .await
            .unwrap();
        for days in 1..=203 {
            try_save(&house, &policy(|it| it.max_age_days = Some(days)))
                .await
                .unwrap();
        }
        let mut kept = Vec::new();
        loop {
            let before = kept.last().copied();
            let page = policies::list_versions(identity, SHELL, before, 90)
                .await
                .unwrap();
            if page.is_empty() {
                break;
            }
            kept.extend(page.iter().map(|it| it.version));
        }
        assert_eq!(kept.len(), 201);
        assert_eq!(kept[0], 204);
        assert_eq!(kept[199..], [5, 1], "the one that is tried out stays");
    });
}

/// What a newer node has saved, and this one can't read, accepts nothing (security 8).
#[test]
fn security_08_what_is_not_understood_blocks() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let identity = house.identity();
        try_save(&house, &device_bound_only()).await.unwrap();
        policies::reset(identity, SHELL, None).await.unwrap();
        sign_in(&house, &mut ada).await.ok();
        let change = |statement: &str| {
            house.run_sql(statement);
            house.run_sql("UPDATE tenant SET policy_version = policy_version + 1");
        };
        change("UPDATE policy_version SET document = '{\"state\":\"perhaps\"}' WHERE version = 2");
        sign_in(&house, &mut ada)
            .await
            .refused(503, "policy.unknown_kind");
        assert_eq!(sign_ins(&house, "policy.unknown_kind").len(), 1);
        refused(policies::show(identity, SHELL).await, "policy.unknown_kind");
        // The way out: an earlier version.
        policies::restore(identity, SHELL, None, 1).await.unwrap();
        policies::reset(identity, SHELL, None).await.unwrap();
        sign_in(&house, &mut ada).await.ok();
        // A whole kind that only newer nodes know.
        change(
            "INSERT INTO policy_in_force (tenant_id, kind, revision, enforced_version, report_version)
             SELECT tenant_id, 'conditional_access', 1, 1, NULL FROM tenant",
        );
        sign_in(&house, &mut ada)
            .await
            .refused(503, "policy.unknown_kind");
    });
}

/// A node that does not know a kind of policy would not keep to it (security 8).
#[test]
fn security_08_no_policy_is_saved_while_an_old_node_runs() {
    in_each_house(async |house| {
        administrator(&house).await;
        house.run_sql("UPDATE node SET policy_kinds = ' older '");
        refused(
            try_save(&house, &device_bound_only()).await,
            "policy.node_outdated",
        );
        let identity = house.identity();
        let tried = device_bound_only();
        refused(
            policies::try_out(identity, SHELL, None, Some(&tried), "").await,
            "policy.node_outdated",
        );
        house.run_sql("UPDATE node SET seen_at = seen_at - 120000001");
        try_save(&house, &device_bound_only()).await.unwrap();
    });
}
