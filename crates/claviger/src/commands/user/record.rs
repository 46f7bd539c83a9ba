//! `user show`, `set`, `deleted`: what the directory knows of a person.

use std::collections::BTreeMap;

use identity::groups::members;
use identity::methods::{self, Method};
use identity::people::{self, Actor, Attribute, PersonChange, PersonRecord, ProfileChange};
use identity::roles;
use identity::{
    Depth, Filter, Id, Identity, ListQuery, MAX_TOP, PersonColumn, Refusal, Test, UserType, codes,
};
use serde::Serialize;

use crate::commands::Failure;
use crate::flags::{Form, UserTypeWord};
use crate::output::{say, say_json, table, write_time};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    person_id: String,
    user_name: &'a str,
    display_name: &'a str,
    enabled: Option<bool>,
    user_type: Option<&'static str>,
    mail: Option<&'a str>,
    manager: Option<String>,
    properties: BTreeMap<&'static str, &'a str>,
    business_phones: &'a [String],
    created_at: Option<String>,
    deleted_at: Option<String>,
    groups: Vec<String>,
    roles: Vec<&'static str>,
    passkeys: Vec<Passkey>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Passkey {
    passkey_id: String,
    name: String,
    provider: Option<String>,
    synced: bool,
    /// Waits for a confirmation.
    held: bool,
    created_at: String,
    last_used_at: Option<String>,
}

impl From<Method> for Passkey {
    fn from(method: Method) -> Passkey {
        Passkey {
            passkey_id: method.method_id,
            name: method.name,
            provider: method.model,
            synced: method.synced,
            held: method.held,
            created_at: write_time(method.created_at),
            last_used_at: method.last_used_at.map(write_time),
        }
    }
}

fn derive_shown(person: &PersonRecord) -> Shown<'_> {
    Shown {
        person_id: person.person_id.to_string(),
        user_name: &person.user_name,
        display_name: &person.display_name,
        enabled: person.enabled,
        user_type: person.user_type.map(UserType::as_str),
        mail: person.mail.as_deref(),
        manager: None,
        properties: person
            .profile
            .texts
            .iter()
            .map(|(attribute, text)| (attribute.name(), text.as_str()))
            .collect(),
        business_phones: &person.profile.business_phones,
        created_at: person.created_at.map(write_time),
        deleted_at: person.deleted_at.map(write_time),
        groups: Vec::new(),
        roles: Vec::new(),
        passkeys: Vec::new(),
    }
}

pub(super) async fn show(
    identity: &Identity,
    actor: Actor<'_>,
    person: &PersonRecord,
    form: Form,
) -> Result<(), Failure> {
    let id = person.person_id;
    let groups = members::list_groups_of(identity, actor, id, Depth::Direct, None, MAX_TOP).await?;
    let manager = people::read_manager(identity, actor, id).await?;
    let passkeys = methods::list(identity, actor, id).await?;
    let roles = roles::list_of(identity, actor, id).await?;
    let shown = Shown {
        manager: manager.map(|manager| manager.user_name),
        groups: groups.into_iter().map(|group| group.display_name).collect(),
        roles: roles.into_iter().map(roles::Role::name).collect(),
        passkeys: passkeys.into_iter().map(Passkey::from).collect(),
        ..derive_shown(person)
    };
    if form.json {
        return say_json(&shown);
    }
    say(&write(&shown))
}

fn write(shown: &Shown<'_>) -> String {
    let mut rows = vec![
        ("user name", shown.user_name.to_owned()),
        ("display name", shown.display_name.to_owned()),
        ("id", shown.person_id.clone()),
    ];
    if let Some(enabled) = shown.enabled {
        let word = if enabled { "enabled" } else { "disabled" };
        rows.push(("status", word.to_owned()));
    }
    let mut add = |name, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            rows.push((name, value));
        }
    };
    add("type", shown.user_type.map(str::to_owned));
    add("mail", shown.mail.map(str::to_owned));
    add("manager", shown.manager.clone());
    for (name, text) in &shown.properties {
        add(name, Some((*text).to_owned()));
    }
    add("businessPhones", Some(shown.business_phones.join(", ")));
    add("groups", Some(shown.groups.join(", ")));
    add("roles", Some(shown.roles.join(", ")));
    for passkey in &shown.passkeys {
        let kind = if passkey.synced {
            "synced"
        } else {
            "this device only"
        };
        let waits = if passkey.held { ", waits" } else { "" };
        add(
            "passkey",
            Some(format!(
                "{} ({kind}{waits}) {}",
                passkey.name, passkey.passkey_id
            )),
        );
    }
    table(
        rows.into_iter()
            .map(|(name, value)| [name.to_owned(), value]),
    )
}

