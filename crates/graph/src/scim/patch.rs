//! Changes of a resource (RFC 7644 section 3.5.2): the whole grammar of paths.

use serde_json::{Map, Value};

use super::filter::{Comparison, Filter, Literal, Op, Reader};
use super::place::{Place, Target};
use super::read::{drop_empty, find_member, fit, fit_one, set, whole_of};
use super::schema::{Attribute, Mutability, ResourceType};
use super::{OPERATIONS_MAX, PATCH_OP, Problem};

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// `add`
    Add,
    /// `remove`
    Remove,
    /// `replace`
    Replace,
}

/// Where a change happens.
#[derive(Debug, Clone)]
struct Path {
    target: Target,
    filter: Option<Filter>,
}

#[derive(Debug, Clone)]
struct Operation {
    change: Change,
    path: Option<Path>,
    value: Value,
}

/// The operations of a request, in order.
#[derive(Debug, Clone)]
pub struct Patch {
    of: &'static ResourceType,
    operations: Vec<Operation>,
}

impl Path {
    fn parse(of: &'static ResourceType, text: &str) -> Result<Path, Problem> {
        let wrong = Problem::InvalidPath;
        let mut reader = Reader::new(text).map_err(|_| wrong("it is too long"))?;
        let name = reader.word();
        let target = Target::parse(of, name).ok_or(wrong("it names no attribute"))?;
        if !reader.take('[') {
            return match reader.is_over() {
                true => Ok(Path {
                    target,
                    filter: None,
                }),
                false => Err(wrong("something follows it")),
            };
        }
        let Target::At(place) = target else {
            return Err(wrong("only values of an attribute can be filtered"));
        };
        if place.sub.is_some() || !place.attribute.multi {
            return Err(wrong("only values of an attribute can be filtered"));
        }
        let filter = Filter::read_within(&mut reader, place.attribute)?;
        let sub = match reader.word().strip_prefix('.') {
            None => None,
            Some(name) => {
                let found = Place::find_sub(place.attribute, name);
                Some(found.ok_or(wrong("it names no sub-attribute"))?.attribute)
            }
        };
        match reader.is_over() {
            true => Ok(Path {
                target: Target::At(Place { sub, ..place }),
                filter: Some(filter),
            }),
            false => Err(wrong("something follows it")),
        }
    }
}

impl Patch {
    /// Reads the body of a change.
    ///
    /// # Errors
    /// As the body is wrong; [`Problem::Mutability`] where it changes what only the server says.
    pub fn read(of: &'static ResourceType, body: &Value) -> Result<Patch, Problem> {
        let wrong = Problem::InvalidSyntax;
        let body = body.as_object().ok_or(wrong("it is no object"))?;
        let schemas = find_member(body, "schemas").and_then(Value::as_array);
        let is_change = |name: &Value| {
            let name = name.as_str().unwrap_or_default();
            name.eq_ignore_ascii_case(PATCH_OP)
        };
        if !schemas.is_some_and(|it| it.iter().any(is_change)) {
            return Err(wrong("its schemas don't name that of a change"));
        }
        let operations = find_member(body, "Operations").and_then(Value::as_array);
        let operations = operations.ok_or(wrong("it has no operations"))?;
        if operations.is_empty() || operations.len() > OPERATIONS_MAX {
            return Err(wrong("it has no operations, or too many"));
        }
        let read = |operation| Operation::read(of, operation);
        let operations = operations.iter().map(read);
        Ok(Patch {
            of,
            operations: operations.collect::<Result<_, _>>()?,
        })
    }

    /// The resource as the operations make it; on an error nothing of it counts.
    ///
    /// # Errors
    /// [`Problem::InvalidValue`]; [`Problem::NoTarget`]; [`Problem::Mutability`].
    pub fn apply(&self, resource: &mut Map<String, Value>) -> Result<(), Problem> {
        for operation in &self.operations {
            operation.apply(self.of, resource)?;
        }
        Ok(())
    }
}

impl Operation {
    fn read(of: &'static ResourceType, operation: &Value) -> Result<Operation, Problem> {
        let wrong = Problem::InvalidSyntax;
        let members = operation
            .as_object()
            .ok_or(wrong("an operation is no object"))?;
        let op = find_member(members, "op").and_then(Value::as_str);
        let change = match op.unwrap_or_default().to_ascii_lowercase().as_str() {
            "add" => Change::Add,
            "remove" => Change::Remove,
            "replace" => Change::Replace,
            _ => return Err(wrong("an operation is neither add nor remove nor replace")),
        };
        let path = match find_member(members, "path") {
            None | Some(Value::Null) => None,
            Some(Value::String(path)) => Some(Path::parse(of, path)?),
            Some(_) => return Err(Problem::InvalidPath("it is no text")),
        };
        let value = find_member(members, "value").cloned();
        if let Some(Path {
            target: Target::At(place),
            ..
        }) = &path
        {
            check(place, change)?;
        }
        if path.is_none() && change == Change::Remove {
            return Err(Problem::NoTarget("nothing"));
        }
        if value.is_none() && change != Change::Remove {
            return Err(Problem::InvalidValue("value"));
        }
        Ok(Operation {
            change,
            path,
            value: value.unwrap_or_default(),
        })
    }

