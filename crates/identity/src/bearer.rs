//! What an access token proved, read live in this request (security 28).

use store::{Id, Unit};

use crate::Micros;
use crate::permissions::Permission;

/// Whoever presented a valid access token: an application, with or without a person behind it. Made only by the
/// verifier, after it compared person, session, credential and client with the database.
#[derive(Debug, Clone)]
pub struct Bearer {
    client: Id,
    principal: Id,
    delegate: Option<Delegate>,
    permissions: Vec<Permission>,
}

/// The person in whose name a token acts, and the session that it rests on.
#[derive(Debug, Clone)]
pub(crate) struct Delegate {
    pub(crate) person: Id,
    pub(crate) user_name: String,
    pub(crate) session: Id,
    /// Time of the last user-verified ceremony in that session.
    pub(crate) auth_time: Micros,
}

impl Bearer {
    #[expect(dead_code, reason = "the verifier of access tokens makes it")]
    pub(crate) fn new(
        client: Id,
        principal: Id,
        delegate: Option<Delegate>,
        permissions: Vec<Permission>,
    ) -> Bearer {
        Bearer {
            client,
            principal,
            delegate,
            permissions,
        }
    }

    /// The application's client id (`appId`).
    pub fn client(&self) -> Id {
        self.client
    }

    /// The object id of the application's service principal: it, and not the client id, holds directory roles.
    pub fn principal(&self) -> Id {
        self.principal
    }

    /// The person in whose name it acts; `None` when the application acts by itself.
    pub fn person(&self) -> Option<Id> {
        self.delegate.as_ref().map(|delegate| delegate.person)
    }

    /// The session that a delegated token rests on.
    pub fn session(&self) -> Option<Id> {
        self.delegate.as_ref().map(|delegate| delegate.session)
    }

    /// When the person of a delegated token was last verified.
    pub fn auth_time(&self) -> Option<Micros> {
        self.delegate.as_ref().map(|delegate| delegate.auth_time)
    }

    /// What the token carries and was still granted when it was checked.
    pub fn permissions(&self) -> &[Permission] {
        &self.permissions
    }

    /// Whether the application acts by itself.
    pub fn is_application(&self) -> bool {
        self.delegate.is_none()
    }

    pub(crate) fn user_name(&self) -> Option<&str> {
        self.delegate
            .as_ref()
            .map(|delegate| delegate.user_name.as_str())
    }

    /// Guards in the unit that what the token rests on still stands when it is written (security 3).
    pub(crate) fn require(&self, unit: &mut Unit, tenant: Id) {
        if let Some(delegate) = &self.delegate {
            unit.require_session(tenant, delegate.person, delegate.session);
        }
    }
}
