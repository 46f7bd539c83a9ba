//! What holds of every passkey policy.

use policy::profiles::{
    Attestation, AttestationEnforcement, Document, GroupId, Include, Moment, Passkey,
    PasskeyPolicy, Profile, ProfileId, RestrictionKind, Restrictions, State, Strictness, Target,
    TrustGroup, TrustGroupRule, Types, compare,
};
use proptest::prelude::*;
use proptest::sample::subsequence;
use webauthn::Aaguid;
use webauthn::metadata::{CertificationLevel, KeyProtection};

const DAY: i64 = 86_400_000_000;
const NOW: i64 = 1_795_219_200_000_000;

/// Few of each, so that policies and passkeys meet.
fn aaguids() -> Vec<Aaguid> {
    (1..=4).map(|number| Aaguid([number; 16])).collect()
}

fn groups() -> Vec<GroupId> {
    (1..=4).map(|number| GroupId([number; 16])).collect()
}

fn protections() -> Vec<KeyProtection> {
    ["hardware", "tee", "software"]
        .map(KeyProtection::from_word)
        .to_vec()
}

fn level() -> impl Strategy<Value = Option<CertificationLevel>> {
    let levels = ["functional", "L1", "L2", "L3"].map(CertificationLevel::from_word);
    prop_oneof![Just(None), proptest::sample::select(levels.to_vec())]
}

fn days() -> impl Strategy<Value = Option<u32>> {
    proptest::option::of(1..40u32)
}

fn trust_group_rule() -> impl Strategy<Value = TrustGroupRule> {
    use TrustGroupRule::{Accept, Notify, Refuse, StepUp};
    proptest::sample::select(vec![Accept, Notify, StepUp, Refuse])
}

prop_compose! {
    fn restrictions()(
        enforced in any::<bool>(),
        allows in any::<bool>(),
        aaguids in subsequence(aaguids(), 1..=4).prop_shuffle(),
    ) -> Restrictions {
        let kind = if allows { RestrictionKind::Allow } else { RestrictionKind::Block };
        Restrictions { enforced, kind, aaguids }
    }
}

prop_compose! {
    fn profile(number: u8)(
        types in prop_oneof![Just((true, true)), Just((true, false)), Just((false, true))],
        attests in any::<bool>(),
        restrictions in restrictions(),
        blocked in subsequence(aaguids(), 0..=2),
        minimum_certification in level(),
        key_protection in subsequence(protections(), 0..=2).prop_shuffle(),
        (max_age_days, max_unused_days) in (days(), days()),
        rechecked in any::<bool>(),
        trust_group in trust_group_rule(),
        strict in any::<bool>(),
    ) -> Profile {
        let (device_bound, synced) = types;
        let mut profile = Profile::new(ProfileId([number; 16]), "Some");
        profile.types = Types { device_bound, synced };
        // What only an attestation proves is asked of device-bound ones.
        if device_bound && strict {
            profile.attestation = match attests {
                true => AttestationEnforcement::RegistrationOnly,
                false => AttestationEnforcement::Disabled,
            };
            profile.minimum_certification = minimum_certification;
            profile.key_protection = key_protection;
            profile.attestation_rechecked = rechecked && attests;
        }
        let allows = restrictions.enforced && restrictions.kind == RestrictionKind::Allow;
        profile.blocked = blocked
            .into_iter()
            .filter(|aaguid| !allows || !restrictions.aaguids.contains(aaguid))
            .collect();
        profile.restrictions = restrictions;
        profile.max_age_days = max_age_days;
        profile.max_unused_days = max_unused_days;
        profile.trust_group = trust_group;
        profile
    }
}

fn include(target: Target, profiles: usize) -> impl Strategy<Value = Include> {
    let ids: Vec<ProfileId> = (0..profiles).map(profile_id).collect();
    (subsequence(ids, 1..=profiles).prop_shuffle(), any::<bool>()).prop_map(
        move |(profiles, registration_required)| Include {
            target,
            registration_required,
            profiles,
        },
    )
}

/// Profiles are counted from one.
fn number_of(at: usize) -> u8 {
    u8::try_from(at + 1).expect("there are few profiles")
}

fn profile_id(at: usize) -> ProfileId {
    ProfileId([number_of(at); 16])
}

