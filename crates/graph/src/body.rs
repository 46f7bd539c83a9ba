//! Bodies of changes: every name known and writable, every value of its type, nothing twice.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::bytes;
use crate::error::Problem;
use crate::kind::Kind;
use crate::resource::{Mark, Property, Type};
use crate::{Guid, Time};

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 16;

/// Names of a body that were read, with values that fit their types.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fields {
    values: Map<String, Value>,
    binds: Vec<(String, Vec<String>)>,
}

/// Reads a JSON object whose members are properties of `of` that bear `mark`. Annotations (names with `@`) are
/// ignored, except `NAME@odata.bind`, which is kept, and our own (`@claviger.NAME`), which are properties: what a type
/// has and can't be written is ignored there, so that an answer can be sent back; a name that it doesn't have is refused.
///
/// # Errors
/// [`Problem::Body`] when it is no JSON object or holds a name twice; else what is wrong with the first bad member.
pub fn read(text: &[u8], of: &'static Type, mark: Mark) -> Result<Fields, Problem> {
    let mut fields = Fields::default();
    for (name, mut value) in read_object(text)? {
        if let Some(property) = name.strip_suffix("@odata.bind") {
            fields
                .binds
                .push((property.to_owned(), read_bind(&name, value)?));
        } else if let Some(property) = find_writable(&name, of, &[mark])? {
            fit(&mut value, property)?;
            fields.values.insert(name, value);
        }
    }
    Ok(fields)
}

/// Reads a JSON object without duplicate names, of any shape.
///
/// # Errors
/// [`Problem::Body`].
pub fn read_object(text: &[u8]) -> Result<Map<String, Value>, Problem> {
    let value: Strict = serde_json::from_slice(text)
        .map_err(|_| Problem::Body("it is no JSON, is nested too deep or holds a name twice"))?;
    if depth(&value.0) > MAX_DEPTH {
        return Err(Problem::Body("it is nested too deep"));
    }
    match value.0 {
        Value::Object(object) => Ok(object),
        _ => Err(Problem::Body("it is no object")),
    }
}

/// The address in `{"@odata.id": "https://.../directoryObjects/GUID"}`.
///
/// # Errors
/// [`Problem::Body`], or what else is in the body.
pub fn read_reference(text: &[u8]) -> Result<String, Problem> {
    let mut found = None;
    for (name, value) in read_object(text)? {
        match value {
            Value::String(address) if name == "@odata.id" => found = Some(address),
            _ if name.contains('@') && name != "@odata.id" => {}
            _ => {
                return Err(Problem::UnknownProperty {
                    property: name,
                    of: "referenceCreate",
                });
            }
        }
    }
    found.ok_or(Problem::Missing("@odata.id"))
}

fn read_bind(name: &str, value: Value) -> Result<Vec<String>, Problem> {
    let values = match value {
        Value::Array(values) => values,
        value => vec![value],
    };
    values
        .into_iter()
        .map(|value| match value {
            Value::String(text) => Ok(text),
            _ => Err(Problem::WrongType {
                property: name.to_owned(),
                expected: "addresses".to_owned(),
            }),
        })
        .collect()
}

fn depth(value: &Value) -> usize {
    let inner = match value {
        Value::Array(values) => values.iter().map(depth).max(),
        Value::Object(object) => object.values().map(depth).max(),
        _ => return 0,
    };
    1 + inner.unwrap_or(0)
}

fn fit(value: &mut Value, property: &Property) -> Result<(), Problem> {
    if value.is_null() && property.nullable {
        return Ok(());
    }
    fit_kind(value, &property.kind, property.name)
}

