//! The table of `data/rights.txt`, read.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;

const TEXT: &str = include_str!("../../../data/rights.txt");

/// Names of permissions, or abbreviations of roles.
pub(super) type Names = BTreeSet<&'static str>;

/// A role as the page names it.
pub(super) struct RoleName {
    pub(super) short: &'static str,
    pub(super) template_id: &'static str,
    pub(super) name: &'static str,
}

/// Whether an application needs no directory role of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alone {
    Always,
    /// Unless the target is privileged.
    Plain,
    Never,
}

/// What several requests have in common; the page says what each means.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) delegated: Names,
    pub(super) own: Names,
    pub(super) application: Names,
    pub(super) and: Names,
    pub(super) blind: Names,
    pub(super) plain: Names,
    /// `None`: what it is about can't be privileged.
    pub(super) privileged: Option<Names>,
    pub(super) alone: Alone,
    pub(super) fresh: bool,
    pub(super) about_caller: bool,
    /// Whether owning it stands for a role, where it is plain.
    pub(super) owners: bool,
}

/// A request and who may send it.
pub(super) struct Row {
    pub(super) rule: Rule,
    pub(super) method: Method,
    /// Of a success.
    pub(super) status: u16,
    /// Behind the version; with words for what is made for it.
    pub(super) path: &'static str,
    pub(super) body: Option<&'static str>,
}

impl Row {
    /// Whether it stands under `/claviger/v1`.
    pub(super) fn is_own(&self) -> bool {
        self.path.starts_with("claviger/v1/")
    }

    /// As the server's list of endpoints writes it: keys are `{id}`, and of keys with a name the name alone.
    pub(super) fn pattern(&self) -> String {
        let path = self.path.strip_prefix("claviger/v1/").unwrap_or(self.path);
        let mut pattern = String::new();
        let mut rest = path;
        while let Some(at) = rest.find(['<', '=']) {
            pattern.push_str(&rest[..at]);
            rest = match rest.as_bytes()[at] {
                b'<' => {
                    pattern.push_str("{id}");
                    &rest[rest.find('>').unwrap() + 1..]
                }
                _ => &rest[at + rest[at..].find([',', ')']).unwrap()..],
            };
        }
        pattern + rest
    }

    /// The words in path and body, in their order, each once.
    pub(super) fn words(&self) -> Vec<&'static str> {
        let mut words = Vec::new();
        for text in [Some(self.path), self.body].into_iter().flatten() {
            let found = text.split('<').skip(1);
            for word in found.map(|rest| rest.split_once('>').expect("a word ends").0) {
                if !words.contains(&word) {
                    words.push(word);
                }
            }
        }
        words
    }
}

pub(super) struct Table {
    pub(super) roles: Vec<RoleName>,
    pub(super) rows: Vec<Row>,
    /// Every permission that the page names.
    pub(super) permissions: Names,
}

impl Table {
    /// Reads the page.
    pub(super) fn read() -> Table {
        let mut table = Table {
            roles: Vec::new(),
            rows: Vec::new(),
            permissions: Names::new(),
        };
        let mut sets: BTreeMap<&str, Names> = BTreeMap::new();
        let mut rule = None;
        let lines = TEXT.lines().map(str::trim);
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (word, rest) = line.split_once(' ').expect("a word and what it says");
            match word {
                "role" => table.roles.push(read_role(rest.trim())),
                "roles" | "permissions" => {
                    let (name, members) = rest.split_once(" = ").expect("a set has members");
                    let members: Names = members.split(' ').collect();
                    if word == "permissions" {
                        table.permissions.extend(&members);
                    }
                    assert!(
                        sets.insert(name, members).is_none(),
                        "{name} is there twice"
                    );
                }
                "rule" => rule = Some(read_rule(rest, &sets)),
                method => {
                    let rule = rule.clone().expect("a rule stands above");
                    table.rows.push(read_row(rule, method, rest));
                }
            }
        }
        table
    }
}

fn read_role(line: &'static str) -> RoleName {
    let (short, rest) = line.split_once(' ').unwrap();
    let (template_id, name) = rest.trim().split_once(' ').unwrap();
    RoleName {
        short,
        template_id,
        name,
    }
}

fn read_rule(line: &'static str, sets: &BTreeMap<&str, Names>) -> Rule {
    let mut fields: BTreeMap<&str, &str> = BTreeMap::new();
    for field in line.split(' ') {
        let (name, value) = field.split_once('=').unwrap();
        assert!(fields.insert(name, value).is_none(), "{name} twice: {line}");
    }
    let mut take = |name| fields.remove(name).filter(|value| *value != "-");
    let mut set = |name| take(name).map(|value| sets.get(value).expect("the set is known").clone());
    let rule = Rule {
        delegated: set("delegated").unwrap_or_default(),
        own: set("own").unwrap_or_default(),
        application: set("application").unwrap_or_default(),
        and: set("and").unwrap_or_default(),
        blind: set("blind").unwrap_or_default(),
        plain: set("plain").unwrap_or_default(),
        privileged: set("privileged"),
        alone: match take("alone").unwrap() {
            "always" => Alone::Always,
            "plain" => Alone::Plain,
            "never" => Alone::Never,
            other => panic!("{other} is no word for alone"),
        },
        fresh: match take("fresh").unwrap() {
            "yes" => true,
            "no" => false,
            other => panic!("{other} is no word for fresh"),
        },
        about_caller: take("about").is_some_and(|value| value == "caller"),
        owners: take("owners").is_some_and(|value| value == "yes"),
    };
    assert!(fields.is_empty(), "unknown words: {line}");
    rule
}

fn read_row(rule: Rule, method: &str, rest: &'static str) -> Row {
    let (status, rest) = rest.split_once(' ').unwrap();
    let (path, body) = match rest.split_once(' ') {
        Some((path, body)) => (path, Some(body)),
        None => (rest, None),
    };
    Row {
        rule,
        method: method.parse().unwrap(),
        status: status.parse().unwrap(),
        path,
        body,
    }
}
