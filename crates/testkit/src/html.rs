//! Just enough of HTML to find tags and their attributes in our own pages.

/// A start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// In lower case, as our templates write it.
    pub name: String,
    /// Names and unescaped values, in order.
    pub attributes: Vec<(String, String)>,
    /// The text up to the next tag, as it stands.
    pub text: String,
}

impl Tag {
    /// An attribute's value.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// All start tags with this name. Comments and raw text are not told apart: our pages have no tags there.
#[must_use]
pub fn find_tags(html: &str, name: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
            .unwrap_or(rest.len());
        if !rest[..end].eq_ignore_ascii_case(name) || end == 0 {
            continue;
        }
        let (attributes, after) = read_attributes(&rest[end..]);
        let text = after.split('<').next().unwrap_or_default().to_owned();
        found.push(Tag {
            name: name.to_owned(),
            attributes,
            text,
        });
        rest = after;
    }
    found
}

/// Reads up to and with the closing `>`; gives the attributes and what follows.
fn read_attributes(mut rest: &str) -> (Vec<(String, String)>, &str) {
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return (attributes, after);
        }
        let end = rest
            .find(|c: char| c.is_whitespace() || "=>/".contains(c))
            .unwrap_or(rest.len());
        if end == 0 {
            return (attributes, rest);
        }
        let key = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let value;
        (value, rest) = match rest.strip_prefix('=') {
            Some(after) => read_value(after.trim_start()),
            None => (String::new(), rest),
        };
        attributes.push((key, value));
    }
}

fn read_value(rest: &str) -> (String, &str) {
    let quote = rest.chars().next().filter(|c| "\"'".contains(*c));
    match quote {
        Some(quote) => {
            let inner = &rest[1..];
            let end = inner.find(quote).unwrap_or(inner.len());
            (
                unescape(&inner[..end]),
                inner.get(end + 1..).unwrap_or_default(),
            )
        }
        None => {
            let end = rest
                .find(|c: char| c.is_whitespace() || c == '>')
                .unwrap_or(rest.len());
            (unescape(&rest[..end]), &rest[end..])
        }
    }
}

/// Undoes character references.
#[must_use]
pub(crate) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let reference = rest
            .find(';')
            .filter(|end| *end < 12)
            .map(|end| (&rest[1..end], end));
        match reference.and_then(|(name, end)| Some((decode(name)?, end))) {
            Some((character, end)) => {
                out.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn decode(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_attributes() {
        let html = r#"<!doctype html><meta charset=utf-8><meta name="csrf-token" content="a&amp;b&#34;"/><input hidden value='x>y'>text</input>"#;
        let metas = find_tags(html, "meta");
        assert_eq!(metas.len(), 2);
        assert_eq!(metas[0].attribute("charset"), Some("utf-8"));
        assert_eq!(metas[1].attribute("content"), Some("a&b\""));
        let inputs = find_tags(html, "input");
        assert_eq!(inputs[0].attribute("value"), Some("x>y"));
        assert_eq!(inputs[0].attribute("hidden"), Some(""));
        assert_eq!(inputs[0].text, "text");
    }

    #[test]
    fn character_references() {
        assert_eq!(
            unescape("&lt;a&#x26;&amp;b&unknown; & c"),
            "<a&&b&unknown; & c"
        );
    }
}
