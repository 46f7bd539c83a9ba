//! Every page, with ordinary and with hostile names, in every language.

mod samples;

use std::path::Path;

use askama::Template;

use super::*;
use crate::assets::ASSETS;
use samples::{Names, pages};

fn texts(lang: &str) -> &'static Texts {
    crate::i18n::find(lang).unwrap()
}

/// Every page in every language, with names of this kind.
fn rendered(names: Names) -> Vec<(String, String)> {
    languages()
        .iter()
        .flat_map(|texts| pages(texts, names))
        .collect()
}

#[test]
fn every_page_says_its_language_and_direction() {
    for texts in languages() {
        for (name, html) in pages(texts, Names::Ordinary) {
            let opening = format!("<html lang=\"{}\" dir=\"{}\">", texts.lang(), texts.dir());
            assert!(html.contains(&opening), "{name}");
        }
    }
    assert_eq!(texts("ar").dir(), "rtl");
}

#[test]
fn past_mistake_12_names_with_markup_are_shown_as_written() {
    for (name, html) in rendered(Names::Hostile) {
        let lower = html.to_ascii_lowercase();
        for forbidden in ["<script>alert", "<img src=x", "onerror=\"", "javascript:"] {
            assert!(!lower.contains(forbidden), "{name} has {forbidden}");
        }
    }
    let shown = rendered(Names::Hostile)
        .into_iter()
        .filter(|(_, html)| html.contains("&#60;script&#62;alert"))
        .count();
    assert!(
        shown >= 4 * languages().len(),
        "hostile names are in the pages that show names: {shown}"
    );
}

/// Past mistake 52, too: what the content security policy forbids is not written in the first place.
#[test]
fn no_page_has_a_script_or_a_style_inside() {
    for (name, html) in rendered(Names::Ordinary) {
        assert!(
            !html.contains("<style") && !html.contains(" style="),
            "{name}"
        );
        for script in html.split("<script").skip(1) {
            assert!(
                script.starts_with(" type=\"module\" src=\"/assets/"),
                "{name}"
            );
            assert_eq!(script.split('>').nth(1), Some("</script"), "{name}");
        }
        let handler = html
            .split_ascii_whitespace()
            .find(|word| word.starts_with("on") && word.contains("=\""));
        assert_eq!(handler, None, "{name}");
        for address in ["http://", "//cdn"] {
            assert!(!html.contains(&format!("src=\"{address}")), "{name}");
        }
    }
}

#[test]
fn templates_mark_nothing_as_safe() {
    for (name, text) in templates() {
        assert!(
            !text.contains("|safe") && !text.contains("| safe") && !text.contains("escape"),
            "{name}"
        );
    }
}

#[test]
fn every_asset_and_icon_that_a_page_names_exists() {
    let icons = std::str::from_utf8(
        ASSETS
            .iter()
            .find(|asset| asset.name == "icons.svg")
            .unwrap()
            .content,
    )
    .unwrap();
    for (name, html) in rendered(Names::Ordinary) {
        for address in html
            .split("\"/assets/")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
        {
            let (file, icon) = address.split_once('#').unwrap_or((address, ""));
            let (hash, file) = file.split_once('/').unwrap();
            assert_eq!(
                crate::assets::find(hash, file).unwrap().1,
                crate::assets::FOR_EVER,
                "{name}: {address}"
            );
            assert!(
                icon.is_empty() || icons.contains(&format!("id=\"{icon}\"")),
                "{name}: {icon}"
            );
        }
    }
}

