//! What every method's configuration has: a state, and the groups that it is for and not for.

use graph::Problem;
use graph::body::Fields;
use graph::resources::{AuthenticationMethodState, ExcludeTarget, TargetType};
use identity::codes;
use identity::policies::profiles::{GroupId, State, Target};

use super::answer::{Outcome, done};
use super::fault::Fault;

/// How often a change is tried again because somebody else's came in between, where the client named no version.
const TRIES: usize = 4;

pub(super) fn expects(property: &str, expected: &str) -> Problem {
    Problem::WrongType {
        property: property.to_owned(),
        expected: expected.to_owned(),
    }
}

pub(super) fn write_state(state: State) -> AuthenticationMethodState {
    match state {
        State::Enabled => AuthenticationMethodState::Enabled,
        State::Disabled => AuthenticationMethodState::Disabled,
    }
}

pub(super) fn read_state(fields: &Fields) -> Result<Option<State>, Problem> {
    let Some(state) = fields.text("state") else {
        return Ok(None);
    };
    match state.and_then(AuthenticationMethodState::parse) {
        Some(AuthenticationMethodState::Enabled) => Ok(Some(State::Enabled)),
        Some(AuthenticationMethodState::Disabled) => Ok(Some(State::Disabled)),
        None => Err(expects("state", "enabled or disabled")),
    }
}

pub(super) fn write_exclusions(groups: &[GroupId]) -> Vec<ExcludeTarget> {
    let write = |group: &GroupId| ExcludeTarget {
        id: group.to_string(),
        target_type: TargetType::Group,
    };
    groups.iter().map(write).collect()
}

pub(super) fn read_exclusions(fields: &Fields) -> Result<Option<Vec<GroupId>>, Problem> {
    let Some(targets) = fields.objects("excludeTargets") else {
        return Ok(None);
    };
    let read = |fields: &Fields| {
        refuse_person(fields)?;
        let id = GroupId::parse(fields.require_text("id")?);
        id.ok_or_else(|| expects("id", "the id of a group"))
    };
    targets.iter().map(read).collect::<Result<_, _>>().map(Some)
}

pub(super) fn read_target(fields: &Fields) -> Result<Target, Problem> {
    refuse_person(fields)?;
    let target = Target::parse(fields.require_text("id")?);
    target.ok_or_else(|| expects("id", "all_users or the id of a group"))
}

/// Targets are groups; Graph's `user` is from before that.
pub(super) fn refuse_person(fields: &Fields) -> Result<(), Problem> {
    match fields.text("targetType") {
        None => Ok(()),
        Some(kind) if kind.and_then(TargetType::parse) == Some(TargetType::Group) => Ok(()),
        Some(_) => Err(expects("targetType", "group")),
    }
}

/// Changes a policy as it is now by `once`; again when somebody else's change came in between, unless the client named a version.
pub(super) async fn change<F>(named: Option<i64>, once: impl Fn() -> F) -> Outcome
where
    F: Future<Output = Result<(), Fault>>,
{
    for _ in 0..TRIES {
        match once().await {
            Ok(()) => return Ok(done()),
            Err(fault) if fault.is(&codes::RECORD_OUTDATED) && named.is_none() => {}
            Err(fault) => return Err(fault),
        }
    }
    Err(Fault::from(&codes::MOVED))
}
