use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;

use super::{SOURCES, find, languages, negotiate, refusal_key};

/// The messages of a language: key, and the values that it takes. Read as text, so that the test
/// does not trust what it tests: a message starts at the line's start.
fn messages(files: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages = BTreeMap::new();
    let mut current = String::new();
    for line in files
        .iter()
        .flat_map(|file| file.lines())
        .filter(|line| !line.starts_with('#'))
    {
        if let Some((key, _)) = line.split_once(" = ").filter(|_| !line.starts_with(' ')) {
            assert!(
                messages.insert(key.to_owned(), BTreeSet::new()).is_none(),
                "{key} occurs twice"
            );
            current = key.to_owned();
        }
        for value in line
            .split("{ $")
            .skip(1)
            .map(|rest| rest.split([' ', '}']).next().unwrap())
        {
            messages.get_mut(&current).unwrap().insert(value.to_owned());
        }
    }
    messages
}

#[test]
fn every_file_is_well_formed() {
    for (lang, _, _, files) in SOURCES {
        for file in files {
            if let Err((_, errors)) = FluentResource::try_new(file.to_owned()) {
                panic!("{lang}: {errors:?}");
            }
        }
    }
}

#[test]
fn every_language_has_the_same_texts_with_the_same_values() {
    let (_, _, _, english) = SOURCES[0];
    let english = messages(&english);
    for (lang, _, _, files) in SOURCES {
        let own = messages(&files);
        let missing: Vec<_> = english
            .keys()
            .filter(|key| !own.contains_key(*key))
            .collect();
        let surplus: Vec<_> = own
            .keys()
            .filter(|key| !english.contains_key(*key))
            .collect();
        assert!(
            missing.is_empty() && surplus.is_empty(),
            "{lang} lacks {missing:?}, has {surplus:?}"
        );
        for (key, values) in &english {
            assert_eq!(&own[key], values, "{lang}: {key}");
        }
    }
}

/// A text that was not translated is not a translation.
#[test]
fn translations_differ_from_the_source() {
    let allowed = [
        "list-separator",
        "place-device",
        "place-both",
        "activity-by",
    ];
    for lang in ["de", "ar"] {
        let texts = find(lang).unwrap();
        for key in messages(&SOURCES[0].3)
            .keys()
            .filter(|key| !allowed.contains(&key.as_str()))
        {
            let values = [
                ("name", "x"),
                ("reference", "x"),
                ("who", "x"),
                ("names", "x"),
                ("named", "yes"),
                ("used", "1"),
                ("most", "9"),
                ("code", "x"),
                ("browser", "x"),
                ("system", "x"),
                ("network", "x"),
                ("device", "x"),
                ("day", "1"),
                ("month", "1"),
                ("year", "1"),
                ("time", "1"),
            ];
            let (ours, english) = (
                texts.counted(key, 3, &values),
                languages()[0].counted(key, 3, &values),
            );
            let same = ours.replace(['\u{2068}', '\u{2069}'], "") == english;
            assert!(
                !same || is_same_in(lang, key),
                "{lang}: {key} is {english:?}"
            );
        }
    }
}

/// Words that German writes as English does.
fn is_same_in(lang: &str, key: &str) -> bool {
    lang == "de"
        && [
            "field-display-name",
            "field-organisation",
            "column-person",
            "column-passkeys",
            "security-passkeys",
            "error-code",
            "error-detail",
            "administrator",
            "people-passkeys",
        ]
        .contains(&key)
}

#[test]
fn every_refusal_has_a_text_and_a_remedy() {
    let server = crate::error::CODES
        .iter()
        .chain(crate::graph_api::codes::CODES)
        .chain(crate::scim_api::codes::CODES);
    for code in identity::codes::CODES.iter().chain(server) {
        for texts in languages() {
            let (message, remedy) = texts
                .explain(code.id)
                .unwrap_or_else(|| panic!("{}: {}", texts.lang(), code.id));
            assert!(!message.is_empty() && !remedy.is_empty());
        }
    }
    for step in [
        "assertion.origin_mismatch",
        "assertion.user_verification_missing",
        "registration.user_verification_missing",
        "key.ed448",
    ] {
        assert!(
            languages()
                .iter()
                .all(|texts| texts.explain(step).is_some()),
            "{step}"
        );
    }
}

/// No text is for a refusal that does not exist.
#[test]
fn every_refusal_text_has_its_code() {
    let ours = identity::codes::CODES
        .iter()
        .chain(crate::error::CODES.iter())
        .chain(crate::graph_api::codes::CODES)
        .chain(crate::scim_api::codes::CODES)
        .map(|code| refusal_key(code.id));
    let known: BTreeSet<String> = ours.collect();
    let steps = [
        "refusal-assertion-",
        "refusal-registration-",
        "refusal-key-",
    ];
    for key in messages(&[SOURCES[0].3[2]]).keys() {
        let code = key.strip_suffix("-remedy").unwrap_or(key);
        assert!(
            known.contains(code) || steps.iter().any(|step| code.starts_with(step)),
            "{key}"
        );
    }
}

