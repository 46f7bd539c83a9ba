//! `/Users`: people whom the connector made.

use axum::http::StatusCode;
use graph::scim::{ENTERPRISE, Patch, Problem, RESOURCE_TYPES, ResourceType, Selection};
use identity::connectors::{self, MadePerson, Provisioned};
use identity::people::{self, Attribute, NewRecord, PersonChange, ProfileChange};
use identity::{Id, UserType, codes};
use serde_json::{Map, Value, json};

use super::Answer;
use super::call::{Asked, Call, etag};
use crate::error::ScimError;

pub(super) const USERS: &ResourceType = &RESOURCE_TYPES[0];
/// How often a change is made anew when the record moved while it was read.
const TRIES: usize = 4;

/// What stands directly in the resource.
const TEXTS: [(&str, Attribute); 2] = [
    ("title", Attribute::JobTitle),
    ("preferredLanguage", Attribute::PreferredLanguage),
];
const NAMES: [(&str, Attribute); 2] = [
    ("givenName", Attribute::GivenName),
    ("familyName", Attribute::Surname),
];
const ADDRESS: [(&str, Attribute); 5] = [
    ("streetAddress", Attribute::StreetAddress),
    ("locality", Attribute::City),
    ("region", Attribute::State),
    ("postalCode", Attribute::PostalCode),
    ("country", Attribute::Country),
];
const ENTERPRISE_TEXTS: [(&str, Attribute); 3] = [
    ("employeeNumber", Attribute::EmployeeId),
    ("organization", Attribute::CompanyName),
    ("department", Attribute::Department),
];

/// A person as a resource.
pub(super) fn write(call: &Call<'_>, made: &MadePerson) -> Map<String, Value> {
    let record = &made.record;
    let created = record.created_at.unwrap_or_default();
    let times = (created, record.changed_at.unwrap_or(created));
    let names = (record.person_id, made.external_id.as_deref());
    let mut user = call.begin(USERS, names, times, record.version);
    let mut put = |name: &str, value: Value| user.insert(name.to_owned(), value);
    put("userName", record.user_name.as_str().into());
    put("displayName", record.display_name.as_str().into());
    put("active", record.enabled.unwrap_or_default().into());
    let texts = |fields: &[(&str, Attribute)]| -> Map<String, Value> {
        let found = fields.iter().filter_map(|(name, attribute)| {
            let text = record.profile.text(*attribute)?;
            Some(((*name).to_owned(), Value::from(text)))
        });
        found.collect()
    };
    for (name, text) in texts(&TEXTS) {
        put(&name, text);
    }
    let name = texts(&NAMES);
    if !name.is_empty() {
        put("name", Value::Object(name));
    }
    if let Some(mail) = &record.mail {
        put(
            "emails",
            json!([{"value": mail, "type": "work", "primary": true}]),
        );
    }
    let phones = record.profile.business_phones.iter();
    let mut phones: Vec<Value> = phones
        .map(|phone| json!({"value": phone, "type": "work"}))
        .collect();
    if let Some(mobile) = record.profile.text(Attribute::MobilePhone) {
        phones.push(json!({"value": mobile, "type": "mobile"}));
    }
    if !phones.is_empty() {
        put("phoneNumbers", Value::Array(phones));
    }
    let mut address = texts(&ADDRESS);
    if !address.is_empty() {
        address.insert("type".to_owned(), "work".into());
        put("addresses", json!([address]));
    }
    let mut enterprise = texts(&ENTERPRISE_TEXTS);
    if let Some(manager) = made.manager {
        let reference = call.location(USERS, manager);
        let manager = json!({"value": manager.to_string(), "$ref": reference});
        enterprise.insert("manager".to_owned(), manager);
    }
    if !enterprise.is_empty() {
        put(ENTERPRISE.id, Value::Object(enterprise));
    }
    user
}

/// What a resource says of a person: the whole of it.
struct Said {
    user_name: String,
    display_name: String,
    enabled: bool,
    mail: Option<String>,
    profile: ProfileChange,
    provisioned: Provisioned,
}

