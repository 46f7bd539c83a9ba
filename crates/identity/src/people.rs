//! People, as an administrator sees them.

use crate::setup::Link;
use crate::{Caller, Id, Identity, Micros, Refusal, Session};

/// Who does something to somebody.
#[derive(Debug, Clone, Copy)]
pub enum Actor<'a> {
    /// Somebody signed in; roles and freshness are checked.
    Person(&'a Caller, &'a Session),
    /// Whoever has a shell on the server: `cli:<os user>` in the audit log.
    CommandLine { os_user: &'a str },
}

#[derive(Debug, Clone)]
pub struct PersonView {
    pub person_id: Id,
    pub user_name: String,
    pub display_name: String,
    pub enabled: bool,
    pub passkeys: u32,
    pub created_at: Micros,
    pub last_sign_in_at: Option<Micros>,
    pub is_administrator: bool,
    /// An unused, unexpired registration link exists.
    pub link_open: bool,
}

/// At most 100 people whose user name comes after `after`, by user name.
pub async fn list(identity: &Identity, actor: Actor<'_>, after: Option<&str>) -> Result<Vec<PersonView>, Refusal> {
    todo!()
}

pub async fn add(identity: &Identity, actor: Actor<'_>, user_name: &str, display_name: &str) -> Result<PersonView, Refusal> {
    todo!()
}

/// A one-time registration link, 24 hours; voids older ones of the same person.
pub async fn make_link(identity: &Identity, actor: Actor<'_>, person: Id) -> Result<Link, Refusal> {
    todo!()
}

/// Changes user name and display name; every passkey stays.
pub async fn rename(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    user_name: &str,
    display_name: &str,
) -> Result<(), Refusal> {
    todo!()
}

/// Disables or enables; disabling ends every session.
pub async fn enable(identity: &Identity, actor: Actor<'_>, person: Id) -> Result<(), Refusal> {
    todo!()
}

pub async fn disable(identity: &Identity, actor: Actor<'_>, person: Id) -> Result<(), Refusal> {
    todo!()
}

pub async fn find(identity: &Identity, actor: Actor<'_>, user_name: &str) -> Result<PersonView, Refusal> {
    todo!()
}
