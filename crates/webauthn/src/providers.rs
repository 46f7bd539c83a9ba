//! What people call the maker of a passkey, by its AAGUID. For display only: without a verified attestation an AAGUID
//! is a claim.
//!
//! Three sources, in the order in which they are believed: metadata that the FIDO Alliance signed, a file of the
//! operator's, and a small table of this crate. An AAGUID that none of them knows has no name, and zero never has one.

use crate::aaguid::Aaguid;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use std::collections::BTreeMap;

/// Longest operator's file accepted, in bytes: the public lists of this form carry pictures and stay below.
pub const MAX_FILE: usize = 8 * 1024 * 1024;
/// Longest name, in characters.
pub const MAX_NAME: usize = 64;

/// Where a name comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderSource {
    /// Metadata (FIDO MDS or its convenience service).
    Metadata,
    /// The operator's file.
    Operator,
    /// The built-in table.
    BuiltIn,
}

/// A provider as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provider<'a> {
    /// Its name.
    pub name: &'a str,
    /// Who says so.
    pub source: ProviderSource,
}

/// The provider of an AAGUID; `None` for one that nobody knows, which is to be shown as such.
///
/// `metadata` is the name in the caller's metadata, if it has an entry.
#[must_use]
pub fn find<'a>(
    aaguid: Aaguid,
    metadata: Option<&'a str>,
    operator: &'a OperatorProviders,
) -> Option<Provider<'a>> {
    if aaguid.is_zero() {
        return None;
    }
    let from = |source| move |name| Provider { name, source };
    metadata
        .map(from(ProviderSource::Metadata))
        .or_else(|| operator.name(aaguid).map(from(ProviderSource::Operator)))
        .or_else(|| aaguid.provider_name().map(from(ProviderSource::BuiltIn)))
}

/// Names from the operator's file: a JSON object of AAGUIDs, each with an object that has a `name`. The public lists
/// of this form (`aaguid.json`) have icons beside it, which are passed over: they are SVG, and what is shown must be
/// a raster picture (security 35).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OperatorProviders(BTreeMap<Aaguid, String>);

/// Why an operator's file is refused. Nothing of it is used then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProvidersError {
    /// The file is too long.
    #[error("the list of providers is {found} bytes long; the limit is {MAX_FILE}")]
    TooLong {
        /// Its length.
        found: usize,
    },
    /// Not JSON of the form, or an AAGUID twice.
    #[error("the list of providers: {reason} (line {line}, column {column})")]
    Json {
        /// What serde found; the file is the operator's own, so its words may be shown.
        reason: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A name that can't be shown on one line.
    #[error(
        "the provider {aaguid} has a name that is empty, too long, or has characters that can't be seen"
    )]
    Name {
        /// Whose.
        aaguid: Aaguid,
    },
}

impl OperatorProviders {
    /// Reads the file.
    ///
    /// # Errors
    /// If it is too long, not of the form, has an AAGUID twice or one that is none, or a name that is not 1 to 64
    /// visible characters.
    pub fn parse(json: &[u8]) -> Result<Self, ProvidersError> {
        if json.len() > MAX_FILE {
            return Err(ProvidersError::TooLong { found: json.len() });
        }
        let Entries(names) =
            serde_json::from_slice(json).map_err(|error| ProvidersError::Json {
                reason: error.to_string(),
                line: error.line(),
                column: error.column(),
            })?;
        match names.iter().find(|(_, name)| !is_shown(name)) {
            Some((&aaguid, _)) => Err(ProvidersError::Name { aaguid }),
            None => Ok(Self(names)),
        }
    }

    /// The operator's name for an AAGUID.
    #[must_use]
    pub fn name(&self, aaguid: Aaguid) -> Option<&str> {
        self.0.get(&aaguid).map(String::as_str)
    }

