//! Links between our own pages: the file is there, and so is the heading.

use std::path::{Component, Path, PathBuf};

use super::Findings;
use super::sources::{Source, Sources};
use crate::Outcome;

pub(super) fn resolve(sources: &Sources) -> Outcome<Findings> {
    let mut findings = Findings::default();
    for page in sources
        .0
        .iter()
        .filter(|source| source.path.ends_with(".md"))
    {
        for (line, target) in links(&page.text) {
            if let Err(fault) = check(page, target, sources) {
                findings.fault(format!("{}:{line}: {target}: {fault}", page.path));
            }
        }
    }
    Ok(findings)
}

/// Targets of `[…](…)` and `src="…"` outside code, each with its line.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut in_code = false;
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if !in_code {
            let prose = line
                .split("](")
                .skip(1)
                .filter_map(|rest| rest.split([')', ' ']).next());
            let images = line
                .split("src=\"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next());
            found.extend(prose.chain(images).map(|target| (at + 1, target)));
        }
    }
    found
}

fn check(page: &Source, target: &str, sources: &Sources) -> Result<(), &'static str> {
    if target.contains("://") || target.starts_with("mailto:") {
        return Ok(());
    }
    let (file, heading) = target
        .split_once('#')
        .map_or((target, None), |(file, heading)| (file, Some(heading)));
    let path = if file.is_empty() {
        page.path.clone()
    } else {
        beside(&page.path, file)
    };
    if !Path::new(&path).exists() {
        return Err("no such file");
    }
    match (heading, sources.find(&path)) {
        (Some(heading), Some(page))
            if path.ends_with(".md") && !headings(&page.text).any(|h| h == heading) =>
        {
            Err("no such heading")
        }
        _ => Ok(()),
    }
}

fn beside(page: &str, file: &str) -> String {
    let mut path = PathBuf::from(page);
    path.pop();
    for part in Path::new(file).components() {
        match part {
            Component::ParentDir => drop(path.pop()),
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    path.to_string_lossy().into_owned()
}

/// Anchors as the common renderers make them.
fn headings(text: &str) -> impl Iterator<Item = String> + '_ {
    text.lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            let title = line.trim_start_matches('#').trim();
            let kept = title
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.collect::<String>().to_lowercase().replace(' ', "-")
        })
}
