//! What can be wrong with a document, each with its place; and what the default is.

use std::collections::HashSet;

use policy::profiles::{
    AttestationEnforcement, Change, Document, Fault, FaultKind, GroupId, Include, MAX_SIZE,
    PasskeyPolicy, Profile, ProfileId, RestrictionKind, Restrictions, Scope, Severity, State,
    Strictness, Target, Unusable, compare,
};
use serde_json::json;
use webauthn::Aaguid;
use webauthn::metadata::{CertificationLevel, KeyProtection};

const KEY: Aaguid = Aaguid([0x2f; 16]);
const OTHER: Aaguid = Aaguid([0x3f; 16]);
const GROUP: GroupId = GroupId([7; 16]);
const SECOND: ProfileId = ProfileId([2; 16]);

/// The default document with a second profile, which a group has.
fn document() -> Document {
    let mut document = Document::default();
    document.profiles.push(Profile::new(SECOND, "Keys"));
    document.include.push(Include {
        target: Target::Group(GROUP),
        registration_required: false,
        profiles: vec![SECOND],
    });
    document
}

fn faults(change: impl FnOnce(&mut Document), strictness: Strictness) -> Vec<Fault> {
    let mut document = document();
    change(&mut document);
    match document.check(strictness) {
        Ok(checked) => checked.warnings,
        Err(faults) => faults,
    }
}

fn list(enforced: bool, kind: RestrictionKind, aaguids: &[Aaguid]) -> Restrictions {
    Restrictions {
        enforced,
        kind,
        aaguids: aaguids.to_vec(),
    }
}

/// A change, and every fault that it makes: kind, JSON pointer, Graph's path.
type Row = (
    fn(&mut Document),
    &'static [(FaultKind, &'static str, &'static str)],
);

