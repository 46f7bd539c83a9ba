use identity::policies::profiles::State;

use super::*;
use graph::{Mark, body};
use serde_json::{Value, json};

const SECOND: &str = "7c0d6f6e-3b0e-4a63-9a0f-0c6a2d4f1b11";
const KEY: &str = "2fc0579f-8113-47ea-b116-bb5a8db9202a";
const GROUP: &str = "a1a1a1a1-0000-4000-8000-000000000001";

/// The request of graph-api.md 1.2, as Microsoft publishes its shape.
fn published() -> Value {
    json!({
        "@odata.type": "#microsoft.graph.fido2AuthenticationMethodConfiguration",
        "id": "Fido2",
        "state": "enabled",
        "isSelfServiceRegistrationAllowed": true,
        "isAttestationEnforced": false,
        "keyRestrictions": {"isEnforced": false, "enforcementType": "block", "aaGuids": []},
        "includeTargets": [{
            "targetType": "group", "id": "all_users", "isRegistrationRequired": false,
            "allowedPasskeyProfiles": ["00000000-0000-0000-0000-000000000001"],
        }],
        "excludeTargets": [],
        "passkeyProfiles": [
            {
                "id": "00000000-0000-0000-0000-000000000001", "name": "Default passkey profile",
                "passkeyTypes": "deviceBound,synced", "attestationEnforcement": "disabled",
                "keyRestrictions": {"isEnforced": false, "enforcementType": "allow", "aaGuids": []},
            },
            {
                "id": SECOND, "name": "Admins, attested keys",
                "passkeyTypes": "deviceBound", "attestationEnforcement": "registrationOnly",
                "keyRestrictions": {"isEnforced": true, "enforcementType": "allow", "aaGuids": [KEY]},
            },
        ],
    })
}

fn patch(policy: &PasskeyPolicy, body: &Value) -> Result<Document, Problem> {
    let of = &Fido2AuthenticationMethodConfiguration::TYPE;
    let fields = body::read(body.to_string().as_bytes(), of, Mark::Update)?;
    apply(&fields, policy)
}

fn check(document: Document) -> PasskeyPolicy {
    document
        .check(Strictness::Wire)
        .expect("it is right")
        .policy
}

fn read(policy: &PasskeyPolicy) -> Value {
    serde_json::to_value(to_graph(policy, 7, "https://login.example.org/v1.0")).unwrap()
}

/// A policy in which everything has a value of its own.
fn full() -> PasskeyPolicy {
    let mut body = published();
    body["excludeTargets"] = json!([{"id": GROUP, "targetType": "group"}]);
    body["includeTargets"][0]["isRegistrationRequired"] = json!(true);
    body["@claviger.knownSyncing"] = json!([KEY]);
    let beyond = [
        ("@claviger.blocked", json!([GROUP])),
        ("@claviger.minimumCertification", json!("L1plus")),
        (
            "@claviger.keyProtection",
            json!(["hardware", "secure_element"]),
        ),
        ("@claviger.maxAgeDays", json!(700)),
        ("@claviger.maxUnusedDays", json!(90)),
        ("@claviger.attestationRechecked", json!(true)),
        ("@claviger.trustGroup", json!("stepUp")),
    ];
    for (name, value) in beyond {
        body["passkeyProfiles"][1][name] = value;
    }
    check(patch(&PasskeyPolicy::default(), &body).unwrap())
}

#[test]
fn the_published_request_is_understood() {
    let policy = check(patch(&PasskeyPolicy::default(), &published()).unwrap());
    let answer = read(&policy);
    for name in [
        "state",
        "includeTargets",
        "excludeTargets",
        "isAttestationEnforced",
    ] {
        assert_eq!(answer[name], published()[name], "{name}");
    }
    for (profile, sent) in [(0, 0), (1, 1)] {
        for (name, value) in published()["passkeyProfiles"][sent].as_object().unwrap() {
            assert_eq!(&answer["passkeyProfiles"][profile][name], value, "{name}");
        }
    }
    // Of the two that say what a list that is not enforced would do, the profile counts.
    assert_eq!(answer["keyRestrictions"]["enforcementType"], "allow");
    assert_eq!(answer["@claviger.warnings"], json!([]));
}

#[test]
fn an_answer_that_is_sent_back_changes_nothing() {
    for policy in [PasskeyPolicy::default(), full()] {
        let answer = read(&policy);
        assert_eq!(check(patch(&policy, &answer).unwrap()), policy);
        // And makes the same of another one.
        let other = patch(&PasskeyPolicy::default(), &answer).unwrap();
        assert_eq!(check(other), policy);
    }
    let answer = read(&full());
    let profile = &answer["passkeyProfiles"][1];
    assert_eq!(profile["@claviger.minimumCertification"], "L1plus");
    assert_eq!(
        profile["@claviger.keyProtection"],
        json!(["hardware", "secure_element"])
    );
    assert_eq!(profile["@claviger.maxAgeDays"], 700);
    assert_eq!(answer["@claviger.version"], 7);
    assert_eq!(
        answer["includeTargets@odata.context"],
        "https://login.example.org/v1.0/$metadata#policies/authenticationMethodsPolicy/authenticationMethodConfigurations\
        ('Fido2')/microsoft.graph.fido2AuthenticationMethodConfiguration/includeTargets"
    );
}

