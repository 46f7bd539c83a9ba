//! JSON objects as JSON objects: serde's derived readers take an array of values in the members' order for a struct,
//! too, which no browser writes and no second reader would agree with.

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use std::marker::PhantomData;

/// A struct that is read from an object and from nothing else.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Object)
    }
}

/// The members that are read, by their standard's names.
const MEMBERS: [&str; 16] = [
    "id",
    "rawId",
    "type",
    "response",
    "authenticatorAttachment",
    "clientExtensionResults",
    "clientDataJSON",
    "attestationObject",
    "transports",
    "authenticatorData",
    "signature",
    "userHandle",
    "challenge",
    "origin",
    "crossOrigin",
    "topOrigin",
];

/// What is wrong with a document that is JSON. Names and words are this crate's own, never the sender's.
pub(crate) enum Fault {
    Duplicate {
        member: &'static str,
    },
    Missing {
        member: &'static str,
    },
    WrongType {
        member: &'static str,
        expected: &'static str,
        found: &'static str,
    },
}

/// What serde_json refused in `text`. serde offers it only in words; the tests `json_errors_are_told_apart` and
/// `json_errors_name_the_member` hold them.
pub(crate) fn describe(text: &[u8], error: &serde_json::Error) -> Fault {
    let words = error.to_string();
    let quoted = |words: &str| known(words.split('`').nth(1).unwrap_or_default().as_bytes());
    if let Some(rest) = words.strip_prefix("duplicate field") {
        return Fault::Duplicate {
            member: quoted(rest),
        };
    }
    if let Some(rest) = words.strip_prefix("missing field") {
        return Fault::Missing {
            member: quoted(rest),
        };
    }
    let found = words.strip_prefix("invalid type: ").unwrap_or_default();
    let expected = words.rsplit(", expected ").next().unwrap_or_default();
    Fault::WrongType {
        member: find_member(text, error.line(), error.column()),
        expected: name_of(expected),
        found: name_of(found),
    }
}

fn known(name: &[u8]) -> &'static str {
    let mut members = MEMBERS.into_iter();
    let found = members.find(|known| known.as_bytes() == name);
    found.unwrap_or_default()
}

/// A JSON type by the words with which serde begins.
fn name_of(words: &str) -> &'static str {
    let words = words.strip_prefix("a borrowed ").unwrap_or(words);
    let words = words.trim_start_matches("an ").trim_start_matches("a ");
    let names = [
        ("string", "a text"),
        ("integer", "a number"),
        ("floating point", "a number"),
        ("boolean", "a boolean"),
        ("null", "null"),
        ("sequence", "an array"),
        ("map", "an object"),
        ("object", "an object"),
        ("struct", "an object"),
    ];
    let found = names.into_iter().find(|(word, _)| words.starts_with(word));
    found.map_or("another value", |(_, name)| name)
}

/// The member whose value stands at this place, or around it. Both counts are from 1, columns in bytes. The text was
/// read as JSON up to there.
fn find_member(text: &[u8], line: usize, column: usize) -> &'static str {
    let lines = text.split_inclusive(|&byte| byte == b'\n');
    let before: usize = lines.take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    let mut rest = text.get(..before.saturating_add(column)).unwrap_or(text);
    // Of each object and array around: the member that it is at.
    let mut around: Vec<(bool, &'static str)> = Vec::new();
    let mut expects_name = false;
    while let Some((&byte, mut behind)) = rest.split_first() {
        match byte {
            b'{' => around.push((true, "")),
            b'[' => around.push((false, "")),
            b'}' | b']' => drop(around.pop()),
            b'"' => {
                let (string, after) = split_string(behind);
                behind = after;
                if let Some((true, member)) = around.last_mut().filter(|_| expects_name) {
                    *member = known(string);
                }
            }
            _ => {}
        }
        expects_name = match byte {
            b'{' => true,
            b',' => around.last().is_some_and(|(is_object, _)| *is_object),
            _ => expects_name && byte.is_ascii_whitespace(),
        };
        rest = behind;
    }
    let named = around.iter().rev().find(|(_, member)| !member.is_empty());
    named.map_or("", |(_, member)| member)
}

/// A string's contents, escapes and all, and what follows its closing quotation mark.
fn split_string(text: &[u8]) -> (&[u8], &[u8]) {
    let mut is_escaped = false;
    let end = text.iter().position(|&byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    });
    let end = end.unwrap_or(text.len());
    let (contents, rest) = text.split_at(end);
    (contents, rest.get(1..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_member_around_a_place_is_found() {
        let text = br#"{"other": {"id": ["a\"}]"]}, "response": {"x": [1, {"y": 2}],
  "transports": ["usb", 7], "signature": null}, "type": 5}"#;
        // Each as the last bytes before the place.
        for (end, expected) in [
            (&b"{\"other\": {\"id\": ["[..], "id"),
            (b"{\"other\": {", ""),
            (b"{\"x\": [1, {", "response"),
            (b"[1, {\"y\": 2", "response"),
            (b"\"transports\": [\"usb\", 7", "transports"),
            (b"\"signature\": null", "signature"),
            (b"\"type\": 5", "type"),
            (b"null}", "response"),
        ] {
            let at = text.windows(end.len()).position(|it| it == end).unwrap() + end.len();
            let line = 1 + text[..at].iter().filter(|&&byte| byte == b'\n').count();
            let start = text[..at].iter().rposition(|&byte| byte == b'\n');
            let column = at - start.map_or(0, |start| start + 1);
            assert_eq!(find_member(text, line, column), expected, "{end:?}");
        }
        for (line, column) in [(0, 0), (1, 0), (9, 9), (1, usize::MAX / 2)] {
            let _ = find_member(text, line, column);
        }
    }
}
