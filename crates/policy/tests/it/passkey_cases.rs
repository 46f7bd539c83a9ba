//! Decisions as data: policy x passkey x groups -> decision with every reason (`tests/data/passkeys`).

use std::collections::{BTreeMap, HashSet};

use policy::profiles::{
    Attestation, GroupId, Moment, Notice, Passkey, PasskeyPolicy, Rule, TrustGroup,
};
use serde::Deserialize;
use webauthn::Aaguid;
use webauthn::metadata::{CertificationLevel, KeyProtection};

const FILES: [&str; 10] = [
    include_str!("../data/passkeys/attestation.json"),
    include_str!("../data/passkeys/certification.json"),
    include_str!("../data/passkeys/effects.json"),
    include_str!("../data/passkeys/models.json"),
    include_str!("../data/passkeys/organisations.json"),
    include_str!("../data/passkeys/scope.json"),
    include_str!("../data/passkeys/several-profiles.json"),
    include_str!("../data/passkeys/time.json"),
    include_str!("../data/passkeys/trust-groups.json"),
    include_str!("../data/passkeys/types.json"),
];

/// 2026-11-21, in microseconds.
const NOW: i64 = 1_795_219_200_000_000;
const DAY: i64 = 86_400_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "about")]
    _about: String,
    policies: BTreeMap<String, serde_json::Value>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    policy: String,
    moment: String,
    #[serde(default)]
    groups: Vec<String>,
    passkey: Facts,
    expect: Expected,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Facts {
    aaguid: String,
    synced: bool,
    #[serde(default)]
    attestation: String,
    #[serde(default)]
    compromised: bool,
    certification: Option<String>,
    #[serde(default)]
    key_protection: Vec<String>,
    #[serde(default)]
    age_days: i64,
    #[serde(default)]
    age_micros: i64,
    /// Never used without it.
    unused_days: Option<i64>,
    #[serde(default)]
    trust_group: String,
    #[serde(default)]
    stepped_up: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Expected {
    accepted_by: Option<Vec<String>>,
    refused_by: Option<String>,
    nearest_profile: Option<String>,
    /// Every profile of the person, with every rule that failed.
    failed: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    step_up: bool,
    #[serde(default)]
    time_or_metadata: bool,
    notice: Option<String>,
}

impl Case {
    fn run(&self, policy: &PasskeyPolicy) {
        let groups: Vec<GroupId> = self
            .groups
            .iter()
            .map(|text| GroupId::parse(text).expect("a group is a GUID"))
            .collect();
        let moment = match self.moment.as_str() {
            "registration" => Moment::Registration,
            "signIn" => Moment::SignIn,
            other => panic!("{other} is no moment"),
        };
        let protections: Vec<KeyProtection> = self
            .passkey
            .key_protection
            .iter()
            .map(|word| KeyProtection::from_word(word))
            .collect();
        let passkey = self.passkey.read(&protections);
        let decision = policy.decide(policy.find_scope(&groups), passkey, moment, NOW);
        let expect = &self.expect;
        let name = &self.name;

        let accepted_by: Vec<String> = decision
            .accepted_by()
            .map(|profile| profile.id.to_string())
            .collect();
        let expected = expect.accepted_by.clone().unwrap_or_default();
        assert_eq!(accepted_by, expected, "{name}: accepted by");
        assert_eq!(decision.is_accepted(), !expected.is_empty(), "{name}");
        let refused_by = decision.refused_by().map(Rule::as_str);
        assert_eq!(
            refused_by,
            expect.refused_by.as_deref(),
            "{name}: refused by"
        );
        assert_eq!(expect.refused_by.is_some(), expected.is_empty(), "{name}");
        let nearest = decision.nearest_profile().map(|it| it.id.to_string());
        assert_eq!(nearest, expect.nearest_profile, "{name}: nearest profile");
        assert_eq!(decision.asks_step_up(), expect.step_up, "{name}: step-up");
        assert_eq!(
            decision.is_refused_by_time_or_metadata(),
            expect.time_or_metadata,
            "{name}: time or metadata"
        );
        let notice = decision.notice().map(|notice| match notice {
            Notice::TrustGroupNew => "trustGroupNew",
            Notice::TrustGroupLost => "trustGroupLost",
        });
        assert_eq!(notice, expect.notice.as_deref(), "{name}: notice");

        let explanation = decision.explain();
        let failed: BTreeMap<String, Vec<String>> = explanation
            .profiles
            .iter()
            .map(|verdict| {
                let rules = verdict.failed.iter().map(|it| it.rule.as_str().to_owned());
                (verdict.id.to_string(), rules.collect())
            })
            .collect();
        assert_eq!(failed, expect.failed, "{name}: rules that failed");
        assert_eq!(explanation.accepted, decision.is_accepted(), "{name}");
        assert_eq!(explanation.refused_by, decision.refused_by(), "{name}");
    }
}

impl Facts {
    fn read<'a>(&self, key_protection: &'a [KeyProtection]) -> Passkey<'a> {
        let level = |word: &String| CertificationLevel::from_word(word).expect("a known level");
        Passkey {
            aaguid: Aaguid::parse(&self.aaguid).expect("an AAGUID"),
            backup_eligible: self.synced,
            attestation: match self.attestation.as_str() {
                "" | "none" => Attestation::None,
                "proven" => Attestation::Proven,
                "lost" => Attestation::Lost,
                other => panic!("{other} is no attestation"),
            },
            compromised: self.compromised,
            certification: self.certification.as_ref().map(level),
            key_protection,
            created_at: NOW - self.age_days * DAY - self.age_micros,
            last_used_at: self.unused_days.map(|days| NOW - days * DAY),
            trust_group: match self.trust_group.as_str() {
                "" | "familiar" => TrustGroup::Familiar,
                "new" => TrustGroup::New,
                "absent" => TrustGroup::Absent,
                "forged" => TrustGroup::Forged,
                other => panic!("{other} is no trust group"),
            },
            stepped_up: self.stepped_up,
        }
    }
}

fn read_files() -> Vec<File> {
    let read = |text: &&str| serde_json::from_str(text).expect("a file of cases");
    FILES.iter().map(read).collect()
}

#[test]
fn every_case_is_decided_as_written_with_every_reason() {
    let mut names = HashSet::new();
    for file in read_files() {
        let policies: BTreeMap<_, _> = file
            .policies
            .iter()
            .map(|(name, document)| {
                let policy = PasskeyPolicy::parse(&document.to_string());
                (name, policy.unwrap_or_else(|why| panic!("{name}: {why:?}")))
            })
            .collect();
        for case in file.cases {
            let policy = &policies[&case.policy];
            case.run(policy);
            assert!(
                names.insert(case.name.clone()),
                "{} stands twice",
                case.name
            );
        }
    }
    assert!(names.len() >= 150, "{}", names.len());
}

/// Every rule is the one that is named in some case, and the first of several in another.
#[test]
fn every_rule_refuses_in_some_case() {
    let files = read_files();
    let named: HashSet<&str> = files
        .iter()
        .flat_map(|file| &file.cases)
        .filter_map(|case| case.expect.refused_by.as_deref())
        .collect();
    for rule in Rule::ALL {
        assert!(named.contains(rule.as_str()), "{}", rule.as_str());
        assert_eq!(Rule::from_word(rule.as_str()), Some(rule));
    }
}
