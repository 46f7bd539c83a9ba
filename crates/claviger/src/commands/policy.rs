//! `policy show`, `preview`, `set`, `report-only`, `versions`, `compare`, `restore`, `reset`, `effective`, `pass`, `recovery`.

use std::io::Read;
use std::path::Path;

use identity::Identity;
use identity::people::{self, Actor};
use identity::policies::profiles::{Document, Explanation, PasskeyPolicy, Strictness};
use identity::policies::{
    self, EffectivePolicy, EmailCodes, PasskeyVerdict, PolicyFault, Preview, Saved, SoftwareOath,
};
use serde::Serialize;
use serde_json::{Value, json};
use server::Start;
use server::config::Configuration;

use super::{Failure, open};
use crate::flags::{Form, Policy};
use crate::os_user;
use crate::output::{escape, say, say_json, table, write_time};

/// Many times what a policy can be.
const LONGEST: u64 = 1024 * 1024;

/// How many versions are shown.
const VERSIONS: u32 = 200;

mod factor;
mod method;
mod pass;
mod password;
mod recovery;

pub(crate) async fn run(configuration: &Configuration, command: Policy) -> Result<(), Failure> {
    let identity = open(configuration, Start::Beside).await?;
    let os_user = os_user::find();
    let outcome = execute(&identity, Actor::CommandLine { os_user: &os_user }, command).await;
    identity.close().await;
    outcome
}

async fn execute(identity: &Identity, actor: Actor<'_>, command: Policy) -> Result<(), Failure> {
    match command {
        Policy::Show { number, form } => show(identity, actor, number, form).await,
        Policy::Preview { file, form } => {
            let draft = read(&file)?;
            show_preview(&policies::preview(identity, actor, &draft).await?, form)
        }
        Policy::Set {
            file,
            note,
            expect,
            form,
        } => {
            let (document, note) = (read(&file)?, note.unwrap_or_default());
            let own = Strictness::Own;
            let saved = policies::save(identity, actor, expect, &document, own, &note).await?;
            show_saved(&saved, form)
        }
        Policy::ReportOnly {
            file, note, form, ..
        } => {
            let document = file.as_deref().map(read).transpose()?;
            let note = note.unwrap_or_default();
            let saved = policies::try_out(identity, actor, None, document.as_ref(), &note).await?;
            match document {
                Some(_) => show_trial(&saved, form),
                None => show_saved(&saved, form),
            }
        }
        Policy::Versions { form } => list_versions(identity, actor, form).await,
        Policy::Compare { from, to, form } => compare(identity, actor, (from, to), form).await,
        Policy::Restore { number, form } => show_saved(
            &policies::restore(identity, actor, None, number).await?,
            form,
        ),
        Policy::Reset { form } => show_saved(&policies::reset(identity, actor, None).await?, form),
        Policy::Pass(asked) => pass::run(identity, actor, &asked).await,
        Policy::Recovery(asked) => recovery::run(identity, actor, &asked).await,
        Policy::Password(asked) => password::run(identity, actor, &asked).await,
        Policy::AuthenticatorApp(asked) => {
            factor::run::<SoftwareOath>(identity, actor, &asked, "Codes of an authenticator app")
                .await
        }
        Policy::EmailCode(asked) => {
            factor::run::<EmailCodes>(identity, actor, &asked, "Codes by mail").await
        }
        Policy::Effective { name, form } => {
            let person = people::find(identity, actor, &name).await?;
            let effective = policies::show_effective(identity, actor, person.person_id).await?;
            show_effective(&effective, form)
        }
    }
}

fn read(file: &Path) -> Result<Document, Failure> {
    let failed = |error: std::io::Error| Failure::Said(format!("{}: {error}", file.display()));
    let mut text = Vec::new();
    let read = match file.as_os_str() == "-" {
        true => std::io::stdin().lock().take(LONGEST).read_to_end(&mut text),
        false => {
            std::fs::File::open(file).and_then(|opened| opened.take(LONGEST).read_to_end(&mut text))
        }
    };
    read.map_err(failed)?;
    Ok(policies::parse(&text)?)
}

async fn show(
    identity: &Identity,
    actor: Actor<'_>,
    version: Option<i64>,
    form: Form,
) -> Result<(), Failure> {
    if let Some(version) = version {
        let policy = policies::read_version(identity, actor, version).await?;
        return show_policy(&policy, &format!("Version {version}."), form);
    }
    let shown = policies::show(identity, actor).await?;
    let mut head = match shown.saved_at {
        Some(at) => format!("Version {}, saved {}.", shown.version, write_time(at)),
        None => "The default: every passkey of everybody is accepted.".to_owned(),
    };
    head.push_str(&format!(" Revision {}.", shown.revision));
    if let Some((report, _)) = &shown.report {
        head.push_str(&format!(" Version {report} is tried out."));
    }
    show_policy(&shown.policy, &head, form)
}

