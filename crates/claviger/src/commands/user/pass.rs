//! `user pass`.

use identity::access_pass::{self, NewPass, PassView, Usability};
use identity::people::{self, Actor};
use identity::{Identity, MINUTE, Refusal, codes};
use serde::Serialize;

use super::super::Failure;
use crate::flags::Pass;
use crate::output::{escape, say, say_json, write_time};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    user_name: &'a str,
    id: String,
    /// Only when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pass: Option<&'a str>,
    state: &'static str,
    works: &'static str,
    starts_at: String,
    expires_at: String,
}

impl<'a> Shown<'a> {
    fn of(user_name: &'a str, pass: &PassView, code: Option<&'a str>) -> Shown<'a> {
        Shown {
            user_name,
            id: pass.pass_id.to_string(),
            pass: code,
            state: match pass.usability {
                Usability::Usable => "works",
                Usability::DisabledByPolicy => "not allowed by policy",
                Usability::Expired => "expired",
                Usability::NotYetValid => "works later",
                Usability::OneTimeUsed => "used",
                Usability::Ended => "ended",
            },
            works: match pass.usable_once {
                true => "once",
                false => "until it expires",
            },
            starts_at: write_time(pass.starts_at),
            expires_at: write_time(pass.expires_at),
        }
    }
}

pub(super) async fn run(
    identity: &Identity,
    actor: Actor<'_>,
    asked: &Pass,
) -> Result<(), Failure> {
    let person = people::find(identity, actor, &asked.name).await?;
    if asked.show || asked.remove {
        let found = access_pass::read(identity, actor, person.person_id).await?;
        let pass = found.ok_or_else(|| Refusal::new(&codes::PASS_MISSING))?;
        if asked.show {
            return show(&Shown::of(&person.user_name, &pass, None), asked);
        }
        access_pass::remove(identity, actor, person.person_id, pass.pass_id).await?;
        return say(&format!(
            "The Temporary Access Pass of {} is removed.",
            escape(&person.user_name)
        ));
    }
    let starts_in = i64::from(asked.starts_in) * MINUTE;
    let new = NewPass {
        lifetime_minutes: asked.minutes,
        starts_at: (asked.starts_in > 0).then(|| identity.ambient().now() + starts_in),
        usable_once: Some(!asked.reusable),
        reason: asked.reason.clone(),
    };
    let (pass, code) = access_pass::make(identity, actor, person.person_id, &new).await?;
    show(&Shown::of(&person.user_name, &pass, Some(&code)), asked)?;
    if pass.usability == Usability::DisabledByPolicy && !asked.form.json {
        say("By the policy it does not work for this person: see `claviger policy pass`.")?;
    }
    Ok(())
}

fn show(shown: &Shown<'_>, asked: &Pass) -> Result<(), Failure> {
    if asked.form.json {
        return say_json(shown);
    }
    let mut lines = vec![format!(
        "Temporary Access Pass of {} ({}, {}, from {} until {})",
        escape(shown.user_name),
        shown.state,
        shown.works,
        shown.starts_at,
        shown.expires_at
    )];
    if let Some(code) = shown.pass {
        lines.push(format!("  {code}"));
        lines.push("It is entered behind \u{201c}I have a Temporary Access Pass\u{201d} on the sign-in page.".to_owned());
    }
    say(&lines.join("\n"))
}