#[test]
fn what_is_left_out_keeps_its_value() {
    let policy = full();
    let unchanged = [
        json!({}),
        json!({"@odata.type": "#microsoft.graph.fido2AuthenticationMethodConfiguration", "id": "fido2"}),
        json!({"state": "enabled"}),
        // A client that knows neither annotations nor the profile's other properties.
        json!({"passkeyProfiles": [
            {"id": "00000000-0000-0000-0000-000000000001"},
            {"id": SECOND, "name": "Admins, attested keys"},
        ]}),
        json!({"includeTargets": [{"id": "all_users", "targetType": "group"}]}),
        json!({"keyRestrictions": {"isEnforced": "false"}}),
    ];
    for body in unchanged {
        assert_eq!(check(patch(&policy, &body).unwrap()), policy, "{body}");
    }
    let body = json!({"state": "disabled", "isSelfServiceRegistrationAllowed": false});
    let after = patch(&policy, &body).unwrap();
    assert_eq!(
        (after.state, after.self_service_registration),
        (State::Disabled, false)
    );
    assert_eq!(after.profiles, policy.document().profiles);
    let taken_away = patch(
        &policy,
        &json!({"passkeyProfiles": [
            {"id": "00000000-0000-0000-0000-000000000001"},
            {"id": SECOND, "@claviger.maxAgeDays": null, "@claviger.minimumCertification": null,
             "@claviger.trustGroup": null, "@claviger.blocked": [], "keyRestrictions": null},
        ]}),
    );
    let profile = &taken_away.unwrap().profiles[1];
    assert_eq!(
        (profile.max_age_days, profile.max_unused_days),
        (None, Some(90))
    );
    assert_eq!(profile.minimum_certification, None);
    assert_eq!(profile.trust_group, own::TrustGroupRule::Accept);
    assert_eq!(profile.restrictions, Restrictions::default());
    assert!(profile.blocked.is_empty() && profile.attestation_rechecked);
}

#[test]
fn the_global_settings_are_the_default_profiles() {
    let new = PasskeyPolicy::default();
    let body = json!({
        "isAttestationEnforced": "true",
        "keyRestrictions": {"isEnforced": true, "enforcementType": "block", "aaGuids": [KEY]},
    });
    let policy = check(patch(&new, &body).unwrap());
    let answer = read(&policy);
    let profile = &answer["passkeyProfiles"][0];
    assert_eq!(profile["attestationEnforcement"], "registrationOnly");
    assert_eq!(profile["keyRestrictions"], body["keyRestrictions"]);
    assert_eq!(answer["keyRestrictions"], body["keyRestrictions"]);
    assert_eq!(answer["isAttestationEnforced"], true);
    // Attestation and synced passkeys: stored, with a warning.
    assert_eq!(
        answer["@claviger.warnings"][0]["code"],
        "policy.attestation_excludes_synced"
    );
    assert_eq!(
        answer["@claviger.warnings"][0]["target"],
        "passkeyProfiles/0/passkeyTypes"
    );

    // Read, changed in the profile, sent back whole: the globals are stale, and no contradiction.
    let mut sent_back = answer.clone();
    sent_back["passkeyProfiles"][0]["attestationEnforcement"] = json!("disabled");
    sent_back["passkeyProfiles"][0]["keyRestrictions"]["aaGuids"] = json!([GROUP]);
    let after = read(&check(patch(&policy, &sent_back).unwrap()));
    assert_eq!(after["isAttestationEnforced"], false);
    assert_eq!(after["keyRestrictions"]["aaGuids"], json!([GROUP]));
    // Read, changed in the globals, sent back whole: nobody can tell which is meant.
    for (name, value) in [
        ("isAttestationEnforced", json!(false)),
        (
            "keyRestrictions",
            json!({"isEnforced": true, "enforcementType": "block", "aaGuids": [GROUP]}),
        ),
        ("keyRestrictions", json!({"isEnforced": false})),
    ] {
        let mut sent_back = answer.clone();
        sent_back[name] = value;
        let problem = patch(&policy, &sent_back).unwrap_err();
        assert!(matches!(&problem, Problem::WrongType { property, .. } if property == name));
    }
}

/// Each is refused with the words that name it.
fn expect_unread<const N: usize>(cases: [(Value, &str); N]) {
    let new = PasskeyPolicy::default();
    for (body, named) in cases {
        let problem = patch(&new, &body).expect_err(&body.to_string()).to_string();
        assert!(problem.contains(named), "{body}: {problem}");
    }
}

