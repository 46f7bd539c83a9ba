//! Connectors: programs that bring people and groups from elsewhere by SCIM, each with a token of its own. A connector
//! sees and changes only what it made, and never matches anybody by mail (security 35): what others made is not there for
//! it. It gives nobody a role, a passkey or a pass, and nothing that confers one.

use std::collections::HashMap;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use store::{
    Connected, Connector as Row, Guard, Id, Log, MadeBy, MadeMember, NewConnector, PrincipalKind,
    Unit, WriteError,
};
use webauthn::base64url;

use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::audit::{self, Entry};
use crate::groups::GroupRecord;
use crate::people::{Detail, PersonRecord};
use crate::seal::derive_hash;
use crate::sign_in::{limit_connector, limit_wrong_connector};
use crate::tenant::refuse_write;
use crate::{Caller, Code, HOUR, Identity, MINUTE, Micros, Refusal, codes, names};

/// As many there may be.
const MOST: usize = 50;
/// The longest name, in characters.
const NAME_MAX: usize = 64;
/// The longest id that a connector may call something by, in characters.
const EXTERNAL_ID_MAX: usize = 256;
/// How long the token from before works beside a new one.
pub const OVERLAP: Micros = 24 * HOUR;
/// What a token begins with, so that whoever finds one knows what it is.
const PREFIX: &str = "claviger_scim_";
/// Records that are read at a time.
pub const BATCH: usize = 500;

/// Whoever presented a connector's token. Made only by [`authenticate`].
#[derive(Clone)]
pub struct Connector {
    pub(crate) connector_id: Id,
    pub(crate) name: String,
    token_hash: [u8; 32],
}

/// Without the token's hash.
impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connector")
            .field("connector_id", &self.connector_id)
            .finish_non_exhaustive()
    }
}

impl Connector {
    /// Guards that the token still works when the unit is written (security 3).
    pub(crate) fn require(&self, identity: &Identity, unit: &mut Unit) {
        let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
        unit.require_connector(tenant, self.connector_id, self.token_hash, now);
    }
}

/// What only a connector says of what it makes.
#[derive(Debug, Clone, Default)]
pub struct Provisioned {
    /// `Some(None)` clears it.
    pub external_id: Option<Option<String>>,
    /// `Some(None)` clears it. Somebody else whom the connector made.
    pub manager: Option<Option<Id>>,
}

/// A person whom the connector made.
#[derive(Debug, Clone)]
pub struct MadePerson {
    pub record: PersonRecord,
    pub external_id: Option<String>,
    /// Only one whom the connector made, too.
    pub manager: Option<Id>,
}

/// A group that the connector made.
#[derive(Debug, Clone)]
pub struct MadeGroup {
    pub record: GroupRecord,
    pub external_id: Option<String>,
}

fn derive_token_hash(token: &[u8; 32]) -> [u8; 32] {
    derive_hash(&[b"claviger connector", token])
}

fn parse_token(text: &str) -> Option<[u8; 32]> {
    let rest = text.strip_prefix(PREFIX)?;
    base64url::decode(rest).ok()?.try_into().ok()
}

fn write_token(token: &[u8; 32]) -> String {
    format!("{PREFIX}{}", base64url::encode(token))
}

