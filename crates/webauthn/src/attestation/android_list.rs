//! Google's list of certificates below Android's attestation roots that must no longer be believed
//! (`https://android.googleapis.com/attestation/status`), as data that the caller supplies. Nothing here fetches it.
//!
//! The form: `{"entries": {"<serial>": {"status": "REVOKED" | "SUSPENDED", ...}}}`, serial numbers in hexadecimal.

use crate::x509::{Anchor, Certificate, PathError, PathRule, Place};
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use std::collections::BTreeSet;

/// Longest list accepted, in bytes. Google's has some hundred kilobytes.
pub const MAX_ANDROID_LIST: usize = 16 * 1024 * 1024;

/// Most serial numbers of a list.
pub const MAX_ANDROID_SERIALS: usize = 200_000;

/// Longest serial number, in hexadecimal digits: RFC 5280 section 4.1.2.2 allows 20 octets, and some makers have more.
const MAX_DIGITS: usize = 64;

/// Certificates that are listed, by their serial numbers. A list names no issuers: a number counts for every chain of an
/// `android-key` statement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AndroidRevocationList {
    /// Without leading zeros.
    serials: BTreeSet<Vec<u8>>,
}

/// Why a list is refused. Nothing of it may be used then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AndroidListError {
    /// More than [`MAX_ANDROID_LIST`] bytes.
    #[error("it is {found} bytes long; the limit is {MAX_ANDROID_LIST}")]
    TooLong {
        /// Its length.
        found: usize,
    },
    /// Not JSON of the form, a serial number that is none, or one that stands twice.
    #[error("it is not a list of Android's form: {reason} (line {line}, column {column})")]
    Form {
        /// What was found; the list is public, so its words may be shown.
        reason: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
}

impl AndroidRevocationList {
    /// Reads a list. Every entry counts, whatever its status says: a word that is not known is no reason to believe the
    /// certificate. Members that the form doesn't have are passed over.
    ///
    /// # Errors
    /// If it is too long, not of the form, or names a certificate twice.
    pub fn parse(json: &[u8]) -> Result<Self, AndroidListError> {
        if json.len() > MAX_ANDROID_LIST {
            return Err(AndroidListError::TooLong { found: json.len() });
        }
        let read: crate::json::Object<ListJson> =
            serde_json::from_slice(json).map_err(|error| AndroidListError::Form {
                reason: error.to_string(),
                line: error.line(),
                column: error.column(),
            })?;
        let serials = read.0.entries.0;
        Ok(Self { serials })
    }

    /// Whether it lists this serial number, as DER's INTEGER has it
    /// ([`Certificate::serial`](crate::x509::Certificate::serial)).
    #[must_use]
    pub fn contains(&self, serial: &[u8]) -> bool {
        self.serials.contains(trim(serial))
    }

    /// How many certificates it lists.
    #[must_use]
    pub fn len(&self) -> usize {
        self.serials.len()
    }

    /// Whether it lists none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.serials.is_empty()
    }

    /// Refuses a chain with a certificate that is listed: one that was sent, or the anchor at which it ends.
    pub(super) fn check(
        &self,
        certificates: &[Certificate<'_>],
        anchor: Option<&Anchor>,
    ) -> Result<(), PathError> {
        let refuse = |place| PathError {
            place,
            rule: PathRule::Revoked,
        };
        let mut sent = certificates.iter();
        if let Some(position) = sent.position(|it| self.contains(it.serial())) {
            return Err(refuse(Place::Sent(position)));
        }
        match anchor.and_then(Anchor::certificate) {
            Some(anchor) if self.contains(anchor.serial()) => Err(refuse(Place::Anchor)),
            _ => Ok(()),
        }
    }
}

/// A number has one form here: DER puts a zero before one whose first bit is set, and texts may have any number.
fn trim(serial: &[u8]) -> &[u8] {
    let zeros = serial.iter().take_while(|&&byte| byte == 0).count();
    serial.get(zeros..).unwrap_or_default()
}