#[test]
fn what_can_not_be_read_is_named() {
    expect_unread([
        (json!({"id": "sms"}), "'id' expects Fido2"),
        (json!({"state": null}), "'state'"),
        (json!({"state": "default"}), "'state'"),
        (
            json!({"isSelfServiceRegistrationAllowed": null}),
            "'isSelfServiceRegistrationAllowed'",
        ),
        (
            json!({"isSelfServiceRegistrationAllowed": "perhaps"}),
            "'isSelfServiceRegistrationAllowed'",
        ),
        (
            json!({"defaultPasskeyProfile": null}),
            "'defaultPasskeyProfile'",
        ),
        (
            json!({"defaultPasskeyProfile": "x"}),
            "'defaultPasskeyProfile'",
        ),
        (
            json!({"passkeyProfiles": [{"name": "Keys"}]}),
            "'id' is required",
        ),
        (
            json!({"passkeyProfiles": [{"id": SECOND, "passkeyTypes": "synced"}]}),
            "'name' is required",
        ),
        (
            json!({"passkeyProfiles": [{"id": SECOND, "name": "Keys"}]}),
            "'passkeyTypes' is required",
        ),
        (
            json!({"includeTargets": [{"targetType": "group"}]}),
            "'id' is required",
        ),
        (
            json!({"includeTargets": [{"id": "everybody"}]}),
            "'id' expects all_users",
        ),
        (
            json!({"includeTargets": [{"id": GROUP, "targetType": "user"}]}),
            "'targetType' expects group",
        ),
        (
            json!({"includeTargets": [{"id": GROUP, "allowedPasskeyProfiles": ["x"]}]}),
            "'allowedPasskeyProfiles'",
        ),
        (
            json!({"excludeTargets": [{"id": "all_users", "targetType": "group"}]}),
            "'id' expects the id of a group",
        ),
        (
            json!({"excludeTargets": [{"id": GROUP, "targetType": "user"}]}),
            "'targetType' expects group",
        ),
        (
            json!({"@claviger.knownSyncing": ["x"]}),
            "'@claviger.knownSyncing'",
        ),
        (json!({"passkeyProfile": []}), "'passkeyProfile'"),
    ]);
    // Read, and for the check to refuse.
    let body = json!({"includeTargets": [{"id": GROUP, "targetType": "group"}]});
    let read = patch(&PasskeyPolicy::default(), &body).unwrap();
    assert!(read.check(Strictness::Wire).is_err());
}

#[test]
fn what_can_not_be_read_of_a_profile_is_named() {
    let profile = |more: Value| {
        let mut profile = json!({"id": SECOND, "name": "Keys", "passkeyTypes": "deviceBound"});
        for (name, value) in more.as_object().unwrap() {
            profile[name] = value.clone();
        }
        json!({"passkeyProfiles": [profile]})
    };
    expect_unread([
        (profile(json!({"id": "x"})), "'id' expects Edm.Guid"),
        (
            profile(json!({"passkeyTypes": "unknownFutureValue"})),
            "'passkeyTypes'",
        ),
        (
            profile(json!({"passkeyTypes": ["synced"]})),
            "'passkeyTypes'",
        ),
        (
            profile(json!({"attestationEnforcement": "always"})),
            "'attestationEnforcement'",
        ),
        (
            profile(json!({"keyRestrictions": {"aaGuids": ["x"]}})),
            "'aaGuids'",
        ),
        (
            profile(json!({"keyRestrictions": {"enforcementType": "deny"}})),
            "'enforcementType'",
        ),
        (profile(json!({"keyRestrictions": []})), "'keyRestrictions'"),
        (
            profile(json!({"@claviger.blocked": ["x"]})),
            "'@claviger.blocked'",
        ),
        (
            profile(json!({"@claviger.minimumCertification": "L4"})),
            "'@claviger.minimumCertification'",
        ),
        (
            profile(json!({"@claviger.keyProtection": ["wood"]})),
            "'@claviger.keyProtection'",
        ),
        (
            profile(json!({"@claviger.maxAgeDays": -1})),
            "'@claviger.maxAgeDays'",
        ),
        (
            profile(json!({"@claviger.maxAgeDays": "30"})),
            "'@claviger.maxAgeDays'",
        ),
        (
            profile(json!({"@claviger.trustGroup": "shrug"})),
            "'@claviger.trustGroup'",
        ),
        (
            profile(json!({"@claviger.maxAge": 30})),
            "'@claviger.maxAge'",
        ),
    ]);
}

/// What Maester's EIDSCA checks AF01 to AF06 read from beta.
#[test]
fn auditors_find_what_they_read() {
    let answer = read(&full());
    assert_eq!(answer["state"], "enabled");
    assert_eq!(answer["isSelfServiceRegistrationAllowed"], true);
    assert_eq!(answer["isAttestationEnforced"], false);
    assert_eq!(answer["keyRestrictions"]["isEnforced"], false);
    assert_eq!(answer["keyRestrictions"]["enforcementType"], "allow");
    assert_eq!(answer["keyRestrictions"]["aaGuids"], json!([]));
    let all = to_methods_policy(to_graph(&full(), 1, ""), None);
    let all = serde_json::to_value(all).unwrap();
    assert_eq!(all["authenticationMethodConfigurations"][0]["id"], "Fido2");
    assert_eq!(all["policyMigrationState"], "migrationComplete");
}