fn fit_kind(value: &mut Value, kind: &Kind, name: &str) -> Result<(), Problem> {
    let fits = match (kind, &mut *value) {
        // Graph's own samples write Booleans as text now and then.
        (Kind::Truth, Value::String(text)) => match text.as_str() {
            "true" | "false" => {
                *value = Value::Bool(text == "true");
                true
            }
            _ => false,
        },
        (Kind::Truth, Value::Bool(_)) => true,
        (Kind::Text, Value::String(_)) => true,
        (Kind::Guid, Value::String(text)) => Guid::parse(text).is_some(),
        (Kind::Time, Value::String(text)) => Time::parse(text).is_some(),
        (Kind::Bytes, Value::String(text)) => bytes::decode(text).is_some(),
        (Kind::Words(words), Value::String(text)) => words.find(text).is_some(),
        (Kind::Flags(words), Value::String(text)) => {
            let mut members = text.split(',').map(str::trim);
            members.all(|member| words.members.contains(&member))
        }
        (Kind::Int32, Value::Number(number)) => fits_in_32(number),
        (Kind::Int64, Value::Number(number)) => number.is_i64(),
        (Kind::Open(_), Value::Object(_)) => true,
        (Kind::Many(kind), Value::Array(values)) => {
            for value in values {
                fit_kind(value, kind, name)?;
            }
            true
        }
        (Kind::Complex(of), Value::Object(object)) => return fit_complex(object, of),
        _ => false,
    };
    if fits {
        return Ok(());
    }
    Err(Problem::WrongType {
        property: name.to_owned(),
        expected: kind.name(),
    })
}

fn fits_in_32(number: &Number) -> bool {
    number
        .as_i64()
        .is_some_and(|number| i32::try_from(number).is_ok())
}

/// A complex type comes whole: its members' marks say whether a client may write them.
fn fit_complex(object: &mut Map<String, Value>, of: &'static Type) -> Result<(), Problem> {
    let mut ignored = Vec::new();
    for (name, value) in object.iter_mut() {
        match find_writable(name, of, &[Mark::Create, Mark::Update])? {
            Some(property) => fit(value, property)?,
            None => ignored.push(name.clone()),
        }
    }
    object.retain(|name, _| !ignored.contains(name));
    Ok(())
}

/// The annotations that are properties.
const OWN: &str = "@claviger.";

/// The property that a client may write; `None` for an annotation that is ignored.
fn find_writable(
    name: &str,
    of: &'static Type,
    marks: &[Mark],
) -> Result<Option<&'static Property>, Problem> {
    let is_annotation = name.contains('@');
    if is_annotation && !name.starts_with(OWN) {
        return Ok(None);
    }
    let property = of.find(name).ok_or_else(|| Problem::UnknownProperty {
        property: name.to_owned(),
        of: of.name,
    })?;
    match marks.iter().any(|mark| property.is(*mark)) {
        true => Ok(Some(property)),
        false if is_annotation => Ok(None),
        false => Err(Problem::ReadOnly(name.to_owned())),
    }
}