/// What a script finds by id exists, once.
#[test]
fn ids_are_unique_and_labels_lead_to_fields() {
    for (name, html) in rendered(Names::Ordinary) {
        let ids: Vec<&str> = attributes(&html, " id=\"").collect();
        let mut unique = ids.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(ids.len(), unique.len(), "{name}");
        for target in attributes(&html, " for=\"").chain(attributes(&html, "aria-labelledby=\"")) {
            assert!(ids.contains(&target), "{name}: {target}");
        }
        for described in attributes(&html, "aria-describedby=\"") {
            assert!(
                described.split(' ').all(|id| ids.contains(&id)),
                "{name}: {described}"
            );
        }
        for selector in scripts_of(&html).iter().flat_map(|script| ids_in(script)) {
            assert!(
                ids.contains(&selector.as_str()),
                "{name}: its script looks for #{selector}"
            );
        }
    }
}

#[test]
fn every_script_text_is_given_and_used() {
    let given = [
        ("sign-in.js", sign_in::SCRIPT_TEXTS),
        ("set-up.js", set_up::SCRIPT_TEXTS),
        ("register.js", register::SCRIPT_TEXTS),
        ("pass.js", pass::SCRIPT_TEXTS),
        ("password.js", password::SCRIPT_TEXTS),
        ("upgrade.js", password::UPGRADE_TEXTS),
        ("recover.js", recover::SCRIPT_TEXTS),
        ("recover-letter.js", recover::LETTER_TEXTS),
        ("approve.js", approve::SCRIPT_TEXTS),
        ("not-me.js", not_me::SCRIPT_TEXTS),
        ("reauthenticate.js", reauthenticate::SCRIPT_TEXTS),
        ("answer-form.js", answer_form::SCRIPT_TEXTS),
        ("consent.js", consent::SCRIPT_TEXTS),
        ("device.js", device::SCRIPT_TEXTS),
        ("sign-out.js", sign_out::SCRIPT_TEXTS),
        ("security-info.js", security_info::SCRIPT_TEXTS),
        ("own-password.js", security_info::PASSWORD_TEXTS),
        ("people.js", people::SCRIPT_TEXTS),
    ];
    for (script, given) in given {
        let graph: String = module_graph(script)
            .iter()
            .map(|name| source(name))
            .collect();
        let used: Vec<&str> = graph
            .split('\'')
            .filter(|word| word.starts_with("script-"))
            .collect();
        for word in &used {
            assert!(
                given.contains(word) || SCRIPT_TEXTS.contains(word),
                "{script} lacks {word}"
            );
        }
        for word in given.iter().chain(&SCRIPT_TEXTS) {
            assert!(used.contains(word), "{script} never says {word}");
        }
    }
}

#[test]
fn a_page_with_all_its_scripts_is_light() {
    for script in [
        "sign-in.js",
        "set-up.js",
        "register.js",
        "pass.js",
        "password.js",
        "upgrade.js",
        "recover.js",
        "recover-letter.js",
        "approve.js",
        "not-me.js",
        "reauthenticate.js",
        "answer-form.js",
        "consent.js",
        "device.js",
        "sign-out.js",
        "security-info.js",
        "own-password.js",
        "people.js",
    ] {
        let weight: usize = module_graph(script)
            .iter()
            .map(|name| source(name).len())
            .sum();
        assert!(weight < 30 * 1024, "{script}: {weight}");
    }
    for (name, html) in rendered(Names::Ordinary) {
        assert!(html.len() < 48 * 1024, "{name}: {}", html.len());
    }
}

#[test]
fn the_language_switch_keeps_the_rest_of_the_address() {
    let frame = samples::frame(texts("en"), "/sign-in?return=%2Fpeople&lang=de", None);
    assert_eq!(frame.address_in("ar"), "/sign-in?return=%2Fpeople&lang=ar");
    assert_eq!(
        samples::frame(texts("en"), "/register", None).address_in("de"),
        "/register?lang=de"
    );
}

#[test]
fn a_place_is_said_with_what_is_known() {
    let frame = samples::frame(texts("en"), "/", None);
    let place = |browser: &str, system: &str, network: &str| {
        frame.place(&Place {
            browser: browser.into(),
            system: system.into(),
            network: network.into(),
        })
    };
    assert_eq!(
        place("Firefox", "Linux", "192.0.2.0/24"),
        "Firefox on Linux, network 192.0.2.x"
    );
    assert_eq!(place("Firefox", "", ""), "Firefox");
    assert_eq!(
        place("", "", "192.0.2.0/24"),
        "Unknown device, network 192.0.2.x"
    );
    assert_eq!(place("", "", ""), "Unknown device");
}

