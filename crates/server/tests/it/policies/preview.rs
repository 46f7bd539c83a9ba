use identity::policies::profiles::{Profile, Rule};
use identity::roles::{self, Role};
use identity::{Actor, people};

use super::*;
use crate::in_each_house;

#[test]
fn a_preview_says_who_would_be_kept_out_and_why() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        bob.add_device(&mut key_of(OTHER)).await;
        house.person(&mut ada, "carol").await;
        house.invite(&mut ada, "dave").await;
        let identity = house.identity();
        let disabled = house.person(&mut ada, "eve").await;
        let eve = identity::Id::parse(&disabled.person_id).unwrap();
        people::disable(identity, SHELL, eve).await.unwrap();
        let (pilots, inner) = (
            make_group(&house, "Pilots").await,
            make_group(&house, "Inner").await,
        );
        put(&house, pilots, inner).await.unwrap();
        put(&house, inner, id_of(&house, "carol").await)
            .await
            .unwrap();
        let before = house.count_rows();
        let nothing = policies::preview(identity, SHELL, &Document::default())
            .await
            .unwrap();
        assert_eq!((nothing.people, nothing.people_in_scope), (4, 4));
        assert_eq!((nothing.passkeys, nothing.passkeys_in_scope), (5, 5));
        assert_eq!((nothing.would_stop, nothing.left_with_none), (0, 0));

        let draft = device_bound_only();
        let preview = policies::preview(identity, SHELL, &draft).await.unwrap();
        assert_eq!((preview.would_stop, preview.left_with_none), (3, 1));
        assert_eq!(preview.by_rule[&Rule::SyncedNotAllowed], 3);
        let mut stopping: Vec<_> = preview
            .stopping
            .iter()
            .map(|it| it.user_name.as_str())
            .collect();
        stopping.sort_unstable();
        assert_eq!(stopping, ["ada", "bob", "carol"]);
        assert!(
            preview
                .stopping
                .iter()
                .all(|it| !it.passkey_name.is_empty())
        );
        assert_eq!(preview.stranded[0].user_name, "carol");
        assert!(preview.keeps_administrator);

        // Nested groups count; exclusion takes everything.
        let mut for_pilots = draft.clone();
        for_group(&mut for_pilots, pilots, Profile::new(STRICT, "Pilots"));
        let preview = policies::preview(identity, SHELL, &for_pilots)
            .await
            .unwrap();
        assert_eq!((preview.would_stop, preview.left_with_none), (2, 0));
        let without = Document {
            exclude: vec![group(pilots)],
            ..Document::default()
        };
        let preview = policies::preview(identity, SHELL, &without).await.unwrap();
        assert_eq!((preview.people_in_scope, preview.left_with_none), (3, 1));
        assert_eq!(preview.by_rule[&Rule::Excluded], 1);
        let nobody =
            policy(|it| it.restrictions = list(RestrictionKind::Allow, &[Aaguid([1; 16])]));
        let preview = policies::preview(identity, SHELL, &nobody).await.unwrap();
        assert!(!preview.keeps_administrator);
        assert_eq!(preview.would_stop, 5);
        let refusal = refused(
            policies::preview(identity, SHELL, &policy(|it| it.name = String::new())).await,
            "policy.unfit",
        );
        assert_eq!(refusal.faults()[0].pointer, "/profiles/0/name");
        assert_eq!(house.count_rows(), before, "a preview writes nothing");

        // It is what happens then.
        try_save(&house, &draft).await.unwrap();
        let back = policies::preview(identity, SHELL, &Document::default())
            .await
            .unwrap();
        assert_eq!((back.would_stop, back.would_start), (0, 3));
        sign_in(&house, &mut bob)
            .await
            .refused(403, "policy.synced_not_allowed");
    });
}

#[test]
fn a_preview_is_for_who_may_change_policies() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let bob = house.person(&mut ada, "bob").await;
        let identity = house.identity();
        let session = house.session(&bob.browser).await;
        let caller = house.caller();
        let actor = Actor::Person(&caller, &session);
        let draft = Document::default();
        refused(
            policies::preview(identity, actor, &draft).await,
            "role.insufficient",
        );
        let role = Role::SecurityReader;
        roles::assign(identity, SHELL, role, session.person_id)
            .await
            .unwrap();
        refused(
            policies::preview(identity, actor, &draft).await,
            "role.insufficient",
        );
        let role = Role::AuthenticationPolicyAdministrator;
        roles::assign(identity, SHELL, role, session.person_id)
            .await
            .unwrap();
        policies::preview(identity, actor, &draft).await.unwrap();
    });
}

#[test]
fn the_effective_policy_of_a_person_has_every_reason() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        bob.add_device(&mut key_of(OTHER)).await;
        let identity = house.identity();
        let pilots = make_group(&house, "Pilots").await;
        let bob_id = id_of(&house, "bob").await;
        put(&house, pilots, bob_id).await.unwrap();
        let mut document = device_bound_only();
        document.profiles[0].blocked = vec![OTHER];
        let mut strict = Profile::new(STRICT, "Synced and old");
        strict.types = Types {
            device_bound: false,
            synced: true,
        };
        for_group(&mut document, pilots, strict);
        try_save(&house, &document).await.unwrap();
        let tried = policy(|it| it.blocked = vec![OTHER]);
        policies::try_out(identity, SHELL, None, Some(&tried), "")
            .await
            .unwrap();
        let found = policies::show_effective(identity, SHELL, bob_id)
            .await
            .unwrap();
        assert_eq!((found.scope, found.user_name.as_str()), ("profiles", "bob"));
        assert_eq!(found.groups, [pilots]);
        assert_eq!(found.profiles.len(), 2);
        assert_eq!(found.passkeys.len(), 2);
        let of = |synced: bool| {
            found
                .passkeys
                .iter()
                .find(|it| it.synced == synced)
                .unwrap()
        };
        let accepted = of(true);
        assert!(accepted.decision.accepted);
        let failed = &accepted.decision.profiles[0].failed;
        assert_eq!(failed[0].rule, Rule::SyncedNotAllowed);
        assert!(accepted.report.as_ref().unwrap().accepted);
        let key = of(false);
        assert_eq!(key.aaguid, OTHER);
        assert_eq!(key.decision.refused_by, Some(Rule::ModelBlocked));
        assert_eq!(key.decision.profiles.len(), 2);
        assert_eq!(
            key.decision.profiles[1].failed[0].rule,
            Rule::DeviceBoundNotAllowed
        );
        assert_eq!(
            key.report.as_ref().unwrap().refused_by,
            Some(Rule::ModelBlocked)
        );
        refused(
            policies::show_effective(identity, SHELL, identity::Id([9; 16])).await,
            "user.missing",
        );
        let session = house.session(&bob.browser).await;
        let caller = house.caller();
        let actor = Actor::Person(&caller, &session);
        refused(
            policies::show_effective(identity, actor, id_of(&house, "ada").await).await,
            "role.insufficient",
        );
    });
}