impl Fields {
    /// Whether nothing is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.binds.is_empty()
    }

    /// The names that are there.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// The value as it came.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// Text: absent, `null`, or there.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Option<&str>> {
        self.values.get(name).map(Value::as_str)
    }

    /// Text that must be there.
    ///
    /// # Errors
    /// [`Problem::Missing`].
    pub fn require_text(&self, name: &'static str) -> Result<&str, Problem> {
        self.text(name).flatten().ok_or(Problem::Missing(name))
    }

    /// A GUID, if one is there.
    #[must_use]
    pub fn guid(&self, name: &str) -> Option<Guid> {
        self.text(name).flatten().and_then(Guid::parse)
    }

    /// A Boolean, if one is there.
    #[must_use]
    pub fn truth(&self, name: &str) -> Option<bool> {
        self.values.get(name).and_then(Value::as_bool)
    }

    /// A time, if one is there.
    #[must_use]
    pub fn time(&self, name: &str) -> Option<Time> {
        self.text(name).flatten().and_then(Time::parse)
    }

    /// A collection of text; empty for `null`.
    #[must_use]
    pub fn texts(&self, name: &str) -> Option<Vec<String>> {
        self.values.get(name).map(|value| {
            let values = value.as_array().map(Vec::as_slice).unwrap_or_default();
            let texts = values.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        })
    }

    /// The members of a complex value, to be read the same way.
    #[must_use]
    pub fn object(&self, name: &str) -> Option<Fields> {
        self.values.get(name)?.as_object().map(Fields::of)
    }

    /// Each member of a collection of complex values.
    #[must_use]
    pub fn objects(&self, name: &str) -> Option<Vec<Fields>> {
        let values = self.values.get(name)?.as_array()?;
        Some(
            values
                .iter()
                .filter_map(Value::as_object)
                .map(Fields::of)
                .collect(),
        )
    }

    fn of(object: &Map<String, Value>) -> Fields {
        Fields {
            values: object.clone(),
            binds: Vec::new(),
        }
    }

    /// The addresses of `NAME@odata.bind`.
    #[must_use]
    pub fn bound(&self, name: &str) -> Option<&[String]> {
        let found = self.binds.iter().find(|(bound, _)| bound == name);
        found.map(|(_, addresses)| addresses.as_slice())
    }

    /// Refuses links that the request does not take.
    ///
    /// # Errors
    /// [`Problem::UnknownProperty`].
    pub fn allow_binds(&self, names: &[&str], of: &'static Type) -> Result<(), Problem> {
        let other = self
            .binds
            .iter()
            .find(|(name, _)| !names.contains(&name.as_str()));
        other.map_or(Ok(()), |(name, _)| {
            Err(Problem::UnknownProperty {
                property: format!("{name}@odata.bind"),
                of: of.name,
            })
        })
    }
}