/// The change that the flags say; an empty value clears.
pub(super) fn read_change(
    mail: Option<String>,
    user_type: Option<UserTypeWord>,
    properties: &[String],
) -> Result<PersonChange, Failure> {
    let full = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let mut texts = BTreeMap::new();
    for property in properties {
        let parsed = property
            .split_once('=')
            .and_then(|(name, value)| Some((Attribute::parse(name)?, value)));
        let Some((attribute, value)) = parsed else {
            let names: Vec<_> = Attribute::ALL.iter().map(|one| one.name()).collect();
            return Err(Failure::Said(format!(
                "--property {property}: write NAME=VALUE, with one of {}",
                names.join(", ")
            )));
        };
        texts.insert(attribute, full(value));
    }
    Ok(PersonChange {
        mail: mail.as_deref().map(full),
        user_type: user_type.map(|word| match word {
            UserTypeWord::Member => UserType::Member,
            UserTypeWord::Guest => UserType::Guest,
        }),
        profile: ProfileChange {
            texts,
            business_phones: None,
        },
        ..PersonChange::default()
    })
}

pub(super) async fn change(
    identity: &Identity,
    actor: Actor<'_>,
    name: &str,
    change: &PersonChange,
    manager: Option<&str>,
    form: Form,
) -> Result<(), Failure> {
    let person = people::read_by_name(identity, actor, name).await?;
    // Found first, so that a wrong name leaves everything as it is.
    let manager = match manager {
        None => None,
        Some("") => Some(None),
        Some(name) => Some(Some(
            people::read_by_name(identity, actor, name).await?.person_id,
        )),
    };
    let changed = people::update(identity, actor, person.person_id, None, change).await?;
    if let Some(manager) = manager {
        people::set_manager(identity, actor, person.person_id, manager).await?;
    }
    show(identity, actor, &changed, form).await
}

pub(super) async fn list_deleted(
    identity: &Identity,
    actor: Actor<'_>,
    form: Form,
) -> Result<(), Failure> {
    let page = people::list_deleted(identity, actor, ListQuery::first(MAX_TOP)).await?;
    if form.json {
        return say_json(&page.rows.iter().map(derive_shown).collect::<Vec<_>>());
    }
    let heads = ["USER NAME", "DISPLAY NAME", "DELETED", "ID"].map(str::to_owned);
    let rows = page.rows.iter().map(|person| {
        [
            person.user_name.clone(),
            person.display_name.clone(),
            person.deleted_at.map(write_time).unwrap_or_default(),
            person.person_id.to_string(),
        ]
    });
    say(&table(std::iter::once(heads).chain(rows)))
}

pub(super) async fn find_deleted(
    identity: &Identity,
    actor: Actor<'_>,
    word: &str,
) -> Result<Id, Refusal> {
    if let Some(id) = Id::parse(word) {
        return Ok(id);
    }
    let query = ListQuery {
        filter: Some(Filter::Is(PersonColumn::UserName, Test::Equal(word.into()))),
        ..ListQuery::first(1)
    };
    let page = people::list_deleted(identity, actor, query).await?;
    page.rows
        .first()
        .map(|person| person.person_id)
        .ok_or_else(|| Refusal::new(&codes::USER_MISSING))
}

#[cfg(test)]
mod tests {
    use super::read_change;
    use identity::people::Attribute;

    #[test]
    fn an_empty_value_clears_and_an_unknown_property_is_named() {
        let words = ["jobTitle=Pilot".to_owned(), "department=".to_owned()];
        let change = read_change(Some(String::new()), None, &words).unwrap();
        assert_eq!(change.mail, Some(None));
        let title = change.profile.texts[&Attribute::JobTitle].as_deref();
        assert_eq!(title, Some("Pilot"));
        assert_eq!(change.profile.texts[&Attribute::Department], None);
        for wrong in ["jobtitle=Pilot", "jobTitle", "=x"] {
            let refused = read_change(None, None, &[wrong.to_owned()]).unwrap_err();
            assert!(refused.to_string().contains("jobTitle"), "{refused}");
        }
    }
}
