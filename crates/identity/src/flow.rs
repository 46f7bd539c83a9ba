//! The order of proofs: a pure state machine with one gate at its end.
//!
//! A purpose is a list of steps. A step is passed only where it is due, so that an empty, repeated or swapped
//! step can't advance. The steps are words, not the proofs themselves: for a session the proofs are consumed in
//! [`crate::proof::grant`]; a registration's use case names the step right after checking its proof. Which flow and step a sealed state belongs to is part
//! of its associated data ([`crate::ceremony`]): a state of one can't be opened for another.

/// What a ceremony is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Purpose {
    SignIn,
    Reauthenticate,
    AddPasskey,
    SetUp,
    Enrol,
}

/// What must be proved next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    /// A live session.
    Session,
    /// A live session with a recent user-verified ceremony.
    FreshSession,
    /// An open one-time link of the purpose.
    Link,
    /// A verified assertion.
    Assertion,
    /// A verified registration.
    Registration,
}

impl Purpose {
    #[cfg(test)]
    pub(crate) const ALL: [Purpose; 5] = [
        Purpose::SignIn,
        Purpose::Reauthenticate,
        Purpose::AddPasskey,
        Purpose::SetUp,
        Purpose::Enrol,
    ];

    fn steps(self) -> &'static [Step] {
        match self {
            Purpose::SignIn => &[Step::Assertion],
            Purpose::Reauthenticate => &[Step::Session, Step::Assertion],
            Purpose::AddPasskey => &[Step::FreshSession, Step::Registration],
            Purpose::SetUp | Purpose::Enrol => &[Step::Link, Step::Registration],
        }
    }

    /// Registering a passkey never opens a session (security 1).
    pub(crate) fn opens_session(self) -> bool {
        matches!(self, Purpose::SignIn | Purpose::Reauthenticate)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Purpose::SignIn => "sign_in",
            Purpose::Reauthenticate => "reauthenticate",
            Purpose::AddPasskey => "add_passkey",
            Purpose::SetUp => "set_up",
            Purpose::Enrol => "enrol",
        }
    }
}

/// A proof was given where another was due.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OutOfOrder;

/// A flow under way. Neither `Clone` nor made from outside data.
#[derive(Debug)]
pub(crate) struct Flow {
    purpose: Purpose,
    passed: usize,
}

/// Every step of the purpose was passed, in order. Made only by [`Flow::complete`].
#[derive(Debug)]
pub(crate) struct Completed {
    purpose: Purpose,
}

impl Completed {
    pub(crate) fn purpose(&self) -> Purpose {
        self.purpose
    }
}

impl Flow {
    pub(crate) fn start(purpose: Purpose) -> Flow {
        Flow { purpose, passed: 0 }
    }

    /// Passes the step that is due, or refuses and ends the flow.
    pub(crate) fn pass(mut self, step: Step) -> Result<Flow, OutOfOrder> {
        if self.purpose.steps().get(self.passed) != Some(&step) {
            return Err(OutOfOrder);
        }
        self.passed += 1;
        Ok(self)
    }

    /// The one gate: all steps were passed.
    pub(crate) fn complete(self) -> Result<Completed, OutOfOrder> {
        if self.passed == self.purpose.steps().len() {
            Ok(Completed {
                purpose: self.purpose,
            })
        } else {
            Err(OutOfOrder)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [Step; 5] = [
        Step::Session,
        Step::FreshSession,
        Step::Link,
        Step::Assertion,
        Step::Registration,
    ];

    /// Every sequence of up to four steps, for every purpose: only its own list completes.
    #[test]
    fn past_mistake_27_only_the_right_order_completes() {
        let mut completed = 0;
        for purpose in Purpose::ALL {
            for length in 0..=4u32 {
                for number in 0..STEPS.len().pow(length) {
                    let sequence: Vec<Step> = (0..length)
                        .map(|at| STEPS[number / STEPS.len().pow(at) % STEPS.len()])
                        .collect();
                    let flow = sequence
                        .iter()
                        .try_fold(Flow::start(purpose), |flow, &step| flow.pass(step));
                    let done = flow.and_then(Flow::complete).is_ok();
                    assert_eq!(
                        done,
                        sequence == purpose.steps(),
                        "{purpose:?} {sequence:?}"
                    );
                    completed += usize::from(done);
                }
            }
        }
        assert_eq!(completed, Purpose::ALL.len());
    }
}
