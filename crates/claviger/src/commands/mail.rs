//! `mail`: how mail is sent, and who could not be told.

use std::io::Read;
use std::path::Path;

use identity::mail::{self, MailSettings, Security, Zeroizing};
use identity::{Actor, Identity, Refusal, codes, notices};
use serde::Serialize;
use server::Start;
use server::config::Configuration;
use server::mail::Mailer;

use super::{Failure, open};
use crate::flags::{Form, Mail, SecurityWord, SetMail};
use crate::os_user;
use crate::output::{escape, say, say_json, table, write_time};

/// More than any password.
const LONGEST: u64 = 4096;

pub(crate) async fn run(configuration: &Configuration, command: Mail) -> Result<(), Failure> {
    let identity = open(configuration, Start::Beside).await?;
    let os_user = os_user::find();
    let outcome = match command {
        Mail::Set(asked) => set(&identity, &os_user, &asked).await,
        Mail::Show { form } => show(&identity, form).await,
        Mail::Remove => remove(&identity, &os_user).await,
        Mail::Test { address } => test(configuration, &identity, &address).await,
        Mail::Undelivered { form } => list(&identity, &os_user, form).await,
    };
    identity.close().await;
    outcome
}

async fn find(identity: &Identity) -> Result<MailSettings, Failure> {
    let found = mail::find(identity).await?;
    Ok(found.ok_or_else(|| Refusal::new(&codes::MAIL_MISSING))?)
}

/// The first line: editors end a file with a line break.
pub(super) fn read_password(file: &Path) -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::new());
    let read = match file.as_os_str() == "-" {
        true => std::io::stdin()
            .lock()
            .take(LONGEST)
            .read_to_string(&mut text),
        false => {
            std::fs::File::open(file).and_then(|it| it.take(LONGEST).read_to_string(&mut text))
        }
    };
    let name = escape(&file.display().to_string());
    read.map_err(|cause| Failure::Said(format!("{name}: {cause}")))?;
    let line = text.lines().next().unwrap_or_default();
    Ok(Zeroizing::new(line.to_owned()))
}

/// What is wrong with a value, for whoever typed it.
fn explain(refusal: Refusal) -> Failure {
    let what = match refusal.detail {
        Some("mail.host") => {
            "The server is a host name or an address, such as mail.example.org; the port stands in --port."
        }
        Some("mail.plain") => {
            "--security none is for localhost only: what is sent in the clear can be read and changed on its way."
        }
        Some("mail.from") => "--from must be a mail address of letters that every server takes.",
        Some("mail.login") => "User and password must not be empty.",
        Some("mail.language") => "--language is a tag such as de.",
        _ => return refusal.into(),
    };
    Failure::Said(format!("{what} ({})", refusal.code.id))
}

async fn set(identity: &Identity, os_user: &str, asked: &SetMail) -> Result<(), Failure> {
    let login = match (&asked.user, &asked.password_file) {
        (Some(user), Some(file)) => Some((user.clone(), read_password(file)?)),
        _ => None,
    };
    let security = match asked.security {
        SecurityWord::Starttls => Security::StartTls,
        SecurityWord::Tls => Security::Tls,
        SecurityWord::None => Security::Plain,
    };
    let language = asked.language.as_deref();
    let settings = MailSettings::new(
        &asked.host,
        asked.port,
        security,
        &asked.from,
        login,
        language,
    )
    .map_err(explain)?;
    mail::set(identity, os_user, &settings).await?;
    say(&format!(
        "Mail goes through {}:{} from now on. See whether it works: claviger mail test ADDRESS",
        settings.host, settings.port
    ))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    host: &'a str,
    port: u16,
    security: Security,
    from: &'a str,
    user: Option<&'a str>,
    language: Option<&'a str>,
}

async fn show(identity: &Identity, form: Form) -> Result<(), Failure> {
    let settings = find(identity).await?;
    let shown = Shown {
        host: &settings.host,
        port: settings.port,
        security: settings.security,
        from: &settings.from,
        user: settings.user.as_deref(),
        language: settings.language.as_deref(),
    };
    if form.json {
        return say_json(&shown);
    }
    let security = match settings.security {
        Security::Tls => "tls",
        Security::StartTls => "starttls",
        Security::Plain => "none",
    };
    say(&format!(
        "server      {}:{}\nprotection  {security}\nfrom        {}\nuser        {}\nlanguage    {}",
        shown.host,
        shown.port,
        escape(shown.from),
        shown.user.map_or_else(|| "nobody".to_owned(), escape),
        shown.language.unwrap_or("en"),
    ))
}

async fn remove(identity: &Identity, os_user: &str) -> Result<(), Failure> {
    find(identity).await?;
    mail::remove(identity, os_user).await?;
    say(
        "No mail is sent any more. Notices wait for three days, and are then listed as undelivered.",
    )
}

async fn test(
    configuration: &Configuration,
    identity: &Identity,
    address: &str,
) -> Result<(), Failure> {
    let settings = find(identity).await?;
    let mailer = Mailer::new(&configuration.outbound_authorities);
    let tried = mailer.try_out(identity, &settings, address).await;
    tried.map_err(|cause| Failure::Said(escape(&cause)))?;
    say(&format!(
        "{}:{} took a letter for {}.",
        settings.host,
        settings.port,
        escape(address)
    ))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Undelivered {
    id: String,
    notice: String,
    user_name: Option<String>,
    state: String,
    tries: i64,
    since: String,
}

async fn list(identity: &Identity, os_user: &str, form: Form) -> Result<(), Failure> {
    let actor = Actor::CommandLine { os_user };
    let found = notices::list_undelivered(identity, actor).await?;
    let shown = found.into_iter().map(|notice| Undelivered {
        id: notice.message_id.to_string(),
        notice: notice.topic,
        user_name: notice.user_name,
        state: match notice.is_over {
            true => notice.cause.unwrap_or_default(),
            false => "waiting".to_owned(),
        },
        tries: notice.attempts,
        since: write_time(notice.created_at),
    });
    let shown: Vec<Undelivered> = shown.collect();
    if form.json {
        return say_json(&shown);
    }
    if shown.is_empty() {
        return say("Everybody was told.");
    }
    let rows = shown.iter().map(|one| {
        [
            one.since.clone(),
            one.notice.clone(),
            one.state.clone(),
            one.user_name.clone().unwrap_or_else(|| "(gone)".to_owned()),
        ]
    });
    say(&table(rows))
}
