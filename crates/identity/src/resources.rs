//! Which APIs a request is about: by `resource` (RFC 8707), or by scopes that name theirs (`https://api.example.org/read`, as Entra's
//! clients write them).
//!
//! Our own API is never asked for by `resource`: it is what a token is for when nothing else is named. So no name of another
//! API can be one of ours, and no request can mix them up.

use oidc::{ErrorKind, OAuthError, resource};
use store::{AppRoleAssignment, Client, Id, PermissionGrant};

use crate::applications::{Api, ApiScope, AppRole, TokenSettings};
use crate::issuer::{Scope, is_own_resource, parse_scope};
use crate::permissions::Permission;
use crate::{Identity, Refusal, codes};

/// Stands behind a resource for everything that was granted there before.
const DEFAULT: &str = ".default";
/// Scopes about the sign-in and its tokens, which no API has.
pub(crate) const OF_THE_SIGN_IN: [Permission; 4] = [
    Permission::OpenId,
    Permission::Profile,
    Permission::Email,
    Permission::OfflineAccess,
];

/// An application's own API, as it is in this very request.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    /// What it was called: `aud`.
    pub(crate) uri: String,
    pub(crate) app_id: Id,
    pub(crate) principal_id: Id,
    pub(crate) name: String,
    pub(crate) api: Api,
    pub(crate) roles: Vec<AppRole>,
    assignment_required: bool,
}

/// What is asked of one of them.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) resource: Resource,
    /// Scopes by name, each of which can be asked for.
    pub(crate) values: Vec<String>,
    /// What was granted before, besides.
    pub(crate) asks_default: bool,
}

/// Scopes of one API, as a grant keeps them.
pub(crate) type Held = (String, Vec<String>);

fn not_granted() -> Refusal {
    Refusal::new(&codes::RESOURCE_NOT_GRANTED)
}

/// The API of that name.
///
/// # Errors
/// [`codes::RESOURCE_UNKNOWN`], also for one of ours.
pub(crate) async fn find(identity: &Identity, uri: &str) -> Result<Resource, Refusal> {
    let unknown = || Refusal::new(&codes::RESOURCE_UNKNOWN);
    if resource::check(uri).is_err() || is_own_resource(identity, uri) {
        return Err(unknown());
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_resource(tenant, uri).await?;
    let found = found.ok_or_else(unknown)?;
    let api = Api::read(found.api.as_deref())?;
    Ok(Resource {
        uri: uri.to_owned(),
        app_id: found.app_id,
        principal_id: found.principal_id,
        name: found.display_name,
        api,
        roles: TokenSettings::read(&found.token_settings)?.roles,
        assignment_required: found.assignment_required,
    })
}

impl Resource {
    /// Those of the words that can be asked for now, in the order of the API's own list.
    pub(crate) fn keep_known<'a>(&self, values: &[&'a str]) -> Vec<&'a str> {
        let known = self.api.scopes.iter().filter(|scope| scope.is_enabled);
        known
            .filter_map(|scope| values.iter().copied().find(|it| *it == scope.value))
            .collect()
    }

    /// Those of the roles that the API still has, for such a holder.
    pub(crate) fn keep_roles<'a>(&self, values: &[&'a str], of_person: bool) -> Vec<&'a str> {
        let fits = |role: &&AppRole| match of_person {
            true => role.is_enabled && role.for_people,
            false => role.is_enabled && role.for_applications,
        };
        let known = |value: &&&str| self.roles.iter().filter(fits).any(|it| it.value == **value);
        values.iter().filter(known).copied().collect()
    }

    /// What the application may do there in its own name.
    pub(crate) fn list_roles(&self, assigned: &[AppRoleAssignment]) -> Vec<String> {
        let mine = |role: &&AppRole| {
            role.is_enabled
                && role.for_applications
                && assigned
                    .iter()
                    .any(|it| it.resource_id == self.principal_id && it.app_role_id == role.id)
        };
        let roles = self.roles.iter().filter(mine);
        roles.map(|role| role.value.clone()).collect()
    }

    /// Whether tokens for it may be about this person.
    pub(crate) async fn is_open_to(
        &self,
        identity: &Identity,
        person: Id,
    ) -> Result<bool, Refusal> {
        if !self.assignment_required {
            return Ok(true);
        }
        let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
        Ok(store.is_assigned(tenant, person, self.principal_id).await?)
    }
}

