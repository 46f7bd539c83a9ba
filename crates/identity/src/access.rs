//! Who may do what: one table, asked by every use case that touches somebody else (security 7, 12).

use store::{Id, StoreError};

use crate::people::Actor;
use crate::{Identity, Refusal, codes};

const fn role(high: u128) -> Id {
    Id(high.to_be_bytes())
}

/// Template ids of directory roles, by Entra's numbers.
pub(crate) const GLOBAL_ADMINISTRATOR: Id = role(0x62e9_0394_69f5_4237_9190_0121_7714_5e10);
const PRIVILEGED_AUTHENTICATION_ADMINISTRATOR: Id = role(0x7be4_4c8a_adaf_4e2a_84d6_ab26_49e0_8a13);
const AUTHENTICATION_ADMINISTRATOR: Id = role(0xc4e3_9bd9_1100_46d3_8c65_fb16_0da0_071f);
const USER_ADMINISTRATOR: Id = role(0xfe93_0be7_5e62_47db_91af_98c3_a49a_38b1);
const GLOBAL_READER: Id = role(0xf2ef_992c_3afb_46b9_b7cf_a126_ee74_c451);

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    ListPeople,
    AddPerson,
    ChangePerson,
    MakeLink,
}

/// Whether the person acted on holds a directory role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Nobody,
    Plain,
    Privileged,
}

impl Operation {
    /// The roles that may do it to a target.
    fn roles(self, target: Target) -> &'static [Id] {
        match (self, target) {
            (Operation::ListPeople, _) => &[
                GLOBAL_ADMINISTRATOR,
                PRIVILEGED_AUTHENTICATION_ADMINISTRATOR,
                AUTHENTICATION_ADMINISTRATOR,
                USER_ADMINISTRATOR,
                GLOBAL_READER,
            ],
            (Operation::AddPerson, _)
            | (Operation::ChangePerson, Target::Nobody | Target::Plain) => {
                &[GLOBAL_ADMINISTRATOR, USER_ADMINISTRATOR]
            }
            (Operation::ChangePerson, Target::Privileged) => &[GLOBAL_ADMINISTRATOR],
            (Operation::MakeLink, Target::Nobody | Target::Plain) => &[
                GLOBAL_ADMINISTRATOR,
                PRIVILEGED_AUTHENTICATION_ADMINISTRATOR,
                AUTHENTICATION_ADMINISTRATOR,
            ],
            (Operation::MakeLink, Target::Privileged) => &[
                GLOBAL_ADMINISTRATOR,
                PRIVILEGED_AUTHENTICATION_ADMINISTRATOR,
            ],
        }
    }

    fn needs_freshness(self) -> bool {
        self != Operation::ListPeople
    }
}

async fn find_target(identity: &Identity, person: Option<Id>) -> Result<Target, StoreError> {
    let Some(person) = person else {
        return Ok(Target::Nobody);
    };
    let roles = identity
        .0
        .store
        .list_roles(identity.0.tenant_id, person)
        .await?;
    Ok(if roles.is_empty() {
        Target::Plain
    } else {
        Target::Privileged
    })
}

/// Refuses unless the actor may do this to that person. The command line may do what a Global Administrator may:
/// whoever has a shell on the server has the database too.
pub(crate) async fn check(
    identity: &Identity,
    actor: Actor<'_>,
    operation: Operation,
    person: Option<Id>,
) -> Result<(), Refusal> {
    let Actor::Person(_, session) = actor else {
        return Ok(());
    };
    check_roles(identity, session.person_id, operation, person).await?;
    if operation.needs_freshness() {
        session.require_fresh(identity).map(drop)
    } else {
        Ok(())
    }
}

async fn check_roles(
    identity: &Identity,
    holder: Id,
    operation: Operation,
    person: Option<Id>,
) -> Result<(), Refusal> {
    let found = identity
        .0
        .store
        .find_person(identity.0.tenant_id, holder)
        .await?;
    if !found.is_some_and(|person| person.status == store::PersonStatus::Enabled) {
        return Err(Refusal::new(&codes::NOT_ALLOWED));
    }
    let target = find_target(identity, person).await?;
    let held = identity
        .0
        .store
        .list_roles(identity.0.tenant_id, holder)
        .await?;
    let allowed = operation.roles(target);
    if held.iter().any(|role| allowed.contains(role)) {
        Ok(())
    } else {
        Err(Refusal::new(&codes::NOT_ALLOWED))
    }
}

/// Whether whoever made a link may still do so: roles and status, read live (security 18).
pub(crate) async fn check_issuer(
    identity: &Identity,
    issuer: Id,
    person: Id,
) -> Result<(), Refusal> {
    check_roles(identity, issuer, Operation::MakeLink, Some(person)).await
}