/// Lets a program in from now on, and gives its token, this once.
///
/// # Errors
/// [`codes::CONNECTOR_UNFIT`] for the name, or when there are too many; [`codes::CONNECTOR_TAKEN`].
pub async fn add(identity: &Identity, os_user: &str, name: &str) -> Result<String, Refusal> {
    let unfit = || Refusal::new(&codes::CONNECTOR_UNFIT);
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let name = names::parse_text(name, NAME_MAX).ok_or_else(unfit)?;
    if store.list_connectors(tenant).await?.len() >= MOST {
        return Err(Refusal {
            detail: Some("connector.many"),
            ..unfit()
        });
    }
    let ambient = &identity.0.ambient;
    let token = ambient.random.make::<32>();
    let new = NewConnector {
        connector_id: ambient.make_id(),
        name_key: names::fold(&name),
        name,
        token_hash: derive_token_hash(&token),
        created_at: ambient.now(),
    };
    let mut unit = Unit::new();
    unit.insert_connector(tenant, &new);
    let word = "organisation.connector_added";
    let about = (new.connector_id, new.name.as_str());
    match record(identity, unit, word, os_user, about).await {
        Err(WriteError::Refused(Guard::Taken)) => Err(Refusal::new(&codes::CONNECTOR_TAKEN)),
        written => written.map_err(refuse_write),
    }?;
    Ok(write_token(&token))
}

/// Those that there are, by name: without their tokens.
pub async fn list(identity: &Identity) -> Result<Vec<Row>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    Ok(store.list_connectors(tenant).await?)
}

async fn find(identity: &Identity, name: &str) -> Result<Row, Refusal> {
    let key = names::fold(name.trim());
    let found = list(identity).await?;
    let found = found.into_iter().find(|it| names::fold(&it.name) == key);
    found.ok_or_else(|| Refusal::new(&codes::CONNECTOR_MISSING))
}

/// Gives a connector another token, this once; the one that it has works for [`OVERLAP`] more, and the one before not at
/// all.
///
/// # Errors
/// [`codes::CONNECTOR_MISSING`].
pub async fn rotate(identity: &Identity, os_user: &str, name: &str) -> Result<String, Refusal> {
    let found = find(identity, name).await?;
    let ambient = &identity.0.ambient;
    let token = ambient.random.make::<32>();
    let (hash, until) = (derive_token_hash(&token), ambient.now() + OVERLAP);
    let mut unit = Unit::new();
    unit.rotate_connector(identity.0.tenant_id, found.connector_id, hash, until);
    let word = "organisation.connector_rotated";
    change(identity, unit, word, os_user, &found).await?;
    Ok(write_token(&token))
}

/// Lets a program in no more, from its next request on. What it made stays, and is nobody's but the directory's.
///
/// # Errors
/// [`codes::CONNECTOR_MISSING`].
pub async fn remove(identity: &Identity, os_user: &str, name: &str) -> Result<(), Refusal> {
    let found = find(identity, name).await?;
    let mut unit = Unit::new();
    unit.delete_connector(identity.0.tenant_id, found.connector_id);
    let word = "organisation.connector_removed";
    change(identity, unit, word, os_user, &found).await
}

async fn change(
    identity: &Identity,
    unit: Unit,
    word: &'static str,
    os_user: &str,
    found: &Row,
) -> Result<(), Refusal> {
    let about = (found.connector_id, found.name.as_str());
    match record(identity, unit, word, os_user, about).await {
        Err(WriteError::Refused(Guard::Missing)) => Err(Refusal::new(&codes::CONNECTOR_MISSING)),
        written => written.map_err(refuse_write),
    }
}

async fn record(
    identity: &Identity,
    unit: Unit,
    word: &'static str,
    os_user: &str,
    (id, name): (Id, &str),
) -> Result<(), WriteError> {
    let mut entry: Entry = Actor::CommandLine { os_user }.entry(identity);
    entry.say("connector", id.to_string()).say("name", name);
    let about = (None, Some(id.0.as_slice()));
    let written = audit::commit(identity, unit, Log::Audit, word, about, entry).await;
    written.map(drop)
}

