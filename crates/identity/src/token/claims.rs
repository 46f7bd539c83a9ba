//! What the administrator lets id tokens and userinfo say of a person, beyond what OpenID Connect has words for.

use serde_json::{Map, Value, json};
use store::{Client, Depth, DirectoryPerson, Group, Id, MAX_GROUPS_TOLD};

use crate::Identity;
use crate::Refusal;
use crate::applications::{AppRole, Source, TokenSettings};
use crate::people::Profile;

/// Where there are more groups than a token has room for: nothing is told rather than some (Graph's `hasgroups`).
const TOO_MANY: &str = "hasgroups";

/// What the sources draw from, each read at most once, and only when a rule asks for it.
struct Wells<'a> {
    identity: &'a Identity,
    client: &'a Client,
    settings: &'a TokenSettings,
    person: Id,
    record: Option<DirectoryPerson>,
    groups: Option<Vec<Group>>,
    assigned: Option<Vec<Group>>,
    roles: Option<Vec<String>>,
}

/// The mapped claims of a person for an application, as of now.
pub(crate) async fn map(
    identity: &Identity,
    client: &Client,
    settings: &TokenSettings,
    person: Id,
) -> Result<Map<String, Value>, Refusal> {
    let mut wells = Wells {
        identity,
        client,
        settings,
        person,
        record: None,
        groups: None,
        assigned: None,
        roles: None,
    };
    let mut claims = Map::new();
    if settings.roles.iter().any(AppRole::is_told_of_people) {
        let roles = wells.roles().await?;
        if !roles.is_empty() {
            claims.insert("roles".to_owned(), json!(roles));
        }
    }
    for rule in &settings.claims {
        match wells.draw(&rule.source).await? {
            Drawn::Value(value) => {
                claims.insert(rule.name.clone(), value);
            }
            Drawn::Nothing => {}
            Drawn::TooMany => {
                claims.insert(TOO_MANY.to_owned(), json!(true));
            }
        }
    }
    Ok(claims)
}

enum Drawn {
    Value(Value),
    /// The claim is left out.
    Nothing,
    TooMany,
}

impl Drawn {
    fn of_text(text: Option<&str>) -> Drawn {
        match text {
            Some(text) => Drawn::Value(json!(text)),
            None => Drawn::Nothing,
        }
    }

    fn of_groups(groups: &[Group], tell: fn(&Group) -> String) -> Drawn {
        match groups.len() > MAX_GROUPS_TOLD {
            true => Drawn::TooMany,
            false => Drawn::Value(json!(groups.iter().map(tell).collect::<Vec<_>>())),
        }
    }
}

fn tell_id(group: &Group) -> String {
    group.group_id.to_string()
}

fn tell_name(group: &Group) -> String {
    group.display_name.clone()
}

impl Wells<'_> {
    async fn draw(&mut self, source: &Source) -> Result<Drawn, Refusal> {
        Ok(match source {
            Source::Fixed(text) => Drawn::Value(json!(text)),
            Source::Unknown(_) => Drawn::Nothing,
            Source::ObjectId => Drawn::Value(json!(self.person.to_string())),
            Source::UserName => {
                Drawn::of_text(self.record().await?.map(|it| it.user_name.as_str()))
            }
            Source::DisplayName => {
                Drawn::of_text(self.record().await?.map(|it| it.display_name.as_str()))
            }
            Source::Mail => Drawn::of_text(self.record().await?.and_then(|it| it.mail.as_deref())),
            Source::Attribute(attribute) => {
                let profile = self
                    .record()
                    .await?
                    .map(|it| Profile::from_json(&it.profile));
                let text = profile.and_then(|mut it| it.texts.remove(attribute));
                Drawn::of_text(text.as_deref())
            }
            Source::GroupIds => Drawn::of_groups(self.groups().await?, tell_id),
            Source::GroupNames => Drawn::of_groups(self.groups().await?, tell_name),
            Source::AssignedGroupIds => Drawn::of_groups(self.assigned().await?, tell_id),
            Source::AssignedGroupNames => Drawn::of_groups(self.assigned().await?, tell_name),
            Source::Roles => Drawn::Value(json!(self.roles().await?)),
        })
    }

    async fn record(&mut self) -> Result<Option<&DirectoryPerson>, Refusal> {
        if self.record.is_none() {
            let (store, tenant) = (&self.identity.0.store, self.identity.0.tenant_id);
            self.record = store.find_directory_person(tenant, self.person).await?;
        }
        Ok(self.record.as_ref())
    }

    async fn groups(&mut self) -> Result<&[Group], Refusal> {
        if self.groups.is_none() {
            let (store, tenant) = (&self.identity.0.store, self.identity.0.tenant_id);
            let limit = MAX_GROUPS_TOLD as i64 + 1;
            let found = store
                .list_groups_of(tenant, self.person, Depth::Transitive, None, limit)
                .await?;
            self.groups = Some(found);
        }
        Ok(self.groups.as_deref().unwrap_or_default())
    }

    async fn assigned(&mut self) -> Result<&[Group], Refusal> {
        if self.assigned.is_none() {
            let (store, tenant) = (&self.identity.0.store, self.identity.0.tenant_id);
            let found = store
                .list_assigned_groups_of(tenant, self.person, self.client.principal_id)
                .await?;
            self.assigned = Some(found);
        }
        Ok(self.assigned.as_deref().unwrap_or_default())
    }

    /// In the order of the application's list.
    async fn roles(&mut self) -> Result<&[String], Refusal> {
        if self.roles.is_none() {
            let (store, tenant) = (&self.identity.0.store, self.identity.0.tenant_id);
            let held = store
                .list_roles_at(tenant, self.person, self.client.principal_id)
                .await?;
            let roles = self.settings.roles.iter();
            let told = roles.filter(|role| role.is_told_of_people() && held.contains(&role.id));
            self.roles = Some(told.map(|role| role.value.clone()).collect());
        }
        Ok(self.roles.as_deref().unwrap_or_default())
    }
}
