//! What is made from proofs, and only from them (security 2).
//!
//! A [`Granted`] is made by consuming a completed flow with a verified assertion and the decision about it; a session
//! is opened only by consuming a [`Granted`]. A [`Permitted`] is made by consuming a completed flow with a verified
//! registration and what entitles to it. Both take the policy's "yes" ([`Accepted`]); a passkey is stored only by consuming a [`Permitted`]. None of them can be
//! copied, read from outside data or made in another way, so a forgotten check does not compile.

use policy::Decision;
use store::{AttestationRecord, Credential, Id, Person};
use webauthn::VerifiedRegistration;

use crate::access_pass;
use crate::flow::{Completed, Proof};
use crate::link::Presented;
use crate::password;
use crate::policies::Accepted;
use crate::provisioning;
use crate::recovery;
use crate::recovery_code;
use crate::sessions::FreshSession;

/// The right to open one session for one person, with every version that the decision read.
#[derive(Debug)]
pub struct Granted {
    pub(crate) person_id: Id,
    pub(crate) person_version: i64,
    pub(crate) used: Used,
    pub(crate) policy_version: i64,
    /// Of the memberships that the policy asked for.
    pub(crate) membership: Option<i64>,
    pub(crate) epoch: Id,
}

/// What the person signed in with.
#[derive(Debug)]
pub(crate) enum Used {
    Passkey(UsedPasskey),
    Password {
        /// Of the password.
        version: i64,
        /// Used up in the unit that opens the session.
        code: password::FactorCode,
    },
}

#[derive(Debug)]
pub(crate) struct UsedPasskey {
    pub(crate) credential_id: Vec<u8>,
    pub(crate) credential_version: i64,
    pub(crate) method_version: i64,
    pub(crate) old_sign_count: i64,
    pub(crate) sign_count: i64,
    pub(crate) backup_state: bool,
    pub(crate) old_trust_groups: String,
    pub(crate) trust_groups: String,
}

/// What the decision was made about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) person: &'a Person,
    pub(crate) credential: &'a Credential,
    /// The credential's trust groups after this answer.
    pub(crate) trust_groups: &'a str,
    pub(crate) epoch: Id,
}

/// `None` unless the flow opens sessions, the decision grants and the assertion is this credential's.
pub(crate) fn grant(
    completed: Completed,
    decision: &Decision,
    accepted: &Accepted,
    subject: Subject<'_>,
) -> Option<Granted> {
    let Subject {
        person,
        credential,
        trust_groups,
        epoch,
    } = subject;
    let opens = completed.purpose().opens_session();
    let Some(Proof::Assertion(assertion)) = completed.into_proofs().pop() else {
        return None;
    };
    let belongs = assertion.credential_id() == credential.credential_id
        && assertion.user_handle() == person.user_handle;
    (decision.is_granted() && belongs && opens).then(|| Granted {
        person_id: person.person_id,
        person_version: person.security_version,
        used: Used::Passkey(UsedPasskey {
            credential_id: credential.credential_id.clone(),
            credential_version: credential.security_version,
            method_version: person.method_version,
            old_sign_count: credential.sign_count,
            sign_count: i64::from(assertion.sign_count()),
            backup_state: assertion.backup_state(),
            old_trust_groups: credential.trust_groups.clone(),
            trust_groups: trust_groups.to_owned(),
        }),
        policy_version: accepted.policy_version(),
        membership: accepted.membership(),
        epoch,
    })
}

/// `None` unless the flow opens sessions, and password and code are one person's.
pub(crate) fn grant_by_password(completed: Completed) -> Option<Granted> {
    let opens = completed.purpose().opens_session();
    let mut proofs = completed.into_proofs().into_iter();
    let (Some(Proof::Password(password)), Some(Proof::Factor(code))) =
        (proofs.next(), proofs.next())
    else {
        return None;
    };
    let belongs = code.is_for(password.person_id);
    (belongs && opens).then_some(Granted {
        person_id: password.person_id,
        person_version: password.person_version,
        used: Used::Password {
            version: password.password_version,
            code,
        },
        policy_version: password.basis.policy_version,
        membership: Some(password.basis.membership),
        epoch: password.epoch,
    })
}

/// The right to store one passkey for one person.
#[derive(Debug)]
pub(crate) struct Permitted {
    pub(crate) person_id: Id,
    pub(crate) entitled_by: Entitlement,
    pub(crate) registration: VerifiedRegistration,
    /// What its attestation proves; `None` without a statement.
    pub(crate) judged: Option<AttestationRecord>,
    pub(crate) accepted: Accepted,
}

/// What entitles somebody to register a passkey; used up, or required once more, in the unit that stores it.
#[derive(Debug)]
pub(crate) enum Entitlement {
    Session(FreshSession),
    Link(Presented),
    Pass(access_pass::Presented),
    Code(recovery_code::Presented),
    Request(recovery::Presented),
    /// On behalf of the person.
    Options(provisioning::Presented),
}

/// The versions of policies and memberships by which somebody was found entitled: held until the passkey is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Basis {
    pub(crate) policy_version: i64,
    /// Of all memberships: groups that a policy names, roles that come by way of groups.
    pub(crate) membership: i64,
}

impl Entitlement {
    /// `None` where none were asked.
    pub(crate) fn basis(&self) -> Option<Basis> {
        match self {
            Entitlement::Pass(pass) => Some(pass.basis()),
            Entitlement::Code(code) => Some(code.basis()),
            Entitlement::Request(request) => Some(request.basis()),
            Entitlement::Session(_) | Entitlement::Link(_) | Entitlement::Options(_) => None,
        }
    }
}

/// `None` unless the flow registers, and session, link or options are this person's. A set-up link is nobody's: the
/// person is made with it.
pub(crate) fn permit(
    completed: Completed,
    person_id: Id,
    judged: Option<AttestationRecord>,
    accepted: Accepted,
) -> Option<Permitted> {
    let mut proofs = completed.into_proofs().into_iter();
    let (entitlement, registration) = (proofs.next()?, proofs.next()?);
    let Proof::Registration(registration) = registration else {
        return None;
    };
    let entitled_by = match entitlement {
        Proof::FreshSession(session) if session.person_id() == person_id => {
            Entitlement::Session(session)
        }
        Proof::Link(link) if link.is_for(person_id) => Entitlement::Link(link),
        Proof::Pass(pass) if pass.is_for(person_id) => Entitlement::Pass(pass),
        Proof::Code(code) if code.is_for(person_id) => Entitlement::Code(code),
        Proof::Request(request) if request.is_for(person_id) => Entitlement::Request(request),
        Proof::Options(options) if options.is_for(person_id) => Entitlement::Options(options),
        _ => return None,
    };
    Some(Permitted {
        person_id,
        entitled_by,
        registration: *registration,
        judged,
        accepted,
    })
}