/// JSON in which no name stands twice: two readers must not see two values.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Strict, D::Error> {
        deserializer.deserialize_any(StrictVisitor)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Strict;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Strict, E> {
        Ok(Strict(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Strict, E> {
        Ok(Strict(Value::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Strict, E> {
        Ok(Strict(
            Number::from_f64(value).map_or(Value::Null, Value::Number),
        ))
    }

    fn visit_str<E>(self, value: &str) -> Result<Strict, E> {
        Ok(Strict(Value::String(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Strict, A::Error> {
        let mut values = Vec::new();
        while let Some(Strict(value)) = items.next_element()? {
            values.push(value);
        }
        Ok(Strict(Value::Array(values)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Strict, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let Strict(value) = members.next_value()?;
            if object.insert(name, value).is_some() {
                return Err(serde::de::Error::custom("a name stands twice"));
            }
        }
        Ok(Strict(Value::Object(object)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::User;
    use proptest::prelude::*;

    fn user(text: &str) -> Result<Fields, Problem> {
        read(text.as_bytes(), &User::TYPE, Mark::Create)
    }

    #[test]
    fn members_are_read_by_their_types() {
        let fields = user(
            r##"{"@odata.type":"#microsoft.graph.user","accountEnabled":"true","displayName":"Ada",
                "mail":null,"businessPhones":["1"],"manager@odata.bind":"https://x/users/1"}"##,
        )
        .unwrap();
        assert_eq!(fields.truth("accountEnabled"), Some(true));
        assert_eq!(fields.text("displayName"), Some(Some("Ada")));
        assert_eq!(fields.text("mail"), Some(None));
        assert_eq!(fields.text("surname"), None);
        assert_eq!(fields.texts("businessPhones"), Some(vec!["1".to_owned()]));
        assert_eq!(fields.bound("manager").map(<[_]>::len), Some(1));
        assert!(fields.allow_binds(&["manager"], &User::TYPE).is_ok());
        assert!(fields.allow_binds(&[], &User::TYPE).is_err());
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let cases = [
            (r#"{"displayName":1}"#, "graph.property_type"),
            (r#"{"accountEnabled":"yes"}"#, "graph.property_type"),
            (r#"{"businessPhones":[1]}"#, "graph.property_type"),
            (r#"{"displayname":"a"}"#, "graph.property_unknown"),
            (r#"{"isAdmin":true}"#, "graph.property_unknown"),
            (r#"{"id":"x"}"#, "graph.property_read_only"),
            (r#"{"createdDateTime":"x"}"#, "graph.property_read_only"),
            (
                r#"{"displayName":"a","displayName":"b"}"#,
                "graph.body_malformed",
            ),
            ("[]", "graph.body_malformed"),
            ("{", "graph.body_malformed"),
            ("", "graph.body_malformed"),
            (r#"{"displayName":"a"} x"#, "graph.body_malformed"),
        ];
        for (text, code) in cases {
            assert_eq!(user(text).unwrap_err().inner_code(), code, "{text}");
        }
        let deep = format!("{{\"x@y\":{}1{}}}", "[".repeat(20), "]".repeat(20));
        assert_eq!(
            user(&deep).unwrap_err().inner_code(),
            "graph.body_malformed"
        );
        let bottomless = format!("{{\"x@y\":{}", "[".repeat(60_000));
        assert!(user(&bottomless).is_err());
    }

    #[test]
    fn a_reference_is_one_address() {
        let text = br#"{"@odata.id":"https://x/directoryObjects/1"}"#;
        assert_eq!(
            read_reference(text).unwrap(),
            "https://x/directoryObjects/1"
        );
        for unfit in [
            r#"{}"#,
            r#"{"@odata.id":1}"#,
            r#"{"@odata.id":"a","id":"b"}"#,
        ] {
            assert!(read_reference(unfit.as_bytes()).is_err(), "{unfit}");
        }
    }

    /// What goes beyond Graph is no comment: a name of ours that is misspelt must not pass unseen.
    #[test]
    fn our_annotations_are_properties() {
        let read = |text: &str| {
            let of = &crate::resources::Fido2AuthenticationMethodConfiguration::TYPE;
            read(text.as_bytes(), of, Mark::Update)
        };
        let fields = read(
            r##"{"@odata.type":"#x","includeTargets@odata.context":"y","@claviger.version":7,
                "@claviger.knownSyncing":["a"],"passkeyProfiles":[{"@odata.type":"#x","@claviger.blocked":["b"],
                "passkeyTypes":"synced, deviceBound"}]}"##,
        )
        .unwrap();
        assert!(
            fields
                .names()
                .eq(["@claviger.knownSyncing", "passkeyProfiles"])
        );
        let profile = &fields.objects("passkeyProfiles").unwrap()[0];
        let blocked = profile.texts("@claviger.blocked");
        assert_eq!(blocked, Some(vec!["b".to_owned()]));
        assert_eq!(profile.names().count(), 2);
        for (text, code) in [
            (r#"{"@claviger.knownSyncin":[]}"#, "graph.property_unknown"),
            (
                r#"{"passkeyProfiles":[{"@claviger.maxAge":1}]}"#,
                "graph.property_unknown",
            ),
            (r#"{"@claviger.knownSyncing":"a"}"#, "graph.property_type"),
            (
                r#"{"passkeyProfiles":[{"passkeyTypes":"synced,other"}]}"#,
                "graph.property_type",
            ),
            (
                r#"{"passkeyProfiles":[{"passkeyTypes":""}]}"#,
                "graph.property_type",
            ),
            (
                r#"{"passkeyProfiles":[{"passkeyTypes":["synced"]}]}"#,
                "graph.property_type",
            ),
            (r#"{"passkeyProfiles":{}}"#, "graph.property_type"),
            (r#"{"state":"unknownFutureValue"}"#, "graph.property_type"),
        ] {
            assert_eq!(read(text).unwrap_err().inner_code(), code, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_body_is_safe(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&text, &User::TYPE, Mark::Update);
            let _ = read_reference(&text);
        }
    }
}