fn text<'a>(of: Option<&'a Value>, name: &str) -> Option<&'a str> {
    of.and_then(|it| it.get(name)).and_then(Value::as_str)
}

/// The primary value, or else the first.
fn primary(values: Option<&Value>) -> Option<&Value> {
    let values = values.and_then(Value::as_array)?;
    let is_primary = |value: &&Value| match value.get("primary") {
        Some(Value::Bool(primary)) => *primary,
        Some(Value::String(primary)) => primary.eq_ignore_ascii_case("true"),
        _ => false,
    };
    values.iter().find(is_primary).or_else(|| values.first())
}

/// The first value that has a type, or none.
fn split_phones(values: Option<&Value>) -> (Vec<String>, Option<String>) {
    let values = values.and_then(Value::as_array);
    let (mut work, mut mobile) = (Vec::new(), None);
    for value in values.into_iter().flatten() {
        let Some(number) = text(Some(value), "value") else {
            continue;
        };
        match text(Some(value), "type")
            .unwrap_or("work")
            .to_lowercase()
            .as_str()
        {
            "work" => work.push(number.to_owned()),
            "mobile" => mobile = mobile.or_else(|| Some(number.to_owned())),
            // Other kinds are not kept.
            _ => {}
        }
    }
    (work, mobile)
}

fn parse(user: &Map<String, Value>) -> Result<Said, ScimError> {
    let own = |name: &str| user.get(name).and_then(Value::as_str);
    let user_name = own("userName").ok_or(Problem::InvalidValue("userName"))?;
    let name = user.get("name");
    let made_up = || {
        let parts = [text(name, "givenName"), text(name, "familyName")];
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        match parts.is_empty() {
            true => user_name.to_owned(),
            false => parts.join(" "),
        }
    };
    let mut profile = ProfileChange::default();
    let mut put = |attribute: Attribute, value: Option<&str>| {
        profile.texts.insert(attribute, value.map(str::to_owned));
    };
    for (name, attribute) in TEXTS {
        put(attribute, own(name));
    }
    for (part, attribute) in NAMES {
        put(attribute, text(name, part));
    }
    let address = primary(user.get("addresses"));
    for (part, attribute) in ADDRESS {
        put(attribute, text(address, part));
    }
    let enterprise = user.get(ENTERPRISE.id);
    for (name, attribute) in ENTERPRISE_TEXTS {
        put(attribute, text(enterprise, name));
    }
    let (work, mobile) = split_phones(user.get("phoneNumbers"));
    put(Attribute::MobilePhone, mobile.as_deref());
    profile.business_phones = Some(work);
    Ok(Said {
        user_name: user_name.to_owned(),
        display_name: own("displayName").map_or_else(made_up, str::to_owned),
        enabled: user.get("active").and_then(Value::as_bool).unwrap_or(true),
        mail: text(primary(user.get("emails")), "value").map(str::to_owned),
        profile,
        provisioned: Provisioned {
            external_id: Some(own("externalId").map(str::to_owned)),
            manager: Some(parse_manager(enterprise)?),
        },
    })
}

/// By its id, or by its address.
fn parse_manager(enterprise: Option<&Value>) -> Result<Option<Id>, ScimError> {
    let Some(manager) = enterprise.and_then(|it| it.get("manager")) else {
        return Ok(None);
    };
    let reference = text(Some(manager), "$ref").and_then(|it| it.rsplit('/').next());
    let Some(id) = text(Some(manager), "value").or(reference) else {
        return Ok(None);
    };
    let id = Id::parse(id).ok_or(Problem::InvalidValue("manager"))?;
    Ok(Some(id))
}

async fn show(
    call: &Call<'_>,
    id: Id,
    status: StatusCode,
    selection: &Selection,
) -> Result<Answer, ScimError> {
    let made = connectors::find_person(&call.state.identity, call.actor(), id).await?;
    Ok(Answer {
        status,
        body: Some(selection.show(&write(call, &made))),
        location: Some(call.location(USERS, id)),
        etag: Some(etag(made.record.version)),
    })
}

