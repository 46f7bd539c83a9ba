//! `doctor`: what is well, what could be better, what is wrong.

use identity::{Finding, Grade};
use serde::Serialize;
use server::Start;
use server::config::Configuration;

use super::{Failure, open};
use crate::flags::Form;
use crate::output::{say, say_json};

#[derive(Serialize)]
struct Shown<'a> {
    name: &'a str,
    grade: &'static str,
    detail: &'a str,
}

/// Exit code 1 when something is wrong; advice alone is no failure.
pub(crate) async fn check(configuration: &Configuration, form: Form) -> Result<(), Failure> {
    let identity = open(configuration, Start::Beside).await?;
    let mut findings = configuration.inspect(identity.settings());
    findings.extend(identity::doctor::check(&identity).await);
    identity.close().await;
    show(&findings, form)?;
    match findings
        .iter()
        .filter(|finding| finding.grade == Grade::Bad)
        .count()
    {
        0 => Ok(()),
        1 => Err(Failure::Said("one thing is wrong".to_owned())),
        count => Err(Failure::Said(format!("{count} things are wrong"))),
    }
}

fn show(findings: &[Finding], form: Form) -> Result<(), Failure> {
    let shown = findings.iter().map(|finding| Shown {
        name: finding.name,
        grade: word(finding.grade),
        detail: &finding.detail,
    });
    if form.json {
        return say_json(&shown.collect::<Vec<_>>());
    }
    let lines =
        shown.map(|finding| format!("{:7} {:25} {}", finding.grade, finding.name, finding.detail));
    say(&lines.collect::<Vec<_>>().join("\n"))
}

fn word(grade: Grade) -> &'static str {
    match grade {
        Grade::Good => "good",
        Grade::Advice => "advice",
        Grade::Bad => "bad",
    }
}
