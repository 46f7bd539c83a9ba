use identity::people::{self, Attribute, NewRecord, PersonChange, ProfileChange};
use identity::roles::Role;
use identity::{Id, MINUTE, SECOND, UserType, codes, tenant};

use super::{SHELL, Someone, holder, refused};
use crate::in_each_house;

fn full(name: &str) -> NewRecord {
    NewRecord {
        mail: Some(format!("{name}@example.org")),
        profile: ProfileChange {
            texts: [
                (Attribute::GivenName, Some("Bob".to_owned())),
                (Attribute::JobTitle, Some("Pilot".to_owned())),
            ]
            .into(),
            business_phones: Some(vec!["+49 30 1".to_owned()]),
        },
        ..NewRecord::named(name, "Bob")
    }
}

#[test]
fn properties_are_kept_and_changed_one_by_one() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let identity = house.identity();
        let bob = people::create(identity, SHELL, &full("bob")).await.unwrap();
        assert_eq!(bob.mail.as_deref(), Some("bob@example.org"));
        assert_eq!(bob.profile.text(Attribute::JobTitle), Some("Pilot"));
        assert_eq!(bob.profile.business_phones, ["+49 30 1"]);
        assert_eq!(
            (bob.enabled, bob.user_type),
            (Some(true), Some(UserType::Member))
        );
        house.advance(MINUTE);
        let change = PersonChange {
            mail: Some(None),
            user_type: Some(UserType::Guest),
            profile: ProfileChange {
                texts: [(Attribute::JobTitle, None)].into(),
                business_phones: None,
            },
            ..PersonChange::default()
        };
        let changed = people::update(identity, SHELL, bob.person_id, Some(bob.version), &change)
            .await
            .unwrap();
        assert_eq!(
            (changed.mail, changed.user_type),
            (None, Some(UserType::Guest))
        );
        assert_eq!(changed.profile.text(Attribute::JobTitle), None);
        assert_eq!(changed.profile.text(Attribute::GivenName), Some("Bob"));
        assert_eq!(changed.profile.business_phones, ["+49 30 1"]);
        assert_eq!(changed.user_name, "bob");
        assert!(changed.version > bob.version && changed.changed_at > bob.changed_at);
        // What changes nothing leaves the ETag.
        let same = people::update(identity, SHELL, bob.person_id, None, &change)
            .await
            .unwrap();
        assert_eq!(same.version, changed.version);
        let again = people::read_by_name(identity, SHELL, "BOB").await.unwrap();
        assert_eq!(again.version, changed.version);
    });
}

#[test]
fn bad_input_is_refused_and_changes_nothing() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let identity = house.identity();
        let bob = people::create(identity, SHELL, &full("bob")).await.unwrap();
        let id = bob.person_id;
        let change = move |change: PersonChange| async move {
            people::update(identity, SHELL, id, None, &change).await
        };
        let named = |name: &str| PersonChange {
            user_name: Some(name.to_owned()),
            display_name: Some("Somebody Else".to_owned()),
            ..PersonChange::default()
        };
        // Taken, looks like one that is, over-long.
        refused(change(named("ada")).await, "user.name_taken");
        refused(change(named("аda")).await, "user.name_taken");
        refused(change(named(&"x".repeat(114))).await, "user.name_unfit");
        let long = PersonChange {
            display_name: Some("x".repeat(257)),
            ..PersonChange::default()
        };
        refused(change(long).await, "user.display_name_unfit");
        let mail = PersonChange {
            display_name: Some("Somebody Else".to_owned()),
            mail: Some(Some("nowhere".to_owned())),
            ..PersonChange::default()
        };
        refused(change(mail).await, "user.mail_unfit");
        let country = PersonChange {
            profile: ProfileChange {
                texts: [(Attribute::UsageLocation, Some("Germany".to_owned()))].into(),
                business_phones: None,
            },
            ..PersonChange::default()
        };
        let unfit = change(country).await.unwrap_err();
        assert_eq!(unfit.code.id, "user.attribute_unfit");
        assert_eq!(unfit.detail, Some("usageLocation"));
        let mut look_alike = full("carol");
        look_alike.user_name = "ｂｏｂ".to_owned();
        refused(
            people::create(identity, SHELL, &look_alike).await,
            "user.name_taken",
        );
        let now = people::read(identity, SHELL, bob.person_id).await.unwrap();
        assert_eq!(
            (now.version, now.display_name.as_str()),
            (bob.version, "Bob")
        );
        refused(
            people::read(identity, SHELL, Id([9; 16])).await,
            "user.missing",
        );
    });
}

