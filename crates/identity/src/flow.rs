//! The order of proofs: a pure state machine with one gate at its end.
//!
//! A purpose is a list of steps. A step is passed only where it is due, and only by giving away the proof of it,
//! so that an empty, repeated, swapped or forgotten step can't advance: who has no proof can't write the call.
//! What came of a completed flow is made in [`crate::proof`] by consuming it. Which flow and step a sealed state
//! belongs to is part of its associated data ([`crate::ceremony`]): a state of one can't be opened for another.

use webauthn::{VerifiedAssertion, VerifiedRegistration};

use crate::access_pass;
use crate::link::Presented;
use crate::password;
use crate::provisioning;
use crate::recovery;
use crate::recovery_code;
use crate::sessions::{FreshSession, LiveSession};

/// What a ceremony is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Purpose {
    SignIn,
    Reauthenticate,
    AddPasskey,
    SetUp,
    Enrol,
    /// The same by a Temporary Access Pass, whose code was shown.
    EnrolByPass,
    /// Between the code and the passkey: the state proves the code, and completes nothing.
    EnterPass,
    /// The same by a recovery code, which was shown.
    EnrolByCode,
    /// Between that code and the passkey, likewise.
    EnterCode,
    /// By a password and a second factor.
    SignInByPassword,
    /// Between the two: the state proves the password, and completes nothing.
    EnterPassword,
    /// An authenticator app, by a code that it shows.
    AddApp,
    /// The first passkey, without a question after a sign-in by password.
    Upgrade,
    /// The same because time or somebody else confirmed it.
    EnrolByRequest,
    /// On behalf of somebody else.
    Provision,
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
    /// A pass whose code was shown a short while ago in this browser.
    Pass,
    /// A recovery code that was shown a short while ago in this browser.
    Code,
    /// The right password, shown a short while ago in this browser.
    Password,
    /// A code of the person's authenticator app, or one that was sent to them.
    Factor,
    /// A confirmed request of this browser to come back.
    Request,
    /// Open options that were given to whoever asks, for this very person.
    Options,
    /// A verified assertion.
    Assertion,
    /// A verified registration.
    Registration,
}

/// What passes a step: made only by whoever checked it, given away by passing.
#[derive(Debug)]
pub(crate) enum Proof {
    Session(LiveSession),
    FreshSession(FreshSession),
    Link(Presented),
    Pass(access_pass::Presented),
    Code(recovery_code::Presented),
    Password(password::Presented),
    Factor(password::FactorCode),
    Request(recovery::Presented),
    Options(provisioning::Presented),
    Assertion(VerifiedAssertion),
    Registration(Box<VerifiedRegistration>),
}

impl Proof {
    fn step(&self) -> Step {
        match self {
            Proof::Session(_) => Step::Session,
            Proof::FreshSession(_) => Step::FreshSession,
            Proof::Link(_) => Step::Link,
            Proof::Pass(_) => Step::Pass,
            Proof::Code(_) => Step::Code,
            Proof::Password(_) => Step::Password,
            Proof::Factor(_) => Step::Factor,
            Proof::Request(_) => Step::Request,
            Proof::Options(_) => Step::Options,
            Proof::Assertion(_) => Step::Assertion,
            Proof::Registration(_) => Step::Registration,
        }
    }
}

impl Purpose {
    #[cfg(test)]
    pub(crate) const ALL: [Purpose; 15] = [
        Purpose::SignIn,
        Purpose::Reauthenticate,
        Purpose::AddPasskey,
        Purpose::SetUp,
        Purpose::Enrol,
        Purpose::EnrolByPass,
        Purpose::EnterPass,
        Purpose::EnrolByCode,
        Purpose::EnterCode,
        Purpose::SignInByPassword,
        Purpose::EnterPassword,
        Purpose::AddApp,
        Purpose::Upgrade,
        Purpose::EnrolByRequest,
        Purpose::Provision,
    ];