fn document() -> impl Strategy<Value = Document> {
    (1..=4usize).prop_flat_map(|count| {
        let profiles: Vec<_> = (0..count).map(|at| profile(number_of(at))).collect();
        let everyone = Just(Target::Everyone);
        let targets: Vec<_> = groups().into_iter().map(Target::Group).collect();
        let includes = (
            proptest::option::of(everyone.prop_flat_map(move |it| include(it, count))),
            subsequence(targets, 0..=3)
                .prop_flat_map(move |some| {
                    let each: Vec<_> = some.into_iter().map(|it| include(it, count)).collect();
                    each
                })
                .prop_shuffle(),
        );
        let state = prop_oneof![9 => Just(State::Enabled), 1 => Just(State::Disabled)];
        let parts = (
            state,
            any::<bool>(),
            profiles.prop_shuffle(),
            includes,
            subsequence(groups(), 0..=1),
            subsequence(aaguids(), 0..=1),
        );
        parts.prop_map(
            |(
                state,
                self_service_registration,
                profiles,
                (everyone, mut include),
                exclude,
                known_syncing,
            )| {
                include.extend(everyone);
                Document {
                    state,
                    self_service_registration,
                    default_profile: profile_id(0),
                    include,
                    exclude,
                    profiles,
                    known_syncing,
                }
            },
        )
    })
}

#[derive(Debug, Clone)]
struct Facts {
    groups: Vec<GroupId>,
    passkey: Passkey<'static>,
    key_protection: Vec<KeyProtection>,
    moment: Moment,
}

impl Facts {
    fn passkey(&self) -> Passkey<'_> {
        Passkey {
            key_protection: &self.key_protection,
            ..self.passkey
        }
    }
}

prop_compose! {
    fn facts()(
        groups in subsequence(groups(), 0..=4),
        aaguid in proptest::sample::select(aaguids()),
        (backup_eligible, compromised, stepped_up) in any::<(bool, bool, bool)>(),
        attestation in proptest::sample::select(vec![Attestation::None, Attestation::Proven, Attestation::Lost]),
        certification in level(),
        key_protection in subsequence(protections(), 0..=3),
        age in 0..60i64,
        unused in proptest::option::of(0..60i64),
        trust_group in proptest::sample::select(vec![TrustGroup::Familiar, TrustGroup::New, TrustGroup::Absent, TrustGroup::Forged]),
        registers in any::<bool>(),
    ) -> Facts {
        Facts {
            groups,
            passkey: Passkey {
                backup_eligible,
                attestation,
                compromised,
                certification,
                created_at: NOW - age * DAY,
                last_used_at: unused.map(|days| NOW - days * DAY),
                trust_group,
                stepped_up,
                ..Passkey::new(aaguid, false, NOW)
            },
            key_protection,
            moment: if registers { Moment::Registration } else { Moment::SignIn },
        }
    }
}

fn check(document: Document) -> Option<PasskeyPolicy> {
    document.check(Strictness::Wire).ok().map(|it| it.policy)
}

fn accepts(policy: &PasskeyPolicy, facts: &Facts) -> bool {
    let scope = policy.find_scope(&facts.groups);
    let decision = policy.decide(scope, facts.passkey(), facts.moment, NOW);
    decision.is_accepted()
}

/// A change that makes a policy stricter.
#[derive(Debug, Clone)]
enum Block {
    Disable,
    Exclude(GroupId),
    Model(Aaguid),
    AskLevel(CertificationLevel),
    AskAge(u32),
    AskUse(u32),
    AskAttestation,
    Recheck,
    AskHardware,
    AskTrustGroup(TrustGroupRule),
    RefuseSynced,
    RefuseDeviceBound,
    EnforceList,
    Allow(Aaguid),
    DropTarget,
    DropProfile,
}

fn block() -> impl Strategy<Value = Block> {
    prop_oneof![
        Just(Block::Disable),
        proptest::sample::select(groups()).prop_map(Block::Exclude),
        proptest::sample::select(aaguids()).prop_map(Block::Model),
        level().prop_map(|it| Block::AskLevel(it.unwrap_or(CertificationLevel::L1Plus))),
        (1..40u32).prop_map(Block::AskAge),
        (1..40u32).prop_map(Block::AskUse),
        Just(Block::AskAttestation),
        Just(Block::Recheck),
        Just(Block::AskHardware),
        trust_group_rule().prop_map(Block::AskTrustGroup),
        Just(Block::RefuseSynced),
        Just(Block::RefuseDeviceBound),
        Just(Block::EnforceList),
        proptest::sample::select(aaguids()).prop_map(Block::Allow),
        Just(Block::DropTarget),
        Just(Block::DropProfile),
    ]
}