/// As JSON it is exactly what `set` takes.
fn show_policy(policy: &PasskeyPolicy, head: &str, form: Form) -> Result<(), Failure> {
    if form.json {
        return say_json(policy.document());
    }
    say(head)?;
    let text = serde_json::to_string_pretty(policy.document())
        .map_err(|error| Failure::Said(error.to_string()))?;
    say(&text)
}

fn write_warnings(warnings: &[PolicyFault]) -> Vec<Value> {
    let warnings = warnings.iter();
    warnings
        .map(|it| json!({ "code": it.word, "place": it.pointer, "message": it.message }))
        .collect()
}

fn say_warnings(warnings: &[PolicyFault]) -> Result<(), Failure> {
    warnings.iter().try_for_each(|warning| {
        let (place, message) = (escape(&warning.pointer), escape(&warning.message));
        say(&format!("Warning: {place}: {message}"))
    })
}

fn show_saved(saved: &Saved, form: Form) -> Result<(), Failure> {
    if form.json {
        return say_json(&json!({
            "revision": saved.revision,
            "version": saved.version,
            "warnings": write_warnings(&saved.warnings),
        }));
    }
    say_warnings(&saved.warnings)?;
    match saved.version {
        0 => say("The default is in force."),
        version => say(&format!("Version {version} is in force.")),
    }
}

fn show_trial(saved: &Saved, form: Form) -> Result<(), Failure> {
    if form.json {
        return show_saved(saved, form);
    }
    say_warnings(&saved.warnings)?;
    say(&format!(
        "Version {} is tried out: the sign-in log says what it would decide.",
        saved.version
    ))
}

fn show_preview(preview: &Preview, form: Form) -> Result<(), Failure> {
    if form.json {
        return say_json(&write_preview(preview));
    }
    say_warnings(&preview.warnings)?;
    say(&format!(
        "{} of {} people in scope; {} of their {} passkeys would stop working.",
        preview.people_in_scope, preview.people, preview.would_stop, preview.passkeys
    ))?;
    say(&format!(
        "{} people would have none that works; {} passkeys would begin to work.",
        preview.left_with_none, preview.would_start
    ))?;
    if !preview.keeps_administrator {
        say("No Global Administrator would have a passkey that is accepted: it can't be saved.")?;
    }
    for (rule, count) in &preview.by_rule {
        say(&format!("  {} {count}", rule.as_str()))?;
    }
    if !preview.stopping.is_empty() {
        let heads = ["USER NAME", "PASSKEY", "WHY"].map(str::to_owned);
        let rows = preview.stopping.iter().map(|one| {
            [
                one.user_name.clone(),
                one.passkey_name.clone(),
                one.rule.as_str().to_owned(),
            ]
        });
        say(&table(std::iter::once(heads).chain(rows)))?;
    }
    if preview.stranded.is_empty() {
        return Ok(());
    }
    let names = preview.stranded.iter().map(|one| escape(&one.user_name));
    let names = names.collect::<Vec<_>>().join(", ");
    say(&format!("Left with none: {names}"))
}