    fn apply(
        &self,
        of: &'static ResourceType,
        resource: &mut Map<String, Value>,
    ) -> Result<(), Problem> {
        match &self.path {
            None => merge(of, resource, self.change, None, &self.value),
            Some(Path {
                target: Target::Extension(urn),
                ..
            }) => match self.change {
                Change::Remove => {
                    resource.remove(*urn);
                    Ok(())
                }
                change => merge(of, resource, change, Some(urn), &self.value),
            },
            Some(Path {
                target: Target::At(place),
                filter,
            }) => change_at(resource, (place, filter.as_ref()), self.change, &self.value),
        }
    }
}

/// What only the server says is not changed; what is always there is not removed.
fn check(place: &Place, change: Change) -> Result<(), Problem> {
    let named = place.sub.unwrap_or(place.attribute);
    let is_fixed = place.attribute.mutability == Mutability::ReadOnly
        || named.mutability == Mutability::ReadOnly
        || (change != Change::Add
            && place
                .sub
                .is_some_and(|it| it.mutability == Mutability::Immutable))
        || (change == Change::Remove && named.required);
    match is_fixed {
        true => Err(Problem::Mutability(named.name)),
        false => Ok(()),
    }
}

/// Without a path the value holds attributes; what is in no schema, or only the server's to say, is passed over. Names may
/// be paths, as Entra writes them.
fn merge(
    of: &'static ResourceType,
    resource: &mut Map<String, Value>,
    change: Change,
    urn: Option<&str>,
    value: &Value,
) -> Result<(), Problem> {
    let members = value.as_object().ok_or(Problem::InvalidValue("value"))?;
    for (name, value) in members {
        let name = match urn {
            Some(urn) => format!("{urn}:{name}"),
            None => name.clone(),
        };
        let path = match Path::parse(of, &name) {
            Ok(path) => path,
            Err(_) => continue,
        };
        match path.target {
            Target::Extension(inner) if urn.is_none() => {
                merge(of, resource, change, Some(inner), value)?;
            }
            Target::Extension(_) => {}
            Target::At(place) if check(&place, change).is_err() => {}
            Target::At(place) => {
                change_at(resource, (&place, path.filter.as_ref()), change, value)?;
            }
        }
    }
    Ok(())
}

fn change_at(
    resource: &mut Map<String, Value>,
    (place, filter): (&Place, Option<&Filter>),
    change: Change,
    value: &Value,
) -> Result<(), Problem> {
    let whole = whole_of(resource, place);
    let done = match (place.attribute.multi, place.sub) {
        (false, None) => change_single(whole, place.attribute, change, value),
        (false, Some(sub)) => change_sub(whole, place.attribute, sub, change, value),
        (true, _) => change_values(whole, (place, filter), change, value),
    };
    drop_empty(resource, place);
    done
}

fn change_single(
    whole: &mut Map<String, Value>,
    attribute: &'static Attribute,
    change: Change,
    value: &Value,
) -> Result<(), Problem> {
    let fitted = match change {
        Change::Remove => None,
        Change::Add | Change::Replace => fit_one(attribute, value)?,
    };
    if fitted.is_none() && attribute.required {
        return Err(Problem::InvalidValue(attribute.name));
    }
    // RFC 7644 section 3.5.2.3: of a complex attribute the given parts are replaced.
    let before = whole.get(attribute.name).and_then(Value::as_object);
    let merged = match (fitted, before) {
        (Some(Value::Object(parts)), Some(before)) => {
            let mut merged = before.clone();
            // A reference goes with the value that it is of.
            if parts.contains_key("value") {
                merged.remove("$ref");
            }
            merged.extend(parts);
            Some(Value::Object(merged))
        }
        (fitted, _) => fitted,
    };
    set(whole, attribute.name, merged);
    Ok(())
}

fn change_sub(
    whole: &mut Map<String, Value>,
    attribute: &'static Attribute,
    sub: &'static Attribute,
    change: Change,
    value: &Value,
) -> Result<(), Problem> {
    let fitted = match change {
        Change::Remove => None,
        Change::Add | Change::Replace => fit_one(sub, value)?,
    };
    let before = whole.get(attribute.name).and_then(Value::as_object);
    let mut object = before.cloned().unwrap_or_default();
    if sub.name == "value" {
        object.remove("$ref");
    }
    set(&mut object, sub.name, fitted);
    let object = (!object.is_empty()).then_some(Value::Object(object));
    set(whole, attribute.name, object);
    Ok(())
}

