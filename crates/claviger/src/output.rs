//! What commands print on stdout.

use std::io::Write;

use identity::Micros;
use identity::setup::Link;
use serde::Serialize;

use crate::commands::Failure;
use crate::flags::Form;

/// A reader that went away ends the command, without a panic.
pub(crate) fn say(text: &str) -> Result<(), Failure> {
    print(&escape_lines(text))
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(|error| Failure::Said(format!("stdout: {error}")))
}

pub(crate) fn say_json<T: Serialize>(value: &T) -> Result<(), Failure> {
    let text =
        serde_json::to_string_pretty(value).map_err(|error| Failure::Said(error.to_string()))?;
    print(&escape_json(&text))
}

/// RFC 3339 in UTC, to the second.
pub(crate) fn write_time(at: Micros) -> String {
    jiff::Timestamp::from_second(at.div_euclid(identity::SECOND))
        .unwrap_or_default()
        .to_string()
}

/// A one-time link as it is handed to somebody.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LinkShown<'a> {
    user_name: &'a str,
    url: &'a str,
    expires_at: String,
}

impl<'a> LinkShown<'a> {
    pub(crate) fn of(user_name: &'a str, link: &'a Link) -> LinkShown<'a> {
        LinkShown {
            user_name,
            url: &link.url,
            expires_at: write_time(link.expires_at),
        }
    }

    pub(crate) fn show(&self, form: Form) -> Result<(), Failure> {
        if form.json {
            return say_json(self);
        }
        say(&format!(
            "Registration link of {} (once, until {}):\n  {}",
            escape(self.user_name),
            self.expires_at,
            self.url
        ))
    }
}

/// Columns as wide as their widest word; the last one is left ragged.
pub(crate) fn table<const N: usize>(rows: impl Iterator<Item = [String; N]>) -> String {
    let rows: Vec<[String; N]> = rows.map(|row| row.map(|cell| escape(&cell))).collect();
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let lines = rows.iter().map(|row| {
        let cells = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A name must not steer the terminal, nor look like a line of ours.
pub(crate) fn escape(text: &str) -> String {
    text.chars()
        .map(|c| if steers(c) { '\u{fffd}' } else { c })
        .collect()
}

/// The same for a text of several lines.
pub(crate) fn escape_lines(text: &str) -> String {
    text.split('\n').map(escape).collect::<Vec<_>>().join("\n")
}

/// The same for JSON, which loses nothing by it: outside strings it holds none of these but line ends.
fn escape_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && steers(c) {
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// Control characters, and those that turn or hide text; all of them are in the basic plane.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::{escape_json, escape_lines, table, write_time};

    #[test]
    fn columns_line_up_and_names_steer_nothing() {
        let rows = [["NAME", "N"], ["a\u{1b}[31m", "10"], ["longer name", "2"]];
        let text = table(rows.into_iter().map(|row| row.map(str::to_owned)));
        assert_eq!(
            text,
            "NAME         N\na\u{fffd}[31m       10\nlonger name  2"
        );
    }

    #[test]
    fn what_is_said_steers_nothing_either() {
        let said = "Added a\u{1b}]0;x\u{7} \u{202e}b\u{9b}2J.\r\nNext";
        assert_eq!(
            escape_lines(said),
            "Added a\u{fffd}]0;x\u{fffd} \u{fffd}b\u{fffd}2J.\u{fffd}\nNext"
        );
    }

    #[test]
    fn json_is_escaped_and_says_the_same() {
        let name = "a\u{1b}[31m\u{202e}b\u{9b}c\u{7f}\u{2066}ü";
        let text = serde_json::to_string_pretty(&[name]).unwrap();
        let escaped = escape_json(&text);
        assert!(!escaped.chars().any(|c| c != '\n' && super::steers(c)));
        let read: Vec<String> = serde_json::from_str(&escaped).unwrap();
        assert_eq!(read, [name]);
    }

    #[test]
    fn times_are_utc() {
        assert_eq!(write_time(1_800_000_000_999_999), "2027-01-15T08:00:00Z");
    }
}
