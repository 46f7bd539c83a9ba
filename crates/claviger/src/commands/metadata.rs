//! `metadata update`, `metadata show` and `metadata approve`.

use identity::Identity;
use identity::metadata::{
    self, AndroidListView, Approved, By, ModelView, Progress, RevocationListView, Supplied,
    Updated, View,
};
use serde::Serialize;
use server::Start;
use server::config::Configuration;
use server::metadata::{MetadataSource, refresh};
use server::outbound::Outbound;

use super::{Failure, open};
use crate::flags::{Form, Metadata};
use crate::os_user;
use crate::output::{escape, say, say_json, table, write_time};

pub(crate) async fn run(configuration: &Configuration, command: Metadata) -> Result<(), Failure> {
    let identity = open(configuration, Start::Beside).await?;
    let outcome = match command {
        Metadata::Update { source, form } => update(configuration, &identity, source, form).await,
        Metadata::Show {
            models: true, form, ..
        } => show_models(&identity, form).await,
        Metadata::Show {
            model: Some(model),
            form,
            ..
        } => show_model(&identity, &model, form).await,
        Metadata::Show { form, .. } => show(&identity, form).await,
        Metadata::Approve { form } => approve(&identity, form).await,
    };
    identity.close().await;
    outcome
}

async fn update(
    configuration: &Configuration,
    identity: &Identity,
    source: Option<String>,
    form: Form,
) -> Result<(), Failure> {
    let source = source.as_deref().map(MetadataSource::parse);
    let source = source.or_else(|| configuration.metadata.schedule.source.clone());
    let os_user = os_user::find();
    let by = By::CommandLine { os_user: &os_user };
    let lists = &configuration.metadata.lists;
    let supplied = lists
        .supply_android_list(identity, by)
        .await
        .map_err(|cause| Failure::Said(cause.to_string()))?;
    if let (Some(Supplied::Replaced { entries }), false) = (supplied, form.json) {
        say(&format!(
            "The list of Android's attestation certificates is in use now: {entries} that must not be believed."
        ))?;
    }
    let others = lists
        .supply_attestation_lists(identity, by)
        .await
        .map_err(|cause| Failure::Said(cause.to_string()))?;
    if let (Some(Supplied::Replaced { entries }), false) = (others, form.json) {
        say(&format!(
            "The revocation lists for attestations are in use now: {entries}."
        ))?;
    }
    if source.is_none() && (supplied.is_some() || others.is_some()) {
        let judged = judge(identity, form).await?;
        return match form.json {
            true => say_json(&UpdateShown::of(None, &judged)),
            false => Ok(()),
        };
    }
    let source = source.ok_or_else(|| {
        Failure::Said("name a file or an https address, or set metadata-source".to_owned())
    })?;
    let believed = &configuration.outbound_authorities;
    let outbound = Outbound::with(configuration.outbound_private, believed)
        .map_err(|cause| Failure::Said(cause.to_string()))?;
    let updated = refresh(identity, &outbound, &source, by)
        .await
        .map_err(|cause| Failure::Said(cause.to_string()))?;
    if !form.json {
        say(&describe_update(&updated))?;
    }
    let judged = judge(identity, form).await?;
    if form.json {
        return say_json(&UpdateShown::of(Some(&updated), &judged));
    }
    Ok(())
}

/// Judges until nothing is due, saying how far it is. Interrupted, the server or the next command goes on.
async fn judge(identity: &Identity, form: Form) -> Result<Progress, Failure> {
    let mut total = Progress::default();
    loop {
        let step = metadata::judge_due(identity, 10).await?;
        total = Progress {
            judged: total.judged + step.judged,
            changed: total.changed + step.changed,
            undesired: total.undesired + step.undesired,
            ..step
        };
        if step.busy || step.finished {
            break;
        }
        if !form.json {
            let (judged, due) = (total.judged, step.due);
            say(&format!("Judged {judged} attestations anew, {due} to go."))?;
        }
    }
    if !form.json {
        say(&describe_judged(&total))?;
    }
    Ok(total)
}