impl Block {
    /// The first profile, target or list is the one that changes: their order is arbitrary.
    fn apply(&self, document: &mut Document) {
        match self {
            Block::Disable => document.state = State::Disabled,
            Block::Exclude(group) => {
                document.exclude.retain(|it| it != group);
                document.exclude.push(*group);
            }
            Block::DropTarget => {
                document.include.pop();
            }
            Block::DropProfile => {
                for include in &mut document.include {
                    if include.profiles.len() > 1 {
                        include.profiles.pop();
                    }
                }
            }
            _ => self.tighten(&mut document.profiles[0]),
        }
    }

    fn tighten(&self, profile: &mut Profile) {
        let least = |now: Option<u32>, days: u32| Some(now.map_or(days, |now| now.min(days)));
        match self {
            Block::Model(aaguid) => {
                profile.blocked.retain(|it| it != aaguid);
                profile.blocked.push(*aaguid);
                // One that is allowed can't be blocked as well; taking it off the list blocks it, too.
                let allows = profile.restrictions.kind == RestrictionKind::Allow;
                if profile.restrictions.enforced && allows {
                    profile.restrictions.aaguids.retain(|it| it != aaguid);
                }
            }
            Block::AskLevel(level) => {
                profile.minimum_certification = profile.minimum_certification.max(Some(*level));
            }
            Block::AskAge(days) => profile.max_age_days = least(profile.max_age_days, *days),
            Block::AskUse(days) => profile.max_unused_days = least(profile.max_unused_days, *days),
            Block::AskAttestation => {
                profile.attestation = AttestationEnforcement::RegistrationOnly;
            }
            Block::Recheck => {
                profile.attestation = AttestationEnforcement::RegistrationOnly;
                profile.attestation_rechecked = true;
            }
            Block::AskHardware => match profile.key_protection.len() {
                0 => profile.key_protection.push(KeyProtection::Hardware),
                1 => {}
                _ => {
                    profile.key_protection.pop();
                }
            },
            Block::AskTrustGroup(rule) => profile.trust_group = profile.trust_group.max(*rule),
            Block::RefuseSynced => profile.types.synced = false,
            Block::RefuseDeviceBound => profile.types.device_bound = false,
            Block::EnforceList => profile.restrictions.enforced = true,
            Block::Allow(aaguid) => {
                let allowed = &mut profile.restrictions;
                if allowed.kind == RestrictionKind::Allow {
                    allowed.aaguids.retain(|it| it != aaguid);
                }
            }
            _ => unreachable!("not about a profile"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn adding_a_block_never_allows_more(
        document in document(),
        blocks in proptest::collection::vec(block(), 1..4),
        facts in facts(),
    ) {
        let before = check(document.clone()).expect("documents are made valid");
        let mut stricter = document;
        for block in &blocks {
            block.apply(&mut stricter);
        }
        // What contradicts itself can't be saved, so it allows nothing either.
        if let Some(after) = check(stricter) {
            prop_assert!(
                !accepts(&after, &facts) || accepts(&before, &facts),
                "{:?} allowed more\n{}\n{}", blocks, before, after
            );
        }
    }

    #[test]
    fn time_alone_ends_it_when_it_says(document in document(), facts in facts()) {
        let policy = check(document).expect("documents are made valid");
        let scope = policy.find_scope(&facts.groups);
        let at = |now| policy.decide(scope, facts.passkey(), Moment::SignIn, now);
        let now = at(NOW);
        match now.ends() {
            Some(ends) => {
                prop_assert!(now.is_accepted() && ends.at >= NOW);
                prop_assert!(at(ends.at).is_accepted(), "{}", policy);
                prop_assert!(!at(ends.at + 1).is_accepted(), "{}", policy);
            }
            None => prop_assert_eq!(now.is_accepted(), at(NOW + 4000 * DAY).is_accepted()),
        }
    }

    #[test]
    fn no_order_matters(document in document(), facts in facts(), turn in 0..4usize) {
        let before = check(document.clone()).expect("documents are made valid");
        let mut turned = document;
        turned.profiles.reverse();
        let by = |length: usize| if length == 0 { 0 } else { turn % length };
        let length = turned.include.len();
        turned.include.rotate_left(by(length));
        for include in &mut turned.include {
            include.profiles.reverse();
        }
        turned.exclude.reverse();
        for profile in &mut turned.profiles {
            let length = profile.restrictions.aaguids.len();
            profile.restrictions.aaguids.rotate_left(by(length));
            profile.blocked.reverse();
            profile.key_protection.reverse();
        }
        let after = check(turned).expect("the order is no fault");
        prop_assert_eq!(before.to_json(), after.to_json());
        prop_assert_eq!(&before, &after);
        let explain = |policy: &PasskeyPolicy| {
            let scope = policy.find_scope(&facts.groups);
            policy.decide(scope, facts.passkey(), facts.moment, NOW).explain()
        };
        prop_assert_eq!(explain(&before), explain(&after));
        prop_assert!(compare(&before, &after).is_empty());
    }

    #[test]
    fn what_is_stored_is_read_again(document in document(), other in document()) {
        let policy = check(document).expect("documents are made valid");
        let again = PasskeyPolicy::parse(&policy.to_json()).expect("what was written can be read");
        prop_assert_eq!(&policy, &again);
        prop_assert_eq!(policy.to_json(), again.to_json());
        let other = check(other).expect("documents are made valid");
        prop_assert_eq!(compare(&policy, &other).is_empty(), policy == other);
        prop_assert_eq!(compare(&policy, &other).len(), compare(&other, &policy).len());
    }

    /// Whatever accepts is named, and satisfied whole; whatever refuses is named, and failed.
    #[test]
    fn a_decision_names_what_it_rests_on(document in document(), facts in facts()) {
        let policy = check(document).expect("documents are made valid");
        let scope = policy.find_scope(&facts.groups);
        let decision = policy.decide(scope, facts.passkey(), facts.moment, NOW);
        let explanation = decision.explain();
        let satisfied: Vec<ProfileId> = explanation
            .profiles
            .iter()
            .filter(|verdict| verdict.failed.is_empty())
            .map(|verdict| verdict.id)
            .collect();
        let named: Vec<ProfileId> = decision.accepted_by().map(|profile| profile.id).collect();
        prop_assert_eq!(&named, &satisfied);
        prop_assert_eq!(decision.is_accepted(), !named.is_empty());
        prop_assert_eq!(decision.refused_by().is_none(), decision.is_accepted());
        if let Some(profile) = decision.nearest_profile() {
            let verdict = explanation.profiles.iter().find(|it| it.id == profile.id);
            let failed = &verdict.expect("the nearest profile is the person's").failed;
            prop_assert_eq!(failed.first().map(|it| it.rule), decision.refused_by());
            let fewest = explanation.profiles.iter().map(|it| it.failed.len()).min();
            prop_assert_eq!(Some(failed.len()), fewest);
        }
    }

    /// A fact that a policy does not need changes nothing, so it need not be read.
    #[test]
    fn what_is_not_needed_changes_nothing(
        document in document(),
        facts in facts(),
        others in facts(),
    ) {
        let policy = check(document).expect("documents are made valid");
        let needs = policy.needs();
        let mut changed = facts.clone();
        if !needs.groups {
            changed.groups.clone_from(&others.groups);
        }
        let asks_attestation = match facts.moment {
            Moment::Registration => needs.attestation_at_registration,
            Moment::SignIn => needs.attestation_at_sign_in,
        };
        if !asks_attestation {
            changed.passkey.attestation = others.passkey.attestation;
            changed.passkey.compromised = others.passkey.compromised;
            changed.passkey.certification = others.passkey.certification;
            changed.key_protection.clone_from(&others.key_protection);
        }
        if !needs.last_use {
            changed.passkey.last_used_at = others.passkey.last_used_at;
        }
        if !needs.trust_group {
            changed.passkey.trust_group = others.passkey.trust_group;
            changed.passkey.stepped_up = others.passkey.stepped_up;
        }
        prop_assert_eq!(accepts(&policy, &facts), accepts(&policy, &changed));
    }

    /// More proof never refuses.
    #[test]
    fn proof_never_harms(document in document(), facts in facts()) {
        let policy = check(document).expect("documents are made valid");
        let mut better = facts.clone();
        better.passkey.attestation = Attestation::Proven;
        better.passkey.compromised = false;
        better.passkey.certification = Some(CertificationLevel::L3Plus);
        better.key_protection = protections();
        better.passkey.trust_group = TrustGroup::Familiar;
        better.passkey.stepped_up = true;
        prop_assert!(accepts(&policy, &better) || !accepts(&policy, &facts));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[ -~]{0,80}", bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        prop_assert!(PasskeyPolicy::parse(&text).is_err());
        prop_assert!(Document::from_json(&bytes).is_err());
    }
}

/// The strategies above reach both answers often enough to mean something.
#[test]
fn the_properties_are_not_empty() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut accepted = 0;
    for _ in 0..500 {
        let document = document().new_tree(&mut runner).unwrap().current();
        let facts = facts().new_tree(&mut runner).unwrap().current();
        let policy = check(document).expect("documents are made valid");
        accepted += usize::from(accepts(&policy, &facts));
    }
    assert!((50..450).contains(&accepted), "{accepted} of 500");
}