const ROWS: &[Row] = &[
    (|_| {}, &[]),
    (
        |it| {
            let more = (10..19).map(|number| Profile::new(ProfileId([number; 16]), "More"));
            it.profiles.extend(more);
        },
        &[(FaultKind::TooManyProfiles, "/profiles", "passkeyProfiles")],
    ),
    (
        |it| {
            let many = (0..700u128).map(|number| Aaguid(number.to_be_bytes()));
            it.profiles[1].blocked = many.collect();
        },
        &[(FaultKind::TooLarge, "", "")],
    ),
    (
        |it| {
            let many = (0..400u128).map(|number| GroupId(number.to_be_bytes()));
            it.exclude = many.collect();
        },
        &[(FaultKind::TooLarge, "", "")],
    ),
    (
        |it| it.profiles.push(Profile::new(SECOND, "Again")),
        &[(
            FaultKind::ProfileDuplicate,
            "/profiles/2/id",
            "passkeyProfiles/2/id",
        )],
    ),
    (
        |it| {
            it.profiles.remove(0);
        },
        &[
            (
                FaultKind::DefaultProfileMissing,
                "/defaultProfile",
                "defaultPasskeyProfile",
            ),
            (
                FaultKind::ProfileUnknown,
                "/include/0/profiles/0",
                "includeTargets/0/allowedPasskeyProfiles/0",
            ),
        ],
    ),
    // A profile in use can't go.
    (
        |it| {
            it.profiles.remove(1);
        },
        &[(
            FaultKind::ProfileUnknown,
            "/include/1/profiles/0",
            "includeTargets/1/allowedPasskeyProfiles/0",
        )],
    ),
    (
        |it| {
            let twice = it.include[1].clone();
            it.include.push(twice);
        },
        &[(
            FaultKind::TargetDuplicate,
            "/include/2/target",
            "includeTargets/2/id",
        )],
    ),
    (
        |it| it.include[1].profiles.clear(),
        &[(
            FaultKind::TargetWithoutProfile,
            "/include/1/profiles",
            "includeTargets/1/allowedPasskeyProfiles",
        )],
    ),
    (
        |it| it.include[1].profiles.push(SECOND),
        &[(
            FaultKind::TargetProfileDuplicate,
            "/include/1/profiles/1",
            "includeTargets/1/allowedPasskeyProfiles/1",
        )],
    ),
    (
        |it| it.exclude = vec![GROUP, GROUP],
        &[(
            FaultKind::ExclusionDuplicate,
            "/exclude/1",
            "excludeTargets/1",
        )],
    ),
    (
        |it| it.profiles[1].name = " ".to_owned(),
        &[(
            FaultKind::NameEmpty,
            "/profiles/1/name",
            "passkeyProfiles/1/name",
        )],
    ),
    (
        |it| it.profiles[1].name = "é".repeat(101),
        &[(
            FaultKind::NameTooLong,
            "/profiles/1/name",
            "passkeyProfiles/1/name",
        )],
    ),
    (|it| it.profiles[1].name = "é".repeat(100), &[]),
    (
        |it| it.profiles[1].name = "Keys\u{202e}syek".to_owned(),
        &[(
            FaultKind::NameUnfit,
            "/profiles/1/name",
            "passkeyProfiles/1/name",
        )],
    ),
    (
        |it| it.profiles[1].name = "Keys\0".to_owned(),
        &[(
            FaultKind::NameUnfit,
            "/profiles/1/name",
            "passkeyProfiles/1/name",
        )],
    ),
    (
        |it| {
            it.profiles[1].types.synced = false;
            it.profiles[1].types.device_bound = false;
        },
        &[(
            FaultKind::AcceptsNothing,
            "/profiles/1/types",
            "passkeyProfiles/1/passkeyTypes",
        )],
    ),
    (
        |it| {
            it.profiles[1].types.device_bound = false;
            it.profiles[1].attestation = AttestationEnforcement::RegistrationOnly;
        },
        &[(
            FaultKind::AcceptsNothing,
            "/profiles/1/types",
            "passkeyProfiles/1/passkeyTypes",
        )],
    ),
    (
        |it| it.profiles[1].attestation = AttestationEnforcement::RegistrationOnly,
        &[(
            FaultKind::AttestationExcludesSynced,
            "/profiles/1/types",
            "passkeyProfiles/1/passkeyTypes",
        )],
    ),
    (
        |it| it.profiles[1].minimum_certification = Some(CertificationLevel::L1),
        &[(
            FaultKind::AttestationExcludesSynced,
            "/profiles/1/types",
            "passkeyProfiles/1/passkeyTypes",
        )],
    ),
    (
        |it| {
            it.profiles[1].types.synced = false;
            it.profiles[1].attestation_rechecked = true;
        },
        &[(
            FaultKind::RecheckWithoutAttestation,
            "/profiles/1/attestationRechecked",
            "passkeyProfiles/1/@claviger.attestationRechecked",
        )],
    ),
    (
        |it| it.profiles[1].restrictions = list(true, RestrictionKind::Allow, &[]),
        &[(
            FaultKind::AllowListEmpty,
            "/profiles/1/restrictions/aaguids",
            "passkeyProfiles/1/keyRestrictions/aaGuids",
        )],
    ),
    (
        |it| it.profiles[1].restrictions = list(false, RestrictionKind::Allow, &[]),
        &[],
    ),
    (
        |it| it.profiles[1].restrictions = list(true, RestrictionKind::Block, &[]),
        &[],
    ),
    (
        |it| {
            it.profiles[1].restrictions = list(true, RestrictionKind::Allow, &[KEY]);
            it.profiles[1].blocked = vec![OTHER, KEY];
        },
        &[(
            FaultKind::ListsContradict,
            "/profiles/1/blocked/1",
            "passkeyProfiles/1/@claviger.blocked/1",
        )],
    ),
    (
        |it| it.profiles[1].restrictions = list(true, RestrictionKind::Allow, &[KEY, KEY]),
        &[(
            FaultKind::AaguidDuplicate,
            "/profiles/1/restrictions/aaguids/1",
            "passkeyProfiles/1/keyRestrictions/aaGuids/1",
        )],
    ),
    (
        |it| it.known_syncing = vec![KEY, OTHER, KEY],
        &[(
            FaultKind::AaguidDuplicate,
            "/knownSyncing/2",
            "@claviger.knownSyncing/2",
        )],
    ),
    (
        |it| {
            it.profiles[1].types.synced = false;
            it.profiles[1].key_protection = vec![KeyProtection::Tee, KeyProtection::Tee];
        },
        &[(
            FaultKind::KeyProtectionDuplicate,
            "/profiles/1/keyProtection/1",
            "passkeyProfiles/1/@claviger.keyProtection/1",
        )],
    ),
    (
        |it| it.profiles[1].max_age_days = Some(0),
        &[(
            FaultKind::NumberOutOfRange,
            "/profiles/1/maxAgeDays",
            "passkeyProfiles/1/@claviger.maxAgeDays",
        )],
    ),
    (
        |it| it.profiles[1].max_unused_days = Some(3651),
        &[(
            FaultKind::NumberOutOfRange,
            "/profiles/1/maxUnusedDays",
            "passkeyProfiles/1/@claviger.maxUnusedDays",
        )],
    ),
    // Everything at once is said at once.
    (
        |it| {
            it.profiles[0].name.clear();
            it.profiles[1].max_age_days = Some(9999);
            it.exclude = vec![GROUP, GROUP];
        },
        &[
            (
                FaultKind::ExclusionDuplicate,
                "/exclude/1",
                "excludeTargets/1",
            ),
            (
                FaultKind::NameEmpty,
                "/profiles/0/name",
                "passkeyProfiles/0/name",
            ),
            (
                FaultKind::NumberOutOfRange,
                "/profiles/1/maxAgeDays",
                "passkeyProfiles/1/@claviger.maxAgeDays",
            ),
        ],
    ),
];

