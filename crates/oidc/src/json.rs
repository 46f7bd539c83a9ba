//! JSON as JOSE wants it: one object, no member twice, not deep (RFC 7515 section 4, RFC 7519 section 4).

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// How deep objects and lists may lie in each other.
const DEPTH: usize = 8;

/// The text is no JSON object, holds a member twice, or is too deep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a JSON object with distinct members")]
pub struct UnfitJson;

/// Reads one object from UTF-8 text; nothing may follow it.
///
/// # Errors
/// [`UnfitJson`] for anything else, and for a member that occurs twice at any depth: readers disagree on which counts.
pub fn parse_object(text: &[u8]) -> Result<Map<String, Value>, UnfitJson> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = Strict(DEPTH)
        .deserialize(&mut reader)
        .map_err(|_| UnfitJson)?;
    reader.end().map_err(|_| UnfitJson)?;
    match value {
        Value::Object(map) => Ok(map),
        _ => Err(UnfitJson),
    }
}

/// Carries how many levels are left.
struct Strict(usize);

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Strict {
    fn deeper<E: Error>(&self) -> Result<usize, E> {
        self.0.checked_sub(1).ok_or_else(|| E::custom("too deep"))
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("no number"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let depth = self.deeper()?;
        let mut list = Vec::new();
        while let Some(value) = access.next_element_seed(Strict(depth))? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let depth = self.deeper()?;
        let mut map = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            let value = access.next_value_seed(Strict(depth))?;
            if map.insert(name, value).is_some() {
                return Err(A::Error::custom("a member twice"));
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_object_with_distinct_members() {
        let read = parse_object(br#" {"a":1,"b":{"a":[true,null,-1,1.5,"x"]}} "#).unwrap();
        assert_eq!(read["b"]["a"][4], "x");
        let refused = [
            "",
            "[]",
            "1",
            "\"x\"",
            "{",
            "{}{}",
            "{}x",
            r#"{"a":1,"a":1}"#,
            r#"{"b":{"a":1,"a":2}}"#,
            r#"{"b":[{"a":1,"\u0061":2}]}"#,
            "{\"a\":1e999}",
            "{'a':1}",
            "{\"a\":01}",
        ];
        for text in refused {
            assert_eq!(parse_object(text.as_bytes()), Err(UnfitJson), "{text}");
        }
        assert!(parse_object(b"{\"a\":\"\xff\"}").is_err());
        let deep = |levels| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse_object(deep(DEPTH - 1).as_bytes()).is_ok());
        assert!(parse_object(deep(DEPTH).as_bytes()).is_err());
        assert!(parse_object(deep(100_000).as_bytes()).is_err());
    }
}