/// Hexadecimal digits of either case; an odd number of them has a zero before it.
fn read_serial(text: &str) -> Option<Vec<u8>> {
    if !(1..=MAX_DIGITS).contains(&text.len()) {
        return None;
    }
    let even = format!("{}{text}", if text.len() % 2 == 1 { "0" } else { "" });
    let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(even.as_bytes());
    bytes.ok().map(|bytes| trim(&bytes).to_vec())
}

#[derive(Deserialize)]
struct ListJson {
    entries: Entries,
}

#[derive(Deserialize)]
struct EntryJson {
    #[serde(rename = "status")]
    _status: String,
}

struct Entries(BTreeSet<Vec<u8>>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object of serial numbers")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Entries, A::Error> {
        let refuse = <A::Error as de::Error>::custom;
        let mut serials = BTreeSet::new();
        while let Some(key) = members.next_key::<String>()? {
            let serial = read_serial(&key)
                .ok_or_else(|| refuse("a serial number is not 1 to 64 hexadecimal digits"))?;
            members.next_value::<crate::json::Object<EntryJson>>()?;
            if !serials.insert(serial) {
                return Err(refuse("a serial number stands here twice"));
            }
            if serials.len() > MAX_ANDROID_SERIALS {
                return Err(refuse("there are more serial numbers than any list needs"));
            }
        }
        Ok(Entries(serials))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<AndroidRevocationList, AndroidListError> {
        AndroidRevocationList::parse(json.as_bytes())
    }

    #[test]
    fn serial_numbers_have_one_form() {
        let list = parse(
            r#"{"entries": {
                "6681152659205225093": {"status": "REVOKED", "reason": "KEY_COMPROMISE", "comment": "x"},
                "8350192447815228107": {"status": "SUSPENDED", "expires": "2027-01-01"},
                "00C0ffee": {"status": "WITHDRAWN"}, "a": {"status": "REVOKED"}
            }, "version": 2}"#,
        )
        .unwrap();
        assert_eq!(list.len(), 4);
        for listed in [
            &b"\x06\x68\x11\x52\x65\x92\x05\x22\x50\x93"[..],
            b"\xc0\xff\xee",
            b"\x00\xc0\xff\xee",
            b"\x0a",
        ] {
            assert!(list.contains(listed), "{listed:x?}");
        }
        for other in [&b""[..], b"\x00", b"\xc0\xff", b"\xa0", b"\xc0\xff\xee\x00"] {
            assert!(!list.contains(other), "{other:x?}");
        }
        assert!(parse(r#"{"entries": {}}"#).unwrap().is_empty());
    }

    #[test]
    fn what_is_not_of_the_form_is_refused_whole() {
        let long = format!(
            r#"{{"entries": {{"{}": {{"status": "R"}}}}}}"#,
            "1".repeat(65)
        );
        for bad in [
            "",
            "[]",
            "{}",
            r#"{"entries": []}"#,
            r#"{"entries": null}"#,
            r#"{"entries": {}} x"#,
            r#"{"entries": {}, "entries": {}}"#,
            r#"[{"ab": {"status": "REVOKED"}}]"#,
            r#"{"entries": {"ab": {}}}"#,
            r#"{"entries": {"ab": "REVOKED"}}"#,
            r#"{"entries": {"ab": ["REVOKED"]}}"#,
            r#"{"entries": {"ab": {"status": 7}}}"#,
            r#"{"entries": {"ab": {"status": null}}}"#,
            r#"{"entries": {"": {"status": "REVOKED"}}}"#,
            r#"{"entries": {"-ab": {"status": "REVOKED"}}}"#,
            r#"{"entries": {"0xab": {"status": "REVOKED"}}}"#,
            r#"{"entries": {"ab": {"status": "REVOKED"}, "00AB": {"status": "REVOKED"}}}"#,
            &long,
        ] {
            assert!(
                matches!(parse(bad), Err(AndroidListError::Form { .. })),
                "{bad}"
            );
        }
        let huge = vec![b' '; MAX_ANDROID_LIST + 1];
        assert_eq!(
            AndroidRevocationList::parse(&huge),
            Err(AndroidListError::TooLong { found: huge.len() })
        );
    }
}
