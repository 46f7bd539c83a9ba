//! JSON as browsers write it, in one pass: objects of texts without escapes, without white space, nothing else in them.
//!
//! Every reader here gives up (`None`) at whatever it does not know, and the caller then reads the same text with serde_json,
//! which alone decides what is refused and with which error. So all that must hold is that what is read here is read alike
//! there: the tests of [`response`](crate::response) and [`client_data`](crate::client_data) and a fuzz target compare both.

/// A place in a text, which need not be UTF-8: all that is passed over is compared or asked for by [`Cursor::text`].
pub(crate) struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    /// Reads one object: `member` is given each name with its value to be read.
    pub(crate) fn object(
        &mut self,
        mut member: impl FnMut(&'a [u8], &mut Self) -> Option<()>,
    ) -> Option<()> {
        self.skip("{")?;
        loop {
            let name = self.raw()?;
            self.skip(":")?;
            member(name, self)?;
            if self.skip(",").is_none() {
                return self.skip("}");
            }
        }
    }

    /// Reads a text that has no escapes.
    pub(crate) fn text(&mut self) -> Option<&'a str> {
        let text = std::str::from_utf8(self.raw()?).ok()?;
        // In JSON's texts they stand escaped.
        let is_plain = text.bytes().all(|byte| byte >= b' ');
        is_plain.then_some(text)
    }

    /// Reads such a text unseen: it may be no UTF-8, and have control characters. For what is compared or decoded strictly.
    pub(crate) fn raw(&mut self) -> Option<&'a [u8]> {
        self.skip("\"")?;
        let rest = self.text.get(self.at..)?;
        let end = memchr::memchr2(b'"', b'\\', rest)?;
        let (found, behind) = rest.split_at_checked(end)?;
        behind.starts_with(b"\"").then_some(())?;
        self.at += end + 1;
        Some(found)
    }

    /// Passes over exactly these characters, if they stand here.
    pub(crate) fn skip(&mut self, expected: &str) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        rest.starts_with(expected.as_bytes()).then_some(())?;
        self.at += expected.len();
        Some(())
    }

    /// The text ends here.
    pub(crate) fn finish(&self) -> Option<()> {
        (self.at == self.text.len()).then_some(())
    }
}

/// Fills a member's place; a second time is for serde_json to refuse.
pub(crate) fn set<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.is_none().then_some(())?;
    *place = Some(value);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_plain_is_read() {
        let read = |text: &str| {
            let mut cursor = Cursor::new(text.as_bytes());
            let mut found = String::new();
            let read = cursor.object(|name, value| {
                found.push_str(std::str::from_utf8(name).ok()?);
                found.push_str(value.text()?);
                Some(())
            });
            read.and_then(|()| cursor.finish()).map(|()| found)
        };
        assert_eq!(read(r#"{"a":"b","ü":"€"}"#).as_deref(), Some("abü€"));
        for other in [
            "",
            "{",
            "{}",
            "[]",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":"b"#,
            r#"{"a":"b""#,
            r#"{"a":"b",}"#,
            r#"{"a":1}"#,
            r#"{"a":"\u0062"}"#,
            r#"{"a":"b"} "#,
            r#" {"a":"b"}"#,
            r#"{"a": "b"}"#,
            r#"{"a":"b"}}"#,
            "{\"a\":\"\n\"}",
            r#"{a:"b"}"#,
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