    fn steps(self) -> &'static [Step] {
        match self {
            Purpose::SignIn => &[Step::Assertion],
            Purpose::Reauthenticate => &[Step::Session, Step::Assertion],
            Purpose::AddPasskey | Purpose::Upgrade => &[Step::FreshSession, Step::Registration],
            Purpose::SetUp | Purpose::Enrol => &[Step::Link, Step::Registration],
            Purpose::EnrolByPass => &[Step::Pass, Step::Registration],
            Purpose::Provision => &[Step::Options, Step::Registration],
            Purpose::EnterPass => &[Step::Pass],
            Purpose::EnrolByCode => &[Step::Code, Step::Registration],
            Purpose::EnterCode => &[Step::Code],
            // A password alone opens nothing and changes nothing.
            Purpose::SignInByPassword => &[Step::Password, Step::Factor],
            Purpose::EnterPassword => &[Step::Password],
            Purpose::AddApp => &[Step::FreshSession, Step::Factor],
            Purpose::EnrolByRequest => &[Step::Request, Step::Registration],
        }
    }

    /// Registering a passkey never opens a session (security 1).
    pub(crate) fn opens_session(self) -> bool {
        matches!(
            self,
            Purpose::SignIn | Purpose::Reauthenticate | Purpose::SignInByPassword
        )
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Purpose::SignIn => "sign_in",
            Purpose::Reauthenticate => "reauthenticate",
            Purpose::AddPasskey => "add_passkey",
            Purpose::SetUp => "set_up",
            Purpose::Enrol => "enrol",
            Purpose::EnrolByPass => "enrol_by_pass",
            Purpose::EnterPass => "enter_pass",
            Purpose::EnrolByCode => "enrol_by_code",
            Purpose::EnterCode => "enter_code",
            Purpose::SignInByPassword => "sign_in_by_password",
            Purpose::EnterPassword => "enter_password",
            Purpose::AddApp => "add_app",
            Purpose::Upgrade => "upgrade",
            Purpose::EnrolByRequest => "enrol_by_request",
            Purpose::Provision => "provision",
        }
    }
}

/// A proof was given where another was due.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OutOfOrder;

/// How far the steps of a purpose were passed.
#[derive(Debug)]
struct Order {
    purpose: Purpose,
    passed: usize,
}

impl Order {
    fn start(purpose: Purpose) -> Order {
        Order { purpose, passed: 0 }
    }

    /// Passes the step that is due, or refuses and ends the flow.
    fn pass(mut self, step: Step) -> Result<Order, OutOfOrder> {
        if self.purpose.steps().get(self.passed) != Some(&step) {
            return Err(OutOfOrder);
        }
        self.passed += 1;
        Ok(self)
    }

    /// All steps were passed.
    fn complete(self) -> Result<Purpose, OutOfOrder> {
        if self.passed == self.purpose.steps().len() {
            Ok(self.purpose)
        } else {
            Err(OutOfOrder)
        }
    }
}

/// A flow under way. Neither `Clone` nor made from outside data.
#[derive(Debug)]
pub(crate) struct Flow {
    order: Order,
    proofs: Vec<Proof>,
}

/// Every step of the purpose was passed, in order, each by its proof. Made only by [`Flow::complete`].
#[derive(Debug)]
pub(crate) struct Completed {
    purpose: Purpose,
    proofs: Vec<Proof>,
}

impl Completed {
    pub(crate) fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The proofs, in the order of the steps.
    pub(crate) fn into_proofs(self) -> Vec<Proof> {
        self.proofs
    }
}

impl Flow {
    pub(crate) fn start(purpose: Purpose) -> Flow {
        Flow {
            order: Order::start(purpose),
            proofs: Vec::with_capacity(purpose.steps().len()),
        }
    }

    /// Passes the step that is due with its proof, or refuses and ends the flow.
    pub(crate) fn pass(mut self, proof: Proof) -> Result<Flow, OutOfOrder> {
        self.order = self.order.pass(proof.step())?;
        self.proofs.push(proof);
        Ok(self)
    }

    /// The one gate: all steps were passed.
    pub(crate) fn complete(self) -> Result<Completed, OutOfOrder> {
        Ok(Completed {
            purpose: self.order.complete()?,
            proofs: self.proofs,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [Step; 11] = [
        Step::Session,
        Step::FreshSession,
        Step::Link,
        Step::Pass,
        Step::Code,
        Step::Password,
        Step::Factor,
        Step::Request,
        Step::Options,
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
                        .try_fold(Order::start(purpose), |order, &step| order.pass(step));
                    let done = flow.and_then(Order::complete).is_ok();
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