    /// How many it names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it names none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// No line breaks, no marks that turn the direction of what stands around.
fn is_shown(name: &str) -> bool {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    !name.trim().is_empty() && name.chars().count() <= MAX_NAME && !name.chars().any(hidden)
}

struct Entries(BTreeMap<Aaguid, String>);

#[derive(Deserialize)]
struct Entry {
    name: String,
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object of AAGUIDs")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Entries, A::Error> {
        use serde::de::Error;
        let mut names = BTreeMap::new();
        while let Some(key) = members.next_key::<String>()? {
            // The public lists name their schema beside the entries.
            if key.starts_with('$') {
                members.next_value::<IgnoredAny>()?;
                continue;
            }
            let aaguid = Aaguid::parse(&key).map_err(A::Error::custom)?;
            let Entry { name } = members.next_value()?;
            if names.insert(aaguid, name).is_some() {
                return Err(A::Error::custom("an AAGUID stands here twice"));
            }
        }
        Ok(Entries(names))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APPLE: &str = "fbfc3007-154e-4ecc-8c0b-6e020557d7bd";
    const OTHER: &str = "00000000-0000-0000-0000-00000000000a";

    fn parse(json: &str) -> Result<OperatorProviders, ProvidersError> {
        OperatorProviders::parse(json.as_bytes())
    }

    #[test]
    fn metadata_then_operator_then_built_in() {
        let (apple, other) = (Aaguid::parse(APPLE).unwrap(), Aaguid::parse(OTHER).unwrap());
        let none = OperatorProviders::default();
        let file = parse(&format!(
            r#"{{"$schema": "x", "{APPLE}": {{"name": "Ours", "icon_dark": null}}, "{OTHER}": {{"name": "Keys & Co"}}}}"#
        ))
        .unwrap();
        assert_eq!(file.len(), 2);
        let found = |aaguid, metadata, file| {
            find(aaguid, metadata, file).map(|it| (it.name.to_owned(), it.source))
        };
        let name = |name: &str, source| Some((name.to_owned(), source));
        assert_eq!(
            found(apple, Some("Signed"), &file),
            name("Signed", ProviderSource::Metadata)
        );
        assert_eq!(
            found(apple, None, &file),
            name("Ours", ProviderSource::Operator)
        );
        assert_eq!(
            found(apple, None, &none),
            name("iCloud Keychain", ProviderSource::BuiltIn)
        );
        assert_eq!(
            found(other, None, &file),
            name("Keys & Co", ProviderSource::Operator)
        );
        assert_eq!(found(other, None, &none), None);
        assert_eq!(found(Aaguid::ZERO, Some("Zero"), &file), None);
    }

    #[test]
    fn what_is_not_of_the_form_is_refused_whole() {
        let entry = |name: &str| format!(r#"{{"{OTHER}": {{"name": {name}}}}}"#);
        assert!(parse("{}").unwrap().is_empty());
        for bad in [
            "",
            "[]",
            "7",
            r#"{"x": {"name": "y"}}"#,
            &format!(r#"{{"{OTHER}": {{}}}}"#),
        ] {
            assert!(
                matches!(parse(bad), Err(ProvidersError::Json { .. })),
                "{bad}"
            );
        }
        let twice = format!(
            r#"{{"{APPLE}": {{"name": "a"}}, "{}": {{"name": "b"}}}}"#,
            APPLE.to_uppercase()
        );
        assert!(parse(&twice).unwrap_err().to_string().contains("twice"));
        let long = format!("\"{}\"", "x".repeat(65));
        for bad in [r#""""#, r#"" ""#, r#""a\nb""#, r#""\u202eb""#, &long] {
            assert!(
                matches!(parse(&entry(bad)), Err(ProvidersError::Name { .. })),
                "{bad}"
            );
        }
        let huge = vec![b' '; MAX_FILE + 1];
        assert!(matches!(
            OperatorProviders::parse(&huge),
            Err(ProvidersError::TooLong { .. })
        ));
    }
}