impl Target {
    fn of(resource: Resource) -> Target {
        Target {
            resource,
            values: Vec::new(),
            asks_default: false,
        }
    }

    /// Takes a word that stands for one of its scopes.
    fn take(&mut self, value: &str) -> bool {
        if value == DEFAULT {
            self.asks_default = true;
            return true;
        }
        let known = self.resource.api.find_scope(value).is_some();
        if known && !self.values.iter().any(|it| it == value) {
            self.values.push(value.to_owned());
        }
        known
    }

    /// The scopes that are asked for by name.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = &ApiScope> {
        let scopes = self.values.iter();
        scopes.filter_map(|value| self.resource.api.find_scope(value))
    }

    /// What of it a token may say, of what was granted.
    pub(crate) fn derive_values(&self, granted: &Granted) -> Vec<String> {
        let granted = granted.at(&self.resource);
        let known = self.resource.keep_known(&granted);
        let is_asked = |it: &&str| self.asks_default || self.values.iter().any(|one| one == it);
        let values = known.into_iter().filter(is_asked);
        values.map(str::to_owned).collect()
    }
}

/// The scopes of a request: what is asked of our own API and of the sign-in, and of other APIs.
#[derive(Debug, Default)]
pub(crate) struct Words<'a> {
    pub(crate) named: Vec<Permission>,
    pub(crate) asks_default: bool,
    others: Vec<&'a str>,
}

/// Sorts a request's scopes. Beside `resource` only scopes of the sign-in are ours.
pub(crate) fn sort<'a>(identity: &Identity, scopes: &'a [String], has_resource: bool) -> Words<'a> {
    let mut words = Words::default();
    for scope in scopes {
        let bare = |it: Permission| it.name() == scope && OF_THE_SIGN_IN.contains(&it);
        match parse_scope(identity, scope) {
            Some(Scope::One(permission)) if !has_resource || bare(permission) => {
                if !words.named.contains(&permission) {
                    words.named.push(permission);
                }
            }
            Some(Scope::Default) if !has_resource => words.asks_default = true,
            _ => words.others.push(scope),
        }
    }
    words
}

/// The name and the word of a scope that says which API it is of.
fn split(word: &str) -> Option<(&str, &str)> {
    word.rsplit_once('/')
        .filter(|(uri, _)| resource::check(uri).is_ok())
}

/// The APIs that a request asks for: by `resource`, and by what remained of its scopes. Asks the database for each of them, and for
/// nothing where there is none.
///
/// # Errors
/// [`codes::RESOURCE_UNKNOWN`]; [`codes::RESOURCE_CONTRADICTORY`] for a scope of an API that is not among `resources`, when
/// there are any; [`codes::SCOPE_UNKNOWN`].
pub(crate) async fn resolve(
    identity: &Identity,
    resources: &[String],
    words: &Words<'_>,
) -> Result<Vec<Target>, Refusal> {
    let mut targets: Vec<Target> = Vec::new();
    for uri in resources {
        targets.push(Target::of(find(identity, uri).await?));
    }
    let unknown = || Refusal::new(&codes::SCOPE_UNKNOWN);
    let contradictory = || Refusal::new(&codes::RESOURCE_CONTRADICTORY);
    for word in &words.others {
        let Some((uri, value)) = split(word) else {
            // A word alone is a scope of every resource that has it (RFC 8707 section 2).
            let taken = targets.iter_mut().filter(|_| !resources.is_empty());
            if taken.filter_map(|it| it.take(word).then_some(())).count() == 0 {
                return Err(unknown());
            }
            continue;
        };
        let is_full = targets.len() >= resource::MAX_RESOURCES;
        let known = targets.iter_mut().find(|it| it.resource.uri == uri);
        let is_taken = match known {
            Some(target) => target.take(value),
            None if resources.is_empty() && is_own_resource(identity, uri) => false,
            None if !resources.is_empty() || is_full => {
                return Err(contradictory());
            }
            None => {
                let mut target = Target::of(find(identity, uri).await?);
                let is_taken = target.take(value);
                targets.push(target);
                is_taken
            }
        };
        if !is_taken {
            return Err(unknown());
        }
    }
    for target in &mut targets {
        // Who names an API alone wants what was granted of it.
        target.asks_default |= target.values.is_empty();
    }
    Ok(targets)
}