fn describe_update(updated: &Updated) -> String {
    match updated {
        Updated::Unchanged { number } => format!("Blob {number} is in use already."),
        Updated::Replaced {
            number,
            entries,
            unusable,
        } => {
            let mut text = format!("Blob {number} is in use now: {entries} models.");
            for (index, why) in unusable {
                text.push_str(&format!("\n  entry {index} can't be used: {why}"));
            }
            text
        }
    }
}

fn describe_judged(progress: &Progress) -> String {
    let Progress {
        judged,
        changed,
        undesired,
        waiting,
        busy,
        ..
    } = *progress;
    let mut text = format!("Judged {judged} attestations anew, {changed} changed.");
    if undesired > 0 {
        text.push_str(&format!(
            "\n{undesired} passkeys are of a model that is now revoked or compromised; the audit log names them."
        ));
    }
    if waiting > 0 {
        text.push_str(&format!(
            "\n{waiting} changes wait: they touch more than one in twenty passkeys, and no security report asks for \
             them. If they are right: claviger metadata approve"
        ));
    }
    if busy {
        text.push_str("\nAnother node is at it and goes on.");
    }
    text
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UpdateShown {
    /// None where there is no source and only a list was supplied.
    number: Option<u64>,
    replaced: bool,
    unusable: Vec<String>,
    judged: u64,
    changed: u64,
    undesired: u64,
    waiting: i64,
}

impl UpdateShown {
    fn of(updated: Option<&Updated>, progress: &Progress) -> UpdateShown {
        let (number, replaced, unusable) = match updated {
            None => (None, false, Vec::new()),
            Some(Updated::Unchanged { number }) => (Some(*number), false, Vec::new()),
            Some(Updated::Replaced {
                number, unusable, ..
            }) => {
                let lines = unusable
                    .iter()
                    .map(|(index, why)| format!("{index}: {why}"));
                (Some(*number), true, lines.collect())
            }
        };
        UpdateShown {
            number,
            replaced,
            unusable,
            judged: progress.judged,
            changed: progress.changed,
            undesired: progress.undesired,
            waiting: progress.waiting,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    number: i64,
    next_update_at: String,
    stale: bool,
    source: &'a str,
    fetched_at: String,
    models: i64,
    unusable: i64,
    passkeys: i64,
    with_attestation: i64,
    attested: i64,
    undesired: i64,
    due: i64,
    waiting: i64,
    revocation_lists: Vec<ListShown<'a>>,
    attestation_revocation_lists: Vec<ListShown<'a>>,
    android_list: Option<AndroidListShown<'a>>,
    legal_header: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListShown<'a> {
    issuer: &'a str,
    next_update_at: Option<String>,
    outdated: bool,
}

impl<'a> ListShown<'a> {
    fn of(list: &'a RevocationListView) -> ListShown<'a> {
        ListShown {
            issuer: &list.issuer,
            next_update_at: list.next_update.map(write_time),
            outdated: list.outdated,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AndroidListShown<'a> {
    certificates: i64,
    source: &'a str,
    supplied_at: String,
}

impl<'a> AndroidListShown<'a> {
    fn of(list: &'a AndroidListView) -> AndroidListShown<'a> {
        AndroidListShown {
            certificates: list.entries,
            source: &list.source,
            supplied_at: write_time(list.supplied_at),
        }
    }
}

/// Revocation lists, and what it means that one is past its time.
fn show_revocation_lists(
    what: &str,
    lists: &[RevocationListView],
    consequence: &str,
) -> Result<(), Failure> {
    for list in lists.iter().map(ListShown::of) {
        let until = list.next_update_at.as_deref().unwrap_or("no day");
        let late = match list.outdated {
            true => format!(" (over: {consequence} until the current list is supplied)"),
            false => String::new(),
        };
        let issuer = escape(list.issuer);
        say(&format!("{what} of {issuer}, next one due {until}{late}"))?;
    }
    Ok(())
}

/// Each list that was supplied.
fn show_lists(
    lists: &[RevocationListView],
    of_attestations: &[RevocationListView],
    android: Option<&AndroidListView>,
) -> Result<(), Failure> {
    let consequence = "no newer blob is put in use";
    show_revocation_lists("Revocation list", lists, consequence)?;
    let consequence = "no new attestation that it is about is believed";
    show_revocation_lists(
        "Revocation list for attestations",
        of_attestations,
        consequence,
    )?;
    if let Some(list) = android {
        say(&format!(
            "List of {} Android certificates that must not be believed, from {}, since {}",
            list.entries,
            escape(&list.source),
            write_time(list.supplied_at)
        ))?;
    }
    Ok(())
}

async fn show(identity: &Identity, form: Form) -> Result<(), Failure> {
    let Some(view) = metadata::show(identity).await? else {
        if !form.json {
            let android = metadata::find_android_list(identity).await?;
            let lists = metadata::list_revocation_lists(identity);
            let others = metadata::list_attestation_lists(identity).await?;
            show_lists(&lists, &others, android.as_ref())?;
        }
        return Err(Failure::Said(
            "there is no metadata; get some with: claviger metadata update FILE|URL".to_owned(),
        ));
    };
    if form.json {
        return say_json(&shown(&view));
    }
    let late = if view.stale { " (over)" } else { "" };
    let verdicts = &view.verdicts;
    say(&format!(
        "Blob {} from {}, fetched {}\nNext one due {}{late}\n{} models, {} entries that can't be used\n\
         {} passkeys, {} with an attestation: {} attested, {} of a model that is revoked or compromised",
        view.number,
        escape(&view.source),
        write_time(view.fetched_at),
        write_time(view.next_update),
        view.entries,
        view.unusable,
        view.passkeys,
        verdicts.all,
        verdicts.attested,
        verdicts.undesired,
    ))?;
    show_lists(
        &view.revocation_lists,
        &view.attestation_lists,
        view.android_list.as_ref(),
    )?;
    if verdicts.due > 0 {
        say(&format!("{} are still to be judged", verdicts.due))?;
    }
    if view.waits {
        say(&format!(
            "{} changes wait; if they are right: claviger metadata approve",
            verdicts.waiting
        ))?;
    }
    Ok(())
}

fn shown(view: &View) -> Shown<'_> {
    Shown {
        number: view.number,
        next_update_at: write_time(view.next_update),
        stale: view.stale,
        source: &view.source,
        fetched_at: write_time(view.fetched_at),
        models: view.entries,
        unusable: view.unusable,
        passkeys: view.passkeys,
        with_attestation: view.verdicts.all,
        attested: view.verdicts.attested,
        undesired: view.verdicts.undesired,
        due: view.verdicts.due,
        waiting: view.verdicts.waiting,
        revocation_lists: view.revocation_lists.iter().map(ListShown::of).collect(),
        attestation_revocation_lists: view.attestation_lists.iter().map(ListShown::of).collect(),
        android_list: view.android_list.as_ref().map(AndroidListShown::of),
        legal_header: &view.legal_header,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ModelShown<'a> {
    keys: &'a [String],
    name: &'a str,
    protocol_family: &'a str,
    certification: Option<&'a str>,
    revoked: bool,
    compromised: Vec<&'a str>,
    retired: bool,
    unknown_statuses: &'a [String],
    key_protection: &'a [String],
    attachment: &'a [String],
    attestation_roots: usize,
    reports: Vec<ReportShown<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportShown<'a> {
    status: &'a str,
    effective_date: Option<&'a str>,
}

impl<'a> ModelShown<'a> {
    fn of(model: &'a ModelView) -> ModelShown<'a> {
        let standing = &model.standing;
        ModelShown {
            keys: &model.keys,
            name: &model.name,
            protocol_family: &model.protocol_family,
            certification: model.certification(),
            revoked: standing.revoked,
            compromised: standing
                .compromises
                .iter()
                .map(|one| one.status.as_str())
                .collect(),
            retired: standing.retired,
            unknown_statuses: &standing.unknown,
            key_protection: &model.key_protection,
            attachment: &model.attachment,
            attestation_roots: model.attestation_roots,
            reports: model
                .reports
                .iter()
                .map(|(status, day)| ReportShown {
                    status,
                    effective_date: day.as_deref(),
                })
                .collect(),
        }
    }

    fn standing(&self) -> String {
        let mut words: Vec<&str> = Vec::new();
        words.extend(self.revoked.then_some("revoked"));
        words.extend(&self.compromised);
        words.extend(self.unknown_statuses.iter().map(String::as_str));
        words.extend(self.retired.then_some("retired"));
        if words.is_empty() {
            words.push("nothing against it");
        }
        words.join(", ")
    }
}

async fn show_model(identity: &Identity, key: &str, form: Form) -> Result<(), Failure> {
    let Some(model) = metadata::find_model(identity, key).await? else {
        return Err(Failure::Said(format!(
            "the metadata in use names no model {}",
            escape(key)
        )));
    };
    let shown = ModelShown::of(&model);
    if form.json {
        return say_json(&shown);
    }
    let heads = [
        ("name", shown.name.to_owned()),
        ("key", shown.keys.join(", ")),
        ("kind", shown.protocol_family.to_owned()),
        ("certified", shown.certification.unwrap_or("no").to_owned()),
        ("standing", shown.standing()),
        ("keys kept in", shown.key_protection.join(", ")),
        ("attached", shown.attachment.join(", ")),
        ("anchors", shown.attestation_roots.to_string()),
    ];
    let reports = shown.reports.iter().map(|report| {
        let day = report.effective_date.unwrap_or("no day");
        ("report", format!("{} {day}", report.status))
    });
    let rows = heads.into_iter().chain(reports);
    say(&table(rows.map(|(head, value)| [head.to_owned(), value])))
}

async fn show_models(identity: &Identity, form: Form) -> Result<(), Failure> {
    let mut models = Vec::new();
    let mut after = Vec::new();
    loop {
        let page = metadata::list_models(identity, &after).await?;
        let Some((last, _)) = page.last() else { break };
        after.clone_from(last);
        models.extend(page.into_iter().map(|(_, model)| model));
    }
    // A family of U2F models stands once for each key.
    models.dedup_by(|one, other| one.keys == other.keys);
    let shown: Vec<_> = models.iter().map(ModelShown::of).collect();
    if form.json {
        return say_json(&shown);
    }
    let heads = ["MODEL", "NAME", "CERTIFIED", "STANDING"].map(str::to_owned);
    let rows = shown.iter().map(|model| {
        [
            model.keys.first().cloned().unwrap_or_default(),
            model.name.to_owned(),
            model.certification.unwrap_or("no").to_owned(),
            model.standing(),
        ]
    });
    say(&table(std::iter::once(heads).chain(rows)))
}

async fn approve(identity: &Identity, form: Form) -> Result<(), Failure> {
    let os_user = os_user::find();
    let approved = metadata::approve(identity, By::CommandLine { os_user: &os_user }).await?;
    let Approved::Changes(count) = approved else {
        return Err(Failure::Said("nothing waits for approval".to_owned()));
    };
    if !form.json {
        say(&format!("Approved {count} changes."))?;
    }
    let mut total = metadata::judge_due(identity, 10).await?;
    while !total.busy && !total.finished {
        let step = metadata::judge_due(identity, 10).await?;
        total = Progress {
            judged: total.judged + step.judged,
            changed: total.changed + step.changed,
            ..step
        };
    }
    if form.json {
        return say_json(&serde_json::json!({"approved": count, "changed": total.changed}));
    }
    say(&describe_judged(&total))
}