#[test]
fn a_stale_etag_changes_nothing() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let identity = house.identity();
        let bob = people::create(identity, SHELL, &full("bob")).await.unwrap();
        let rename = |name: &str| PersonChange {
            display_name: Some(name.to_owned()),
            ..PersonChange::default()
        };
        let (id, stale) = (bob.person_id, Some(bob.version));
        people::update(identity, SHELL, id, stale, &rename("Robert"))
            .await
            .unwrap();
        let second = people::update(identity, SHELL, id, stale, &rename("Bobby")).await;
        refused(second, "record.outdated");
        refused(
            people::delete(identity, SHELL, id, stale).await,
            "record.outdated",
        );
        let now = people::read(identity, SHELL, id).await.unwrap();
        assert_eq!(now.display_name, "Robert");
        // Two at once with one ETag: one of them is too late.
        let etag = Some(now.version);
        let (one, other) = (rename("One"), rename("Other"));
        let (one, other) = tokio::join!(
            people::update(identity, SHELL, id, etag, &one),
            people::update(identity, SHELL, id, etag, &other)
        );
        assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
        let late = one.err().or(other.err()).unwrap();
        assert_eq!(late.code.id, "record.outdated");
    });
}

#[test]
fn the_deleted_are_out_at_once_and_come_back_with_their_passkeys() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let identity = house.identity();
        let id = house.session(&bob.browser).await.person_id;
        people::delete(identity, SHELL, id, None).await.unwrap();
        assert!(!bob.browser.is_signed_in().await);
        bob.browser.forget();
        assert_ne!(bob.sign_in().await.status, 200);
        refused(people::read(identity, SHELL, id).await, "user.missing");
        refused(
            people::delete(identity, SHELL, id, None).await,
            "user.missing",
        );
        let deleted = people::read_deleted(identity, SHELL, id).await.unwrap();
        assert!(deleted.deleted_at.is_some());
        // The name stays theirs.
        let namesake = people::create(identity, SHELL, &full("bob")).await;
        refused(namesake, "user.name_taken");
        people::restore(identity, SHELL, id).await.unwrap();
        bob.sign_in().await.ok();
        refused(people::restore(identity, SHELL, id).await, "user.missing");
    });
}

#[test]
fn a_restored_person_who_was_disabled_stays_disabled() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let identity = house.identity();
        let bob = people::create(identity, SHELL, &full("bob")).await.unwrap();
        people::disable(identity, SHELL, bob.person_id)
            .await
            .unwrap();
        people::delete(identity, SHELL, bob.person_id, None)
            .await
            .unwrap();
        let restored = people::restore(identity, SHELL, bob.person_id)
            .await
            .unwrap();
        assert_eq!(restored.enabled, Some(false));
    });
}

#[test]
fn after_thirty_days_the_deleted_are_gone_for_good() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = house.person(&mut ada, "bob").await;
        let identity = house.identity();
        let id = house.session(&bob.browser).await.person_id;
        let carol = people::create(identity, SHELL, &full("carol"))
            .await
            .unwrap();
        people::set_manager(identity, SHELL, carol.person_id, Some(id))
            .await
            .unwrap();
        people::delete(identity, SHELL, id, None).await.unwrap();
        house.advance(people::RESTORABLE - SECOND);
        tenant::tick_minute(identity).await.unwrap();
        people::read_deleted(identity, SHELL, id).await.unwrap();
        house.advance(2 * SECOND);
        tenant::tick_minute(identity).await.unwrap();
        refused(people::restore(identity, SHELL, id).await, "user.missing");
        let bobs = "SELECT user_name FROM person WHERE user_name = 'bob'";
        assert!(house.run_sql(bobs).is_empty());
        // The id of the passkey stays, so that nobody registers it again; nothing else of it does.
        let left = "SELECT status FROM credential WHERE created_place = '' AND name = ''";
        assert_eq!(house.run_sql(left), ["removed"]);
        let manager = people::read_manager(identity, SHELL, carol.person_id).await;
        assert!(manager.unwrap().is_none());
        people::create(identity, SHELL, &full("bob")).await.unwrap();
    });
}

#[test]
fn erasing_needs_a_deletion_first() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let identity = house.identity();
        let bob = people::create(identity, SHELL, &full("bob")).await.unwrap();
        refused(
            people::erase(identity, SHELL, bob.person_id).await,
            "user.missing",
        );
        people::delete(identity, SHELL, bob.person_id, None)
            .await
            .unwrap();
        people::erase(identity, SHELL, bob.person_id).await.unwrap();
        refused(
            people::read_deleted(identity, SHELL, bob.person_id).await,
            "user.missing",
        );
        assert_eq!(house.run_sql("SELECT user_name FROM person"), ["ada"]);
    });
}

