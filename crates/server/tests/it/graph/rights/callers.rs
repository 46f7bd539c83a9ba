//! Who asks: applications and people with some permissions and roles.

use identity::permissions::Permission;
use identity::roles::{self, Role};
use identity::{Actor, Id};
use testkit::{Application, House, Person};

use super::super::Client;
use super::scene::{Level, Maker};
use super::table::{Alone, Names, RoleName, Row};

const COMMAND_LINE: Actor<'static> = Actor::CommandLine { os_user: "test" };

/// Somebody's token, or an application's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Application,
    Person {
        id: Id,
        passkey: String,
        /// Whether they proved themselves in the last five minutes.
        fresh: bool,
    },
}

/// Whoever has a token, and what it gives them.
pub(super) struct Caller<'a> {
    pub(super) client: Client<'a>,
    pub(super) kind: Kind,
    pub(super) permissions: Names,
    /// Directory roles, abbreviated.
    pub(super) roles: Names,
}

impl std::fmt::Display for Caller<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match &self.kind {
            Kind::Application => "an application",
            Kind::Person { fresh: true, .. } => "somebody",
            Kind::Person { fresh: false, .. } => "somebody of six minutes ago",
        };
        let permissions = match self.permissions.len() {
            0..4 => format!("{:?}", self.permissions),
            many => format!("{many} permissions"),
        };
        write!(f, "{kind} with {permissions} and {:?}", self.roles)
    }
}

/// What a request is about, as seen from whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Near {
    Stranger,
    Oneself,
    /// They own it.
    Owner,
}

/// What the page says that a caller is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Success,
    /// Status and our code.
    Refused(u16, &'static str),
}

impl Caller<'_> {
    /// The answer to a request, by the page alone.
    pub(super) fn judge(&self, row: &Row, level: Level, near: Near) -> Told {
        const MISSING: Told = Told::Refused(403, "permission.missing");
        const INSUFFICIENT: Told = Told::Refused(403, "role.insufficient");
        let (rule, is_person) = (&row.rule, self.kind != Kind::Application);
        if !is_person && row.path.split('/').next() == Some("me") {
            return Told::Refused(400, "graph.me_needs_person");
        }
        let holds = |names: &Names| !self.permissions.is_disjoint(names);
        if is_person && near == Near::Oneself && holds(&rule.own) {
            return Told::Success;
        }
        let main = match is_person {
            true => &rule.delegated,
            false => &rule.application,
        };
        if !holds(main) {
            return match holds(&rule.blind) {
                true => Told::Refused(404, "directory.object_missing"),
                false => MISSING,
            };
        }
        if !rule.and.is_empty() && !holds(&rule.and) {
            return MISSING;
        }
        let needed = match level {
            Level::Plain => &rule.plain,
            Level::Privileged => rule.privileged.as_ref().unwrap_or(&rule.plain),
        };
        let alone = match rule.alone {
            Alone::Always => true,
            Alone::Plain => level == Level::Plain,
            Alone::Never => false,
        };
        let owns = near == Near::Owner && rule.owners && is_person && level == Level::Plain;
        if (is_person || !alone) && !owns && self.roles.is_disjoint(needed) {
            return INSUFFICIENT;
        }
        match self.kind {
            Kind::Person { fresh: false, .. } if rule.fresh => {
                Told::Refused(403, "session.not_fresh")
            }
            _ => Told::Success,
        }
    }
}

/// An application with these permissions and, maybe, a role.
pub(super) async fn application<'a>(
    house: &'a House,
    permissions: &[&'static str],
    role: Option<&RoleName>,
) -> Caller<'a> {
    let role_name = role.map_or("no role", |role| role.short);
    let name = match permissions.len() {
        0..4 => format!("{} {role_name}", permissions.join(" ")),
        _ => role_name.to_owned(),
    };
    let application: Application = house.application(&name, permissions).await;
    if let Some(role) = role {
        let given = roles::assign(
            house.identity(),
            COMMAND_LINE,
            find(role),
            application.principal_id,
        );
        given.await.unwrap();
    }
    Caller {
        client: Client::with(house, &house.token(&application).await),
        kind: Kind::Application,
        permissions: permissions.iter().copied().collect(),
        roles: role.iter().map(|role| role.short).collect(),
    }
}

/// The role that a line of the page is about.
pub(super) fn find(role: &RoleName) -> Role {
    let id = Id::parse(role.template_id).unwrap();
    Role::find(id).expect("there is such a role")
}

/// Somebody who uses an application that may do everything in people's names.
pub(super) struct User<'a> {
    house: &'a House,
    application: &'a Application,
    person: Person,
    id: Id,
    roles: Names,
}

impl<'a> User<'a> {
    /// A person with a passkey, a manager and, maybe, a role.
    pub(super) async fn of(
        house: &'a House,
        application: &'a Application,
        maker: &mut Maker<'_>,
        role: Option<&RoleName>,
    ) -> User<'a> {
        let name = maker.name("user");
        let person = house.person(maker.ada(), &name).await;
        let id = Id::parse(&person.person_id).unwrap();
        let manager = house.find("ada").await.person_id;
        maker.set_manager(id, manager).await;
        if let Some(role) = role {
            maker.give(find(role), id).await;
        }
        User {
            house,
            application,
            person,
            id,
            roles: role.iter().map(|role| role.short).collect(),
        }
    }

    /// With a token for these scopes.
    pub(super) async fn with(&mut self, scopes: &[&'static str]) -> Caller<'a> {
        let (application, scope) = (self.application, scopes.join(" "));
        let browser = &mut self.person.browser;
        let token = self.house.delegated_token(application, browser, &scope);
        Caller {
            client: Client::with(self.house, &token.await),
            kind: Kind::Person {
                id: self.id,
                passkey: self.person.passkey_id(),
                fresh: true,
            },
            permissions: scopes.iter().copied().collect(),
            roles: self.roles.clone(),
        }
    }
}

/// Every scope of the server that a token can carry.
pub(super) fn scopes() -> Vec<&'static str> {
    let all = Permission::ALL.iter();
    all.filter(|it| it.delegated_id().is_some() && **it != Permission::OfflineAccess)
        .map(|it| it.name())
        .collect()
}

/// Every permission that the server gives applications themselves.
pub(super) fn app_roles() -> Vec<&'static str> {
    let all = Permission::ALL.iter();
    all.filter(|it| it.application_id().is_some())
        .map(|it| it.name())
        .collect()
}