#[test]
fn every_fault_is_named_with_its_place() {
    let mut seen = HashSet::new();
    for (at, (change, expected)) in ROWS.iter().enumerate() {
        for strictness in [Strictness::Own, Strictness::Wire] {
            let found = faults(change, strictness);
            // What rules are worth has a test of its own.
            let named: Vec<_> = found
                .iter()
                .filter(|fault| fault.kind != FaultKind::Unproven)
                .map(|fault| (fault.kind, fault.field.pointer(), fault.field.graph_path()))
                .collect();
            let expected: Vec<_> = expected
                .iter()
                .map(|(kind, own, graph)| (*kind, (*own).to_owned(), (*graph).to_owned()))
                .collect();
            assert_eq!(named, expected, "row {at}");
            seen.extend(found.iter().map(|fault| fault.kind));
        }
    }
    for kind in FaultKind::ALL {
        assert!(seen.contains(&kind), "{}", kind.as_str());
        assert!(kind.as_str().starts_with("policy.") && kind.message().ends_with('.'));
    }
}

/// Model, syncing and verification are a device's own words without attestation (past mistakes 54 and 55, too): whoever
/// builds on them is told, and saves it all the same.
#[test]
fn past_mistake_56_rules_that_nothing_proves_are_told() {
    const CHANGES: [fn(&mut Profile); 4] = [
        |it| it.types.synced = false,
        |it| it.restrictions = list(true, RestrictionKind::Allow, &[KEY]),
        |it| it.restrictions = list(true, RestrictionKind::Block, &[KEY]),
        |it| it.blocked = vec![KEY],
    ];
    let unproven = |change: &dyn Fn(&mut Document)| {
        let faults = [Strictness::Own, Strictness::Wire].map(|it| faults(change, it));
        let [own, wire] = faults.map(|found| {
            let mut told = found.iter().filter(|it| it.kind == FaultKind::Unproven);
            told.next()
                .map(|it| (it.severity, it.field.pointer(), it.field.graph_path()))
        });
        assert_eq!(own, wire);
        own
    };
    let place = (
        Severity::Warning,
        "/profiles/1/attestation".to_owned(),
        "passkeyProfiles/1/attestationEnforcement".to_owned(),
    );
    for change in CHANGES {
        let claimed = |document: &mut Document| change(&mut document.profiles[1]);
        assert_eq!(unproven(&claimed).as_ref(), Some(&place));
        let proven = |document: &mut Document| {
            change(&mut document.profiles[1]);
            document.profiles[1].types.synced = false;
            document.profiles[1].attestation = AttestationEnforcement::RegistrationOnly;
        };
        assert_eq!(unproven(&proven), None);
    }
    // A list that is not enforced, and both types, ask nothing.
    let idle = |document: &mut Document| {
        document.profiles[1].restrictions = list(false, RestrictionKind::Allow, &[KEY]);
    };
    assert_eq!(unproven(&idle), None);
}

