//! People, groups and roles by their use cases: pages, the API and the command line call the same ones.

mod groups;
mod lists;
mod methods;
mod owners;
mod people;
mod roles;

use identity::groups::{GroupRecord, NewGroup, members};
use identity::people::Actor;
use identity::roles::Role;
use identity::{Caller, Id, Refusal, Session};
use testkit::{House, Person};

/// The operator's shell.
const SHELL: Actor<'static> = Actor::CommandLine { os_user: "testkit" };

/// Somebody signed in, as use cases see them.
struct Someone {
    caller: Caller,
    session: Session,
}

impl Someone {
    async fn of(house: &House, person: &Person) -> Someone {
        Someone {
            caller: house.caller(),
            session: house.session(&person.browser).await,
        }
    }

    fn actor(&self) -> Actor<'_> {
        Actor::Person(&self.caller, &self.session)
    }

    fn id(&self) -> Id {
        self.session.person_id
    }
}

async fn give(house: &House, role: Role, principal: Id) {
    identity::roles::assign(house.identity(), SHELL, role, principal)
        .await
        .unwrap();
}

/// Somebody new with a passkey and a role, signed in.
async fn holder(house: &House, ada: &mut Person, name: &str, role: Role) -> (Person, Someone) {
    let person = house.person(ada, name).await;
    let someone = Someone::of(house, &person).await;
    give(house, role, someone.id()).await;
    (person, someone)
}

async fn make_group(house: &House, name: &str) -> GroupRecord {
    let new = NewGroup {
        display_name: name.to_owned(),
        ..NewGroup::default()
    };
    identity::groups::create(house.identity(), SHELL, &new)
        .await
        .unwrap()
}

/// A group to which roles can be given.
async fn make_role_group(house: &House, name: &str) -> GroupRecord {
    let new = NewGroup {
        display_name: name.to_owned(),
        role_assignable: true,
        ..NewGroup::default()
    };
    identity::groups::create(house.identity(), SHELL, &new)
        .await
        .unwrap()
}

async fn put(house: &House, group: &GroupRecord, member: Id) {
    members::add(house.identity(), SHELL, group.group_id, member)
        .await
        .unwrap();
}

#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T, Refusal>, code: &str) {
    assert_eq!(outcome.unwrap_err().code.id, code);
}
