//! What an application's tokens say.

use identity::applications::{
    self, AppRole, ApplicationChange, ApplicationView, ClaimRule, Source, TokenSettings,
    parse_algorithm,
};
use identity::{Actor, Identity, token};
use serde::Serialize;
use serde_json::{Map, Value};

use super::super::Failure;
use super::super::principal::find_principal;
use crate::flags::Form;
use crate::output::{escape, say, say_json};

/// As typed.
pub(super) struct Asked {
    pub(super) claim: Vec<String>,
    pub(super) no_claim: Vec<String>,
    pub(super) role: Vec<String>,
    pub(super) no_role: Vec<String>,
    pub(super) algorithm: Option<String>,
    pub(super) pkce: Option<String>,
    pub(super) signed_user_info: Option<String>,
}

fn split<'a>(text: &'a str, flag: &str) -> Result<(&'a str, &'a str), Failure> {
    text.split_once('=')
        .ok_or_else(|| Failure::Said(format!("{flag}, not {text}")))
}

impl Asked {
    fn apply(&self, identity: &Identity, settings: &mut TokenSettings) -> Result<(), Failure> {
        for text in &self.claim {
            let (name, word) = split(text, "--claim is NAME=SOURCE")?;
            let source = Source::parse(word).ok_or_else(|| {
                Failure::Said(format!(
                    "There is no source {word}: see `claviger app tokens --help`"
                ))
            })?;
            settings.claims.retain(|it| it.name != name);
            settings.claims.push(ClaimRule {
                name: name.to_owned(),
                source,
            });
        }
        for name in &self.no_claim {
            let before = settings.claims.len();
            settings.claims.retain(|it| it.name != *name);
            if settings.claims.len() == before {
                return Err(Failure::Said(format!("There is no claim {name}.")));
            }
        }
        for text in &self.role {
            let (value, name) = split(text, "--role is VALUE=NAME")?;
            match settings.roles.iter_mut().find(|it| it.value == value) {
                Some(role) => role.display_name = name.to_owned(),
                None => settings.roles.push(AppRole::make(identity, value, name)),
            }
        }
        for value in &self.no_role {
            let before = settings.roles.len();
            settings.roles.retain(|it| it.value != *value);
            if settings.roles.len() == before {
                return Err(Failure::Said(format!("There is no role {value}.")));
            }
        }
        if let Some(name) = &self.algorithm {
            settings.algorithm = parse_algorithm(name).ok_or_else(|| {
                Failure::Said(format!("{name} is none of RS256, ES256, EdDSA, ML-DSA-65"))
            })?;
        }
        if let Some(word) = &self.pkce {
            settings.is_pkce_optional = word == "optional";
        }
        if let Some(word) = &self.signed_user_info {
            settings.is_user_info_signed = word == "on";
        }
        Ok(())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    algorithm: &'static str,
    pkce: &'static str,
    signed_user_info: bool,
    claims: Vec<Claim>,
    roles: Vec<Role>,
}

#[derive(Serialize)]
struct Claim {
    name: String,
    source: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Role {
    id: String,
    pub(super) value: String,
    pub(super) display_name: String,
    is_enabled: bool,
}

impl Role {
    pub(super) fn of(role: &AppRole) -> Role {
        Role {
            id: role.id.to_string(),
            value: role.value.clone(),
            display_name: role.display_name.clone(),
            is_enabled: role.is_enabled,
        }
    }
}

impl Shown {
    fn of(settings: &TokenSettings) -> Shown {
        let claim = |it: &ClaimRule| Claim {
            name: it.name.clone(),
            source: it.source.write(),
        };
        Shown {
            algorithm: settings.algorithm.as_str(),
            pkce: match settings.is_pkce_optional {
                true => "optional",
                false => "required",
            },
            signed_user_info: settings.is_user_info_signed,
            claims: settings.claims.iter().map(claim).collect(),
            roles: settings.roles.iter().map(Role::of).collect(),
        }
    }
}

pub(super) async fn change(
    identity: &Identity,
    actor: Actor<'_>,
    found: ApplicationView,
    asked: &Asked,
    form: Form,
) -> Result<(), Failure> {
    let mut settings = found.token_settings.clone();
    asked.apply(identity, &mut settings)?;
    if settings != found.token_settings {
        let change = ApplicationChange {
            token_settings: Some(settings.clone()),
            record_version: Some(found.record_version),
            ..ApplicationChange::default()
        };
        applications::change(identity, actor, found.object_id, &change).await?;
    }
    let shown = Shown::of(&settings);
    if form.json {
        return say_json(&shown);
    }
    let mut lines = vec![
        format!("Tokens for {}", escape(&found.display_name)),
        format!("  id tokens signed by  {}", shown.algorithm),
        format!("  PKCE                 {}", shown.pkce),
        format!(
            "  userinfo             {}",
            if shown.signed_user_info {
                "signed"
            } else {
                "plain"
            }
        ),
    ];
    for claim in &shown.claims {
        let (name, source) = (escape(&claim.name), escape(&claim.source));
        lines.push(format!("  claim                {name} from {source}"));
    }
    for role in &shown.roles {
        let (value, name) = (escape(&role.value), escape(&role.display_name));
        lines.push(format!("  role                 {value} ({name})"));
    }
    say(&lines.join("\n"))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    is_assigned: bool,
    id_token: Map<String, Value>,
    user_info: Map<String, Value>,
}

pub(super) async fn preview(
    identity: &Identity,
    actor: Actor<'_>,
    found: &ApplicationView,
    (whom, scope): (&str, &str),
    form: Form,
) -> Result<(), Failure> {
    let person = find_principal(identity, actor, whom).await?;
    let scopes: Vec<&str> = scope.split_whitespace().collect();
    let told = token::preview(identity, actor, found.object_id, person, &scopes).await?;
    let told = Told {
        is_assigned: told.is_assigned,
        id_token: told.id_token,
        user_info: told.user_info,
    };
    if form.json {
        return say_json(&told);
    }
    let (whom, name) = (escape(whom), escape(&found.display_name));
    let mut lines = vec![match told.is_assigned {
        true => format!("What {name} would be told of {whom}, who may sign in to it:"),
        false => format!(
            "What {name} would be told of {whom}, who is not assigned and may NOT sign in to it:"
        ),
    }];
    for (head, claims) in [("id token", &told.id_token), ("userinfo", &told.user_info)] {
        lines.push(format!("  {head}"));
        lines.extend(claims.iter().map(|(name, value)| {
            format!("    {:<20} {}", escape(name), escape(&value.to_string()))
        }));
    }
    say(&lines.join("\n"))
}