/// The same in the words of the authorization endpoint; what is no one's fault stays a refusal.
pub(crate) fn tell(refusal: Refusal) -> Result<OAuthError, Refusal> {
    let kind = match refusal.code {
        code if code == &codes::SCOPE_UNKNOWN => {
            return Ok(OAuthError::new(
                ErrorKind::InvalidScope,
                "a scope is unknown",
            ));
        }
        code if is_about_resource(code) => ErrorKind::InvalidTarget,
        _ => return Err(refusal),
    };
    Ok(OAuthError::new(kind, refusal.code.meaning))
}

fn is_about_resource(code: &codes::Code) -> bool {
    [
        &codes::RESOURCE_UNKNOWN,
        &codes::RESOURCE_NOT_GRANTED,
        &codes::RESOURCE_CONTRADICTORY,
        &codes::RESOURCE_AMBIGUOUS,
    ]
    .contains(&code)
}

// --- what was granted

/// Whose grants a client has: everybody's, and one person's.
#[derive(Debug)]
pub(crate) struct Granted {
    /// Of our own API.
    pub(crate) permissions: Vec<Permission>,
    grants: Vec<PermissionGrant>,
    person: Id,
}

impl Granted {
    pub(crate) fn new(
        permissions: Vec<Permission>,
        grants: Vec<PermissionGrant>,
        person: Id,
    ) -> Granted {
        Granted {
            permissions,
            grants,
            person,
        }
    }

    /// Words of what was granted at an API, known there or not.
    pub(crate) fn at(&self, resource: &Resource) -> Vec<&str> {
        let grants = self.grants.iter();
        let words = grants
            .filter(|grant| grant.resource_id == resource.principal_id)
            .flat_map(|grant| grant.scope.split_whitespace());
        let mut found = Vec::new();
        for word in words {
            if !found.contains(&word) {
                found.push(word);
            }
        }
        found
    }

    /// What the person consented to by themselves, for the resource of that client id.
    pub(crate) fn own(&self, resource_app_id: Id) -> Option<&PermissionGrant> {
        self.grants.iter().find(|grant| {
            grant.person_id == self.person && grant.resource_app_id == Some(resource_app_id)
        })
    }
}

// --- as kept with codes, families and devices

/// The scopes of our own API and of others, as one text: those of others behind their resource.
pub(crate) fn write_words(permissions: &[Permission], apis: &[Held]) -> String {
    let own = permissions.iter().map(|it| it.name().to_owned());
    let others = apis
        .iter()
        .flat_map(|(uri, values)| write_scopes(uri, values));
    let words: Vec<String> = own.chain(others).collect();
    words.join(" ")
}

/// Each behind the name of its API.
pub(crate) fn write_scopes(uri: &str, values: &[String]) -> Vec<String> {
    let words = values.iter().map(|value| format!("{uri}/{value}"));
    words.collect()
}

/// The same way back; what this version doesn't know gives no right.
pub(crate) fn read_words(text: &str) -> (Vec<Permission>, Vec<Held>) {
    let (mut permissions, mut apis) = (Vec::new(), Vec::<Held>::new());
    for word in text.split(' ') {
        let Some((uri, value)) = word.rsplit_once('/') else {
            permissions.extend(Permission::parse(word));
            continue;
        };
        match apis.iter_mut().find(|(known, _)| known == uri) {
            Some((_, values)) => values.push(value.to_owned()),
            None => apis.push((uri.to_owned(), vec![value.to_owned()])),
        }
    }
    (permissions, apis)
}