pub(super) async fn create(call: &Call<'_>, mut asked: Asked) -> Result<Answer, ScimError> {
    let selection = asked.selection(USERS)?;
    let said = parse(&graph::scim::read(USERS, &asked.taken()?)?)?;
    let new = NewRecord {
        user_name: said.user_name,
        display_name: said.display_name,
        enabled: said.enabled,
        mail: said.mail,
        user_type: UserType::Member,
        profile: said.profile,
    };
    let identity = &call.state.identity;
    let made = people::provision(identity, call.actor(), &new, &said.provisioned).await?;
    show(call, made.person_id, StatusCode::CREATED, &selection).await
}

pub(super) async fn read(call: &Call<'_>, id: Id, asked: &Asked) -> Result<Answer, ScimError> {
    let selection = asked.selection(USERS)?;
    let made = connectors::find_person(&call.state.identity, call.actor(), id).await?;
    if asked.conditions.is_known(made.record.version) {
        return Ok(Answer {
            etag: Some(etag(made.record.version)),
            ..Answer::empty(StatusCode::NOT_MODIFIED)
        });
    }
    show(call, id, StatusCode::OK, &selection).await
}

async fn put(
    call: &Call<'_>,
    made: &MadePerson,
    expected: Option<i64>,
    said: Said,
) -> Result<(), ScimError> {
    let mut provisioned = said.provisioned;
    // A manager whom the connector did not make is not there for it, and stays.
    if provisioned.manager == Some(made.manager) {
        provisioned.manager = None;
    }
    let change = PersonChange {
        user_name: Some(said.user_name),
        display_name: Some(said.display_name),
        enabled: Some(said.enabled),
        mail: Some(said.mail),
        user_type: None,
        profile: said.profile,
    };
    let (identity, id) = (&call.state.identity, made.record.person_id);
    let change = (&change, &provisioned);
    people::reprovision(identity, call.actor(), id, expected, change).await?;
    Ok(())
}

pub(super) async fn replace(
    call: &Call<'_>,
    id: Id,
    mut asked: Asked,
) -> Result<Answer, ScimError> {
    let selection = asked.selection(USERS)?;
    let body = asked.taken()?;
    let made = connectors::find_person(&call.state.identity, call.actor(), id).await?;
    let expected = asked.conditions.expect(made.record.version)?;
    let said = parse(&graph::scim::read(USERS, &body)?)?;
    put(call, &made, expected, said).await?;
    show(call, id, StatusCode::OK, &selection).await
}

pub(super) async fn change(call: &Call<'_>, id: Id, mut asked: Asked) -> Result<Answer, ScimError> {
    let selection = asked.selection(USERS)?;
    let body = asked.taken()?;
    for tried in 1.. {
        let made = connectors::find_person(&call.state.identity, call.actor(), id).await?;
        asked.conditions.expect(made.record.version)?;
        let patch = Patch::read(USERS, &body)?;
        let mut user = write(call, &made);
        patch.apply(&mut user)?;
        let said = parse(&user)?;
        // What the change rests on must still be there: who asked for no version is served anew.
        let done = put(call, &made, Some(made.record.version), said).await;
        match done {
            Err(error)
                if error.is(&codes::RECORD_OUTDATED)
                    && asked.conditions.if_match.is_none()
                    && tried < TRIES => {}
            done => {
                done?;
                break;
            }
        }
    }
    show(call, id, StatusCode::OK, &selection).await
}

pub(super) async fn delete(call: &Call<'_>, id: Id, asked: &Asked) -> Result<Answer, ScimError> {
    let identity = &call.state.identity;
    let made = connectors::find_person(identity, call.actor(), id).await?;
    let expected = asked.conditions.expect(made.record.version)?;
    people::delete(identity, call.actor(), id, expected).await?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
