//! Applications as APIs of their own: what they are called when tokens are asked for them (RFC 8707), and the scopes that other
//! applications may use there. Kept as one JSON beside the registration; the names also by themselves, each of one application.
//!
//! Nothing of it is ever a right at our own API: its scopes and roles have no name or id of ours, and what was granted is told
//! apart by the resource, not by the word.

use oidc::resource;
use serde::{Deserialize, Serialize};
use store::{Id, Unit};

use crate::audit::Entry;
use crate::issuer::is_own_resource;
use crate::permissions::Permission;
use crate::{Identity, Refusal, codes, names};

/// The most names, and the most scopes, of one application.
const MAX_URIS: usize = 5;
const MAX_SCOPES: usize = 50;
/// The longest word of a scope, the longest short text, the longest description, in characters.
const MAX_VALUE: usize = 120;
const MAX_NAME: usize = 120;
const MAX_DESCRIPTION: usize = 1024;

/// What other applications may do at an API in people's names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiScope {
    #[serde(with = "id_text")]
    pub id: Id,
    /// What `scp` says.
    pub value: String,
    /// What administrators read.
    pub admin_name: String,
    #[serde(default)]
    pub admin_description: String,
    /// What people read who are asked for consent; empty: what administrators read.
    #[serde(default)]
    pub user_name: String,
    #[serde(default)]
    pub user_description: String,
    /// Otherwise nobody gets it.
    pub is_enabled: bool,
    /// People may consent to it by themselves; otherwise an administrator does.
    pub is_for_people: bool,
}

impl ApiScope {
    /// A new one, which can be asked for at once.
    #[must_use]
    pub fn make(identity: &Identity, value: &str, name: &str) -> ApiScope {
        ApiScope {
            id: identity.0.ambient.make_id(),
            value: value.to_owned(),
            admin_name: name.to_owned(),
            admin_description: String::new(),
            user_name: String::new(),
            user_description: String::new(),
            is_enabled: true,
            is_for_people: true,
        }
    }

    /// What people read.
    #[must_use]
    pub fn name_for_people(&self) -> &str {
        match self.user_name.is_empty() {
            true => &self.admin_name,
            false => &self.user_name,
        }
    }

    /// More of it; may be empty.
    #[must_use]
    pub fn description_for_people(&self) -> &str {
        match self.user_name.is_empty() && self.user_description.is_empty() {
            true => &self.admin_description,
            false => &self.user_description,
        }
    }
}

mod id_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use store::Id;

    pub(super) fn serialize<S: Serializer>(id: &Id, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&id.to_string())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Id, D::Error> {
        let text = String::deserialize(from)?;
        Id::parse(&text).ok_or_else(|| D::Error::custom("no id"))
    }
}

/// What an application is as an API; nothing, for most.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Api {
    /// What it is called: `aud` of its tokens is the one that was asked for.
    pub identifier_uris: Vec<String>,
    pub scopes: Vec<ApiScope>,
}

fn unfit_scope(detail: &'static str) -> Refusal {
    Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::API_SCOPE_UNFIT)
    }
}

impl Api {
    /// As stored.
    ///
    /// # Errors
    /// [`codes::INTERNAL`] for what this program doesn't understand.
    pub(crate) fn read(text: Option<&str>) -> Result<Api, Refusal> {
        let Some(text) = text else {
            return Ok(Api::default());
        };
        serde_json::from_str(text).map_err(|_| {
            tracing::error!("what an application is as an API can't be read");
            Refusal::new(&codes::INTERNAL)
        })
    }

    /// The scope of that word, if it can be asked for.
    pub(crate) fn find_scope(&self, value: &str) -> Option<&ApiScope> {
        self.scopes
            .iter()
            .find(|scope| scope.is_enabled && scope.value == value)
    }

    /// What it is to be from now on; `None` leaves as it is.
    ///
    /// # Errors
    /// [`codes::IDENTIFIER_URI_UNFIT`], [`codes::API_SCOPE_UNFIT`], with what exactly.
    pub(super) fn change(
        &self,
        identity: &Identity,
        app_id: Id,
        (uris, scopes): (Option<&[String]>, Option<&[ApiScope]>),
    ) -> Result<Api, Refusal> {
        let mut after = self.clone();
        if let Some(uris) = uris {
            check_uris(identity, app_id, uris)?;
            after.identifier_uris = uris.to_vec();
        }
        if let Some(scopes) = scopes {
            check_scopes(scopes)?;
            after.scopes = scopes.to_vec();
        }
        Ok(after)
    }