#[test]
fn managers_and_reports() {
    in_each_house(async |house| {
        let ada = house.administrator("ada").await;
        let ada = Someone::of(&house, &ada).await;
        let identity = house.identity();
        let bob = people::create(identity, SHELL, &full("bob")).await.unwrap();
        let carol = people::create(identity, SHELL, &full("carol"))
            .await
            .unwrap();
        for report in [&bob, &carol] {
            people::set_manager(identity, ada.actor(), report.person_id, Some(ada.id()))
                .await
                .unwrap();
        }
        let found = people::read_manager(identity, SHELL, bob.person_id).await;
        assert_eq!(found.unwrap().unwrap().user_name, "ada");
        let page = people::list_reports(identity, SHELL, ada.id(), identity::ListQuery::first(10))
            .await
            .unwrap();
        let mut names: Vec<_> = page.rows.iter().map(|row| row.user_name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["bob", "carol"]);
        let id = bob.person_id;
        let own = people::set_manager(identity, SHELL, id, Some(id)).await;
        refused(own, "user.manager_unfit");
        let nobody = people::set_manager(identity, SHELL, id, Some(Id([8; 16]))).await;
        refused(nobody, "directory.object_missing");
        people::set_manager(identity, SHELL, id, None)
            .await
            .unwrap();
        let found = people::read_manager(identity, SHELL, id).await.unwrap();
        assert!(found.is_none());
    });
}

/// Name, mail, manager and status of somebody with a role are for who may give that role (security 12).
#[test]
fn security_12_the_privileged_are_for_global_administrators() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let (_, reader) = holder(&house, &mut ada, "rita", Role::ReportsReader).await;
        let (_, user_admin) = holder(&house, &mut ada, "uma", Role::UserAdministrator).await;
        let bob = house.invite(&mut ada, "bob").await;
        let bob = Id::parse(&bob.person_id).unwrap();
        let identity = house.identity();
        let changes = [
            PersonChange {
                user_name: Some("mallory".to_owned()),
                ..PersonChange::default()
            },
            PersonChange {
                mail: Some(Some("mallory@example.org".to_owned())),
                ..PersonChange::default()
            },
            PersonChange {
                enabled: Some(false),
                ..PersonChange::default()
            },
        ];
        let ada = Someone::of(&house, &ada).await;
        for target in [reader.id(), ada.id(), user_admin.id()] {
            for change in &changes {
                let changed =
                    people::update(identity, user_admin.actor(), target, None, change).await;
                refused(changed, "role.insufficient");
            }
            let managed =
                people::set_manager(identity, user_admin.actor(), target, Some(bob)).await;
            refused(managed, "role.insufficient");
            let deleted = people::delete(identity, user_admin.actor(), target, None).await;
            refused(deleted, "role.insufficient");
        }
        for change in &changes {
            people::update(identity, user_admin.actor(), bob, None, change)
                .await
                .unwrap();
        }
        // A deleted administrator comes back by somebody who may make one only.
        people::delete(identity, ada.actor(), reader.id(), None)
            .await
            .unwrap();
        let restored = people::restore(identity, user_admin.actor(), reader.id()).await;
        refused(restored, "role.insufficient");
        people::restore(identity, ada.actor(), reader.id())
            .await
            .unwrap();
    });
}

#[test]
fn changes_need_a_fresh_sign_in_and_reading_does_not() {
    in_each_house(async |house| {
        let ada = house.administrator("ada").await;
        let ada = Someone::of(&house, &ada).await;
        let identity = house.identity();
        let bob = people::create(identity, SHELL, &full("bob")).await.unwrap();
        house.advance(5 * MINUTE + SECOND);
        let actor = ada.actor();
        people::read(identity, actor, bob.person_id).await.unwrap();
        let change = PersonChange {
            mail: Some(None),
            ..PersonChange::default()
        };
        let changed = people::update(identity, actor, bob.person_id, None, &change).await;
        assert_eq!(changed.unwrap_err().code, &codes::NOT_FRESH);
        let deleted = people::delete(identity, actor, bob.person_id, None).await;
        assert_eq!(deleted.unwrap_err().code, &codes::NOT_FRESH);
    });
}

#[test]
fn the_help_desk_signs_people_without_a_role_out_everywhere() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let (_, desk) = holder(&house, &mut ada, "desk", Role::HelpdeskAdministrator).await;
        let (_, reader) = holder(&house, &mut ada, "rita", Role::ReportsReader).await;
        let identity = house.identity();
        let id = house.session(&bob.browser).await.person_id;
        people::end_sessions(identity, desk.actor(), id)
            .await
            .unwrap();
        assert!(!bob.browser.is_signed_in().await);
        bob.browser.forget();
        bob.sign_in().await.ok();
        let ended = people::end_sessions(identity, desk.actor(), reader.id()).await;
        refused(ended, "role.insufficient");
        let ended = people::end_sessions(identity, reader.actor(), id).await;
        refused(ended, "role.insufficient");
        assert!(bob.browser.is_signed_in().await);
    });
}
