//! What a word on the command line names: a person, a group, or an id.

use identity::groups::{self, GroupRecord};
use identity::people::{self, Actor};
use identity::{Id, Identity, Refusal, codes};

/// The group of that id or, where it is the only one, of that name.
pub(crate) async fn find_group(
    identity: &Identity,
    actor: Actor<'_>,
    word: &str,
) -> Result<GroupRecord, Refusal> {
    match Id::parse(word) {
        Some(id) => groups::read(identity, actor, id).await,
        None => groups::read_by_name(identity, actor, word).await,
    }
}

/// The id of a person by user name, of a group by name, or as it stands. A user name goes before a group's name.
pub(crate) async fn find_principal(
    identity: &Identity,
    actor: Actor<'_>,
    word: &str,
) -> Result<Id, Refusal> {
    if let Some(id) = Id::parse(word) {
        return Ok(id);
    }
    match people::read_by_name(identity, actor, word).await {
        Ok(person) => Ok(person.person_id),
        Err(refusal) if refusal.code == &codes::USER_MISSING => {
            match groups::read_by_name(identity, actor, word).await {
                Ok(group) => Ok(group.group_id),
                Err(refusal) if refusal.code == &codes::GROUP_MISSING => {
                    Err(Refusal::new(&codes::OBJECT_MISSING))
                }
                Err(refusal) => Err(refusal),
            }
        }
        Err(refusal) => Err(refusal),
    }
}