/// Whose token it is, read live: what was removed or replaced is nobody's from the next request on, on every node.
///
/// # Errors
/// [`codes::CONNECTOR_TOKEN`]; [`codes::LIMITED`] for one that asks too often, and for who guesses.
pub async fn authenticate(
    identity: &Identity,
    caller: &Caller,
    token: &str,
) -> Result<Connector, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let now = identity.0.ambient.now();
    let wrong = || Refusal::new(&codes::CONNECTOR_TOKEN);
    let Some(token) = parse_token(token) else {
        limit_wrong_connector(identity, caller)?;
        return Err(wrong());
    };
    let token_hash = derive_token_hash(&token);
    let Some(found) = store.find_connector(tenant, token_hash, now).await? else {
        limit_wrong_connector(identity, caller)?;
        return Err(wrong());
    };
    limit_connector(identity, found.connector_id)?;
    // For the operator to see; once a minute is enough.
    if found.used_at.is_none_or(|at| now - at >= MINUTE) {
        let mut unit = Unit::new();
        unit.use_connector(tenant, found.connector_id, now);
        identity.write(unit).await.map_err(refuse_write)?;
    }
    Ok(Connector {
        connector_id: found.connector_id,
        name: found.name,
        token_hash,
    })
}

/// What there is for this connector: what it made.
async fn require_made(
    identity: &Identity,
    connector: &Connector,
    (object, kind): (Id, PrincipalKind),
    missing: &'static Code,
) -> Result<Connected, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_connected(tenant, object).await?;
    found
        .filter(|it| it.kind == kind && is_same(it.connector_id, connector.connector_id))
        .ok_or_else(|| Refusal::new(missing))
}

fn is_same(one: Id, other: Id) -> bool {
    verify_slices_are_equal(&one.0, &other.0).is_ok()
}

/// Whether a connector may do something to a person, or to nobody in particular. Of somebody privileged it takes away
/// and gives nothing: it may end their account, and change nothing else (security 12).
pub(crate) async fn check(
    identity: &Identity,
    connector: &Connector,
    operation: Operation,
    person: Option<Id>,
) -> Result<(), Refusal> {
    let not_allowed = || Err(Refusal::new(&codes::NOT_ALLOWED));
    match (operation, person) {
        (Operation::ListPeople | Operation::AddPerson, None)
        | (Operation::ListGroups | Operation::AddGroup, None) => Ok(()),
        (Operation::ReadPerson | Operation::ChangePerson | Operation::DeletePerson, Some(id)) => {
            let object = (id, PrincipalKind::Person);
            require_made(identity, connector, object, &codes::USER_MISSING).await?;
            let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
            let changes = operation == Operation::ChangePerson;
            match changes && !store.list_roles(tenant, id).await?.is_empty() {
                true => not_allowed(),
                false => Ok(()),
            }
        }
        _ => not_allowed(),
    }
}

/// The same of a group. What confers something refuses a connector, whoever is put into it.
pub(crate) async fn check_group(
    identity: &Identity,
    connector: &Connector,
    operation: Operation,
    group: Id,
) -> Result<(), Refusal> {
    let object = (group, PrincipalKind::Group);
    require_made(identity, connector, object, &codes::GROUP_MISSING).await?;
    match operation {
        Operation::ReadGroup | Operation::ReadMembers => Ok(()),
        Operation::ChangeGroup | Operation::ChangeMembers | Operation::DeleteGroup => {
            match crate::protect::list_reasons(identity, group)
                .await?
                .is_empty()
            {
                true => Ok(()),
                false => Err(Refusal::new(&codes::NOT_ALLOWED)),
            }
        }
        _ => Err(Refusal::new(&codes::NOT_ALLOWED)),
    }
}

/// Whoever a connector puts into its groups, or takes out of them, it made; for everybody else there is no such rule.
pub(crate) async fn check_member(
    identity: &Identity,
    actor: Actor<'_>,
    (member, kind): (Id, PrincipalKind),
) -> Result<(), Refusal> {
    match actor {
        Actor::Connector(_, connector) => {
            require_made(identity, connector, (member, kind), &codes::OBJECT_MISSING)
                .await
                .map(drop)
        }
        _ => Ok(()),
    }
}

