//! Who does something to somebody.

use store::{Id, Unit};

use crate::audit::Entry;
use crate::bearer::Bearer;
use crate::connectors::Connector;
use crate::{Caller, Identity, Session};

/// Who does something to somebody.
#[derive(Debug, Clone, Copy)]
pub enum Actor<'a> {
    /// Somebody signed in; roles and freshness are checked.
    Person(&'a Caller, &'a Session),
    /// An application with an access token, for itself or for a person; permissions, roles and freshness are checked.
    Token(&'a Caller, &'a Bearer),
    /// A program that brings people and groups from elsewhere: it reaches only what it made.
    Connector(&'a Caller, &'a Connector),
    /// Whoever has a shell on the server: `cli:<os user>` in the audit log.
    CommandLine { os_user: &'a str },
}

impl Actor<'_> {
    /// The person or, when an application acts by itself, the service principal that does it; the connector. `None` on the
    /// command line.
    pub(crate) fn issuer(&self) -> Option<Id> {
        match self {
            Actor::Person(_, session) => Some(session.person_id),
            Actor::Token(_, bearer) => Some(bearer.person().unwrap_or(bearer.principal())),
            Actor::Connector(_, connector) => Some(connector.connector_id),
            Actor::CommandLine { .. } => None,
        }
    }

    /// The person who acts, if it is one.
    pub(crate) fn person(&self) -> Option<Id> {
        match self {
            Actor::Person(_, session) => Some(session.person_id),
            Actor::Token(_, bearer) => bearer.person(),
            Actor::Connector(..) | Actor::CommandLine { .. } => None,
        }
    }

    /// The beginning of the record of what is done.
    pub(crate) fn entry(&self, identity: &Identity) -> Entry {
        match self {
            Actor::Person(caller, session) => {
                let mut entry = Entry::of(caller, identity.0.ambient.make_id());
                entry.confide("actor", session.user_name.as_str());
                entry
            }
            Actor::Token(caller, bearer) => {
                let mut entry = Entry::of(caller, identity.0.ambient.make_id());
                entry.say("client", bearer.client().to_string());
                if let Some(user_name) = bearer.user_name() {
                    entry.confide("actor", user_name);
                }
                entry
            }
            Actor::Connector(caller, connector) => {
                let mut entry = Entry::of(caller, identity.0.ambient.make_id());
                entry
                    .say("connector", connector.connector_id.to_string())
                    .confide("actor", format!("connector:{}", connector.name));
                entry
            }
            Actor::CommandLine { os_user } => {
                let mut entry = Entry::default();
                entry.confide("actor", format!("cli:{os_user}"));
                entry
            }
        }
    }

    /// Guards that whoever asked may still ask when the unit is written: roles and freshness were asked of a session
    /// that may have ended since.
    pub(crate) fn require(&self, identity: &Identity, unit: &mut Unit) {
        let tenant = identity.0.tenant_id;
        match self {
            Actor::Person(_, session) => {
                unit.require_session(tenant, session.person_id, session.session_id);
            }
            Actor::Token(_, bearer) => bearer.require(identity, unit),
            Actor::Connector(_, connector) => connector.require(identity, unit),
            Actor::CommandLine { .. } => {}
        }
    }
}
