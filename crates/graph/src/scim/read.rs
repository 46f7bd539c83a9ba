//! Resources as they are sent: names in any case, values of the schema's types; what no schema has is left out.

use serde_json::{Map, Value};

use super::Problem;
use super::place::{Place, Target};
use super::schema::{Attribute, Kind, Mutability, ResourceType, find};

/// A resource in the schema's own names, without what only the server says, and without what is unassigned.
///
/// # Errors
/// [`Problem::InvalidSyntax`] when it is no resource of that kind; [`Problem::InvalidValue`].
pub fn read(of: &'static ResourceType, body: &Value) -> Result<Map<String, Value>, Problem> {
    let body = body
        .as_object()
        .ok_or(Problem::InvalidSyntax("it is no object"))?;
    let schemas = find_member(body, "schemas").and_then(Value::as_array);
    let is_named = schemas.is_some_and(|it| {
        let mut names = it.iter().filter_map(Value::as_str);
        names.any(|name| name.eq_ignore_ascii_case(of.schema.id))
    });
    if !is_named {
        return Err(Problem::InvalidSyntax(
            "its schemas don't name that of the resource",
        ));
    }
    let mut resource = Map::new();
    for (name, value) in body {
        match Target::parse(of, name) {
            Some(target) => put(&mut resource, of, target, value)?,
            None => continue,
        }
    }
    Ok(resource)
}

/// A number of a body or query, as text or number.
#[must_use]
pub fn read_number(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
}

/// A member by its name, in any case.
pub(super) fn find_member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let mut members = object.iter();
    members
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// Puts a value at a place of a resource; what only the server says is left as it is.
pub(super) fn put(
    resource: &mut Map<String, Value>,
    of: &'static ResourceType,
    target: Target,
    value: &Value,
) -> Result<(), Problem> {
    match target {
        Target::Extension(urn) => {
            let members = match value {
                Value::Null => return Ok(()),
                value => value
                    .as_object()
                    .ok_or(Problem::InvalidValue("extension"))?,
            };
            for (name, value) in members {
                let inner = Target::parse(of, &format!("{urn}:{name}"));
                if let Some(target @ Target::At(_)) = inner {
                    put(resource, of, target, value)?;
                }
            }
            Ok(())
        }
        Target::At(place) if place.attribute.mutability == Mutability::ReadOnly => Ok(()),
        Target::At(place) => {
            let whole = whole_of(resource, &place);
            let name = place.attribute.name;
            let fitted = match place.sub {
                None => fit(place.attribute, value)?,
                Some(sub) => {
                    let before = whole.get(name).and_then(Value::as_object);
                    let mut object = before.cloned().unwrap_or_default();
                    set(&mut object, sub.name, fit(sub, value)?);
                    Some(Value::Object(object)).filter(|_| !place.attribute.multi)
                }
            };
            set(whole, name, fitted);
            drop_empty(resource, &place);
            Ok(())
        }
    }
}

pub(super) fn set(object: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => object.insert(name.to_owned(), value),
        None => object.remove(name),
    };
}

/// Where a place's attribute stands: in the resource, or in its extension.
pub(super) fn whole_of<'a>(
    resource: &'a mut Map<String, Value>,
    place: &Place,
) -> &'a mut Map<String, Value> {
    let Some(urn) = place.extension else {
        return resource;
    };
    let whole = resource
        .entry(urn)
        .and_modify(|it| {
            if !it.is_object() {
                *it = Value::Object(Map::new());
            }
        })
        .or_insert_with(|| Value::Object(Map::new()));
    match whole {
        Value::Object(whole) => whole,
        _ => unreachable!("it was made an object just now"),
    }
}

/// An extension without attributes is none.
pub(super) fn drop_empty(resource: &mut Map<String, Value>, place: &Place) {
    if let Some(urn) = place.extension {
        let empty = resource
            .get(urn)
            .and_then(Value::as_object)
            .is_some_and(Map::is_empty);
        if empty {
            resource.remove(urn);
        }
    }
}

/// A value in the attribute's own form; `None` for one that unassigns it.
pub(super) fn fit(attribute: &'static Attribute, value: &Value) -> Result<Option<Value>, Problem> {
    if !attribute.multi {
        return fit_one(attribute, value);
    }
    let values = match value {
        Value::Null => return Ok(None),
        Value::Array(values) => values.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut fitted = Vec::with_capacity(values.len());
    for value in values {
        fitted.extend(fit_one(attribute, value)?);
    }
    Ok((!fitted.is_empty()).then_some(Value::Array(fitted)))
}

pub(super) fn fit_one(
    attribute: &'static Attribute,
    value: &Value,
) -> Result<Option<Value>, Problem> {
    let unfit = || Err(Problem::InvalidValue(attribute.name));
    match (attribute.kind, value) {
        (_, Value::Null) => Ok(None),
        (Kind::Boolean, Value::Bool(_)) => Ok(Some(value.clone())),
        // As Entra writes it.
        (Kind::Boolean, Value::String(text)) => match text.to_ascii_lowercase().as_str() {
            "true" => Ok(Some(Value::Bool(true))),
            "false" => Ok(Some(Value::Bool(false))),
            _ => unfit(),
        },
        (Kind::String | Kind::Reference | Kind::DateTime, Value::String(text)) => {
            Ok((!text.is_empty()).then(|| Value::String(text.clone())))
        }
        (Kind::Complex, Value::Object(members)) => {
            let mut object = Map::new();
            for (name, value) in members {
                if name.eq_ignore_ascii_case("primary") && attribute.multi {
                    // Told apart by it, and not shown: of these one is kept.
                    object.insert("primary".to_owned(), value.clone());
                } else if let Some(sub) = find(attribute.subs, name) {
                    set(&mut object, sub.name, fit(sub, value)?);
                }
            }
            Ok((!object.is_empty()).then_some(Value::Object(object)))
        }
        // `"manager": "2819c223..."`, as some write it.
        (Kind::Complex, Value::String(text)) if find(attribute.subs, "value").is_some() => {
            let value = (!text.is_empty()).then(|| {
                let value = ("value".to_owned(), Value::String(text.clone()));
                Value::Object(Map::from_iter([value]))
            });
            Ok(value)
        }
        _ => unfit(),
    }
}