/// What tells two values apart.
fn key(value: &Value) -> Option<&Value> {
    value.get("value")
}

fn is_same(one: &Value, other: &Value) -> bool {
    match (key(one), key(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

fn change_values(
    whole: &mut Map<String, Value>,
    (place, filter): (&Place, Option<&Filter>),
    change: Change,
    value: &Value,
) -> Result<(), Problem> {
    let attribute = place.attribute;
    let mut values = match whole.remove(attribute.name) {
        Some(Value::Array(values)) => values,
        _ => Vec::new(),
    };
    let done = match (filter, place.sub) {
        (None, None) => change_whole(&mut values, attribute, change, value),
        _ => change_some(&mut values, (place, filter), change, value),
    };
    if !values.is_empty() {
        whole.insert(attribute.name.to_owned(), Value::Array(values));
    }
    done
}

fn change_whole(
    values: &mut Vec<Value>,
    attribute: &'static Attribute,
    change: Change,
    value: &Value,
) -> Result<(), Problem> {
    let fitted = match fit(attribute, value)? {
        Some(Value::Array(fitted)) => fitted,
        _ => Vec::new(),
    };
    match change {
        Change::Replace => *values = fitted,
        // Without values all of them go; with values, as some write it, those.
        Change::Remove if value.is_null() => values.clear(),
        Change::Remove => {
            let gone = index(&fitted);
            values.retain(|it| !gone.contains(&identify(it)));
        }
        Change::Add => {
            let mut there = index(values);
            for value in fitted {
                match there.insert(identify(&value)) {
                    true => values.push(value),
                    // What is added again is as it was said last.
                    false => {
                        if let Some(before) = values.iter_mut().find(|it| is_same(it, &value)) {
                            *before = value;
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

/// By what a value is found among many.
fn identify(value: &Value) -> String {
    key(value).unwrap_or(value).to_string()
}

fn index(values: &[Value]) -> std::collections::HashSet<String> {
    values.iter().map(identify).collect()
}

fn change_some(
    values: &mut Vec<Value>,
    (place, filter): (&Place, Option<&Filter>),
    change: Change,
    value: &Value,
) -> Result<(), Problem> {
    let attribute = place.attribute;
    let passes = |value: &Value| match (filter, value.as_object()) {
        (Some(filter), Some(value)) => filter.holds(value),
        (None, _) => true,
        (_, None) => false,
    };
    if change == Change::Remove {
        // What is gone already is gone.
        match place.sub {
            None => values.retain(|value| !passes(value)),
            Some(sub) => {
                for value in values.iter_mut().filter(|it| passes(it)) {
                    if let Value::Object(members) = value {
                        members.remove(sub.name);
                    }
                }
                values.retain(|value| key(value).is_some() || attribute.subs[0].name != "value");
            }
        }
        return Ok(());
    }
    let mut changed = false;
    for before in values.iter_mut() {
        if passes(before) {
            change_value(before, place, value)?;
            changed = true;
        }
    }
    if changed {
        return Ok(());
    }
    if change == Change::Replace && filter.is_some() {
        return Err(Problem::NoTarget(attribute.name));
    }
    // Entra adds `emails[type eq "work"].value` where there is none yet: then there is one that passes.
    let mut new = Value::Object(filter.map(write_wanted).unwrap_or_default());
    change_value(&mut new, place, value)?;
    values.push(new);
    Ok(())
}

fn change_value(before: &mut Value, place: &Place, value: &Value) -> Result<(), Problem> {
    let Value::Object(members) = before else {
        return Err(Problem::InvalidValue(place.attribute.name));
    };
    match place.sub {
        Some(sub) => set(members, sub.name, fit_one(sub, value)?),
        None => match fit_one(place.attribute, value)? {
            Some(Value::Object(parts)) => members.extend(parts),
            _ => return Err(Problem::InvalidValue(place.attribute.name)),
        },
    }
    Ok(())
}

/// The values that a filter asks for, where it asks for equality alone.
fn write_wanted(filter: &Filter) -> Map<String, Value> {
    let wanted = |comparison: &Comparison| match (&comparison.op, &comparison.with) {
        (Op::Equal, Literal::Text(text)) => Some(Value::String(text.clone())),
        (Op::Equal, Literal::Truth(truth)) => Some(Value::Bool(*truth)),
        _ => None,
    };
    let required = filter.required().into_iter();
    required
        .filter_map(|(name, comparison)| Some((name.to_owned(), wanted(comparison)?)))
        .collect()
}