/// Microsoft's service stores the pair; ours says what it means, and our own editor refuses it.
#[test]
fn past_mistake_57_attestation_and_synced_is_refused_by_us_and_told_on_the_wire() {
    let change = |it: &mut Document| {
        it.profiles[1].attestation = AttestationEnforcement::RegistrationOnly;
    };
    let own = faults(change, Strictness::Own);
    assert_eq!(own[0].severity, Severity::Error);
    let wire = faults(change, Strictness::Wire);
    assert_eq!(wire[0].severity, Severity::Warning);
    assert_eq!(wire[0].kind, FaultKind::AttestationExcludesSynced);
}

#[test]
fn a_new_tenant_accepts_every_passkey_of_everybody() {
    let policy = PasskeyPolicy::default();
    assert_eq!(
        serde_json::to_value(policy.document()).unwrap(),
        json!({
            "state": "enabled",
            "selfServiceRegistration": true,
            "defaultProfile": "00000000-0000-0000-0000-000000000001",
            "include": [{
                "target": "all_users",
                "registrationRequired": false,
                "profiles": ["00000000-0000-0000-0000-000000000001"],
            }],
            "exclude": [],
            "profiles": [{
                "id": "00000000-0000-0000-0000-000000000001",
                "name": "Default passkey profile",
                "types": ["deviceBound", "synced"],
                "attestation": "disabled",
                "restrictions": {"enforced": false, "kind": "allow", "aaguids": []},
            }],
        })
    );
    assert_eq!(policy.needs(), Default::default());
    assert!(policy.groups().is_empty());
    assert!(matches!(policy.find_scope(&[]), Scope::Profiles(_)));
    assert!(
        Document::default()
            .check(Strictness::Own)
            .unwrap()
            .warnings
            .is_empty()
    );
}

