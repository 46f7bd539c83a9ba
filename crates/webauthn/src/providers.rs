//! What people call the maker of a passkey, by its AAGUID. For display only: without a verified attestation an AAGUID
//! is a claim.
//!
//! Three sources, in the order in which they are believed: metadata that the FIDO Alliance signed, a file of the
//! operator's, and a small table of this crate. An AAGUID that none of them knows has no name, and zero never has one.

use crate::aaguid::Aaguid;
use crate::json::Object;
use crate::metadata::parse_icon;
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

/// Names and icons from the operator's file: a JSON object of AAGUIDs. Two public forms are read, and may be mixed:
///
/// - that of the community's list (`aaguid.json`): `{name, icon_light, icon_dark}`;
/// - that of FIDO's Convenience Metadata Service 1.0: `{friendlyNames, icon, iconDark, providerLogoLight, providerLogoDark}`.
///
/// Only icons that are PNG are kept, put together again from what draws them (security 35); SVG is a document with links and
/// scripts, and left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OperatorProviders(BTreeMap<Aaguid, Listed>);

/// What the file says about one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Listed {
    name: String,
    light: Option<Vec<u8>>,
    dark: Option<Vec<u8>>,
}

/// What an icon is to stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    /// A light one.
    Light,
    /// A dark one.
    Dark,
}

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
        let Entries(listed) =
            serde_json::from_slice(json).map_err(|error| ProvidersError::Json {
                reason: error.to_string(),
                line: error.line(),
                column: error.column(),
            })?;
        match listed.iter().find(|(_, it)| !is_shown(&it.name)) {
            Some((&aaguid, _)) => Err(ProvidersError::Name { aaguid }),
            None => Ok(Self(listed)),
        }
    }

    /// The operator's name for an AAGUID.
    #[must_use]
    pub fn name(&self, aaguid: Aaguid) -> Option<&str> {
        self.0.get(&aaguid).map(|it| it.name.as_str())
    }

    /// The operator's icon for an AAGUID, as PNG. Without one for dark backgrounds there is `None`: the other may do.
    #[must_use]
    pub fn icon(&self, aaguid: Aaguid, background: Background) -> Option<&[u8]> {
        let listed = self.0.get(&aaguid)?;
        match background {
            Background::Light => listed.light.as_deref(),
            Background::Dark => listed.dark.as_deref(),
        }
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

struct Entries(BTreeMap<Aaguid, Listed>);

/// Members of both forms.
#[derive(Deserialize)]
struct Entry {
    name: Option<String>,
    icon_light: Option<String>,
    icon_dark: Option<String>,
    #[serde(rename = "friendlyNames")]
    friendly_names: Option<BTreeMap<String, String>>,
    icon: Option<String>,
    #[serde(rename = "iconDark")]
    fido_icon_dark: Option<String>,
    #[serde(rename = "providerLogoLight")]
    logo_light: Option<String>,
    #[serde(rename = "providerLogoDark")]
    logo_dark: Option<String>,
}

impl Entry {
    /// `None` where neither form's name is there.
    fn read(self) -> Option<Listed> {
        let picture = |uris: [&Option<String>; 3]| {
            let mut given = uris.into_iter().flatten();
            given.find_map(|uri| parse_icon(uri))
        };
        Some(Listed {
            light: picture([&self.icon_light, &self.icon, &self.logo_light]),
            dark: picture([&self.icon_dark, &self.fido_icon_dark, &self.logo_dark]),
            name: self.name.or_else(|| english(self.friendly_names?))?,
        })
    }
}

/// The name in English, or the first one of any language.
fn english(mut names: BTreeMap<String, String>) -> Option<String> {
    let find = |wanted: &str| names.keys().find(|tag| tag.eq_ignore_ascii_case(wanted));
    let tag = find("en-US")
        .or_else(|| find("en"))
        .or_else(|| names.keys().next())?
        .clone();
    names.remove(&tag)
}

/// Members beside the entries: the document's number, and what the public lists say about themselves.
fn is_about_the_list(key: &str) -> bool {
    key.starts_with('$') || matches!(key, "no" | "nextUpdate" | "legalHeader")
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
            if is_about_the_list(&key) {
                members.next_value::<IgnoredAny>()?;
                continue;
            }
            let aaguid = Aaguid::parse(&key).map_err(A::Error::custom)?;
            let Object(entry) = members.next_value::<Object<Entry>>()?;
            let listed = entry
                .read()
                .ok_or_else(|| A::Error::custom("a provider has neither name nor friendlyNames"))?;
            if names.insert(aaguid, listed).is_some() {
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

    /// The smallest picture that has all that a PNG needs: one pixel.
    const PNG: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    #[test]
    fn both_public_forms_are_read() {
        let (apple, other) = (Aaguid::parse(APPLE).unwrap(), Aaguid::parse(OTHER).unwrap());
        let svg = "data:image/svg+xml;base64,PHN2Zy8+";
        let file = parse(&format!(
            r#"{{"no": 7, "nextUpdate": "2026-12-01", "legalHeader": "terms",
            "{APPLE}": {{"friendlyNames": {{"de": "Schlüssel", "en-us": "Keys"}}, "icon": "{svg}",
                "providerLogoLight": "{PNG}", "iconDark": "{PNG}", "extra": [1]}},
            "{OTHER}": {{"name": "Other", "icon_light": "{PNG}", "icon_dark": "{svg}"}}}}"#
        ))
        .unwrap();
        assert_eq!(
            (file.name(apple), file.name(other)),
            (Some("Keys"), Some("Other"))
        );
        let icons = |aaguid| {
            [Background::Light, Background::Dark].map(|it| file.icon(aaguid, it).is_some())
        };
        assert_eq!(icons(apple), [true, true]);
        assert_eq!(icons(other), [true, false], "SVG is left out");
        assert_eq!(icons(Aaguid::ZERO), [false, false]);
        let first = parse(&format!(
            r#"{{"{OTHER}": {{"friendlyNames": {{"pl": "Klucz"}}}}}}"#
        ));
        assert_eq!(first.unwrap().name(other), Some("Klucz"));
        for unfit in [
            r#"{"friendlyNames": {}}"#,
            r#"{"friendlyNames": "Keys"}"#,
            r#"{"name": "Keys", "name": "Other"}"#,
            r#"["Keys"]"#,
        ] {
            assert!(
                parse(&format!(r#"{{"{OTHER}": {unfit}}}"#)).is_err(),
                "{unfit}"
            );
        }
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