fn write_preview(preview: &Preview) -> Value {
    let stopping = preview.stopping.iter().map(|one| {
        json!({
            "personId": one.person_id.to_string(),
            "userName": one.user_name,
            "passkeyId": one.passkey_id,
            "passkeyName": one.passkey_name,
            "rule": one.rule,
            "profile": one.profile.map(|id| id.to_string()),
        })
    });
    let stranded = preview.stranded.iter().map(|one| {
        json!({
            "personId": one.person_id.to_string(),
            "userName": one.user_name,
            "displayName": one.display_name,
        })
    });
    let rules = preview.by_rule.iter();
    let rules: serde_json::Map<String, Value> = rules
        .map(|(rule, count)| (rule.as_str().to_owned(), json!(count)))
        .collect();
    json!({
        "version": preview.version,
        "warnings": write_warnings(&preview.warnings),
        "people": preview.people,
        "peopleInScope": preview.people_in_scope,
        "passkeys": preview.passkeys,
        "passkeysInScope": preview.passkeys_in_scope,
        "wouldStop": preview.would_stop,
        "wouldStart": preview.would_start,
        "leftWithNone": preview.left_with_none,
        "byRule": rules,
        "stopping": stopping.collect::<Vec<_>>(),
        "stranded": stranded.collect::<Vec<_>>(),
        "keepsAdministrator": preview.keeps_administrator,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VersionLine {
    version: i64,
    mode: &'static str,
    saved_at: String,
    saved_by: String,
    note: String,
    current: bool,
}

async fn list_versions(identity: &Identity, actor: Actor<'_>, form: Form) -> Result<(), Failure> {
    let found = policies::list_versions(identity, actor, None, VERSIONS).await?;
    let lines: Vec<VersionLine> = found
        .into_iter()
        .map(|version| VersionLine {
            version: version.version,
            mode: version.mode.as_str(),
            saved_at: write_time(version.saved_at),
            saved_by: match (version.saved_by_name, version.saved_by) {
                (Some(name), _) => name,
                (None, Some(id)) => id.to_string(),
                (None, None) => "command line".to_owned(),
            },
            note: version.note,
            current: version.current,
        })
        .collect();
    if form.json {
        return say_json(&lines);
    }
    let heads = ["VERSION", "FOR", "SAVED", "BY", "COUNTS", "NOTE"].map(str::to_owned);
    let rows = lines.into_iter().map(|line| {
        [
            line.version.to_string(),
            line.mode.to_owned(),
            line.saved_at,
            line.saved_by,
            if line.current { "now" } else { "" }.to_owned(),
            line.note,
        ]
    });
    say(&table(std::iter::once(heads).chain(rows)))
}

async fn compare(
    identity: &Identity,
    actor: Actor<'_>,
    (from, to): (i64, i64),
    form: Form,
) -> Result<(), Failure> {
    let changes = policies::compare_versions(identity, actor, from, to).await?;
    if form.json {
        return say_json(&changes);
    }
    if changes.is_empty() {
        return say("They mean the same.");
    }
    let write = |value: Option<Value>| value.map_or_else(|| "-".to_owned(), |it| it.to_string());
    let heads = ["WHERE", "BEFORE", "AFTER"].map(str::to_owned);
    let rows = changes
        .into_iter()
        .map(|change| [change.path, write(change.before), write(change.after)]);
    say(&table(std::iter::once(heads).chain(rows)))
}

fn show_effective(effective: &EffectivePolicy, form: Form) -> Result<(), Failure> {
    if form.json {
        return say_json(&write_effective(effective));
    }
    let scope = match effective.scope {
        "disabled" => "passkeys are off for everybody",
        "excluded" => "the account is excluded",
        "no_profile" => "no target has the account",
        _ => "these profiles",
    };
    let name = escape(&effective.user_name);
    say(&format!("{name}, version {}: {scope}.", effective.version))?;
    for profile in &effective.profiles {
        say(&format!("  {} {}", profile.id, escape(&profile.name)))?;
    }
    for passkey in &effective.passkeys {
        let kind = if passkey.synced {
            "synced"
        } else {
            "device-bound"
        };
        let verdict = match passkey.decision.refused_by {
            None => "accepted".to_owned(),
            Some(rule) => format!("refused: {}", rule.as_str()),
        };
        say(&format!(
            "{} ({kind}, {}): {verdict}",
            escape(&passkey.name),
            passkey.aaguid
        ))?;
        say_reasons(&passkey.decision)?;
    }
    Ok(())
}

fn say_reasons(decision: &Explanation) -> Result<(), Failure> {
    decision.profiles.iter().try_for_each(|profile| {
        profile.failed.iter().try_for_each(|failure| {
            say(&format!(
                "    {}: {}, expected {}, found {}",
                escape(&profile.name),
                failure.rule.as_str(),
                list_words(&failure.expected),
                list_words(&failure.found)
            ))
        })
    })
}

fn list_words(words: &[String]) -> String {
    match words {
        [] => "nothing".to_owned(),
        words => escape(&words.join(" or ")),
    }
}

fn write_effective(effective: &EffectivePolicy) -> Value {
    let groups = effective.groups.iter();
    json!({
        "personId": effective.person_id.to_string(),
        "userName": effective.user_name,
        "version": effective.version,
        "scope": effective.scope,
        "profiles": effective.profiles,
        "selfService": effective.self_service,
        "breakGlass": effective.break_glass,
        "groups": groups.map(ToString::to_string).collect::<Vec<_>>(),
        "reportVersion": effective.report_version,
        "passkeys": effective.passkeys.iter().map(write_verdict).collect::<Vec<_>>(),
    })
}

fn write_verdict(verdict: &PasskeyVerdict) -> Value {
    json!({
        "passkeyId": verdict.passkey_id,
        "name": verdict.name,
        "aaGuid": verdict.aaguid.to_string(),
        "model": verdict.model,
        "synced": verdict.synced,
        "attested": verdict.attested,
        "createdAt": write_time(verdict.created_at),
        "lastUsedAt": verdict.last_used_at.map(write_time),
        "decision": verdict.decision,
        "report": verdict.report,
    })
}
