//! What the application is told of whom it has before it: four headers, always all of them, so that the proxy overwrites
//! whatever the browser sent under these names.
//!
//! A value is ASCII: what is not, and what means something between values, is written as the percent-encoded bytes of UTF-8
//! (RFC 3986 section 2.1). So no name ends a header or begins another value, and every language reads it back.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use identity::forward_auth::Told;

const USER: HeaderName = HeaderName::from_static("remote-user");
const NAME: HeaderName = HeaderName::from_static("remote-name");
const EMAIL: HeaderName = HeaderName::from_static("remote-email");
const GROUPS: HeaderName = HeaderName::from_static("remote-groups");

/// Bytes of a display name, and of an address, as written. Proxies take a few KiB of headers in all.
const LONGEST: usize = 512;
/// Bytes of all groups together.
const LONGEST_GROUPS: usize = 2048;

pub(super) fn write(told: &Told, headers: &mut HeaderMap) {
    let mail = encode(told.mail.as_deref().unwrap_or_default());
    // Half an address is another one.
    let mail = if mail.len() > LONGEST {
        String::new()
    } else {
        mail
    };
    let values = [
        (USER, encode(&told.user_name)),
        (NAME, cut(&told.display_name)),
        (EMAIL, mail),
        (GROUPS, join(&told.groups)),
    ];
    for (name, value) in values {
        // What was encoded is always a value.
        let value = HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static(""));
        headers.insert(name, value);
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"%,;\"\\<>".contains(&byte)
}

fn encode(text: &str) -> String {
    let last = text.len().saturating_sub(1);
    let mut encoded = String::with_capacity(text.len());
    for (at, byte) in text.bytes().enumerate() {
        // At either end of a value a space is none.
        let inner_space = byte == b' ' && at > 0 && at < last;
        if is_plain(byte) || inner_space {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// As many characters as fit.
fn cut(text: &str) -> String {
    let mut end = text.len();
    loop {
        let encoded = encode(text.get(..end).unwrap_or_default());
        if encoded.len() <= LONGEST {
            return encoded;
        }
        let kept = text.get(..end).unwrap_or_default();
        end = kept.char_indices().last().map_or(0, |(at, _)| at);
    }
}

/// Whole names with commas between them, as many as fit.
fn join(names: &[String]) -> String {
    let mut joined = String::new();
    for name in names.iter().map(|name| encode(name)) {
        if name.is_empty() || joined.len() + name.len() + 1 > LONGEST_GROUPS {
            continue;
        }
        if !joined.is_empty() {
            joined.push(',');
        }
        joined.push_str(&name);
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(told: &Told) -> Vec<String> {
        let mut headers = HeaderMap::new();
        write(told, &mut headers);
        [USER, NAME, EMAIL, GROUPS]
            .iter()
            .map(|name| {
                let mut values = headers.get_all(name).iter();
                let value = values.next().unwrap().to_str().unwrap().to_owned();
                assert!(values.next().is_none());
                value
            })
            .collect()
    }

    fn told(user: &str, name: &str, mail: Option<&str>, groups: &[&str]) -> Told {
        Told {
            user_name: user.to_owned(),
            display_name: name.to_owned(),
            mail: mail.map(str::to_owned),
            groups: groups.iter().map(|it| (*it).to_owned()).collect(),
        }
    }

    #[test]
    fn every_header_is_there_whatever_is_known() {
        assert_eq!(written(&told("ada", "", None, &[])), ["ada", "", "", ""]);
        assert_eq!(
            written(&told(
                "ada@example.org",
                "Ada Lovelace",
                Some("ada@example.org"),
                &["Travellers", "Wiki authors"]
            )),
            [
                "ada@example.org",
                "Ada Lovelace",
                "ada@example.org",
                "Travellers,Wiki authors"
            ]
        );
    }

    #[test]
    fn names_of_all_languages_are_told_in_ascii() {
        let found = written(&told(
            "jürgen",
            "Jürgen Müller",
            Some("jürgen@example.org"),
            &["Größe", "محررون"],
        ));
        assert_eq!(found[0], "j%C3%BCrgen");
        assert_eq!(found[1], "J%C3%BCrgen M%C3%BCller");
        assert_eq!(found[2], "j%C3%BCrgen@example.org");
        assert_eq!(
            found[3],
            "Gr%C3%B6%C3%9Fe,%D9%85%D8%AD%D8%B1%D8%B1%D9%88%D9%86"
        );
    }

    #[test]
    fn no_value_leaves_its_place() {
        let hostile = "a,b;c%2Cd\r\nRemote-User: root\t\0\"\\<x>";
        let found = written(&told(hostile, hostile, Some(hostile), &[hostile, " x "]));
        let expected = "a%2Cb%3Bc%252Cd%0D%0ARemote-User: root%09%00%22%5C%3Cx%3E";
        assert_eq!(found[0], expected);
        assert_eq!(found[1], expected);
        assert_eq!(found[2], expected);
        assert_eq!(found[3], format!("{expected},%20x%20"));
    }

    #[test]
    fn long_values_are_bounded() {
        let long = "م".repeat(256);
        let groups: Vec<&str> = vec![long.as_str(); 3];
        let mut all = groups.clone();
        all.push("short");
        let found = written(&told("x", &long, Some(&long), &all));
        // Whole characters: six bytes each.
        assert_eq!(found[1].len(), 510);
        assert_eq!(found[2], "");
        assert_eq!(found[3].len(), 1536 + 1 + 5);
        assert!(found[3].ends_with(",short"));
    }
}