#[test]
fn a_refusal_page_shows_the_more_precise_text() {
    let frame = samples::frame(texts("en"), "/x", None);
    let page = |detail| error::ErrorPage {
        frame,
        code: &identity::codes::PASSKEY_REFUSED,
        detail,
        reference: "7K2M-9QXD",
        way_on: None,
    };
    assert!(
        page(None)
            .render()
            .unwrap()
            .contains("could not be confirmed")
    );
    let precise = page(Some("assertion.origin_mismatch")).render().unwrap();
    assert!(precise.contains("does not belong to this site") && precise.contains("7K2M-9QXD"));
    assert!(
        page(Some("no.such_detail"))
            .render()
            .unwrap()
            .contains("could not be confirmed")
    );
}

/// Every address of a style, script or picture in a page is one that we serve. With `OUT` set, pages and assets
/// are also written there, to be looked at: `OUT=dir cargo test -p server --lib every_address`.
#[test]
fn every_address_of_an_asset_is_served() {
    for (name, html) in rendered(Names::Ordinary) {
        for address in attributes(&html, "=\"/assets/") {
            let (hash, file) = address.split_once('/').unwrap();
            let file = file.split('#').next().unwrap();
            assert!(
                crate::assets::find(hash, file).is_some(),
                "{name}: {address}"
            );
        }
        if let Some(folder) = std::env::var_os("OUT") {
            write(
                &Path::new(&folder).join(format!("{name}.html")),
                html.as_bytes(),
            );
        }
    }
    if let Some(folder) = std::env::var_os("OUT") {
        for asset in ASSETS {
            let address = crate::assets::address(asset.name);
            write(
                &Path::new(&folder).join(address.trim_start_matches('/')),
                asset.content,
            );
        }
    }
}

fn write(path: &Path, content: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

fn attributes<'h>(html: &'h str, opening: &'static str) -> impl Iterator<Item = &'h str> {
    html.split(opening)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
}

fn source(name: &str) -> &'static str {
    let asset = ASSETS
        .iter()
        .find(|asset| asset.name == name)
        .unwrap_or_else(|| panic!("{name}"));
    std::str::from_utf8(asset.content).unwrap()
}

/// The scripts that a page's own script pulls in, itself included.
fn module_graph(name: &str) -> Vec<&str> {
    let mut graph = vec![name];
    let mut next = 0;
    while next < graph.len() {
        for imported in source(graph[next])
            .split("'./")
            .skip(1)
            .map(|rest| rest.split('\'').next().unwrap())
        {
            if !graph.contains(&imported) {
                graph.push(imported);
            }
        }
        next += 1;
    }
    graph
}

fn scripts_of(html: &str) -> Vec<&'static str> {
    let own = attributes(html, "<script type=\"module\" src=\"")
        .filter_map(|address| address.rsplit('/').next());
    own.map(source).collect()
}

/// The ids in `find('#...')` of a script.
fn ids_in(script: &str) -> Vec<String> {
    let selectors = script
        .split("find('")
        .skip(1)
        .filter_map(|rest| rest.split('\'').next());
    let ids = selectors
        .filter_map(|selector| selector.split_once('#'))
        .map(|(_, rest)| rest);
    ids.map(|rest| {
        rest.chars()
            .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '-')
            .collect()
    })
    .collect()
}

/// All templates with their texts.
pub(crate) fn templates() -> Vec<(String, String)> {
    let entries = std::fs::read_dir("templates")
        .unwrap()
        .map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                std::fs::read_to_string(entry.path()).unwrap(),
            )
        })
        .collect()
}
