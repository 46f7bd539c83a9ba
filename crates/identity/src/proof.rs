//! Proofs and the one thing made from them (security 2).
//!
//! A [`Granted`] is made by consuming a completed flow, a verified assertion and the decision about it; a session
//! is opened only by consuming a [`Granted`]. None of them can be copied, read from outside data or made in
//! another way, so a forgotten check does not compile.

use policy::Decision;
use store::{Credential, Id, Person};
use webauthn::VerifiedAssertion;

use crate::flow::Completed;

/// The right to open one session for one person, with every version that the decision read.
#[derive(Debug)]
pub struct Granted {
    pub(crate) person_id: Id,
    pub(crate) person_version: i64,
    pub(crate) method_version: i64,
    pub(crate) credential_id: Vec<u8>,
    pub(crate) credential_version: i64,
    pub(crate) old_sign_count: i64,
    pub(crate) sign_count: i64,
    pub(crate) backup_state: bool,
    pub(crate) old_trust_groups: String,
    pub(crate) trust_groups: String,
    pub(crate) policy_version: i64,
    pub(crate) epoch: Id,
}

/// What the decision was made about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) person: &'a Person,
    pub(crate) credential: &'a Credential,
    /// The credential's trust groups after this answer.
    pub(crate) trust_groups: &'a str,
    pub(crate) policy_version: i64,
    pub(crate) epoch: Id,
}

/// `None` unless the decision grants and the assertion is this credential's.
pub(crate) fn grant(
    completed: Completed,
    assertion: VerifiedAssertion,
    decision: &Decision,
    subject: Subject<'_>,
) -> Option<Granted> {
    let Subject {
        person,
        credential,
        trust_groups,
        policy_version,
        epoch,
    } = subject;
    let belongs = assertion.credential_id() == credential.credential_id
        && assertion.user_handle() == person.user_handle;
    let opens = completed.purpose().opens_session();
    (decision.is_granted() && belongs && opens).then(|| Granted {
        person_id: person.person_id,
        person_version: person.security_version,
        method_version: person.method_version,
        credential_id: credential.credential_id.clone(),
        credential_version: credential.security_version,
        old_sign_count: credential.sign_count,
        sign_count: i64::from(assertion.sign_count()),
        backup_state: assertion.backup_state(),
        old_trust_groups: credential.trust_groups.clone(),
        trust_groups: trust_groups.to_owned(),
        policy_version,
        epoch,
    })
}
