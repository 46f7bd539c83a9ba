//! `xtask/tidy.allow`: exceptions, each with its reason.

use super::sources::Sources;

const FILE: &str = "xtask/tidy.allow";

/// Lines of `path` or `path function`, then ` : ` and why.
#[derive(Debug)]
pub(super) struct Allowed<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Allowed<'a> {
    pub(super) fn read(sources: &'a Sources) -> Result<Allowed<'a>, String> {
        let text = sources.find(FILE).map_or("", |source| source.text.as_str());
        let lines = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let split = |line: &'a str| {
            let (what, why) = line
                .split_once(" : ")
                .ok_or(format!("{FILE}: no reason behind ` : ` in `{line}`"))?;
            Ok((what.trim(), why.trim()))
        };
        lines.map(split).collect::<Result<_, String>>().map(Allowed)
    }

    pub(super) fn holds(&self, what: &str) -> bool {
        self.0.iter().any(|(allowed, _)| *allowed == what)
    }
}