/// What a newer version wrote blocks, and says where.
#[test]
fn what_is_not_understood_is_refused_with_its_place() {
    let whole = serde_json::to_value(Document::default()).unwrap();
    let cases = [
        ("/profiles/0/hovercraft", json!(1), "/profiles/0/hovercraft"),
        (
            "/profiles/0/types",
            json!(["synced", "floating"]),
            "/profiles/0/types",
        ),
        ("/profiles/0/types", json!("synced"), "/profiles/0/types"),
        (
            "/profiles/0/attestation",
            json!("always"),
            "/profiles/0/attestation",
        ),
        (
            "/profiles/0/minimumCertification",
            json!("L9"),
            "/profiles/0/minimumCertification",
        ),
        (
            "/profiles/0/keyProtection",
            json!(["wood"]),
            "/profiles/0/keyProtection/0",
        ),
        ("/profiles/0/blocked", json!(["x"]), "/profiles/0/blocked/0"),
        (
            "/profiles/0/maxAgeDays",
            json!(-1),
            "/profiles/0/maxAgeDays",
        ),
        (
            "/profiles/0/trustGroup",
            json!("shrug"),
            "/profiles/0/trustGroup",
        ),
        ("/profiles/0/id", json!("1"), "/profiles/0/id"),
        ("/include/0/target", json!("everyone"), "/include/0/target"),
        ("/include/0/profiles", json!([7]), "/include/0/profiles/0"),
        ("/state", json!("reportOnly"), "/state"),
        ("/state", json!(null), "/state"),
        ("/exclude", json!(["x"]), "/exclude/0"),
    ];
    for (place, value, pointer) in cases {
        let mut changed = whole.clone();
        let (parent, name) = place.rsplit_once('/').unwrap();
        changed.pointer_mut(parent).unwrap()[name] = value;
        match PasskeyPolicy::parse(&changed.to_string()) {
            Err(Unusable::Unreadable(unreadable)) => {
                assert_eq!(unreadable.pointer, pointer, "{unreadable}");
            }
            other => panic!("{place}: {other:?}"),
        }
    }
    for name in [
        "state",
        "selfServiceRegistration",
        "defaultProfile",
        "include",
        "profiles",
    ] {
        let mut changed = whole.clone();
        changed.as_object_mut().unwrap().remove(name);
        assert!(
            PasskeyPolicy::parse(&changed.to_string()).is_err(),
            "{name}"
        );
    }
    let twice = whole
        .to_string()
        .replacen('{', r#"{"state":"disabled","#, 1);
    assert!(PasskeyPolicy::parse(&twice).is_err(), "a name twice");
    assert!(
        PasskeyPolicy::parse(&format!("{whole} {{}}")).is_err(),
        "a tail"
    );
    let wrong = serde_json::to_string(&Document {
        include: vec![],
        profiles: vec![],
        ..Document::default()
    });
    assert!(matches!(
        PasskeyPolicy::parse(&wrong.unwrap()),
        Err(Unusable::Wrong(faults)) if faults[0].kind == FaultKind::DefaultProfileMissing
    ));
}

#[test]
fn the_largest_policy_that_fits_is_saved() {
    let mut document = document();
    let many = |count: u128| {
        (0..count)
            .map(|number| Aaguid(number.to_be_bytes()))
            .collect()
    };
    let room = (MAX_SIZE - policy::profiles::derive_size(&document)) / 30;
    document.profiles[1].blocked = many(room as u128);
    assert!(document.clone().check(Strictness::Own).is_ok());
    document.profiles[1].blocked = many(room as u128 + 1);
    let faults = document.check(Strictness::Own).unwrap_err();
    assert_eq!(faults[0].kind, FaultKind::TooLarge);
    assert!(faults[0].found.ends_with("of 20480 bytes"), "{}", faults[0]);
}

#[test]
fn groups_are_named_with_their_places() {
    let mut document = document();
    document.exclude = vec![GroupId([8; 16])];
    let named: Vec<_> = document
        .groups()
        .map(|(field, group)| (field.pointer(), group))
        .collect();
    assert_eq!(
        named,
        [
            ("/include/1/target".to_owned(), GROUP),
            ("/exclude/0".to_owned(), GroupId([8; 16])),
        ]
    );
    let policy = document.check(Strictness::Own).unwrap().policy;
    assert_eq!(policy.groups(), [GROUP, GroupId([8; 16])]);
    assert!(policy.needs().groups);
}

#[test]
fn a_comparison_tells_what_changed_and_nothing_else() {
    let before = document().check(Strictness::Own).unwrap().policy;
    let mut changed = document();
    changed.state = State::Disabled;
    changed.profiles[1].max_age_days = Some(30);
    changed.profiles[1].types.synced = false;
    changed.include.pop();
    changed.exclude.push(GROUP);
    let after = changed.check(Strictness::Own).unwrap().policy;
    let (group, profile) = (GROUP, SECOND);
    let change = |path: String, before, after| Change {
        path,
        before,
        after,
    };
    assert_eq!(
        compare(&before, &after),
        [
            change("exclude".to_owned(), Some(json!([])), Some(json!([GROUP]))),
            change(
                format!("include/{group}/profiles"),
                Some(json!([profile])),
                None
            ),
            change(
                format!("include/{group}/registrationRequired"),
                Some(json!(false)),
                None
            ),
            change(format!("include/{group}/target"), Some(json!(group)), None),
            change(
                format!("profiles/{profile}/maxAgeDays"),
                None,
                Some(json!(30))
            ),
            change(
                format!("profiles/{profile}/types"),
                Some(json!(["deviceBound", "synced"])),
                Some(json!(["deviceBound"])),
            ),
            change(
                "state".to_owned(),
                Some(json!("enabled")),
                Some(json!("disabled"))
            ),
        ]
    );
}