/// What a token request wants of what was granted at first, which it never exceeds.
#[derive(Debug)]
pub(crate) struct Choice {
    /// Of our own API and the sign-in; `None`: all of it.
    pub(crate) permissions: Option<Vec<Permission>>,
    /// The API that the token is for; `None`: our own.
    pub(crate) target: Option<Held>,
}

/// Chooses by `resource` and by scopes. With neither, it is the one API that was granted, or our own where none was.
///
/// # Errors
/// [`codes::RESOURCE_NOT_GRANTED`], [`codes::RESOURCE_CONTRADICTORY`], [`codes::RESOURCE_AMBIGUOUS`] where several remain,
/// [`codes::SCOPE_UNKNOWN`] for a scope that was not granted at first.
pub(crate) fn choose(
    identity: &Identity,
    (first, held): (&[Permission], &[Held]),
    resource: Option<&str>,
    scopes: &[String],
) -> Result<Choice, Refusal> {
    let named = match resource {
        None => None,
        Some(uri) => {
            let found = held.iter().find(|(known, _)| known == uri);
            Some(found.ok_or_else(not_granted)?)
        }
    };
    if scopes.is_empty() {
        return Ok(Choice {
            permissions: None,
            target: match (named, held) {
                (Some(named), _) => Some(named.clone()),
                (None, []) => None,
                (None, [only]) => Some(only.clone()),
                (None, _) => return Err(Refusal::new(&codes::RESOURCE_AMBIGUOUS)),
            },
        });
    }
    let words = sort(identity, scopes, resource.is_some());
    let unknown = || Refusal::new(&codes::SCOPE_UNKNOWN);
    if !words.named.iter().all(|it| first.contains(it)) {
        return Err(unknown());
    }
    let mut targets: Vec<Held> = named
        .iter()
        .map(|(uri, _)| (uri.clone(), Vec::new()))
        .collect();
    for word in &words.others {
        take_word(word, (held, named), &mut targets)?;
    }
    let is_of_sign_in = |it: &Permission| OF_THE_SIGN_IN.contains(it);
    let asks_us = words.asks_default || !words.named.iter().all(is_of_sign_in);
    if targets.len() > 1 || (asks_us && !targets.is_empty()) {
        return Err(Refusal::new(&codes::RESOURCE_AMBIGUOUS));
    }
    let mut target = targets.pop();
    if let (Some((_, values)), Some((_, all))) = (&mut target, named)
        && values.is_empty()
    {
        values.clone_from(all);
    }
    Ok(Choice {
        permissions: Some(match words.asks_default {
            true => first.to_vec(),
            false => words.named,
        }),
        target,
    })
}

/// One scope that is none of ours.
fn take_word(
    word: &str,
    (held, named): (&[Held], Option<&Held>),
    targets: &mut Vec<Held>,
) -> Result<(), Refusal> {
    let unknown = || Refusal::new(&codes::SCOPE_UNKNOWN);
    let mut put = |uri: &str, add: &[String]| {
        let at = match targets.iter().position(|(known, _)| known == uri) {
            Some(at) => at,
            None => {
                targets.push((uri.to_owned(), Vec::new()));
                targets.len() - 1
            }
        };
        if let Some((_, values)) = targets.get_mut(at) {
            let new = add.iter().filter(|it| !values.contains(it));
            let new: Vec<String> = new.cloned().collect();
            values.extend(new);
        }
    };
    match split(word) {
        Some((uri, value)) => {
            if named.is_some_and(|(known, _)| known != uri) {
                return Err(Refusal::new(&codes::RESOURCE_CONTRADICTORY));
            }
            let found = held.iter().find(|(known, _)| known == uri);
            let (_, values) = found.ok_or_else(not_granted)?;
            match value {
                DEFAULT => put(uri, values),
                _ if values.iter().any(|it| it == value) => put(uri, &[value.to_owned()]),
                _ => return Err(unknown()),
            }
        }
        None => {
            let of = |it: &&Held| named.is_none_or(|(uri, _)| it.0 == *uri);
            let mut known = held.iter().filter(of);
            let found: Vec<&Held> = known
                .by_ref()
                .filter(|(_, values)| values.iter().any(|it| it == word))
                .collect();
            if found.is_empty() {
                return Err(unknown());
            }
            for (uri, _) in found {
                put(uri, &[word.to_owned()]);
            }
        }
    }
    Ok(())
}