/// A manager whom the actor may name.
pub(crate) async fn check_manager(
    identity: &Identity,
    actor: Actor<'_>,
    manager: Id,
) -> Result<(), Refusal> {
    check_member(identity, actor, (manager, PrincipalKind::Person)).await
}

pub(crate) fn parse_external_id(text: &str) -> Result<String, Refusal> {
    names::parse_text(text, EXTERNAL_ID_MAX).ok_or_else(|| Refusal::new(&codes::EXTERNAL_ID_UNFIT))
}

fn parse_external_ids(provisioned: &Provisioned) -> Result<Option<Option<String>>, Refusal> {
    let parse = |text: &Option<String>| text.as_deref().map(parse_external_id).transpose();
    provisioned.external_id.as_ref().map(parse).transpose()
}

/// In the unit in which an actor makes something: that it is this connector's.
pub(crate) fn insert_made(
    identity: &Identity,
    unit: &mut Unit,
    actor: Actor<'_>,
    (object, kind): (Id, PrincipalKind),
    provisioned: &Provisioned,
) -> Result<(), Refusal> {
    if let Actor::Connector(_, connector) = actor {
        let connected = Connected {
            connector_id: connector.connector_id,
            kind,
            external_id: parse_external_ids(provisioned)?.flatten(),
        };
        unit.insert_connected(identity.0.tenant_id, object, &connected);
    }
    Ok(())
}

/// What is to be different in what a connector calls something; `None` where nothing is.
pub(crate) async fn find_renaming(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    provisioned: &Provisioned,
) -> Result<Option<Option<String>>, Refusal> {
    let (Actor::Connector(..), Some(wanted)) = (actor, parse_external_ids(provisioned)?) else {
        return Ok(None);
    };
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_connected(tenant, object).await?;
    let is_there = found.is_some_and(|it| it.external_id == wanted);
    Ok((!is_there).then_some(wanted))
}

/// In the unit in which an actor changes something.
pub(crate) fn rename(
    identity: &Identity,
    unit: &mut Unit,
    actor: Actor<'_>,
    object: Id,
    external_id: Option<&str>,
) {
    if let Actor::Connector(_, connector) = actor {
        let tenant = identity.0.tenant_id;
        unit.name_connected(tenant, (connector.connector_id, object), external_id);
    }
}

fn connector_of<'a>(actor: Actor<'a>) -> Result<&'a Connector, Refusal> {
    match actor {
        Actor::Connector(_, connector) => Ok(connector),
        _ => Err(Refusal::new(&codes::NOT_ALLOWED)),
    }
}

/// A person whom the connector made.
pub async fn find_person(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
) -> Result<MadePerson, Refusal> {
    let by = MadeBy::Id(person);
    let found = list_people(identity, actor, Some(&by), (None, 1, 0)).await?;
    let found = found.into_iter().next();
    found.ok_or_else(|| Refusal::new(&codes::USER_MISSING))
}

/// A group that the connector made.
pub async fn find_group(
    identity: &Identity,
    actor: Actor<'_>,
    group: Id,
) -> Result<MadeGroup, Refusal> {
    let by = MadeBy::Id(group);
    let found = list_groups(identity, actor, Some(&by), (None, 1, 0)).await?;
    let found = found.into_iter().next();
    found.ok_or_else(|| Refusal::new(&codes::GROUP_MISSING))
}

/// How many the connector made that are not deleted.
pub async fn count(
    identity: &Identity,
    actor: Actor<'_>,
    kind: PrincipalKind,
) -> Result<u64, Refusal> {
    let connector = connector_of(actor)?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    Ok(store
        .count_made(tenant, connector.connector_id, kind)
        .await?)
}

/// Puts what is asked for into the form in which it is compared; `None` for what nothing can be.
fn fold(by: &MadeBy) -> Option<MadeBy> {
    Some(match by {
        MadeBy::UserName(text) => MadeBy::UserName(names::derive_key(text)?),
        MadeBy::DisplayName(text) => MadeBy::DisplayName(names::fold(text)),
        MadeBy::Mail(text) => MadeBy::Mail(names::fold(text)),
        other => other.clone(),
    })
}