    /// Puts what differs from `before` into the unit, and both into the record.
    pub(super) fn put(
        &self,
        identity: &Identity,
        (unit, entry): (&mut Unit, &mut Entry),
        object: Id,
        before: &Api,
    ) -> Result<(), Refusal> {
        if self == before {
            return Ok(());
        }
        let tenant = identity.0.tenant_id;
        let write =
            |api: &Api| serde_json::to_string(api).map_err(|_| Refusal::new(&codes::INTERNAL));
        let (text, text_before) = (write(self)?, write(before)?);
        let (now, held) = (&self.identifier_uris, &before.identifier_uris);
        for uri in held.iter().filter(|it| !now.contains(it)) {
            unit.delete_identifier_uri(tenant, uri, object);
        }
        for uri in now.iter().filter(|it| !held.contains(it)) {
            unit.insert_identifier_uri(tenant, uri, object);
        }
        let is_nothing = *self == Api::default();
        unit.change_api(tenant, object, Some(text.as_str()).filter(|_| !is_nothing));
        entry.say("apiBefore", text_before).say("api", text);
        Ok(())
    }
}

fn check_uris(identity: &Identity, app_id: Id, uris: &[String]) -> Result<(), Refusal> {
    let unfit = |detail| Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::IDENTIFIER_URI_UNFIT)
    };
    if uris.len() > MAX_URIS {
        return Err(unfit("api.too_many_uris"));
    }
    for (number, uri) in uris.iter().enumerate() {
        resource::check(uri).map_err(|_| unfit("api.uri"))?;
        if is_own_resource(identity, uri) {
            return Err(unfit("api.uri_of_this_server"));
        }
        // `api://` and a client id is Entra's first proposal: nobody takes another application's.
        let id = uri.strip_prefix("api://").and_then(|rest| {
            let name = rest.split('/').next()?;
            Id::parse(name)
        });
        if id.is_some_and(|id| id != app_id) {
            return Err(unfit("api.uri_of_another"));
        }
        if uris.iter().take(number).any(|it| it == uri) {
            return Err(unfit("api.uri_twice"));
        }
    }
    Ok(())
}

/// A word that can stand behind a resource's name and a slash, and is none of ours.
pub(super) fn is_word(value: &str) -> bool {
    (1..=MAX_VALUE).contains(&value.len())
        && value
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"\"\\/".contains(&byte))
        && !value.starts_with('.')
        && Permission::parse(value).is_none()
}

fn check_scopes(scopes: &[ApiScope]) -> Result<(), Refusal> {
    if scopes.len() > MAX_SCOPES {
        return Err(unfit_scope("api.too_many_scopes"));
    }
    let is_name = |text: &str| names::parse_text(text, MAX_NAME).is_some();
    let is_text = |text: &str| names::parse_text(text, MAX_DESCRIPTION).is_some();
    for (number, scope) in scopes.iter().enumerate() {
        if !is_word(&scope.value) {
            return Err(unfit_scope("api.scope_value"));
        }
        let is_of_us = Permission::find_delegated(scope.id).is_some()
            || Permission::find_application(scope.id).is_some();
        if scope.id == super::DEFAULT_ROLE || is_of_us {
            return Err(unfit_scope("api.scope_id"));
        }
        let descriptions = [&scope.admin_description, &scope.user_description];
        let fits = is_name(&scope.admin_name)
            && (scope.user_name.is_empty() || is_name(&scope.user_name))
            && descriptions
                .into_iter()
                .all(|text| text.is_empty() || is_text(text));
        if !fits {
            return Err(unfit_scope("api.scope_text"));
        }
        let mut before = scopes.iter().take(number);
        if before.any(|it| it.id == scope.id || it.value == scope.value) {
            return Err(unfit_scope("api.scope_twice"));
        }
    }
    Ok(())
}