/// Keys stand in templates, views and scripts; a key that stands nowhere is dead.
#[test]
fn every_text_is_used_and_every_used_text_exists() {
    let keys: BTreeSet<String> = messages(&SOURCES[0].3)
        .into_keys()
        .filter(|key| !key.starts_with("refusal-"))
        .collect();
    let templates = crate::view::templates();
    let views = sources("src/view");
    let own = [include_str!("../i18n.rs"), include_str!("../view.rs")].map(str::to_owned);
    let all: Vec<String> = templates
        .iter()
        .map(|(_, text)| text.clone())
        .chain(views)
        .chain(own)
        .collect();
    let words: BTreeSet<&str> = all.iter().flat_map(|text| text.split('"')).collect();
    let dead: Vec<_> = keys
        .iter()
        .filter(|key| !words.contains(key.as_str()))
        .collect();
    assert!(dead.is_empty(), "never used: {dead:?}");
    for (name, text) in &templates {
        let used = ["frame.t(\"", "texts.text(\""]
            .iter()
            .flat_map(|opening| text.split(opening).skip(1));
        for key in used.map(|rest| rest.split('"').next().unwrap()) {
            assert!(keys.contains(key), "{name} says {key}");
        }
    }
}

fn sources(folder: &str) -> Vec<String> {
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file());
    files
        .filter(|path| !path.ends_with("tests.rs"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect()
}

#[test]
fn the_readers_choice_comes_first() {
    let chosen = |cookie, accepted| negotiate(cookie, accepted).lang();
    assert_eq!(chosen(None, None), "en");
    assert_eq!(chosen(Some("ar"), Some("de")), "ar");
    assert_eq!(chosen(Some("xx"), Some("de")), "de");
    assert_eq!(chosen(None, Some("de-CH,de;q=0.9,en;q=0.8")), "de");
    assert_eq!(chosen(None, Some("fr, en;q=0.5, ar;q=0.7")), "ar");
    assert_eq!(chosen(None, Some("DE")), "de");
    assert_eq!(chosen(None, Some("de;q=0, en;q=0.1")), "en");
    assert_eq!(chosen(None, Some("de;q=abc, ar;q=2, *")), "en");
    assert_eq!(chosen(None, Some(&";,=".repeat(10_000))), "en");
}

#[test]
fn moments_are_said_in_each_language() {
    let at = 1_795_258_800_000_000;
    assert_eq!(
        find("en").unwrap().moment(at),
        "21 November 2026, 11:00 UTC"
    );
    assert_eq!(
        find("de").unwrap().moment(at),
        "21. November 2026, 11:00 UTC"
    );
    assert_eq!(find("ar").unwrap().moment(at), "21 نوفمبر 2026، 11:00 UTC");
    assert_eq!(find("en").unwrap().moment(i64::MAX), "");
}

#[test]
fn values_of_the_other_direction_are_isolated() {
    let english = find("en").unwrap();
    assert_eq!(
        english.with("rename-named", &[("name", "Anna")]),
        "Rename passkey “Anna”"
    );
    assert_eq!(
        english.with("rename-named", &[("name", "ليلى")]),
        "Rename passkey “\u{2068}ليلى\u{2069}”"
    );
    assert!(
        find("ar")
            .unwrap()
            .with("rename-named", &[("name", "Anna")])
            .contains("\u{2068}Anna\u{2069}")
    );
}

#[test]
fn a_name_is_said_where_there_is_one() {
    for texts in languages() {
        assert!(
            texts
                .naming("activity-signed-in", Some("Anna"))
                .contains("Anna"),
            "{}",
            texts.lang()
        );
        assert_ne!(
            texts.naming("activity-signed-in", Some("")),
            texts.naming("activity-signed-in", None),
            "{}",
            texts.lang()
        );
    }
}

#[test]
fn numbers_choose_the_form() {
    let said = |lang: &str, count| {
        find(lang)
            .unwrap()
            .counted("people-passkeys", count, &[])
            .into_owned()
    };
    assert_eq!(
        [said("en", 0), said("en", 1), said("en", 2)],
        ["None", "1 passkey", "2 passkeys"]
    );
    let forms: BTreeSet<String> = [1, 2, 3, 11, 100]
        .map(|count| said("ar", count).replace(|letter: char| letter.is_ascii_digit(), ""))
        .into();
    assert!(forms.len() >= 4, "{forms:?}");
}