/// An API that a token may be made for now, and what it may say.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) resource: Resource,
    pub(crate) values: Vec<String>,
}

/// What of it still stands: the API by that name, what was granted, and the person's being assigned where that is asked for.
///
/// # Errors
/// [`codes::RESOURCE_UNKNOWN`], [`codes::RESOURCE_NOT_GRANTED`].
pub(crate) async fn find_live(
    identity: &Identity,
    (uri, values): &Held,
    granted: &Granted,
    person: Id,
) -> Result<Live, Refusal> {
    let resource = find(identity, uri).await?;
    let all = granted.at(&resource);
    let wanted: Vec<&str> = all
        .into_iter()
        .filter(|word| values.iter().any(|it| it == word))
        .collect();
    let values: Vec<String> = resource
        .keep_known(&wanted)
        .into_iter()
        .map(str::to_owned)
        .collect();
    if values.is_empty() || !resource.is_open_to(identity, person).await? {
        return Err(not_granted());
    }
    Ok(Live { resource, values })
}

/// What an application may do by itself at an API.
///
/// # Errors
/// [`codes::RESOURCE_UNKNOWN`]; [`codes::RESOURCE_NOT_GRANTED`] without a role there.
pub(crate) async fn find_roles(
    identity: &Identity,
    client: &Client,
    uri: &str,
) -> Result<Live, Refusal> {
    let resource = find(identity, uri).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let assigned = store.list_app_roles(tenant, client.principal_id).await?;
    let values = resource.list_roles(&assigned);
    if values.is_empty() {
        return Err(not_granted());
    }
    Ok(Live { resource, values })
}

/// The API that an application asks for by itself: `.default` of it, by either way of naming it; `None`: our own.
///
/// # Errors
/// [`codes::SCOPE_UNKNOWN`], [`codes::RESOURCE_CONTRADICTORY`].
pub(crate) fn choose_for_application<'a>(
    identity: &Identity,
    resource: Option<&'a str>,
    scopes: &'a [String],
) -> Result<Option<&'a str>, Refusal> {
    let unknown = || Refusal::new(&codes::SCOPE_UNKNOWN);
    let scope = match scopes {
        [] if resource.is_some() => return Ok(resource),
        [only] => only.as_str(),
        _ => return Err(unknown()),
    };
    if resource.is_none() && parse_scope(identity, scope) == Some(Scope::Default) {
        return Ok(None);
    }
    match (split(scope), resource) {
        (Some((uri, DEFAULT)), None) => Ok(Some(uri)),
        (Some((uri, DEFAULT)), Some(resource)) if uri == resource => Ok(Some(uri)),
        (Some((_, DEFAULT)), Some(_)) => Err(Refusal::new(&codes::RESOURCE_CONTRADICTORY)),
        _ => Err(unknown()),
    }
}

#[cfg(test)]
mod tests {
    use super::{read_words, write_words};
    use crate::permissions::Permission;

    #[test]
    fn what_is_kept_is_read_again() {
        let permissions = [Permission::OpenId, Permission::UserRead];
        let apis = vec![
            (
                "https://api.example.org/".to_owned(),
                vec!["read".to_owned(), "write:all".to_owned()],
            ),
            ("urn:example:a/b".to_owned(), vec!["User.Read.x".to_owned()]),
        ];
        let text = write_words(&permissions, &apis);
        assert_eq!(
            text,
            "openid User.Read https://api.example.org//read https://api.example.org//write:all urn:example:a/b/User.Read.x"
        );
        assert_eq!(read_words(&text), (permissions.to_vec(), apis));
        // What came before there were APIs.
        assert_eq!(
            read_words("openid offline_access nonsense"),
            (vec![Permission::OpenId, Permission::OfflineAccess], vec![])
        );
        assert_eq!(read_words(""), (vec![], vec![]));
    }
}