/// At most `limit` people whom the connector made, by id: those after an id, but for the first `skip`. Texts are as
/// people write them.
pub async fn list_people(
    identity: &Identity,
    actor: Actor<'_>,
    by: Option<&MadeBy>,
    (from, limit, skip): (Option<Id>, usize, usize),
) -> Result<Vec<MadePerson>, Refusal> {
    access::check(identity, actor, Operation::ListPeople, None)
        .await
        .map(drop)?;
    let connector = connector_of(actor)?.connector_id;
    let by = by.map(fold);
    if by == Some(None) {
        return Ok(Vec::new());
    }
    let page = (from, derive_limit(limit), derive_limit(skip));
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store
        .list_made_people(tenant, connector, by.flatten().as_ref(), page)
        .await?;
    let mut seen: HashMap<Id, bool> = HashMap::new();
    let mut people = Vec::with_capacity(found.len());
    for made in found {
        let manager = match made.record.manager_id {
            None => None,
            Some(id) => {
                let known = seen.get(&id).copied();
                let shown = match known {
                    Some(shown) => shown,
                    None => {
                        let by = store.find_connected(tenant, id).await?;
                        by.is_some_and(|by| by.connector_id == connector)
                    }
                };
                seen.insert(id, shown);
                shown.then_some(id)
            }
        };
        people.push(MadePerson {
            record: PersonRecord::of(made.record, Detail::Full),
            external_id: made.external_id,
            manager,
        });
    }
    Ok(people)
}

/// The same of groups.
pub async fn list_groups(
    identity: &Identity,
    actor: Actor<'_>,
    by: Option<&MadeBy>,
    (from, limit, skip): (Option<Id>, usize, usize),
) -> Result<Vec<MadeGroup>, Refusal> {
    access::check(identity, actor, Operation::ListGroups, None)
        .await
        .map(drop)?;
    let connector = connector_of(actor)?.connector_id;
    let by = by.map(fold);
    if by == Some(None) {
        return Ok(Vec::new());
    }
    let page = (from, derive_limit(limit), derive_limit(skip));
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store
        .list_made_groups(tenant, connector, by.flatten().as_ref(), page)
        .await?;
    let made = found.into_iter().map(|made| MadeGroup {
        record: made.record.into(),
        external_id: made.external_id,
    });
    Ok(made.collect())
}

fn derive_limit(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The members of a group that the connector made, too; at most `most` and one.
pub async fn list_members(
    identity: &Identity,
    actor: Actor<'_>,
    group: Id,
    most: usize,
) -> Result<Vec<MadeMember>, Refusal> {
    let connector = connector_of(actor)?;
    check_group(identity, connector, Operation::ReadMembers, group).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let mut members: Vec<MadeMember> = Vec::new();
    while members.len() <= most {
        let from = members.last().map(|member| member.id);
        let limit = derive_limit(BATCH.min(most + 1 - members.len()));
        let about = (connector.connector_id, group);
        let found = store.list_made_members(tenant, about, from, limit).await?;
        let whole = derive_limit(found.len()) < limit;
        members.extend(found);
        if whole {
            break;
        }
    }
    Ok(members)
}

/// What kind of thing that the connector made an id names.
///
/// # Errors
/// [`codes::OBJECT_MISSING`].
pub async fn find_kind(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
) -> Result<PrincipalKind, Refusal> {
    let missing = || Refusal::new(&codes::OBJECT_MISSING);
    let connector = connector_of(actor)?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let kind = store.find_kind(tenant, object).await?.ok_or_else(missing)?;
    require_made(identity, connector, (object, kind), &codes::OBJECT_MISSING).await?;
    Ok(kind)
}
