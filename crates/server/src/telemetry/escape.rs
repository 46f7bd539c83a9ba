//! A writer under the log that lets no control or bidirectional character through, so that what a
//! stranger typed can't forge a line or turn one around (security 34).

use std::io::{self, Write};

/// Escapes one whole event per call, as tracing's formatter writes it.
pub(crate) struct Escaping<W> {
    inner: W,
    form: Form,
}

#[derive(Clone, Copy)]
enum Form {
    Text,
    Json,
}

impl<W: Write> Escaping<W> {
    pub(crate) fn text(inner: W) -> Escaping<W> {
        Escaping {
            inner,
            form: Form::Text,
        }
    }

    pub(crate) fn json(inner: W) -> Escaping<W> {
        Escaping {
            inner,
            form: Form::Json,
        }
    }
}

impl<W: Write> Write for Escaping<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let (line, end) = match text.strip_suffix('\n') {
            Some(line) => (line, "\n"),
            None => (&*text, ""),
        };
        if line.chars().any(is_unsafe) {
            let escaped = escape(line, self.form) + end;
            self.inner.write_all(escaped.as_bytes())?;
        } else {
            self.inner.write_all(text.as_bytes())?;
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn escape(line: &str, form: Form) -> String {
    let mut out = String::with_capacity(line.len() + 16);
    for character in line.chars() {
        match form {
            _ if !is_unsafe(character) => out.push(character),
            Form::Text => out.extend(character.escape_unicode()),
            // All of them are in the basic plane, and outside strings JSON has none of them.
            Form::Json => out.push_str(&format!("\\u{:04x}", u32::from(character))),
        }
    }
    out
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::Escaping;
    use std::io::Write;

    #[test]
    fn an_event_stays_one_line() {
        let mut out = Vec::new();
        Escaping::text(&mut out)
            .write_all("a\r\nINFO forged\u{1b}[31m \u{202e}txt.exe\u{9b}\n".as_bytes())
            .unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "a\\u{d}\\u{a}INFO forged\\u{1b}[31m \\u{202e}txt.exe\\u{9b}\n"
        );
    }

    #[test]
    fn json_stays_json() {
        let mut out = Vec::new();
        Escaping::json(&mut out)
            .write_all("{\"name\":\"\u{202e}gpj\u{2028}ü\"}\n".as_bytes())
            .unwrap();
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(value["name"], "\u{202e}gpj\u{2028}ü");
        assert!(!String::from_utf8(out).unwrap().contains('\u{202e}'));
    }
}
