//! Judging an authenticator's answer: the one way from an assertion to a session.

use policy::passkey::PasskeyFacts;
use policy::sign_in::SignInFacts;
use policy::{Decision, Rule};
use store::{CredentialStatus, Guard, Log, Owned, PersonStatus, Unit, WriteError};
use webauthn::signals::UnknownCredential;
use webauthn::{
    AssertionError, AuthenticationResponse, Counter, CrossOrigin, ExpectedAssertion, Origin,
    StoredCredential, UserVerification, VerifiedAssertion, assertion,
};

use crate::audit::{self, Entry, NewRecord};
use crate::ceremony::{Opened, derive_reference};
use crate::creation::DECISIONS;
use crate::familiar::{self, Familiar};
use crate::flow::{Flow, Proof, Purpose};
use crate::policies::{self, Accepted, Said};
use crate::proof::{Granted, Subject, grant};
use crate::sign_in::{SignedIn, derive_signals};
use crate::tenant::refuse_write;
use crate::trust_group::{self, Familiarity};
use crate::{Caller, Code, Identity, Refusal, Session, codes, look_alike, sessions};

/// A public key whose private key nobody knows: the point of P-256 whose x is the SHA-256 of
/// "claviger nobody's key" and a zero byte. What is not verified against a stored key is verified against
/// this one, so that it costs the same; a signature under it proves nothing.
const NOBODYS_KEY: [u8; 77] = *b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20\
\xc2\xbf\xd9\x3d\x0b\x2c\x85\xbd\x14\x94\x9c\xe9\xe3\x7e\x31\xb1\xfd\x73\xa5\x93\xce\xcf\x89\x17\x0a\x25\x13\xc1\xa9\x46\xff\x7b\
\x22\x58\x20\
\xf0\x52\xc4\x19\x20\xec\xac\x31\xfd\x24\x35\xbf\xad\xec\x25\xe6\x30\x6c\x74\x7e\x94\xef\x64\xa7\xdf\x16\xa2\x32\x0d\x68\x0c\xd6";

/// What everybody is told whose answer fails at, or because of, what we have stored.
const SIGNATURE_INVALID: &str = "assertion.signature_invalid";

/// One try, from the opened state to the answer.
pub(crate) struct Try<'a> {
    pub(crate) identity: &'a Identity,
    pub(crate) caller: &'a Caller,
    pub(crate) purpose: Purpose,
    /// The session to confirm, when there is one: it is replaced by the new one.
    pub(crate) session: Option<&'a Session>,
    pub(crate) opened: Opened,
}

impl Try<'_> {
    /// The account was known before the answer came.
    fn is_named(&self) -> bool {
        self.opened.state.person.is_some() || self.session.is_some()
    }
}

/// Why a try failed, before it is written down.
struct Failure {
    code: &'static Code,
    /// What the caller is told: the same for ids that exist, that don't, and that we made up (security 20).
    detail: Option<&'static str>,
    /// What the record says.
    cause: Option<&'static str>,
    /// Whose account it was, known only after a valid signature.
    owner: Option<store::Id>,
    signal_unknown: bool,
    reasons: Vec<policy::Reason>,
    /// What the policy said, once it was asked.
    said: Option<Box<Said>>,
}

/// What a granted sign-in's record says beside who and where.
struct Facts {
    reasons: Vec<policy::Reason>,
    counter: Counter,
    trust_group: Familiarity,
    said: Said,
    alerts: Vec<&'static str>,
}

/// Why there is no "yes".
enum Setback {
    /// It is refused, and recorded.
    Refused(Box<Failure>),
    /// Nothing could be decided.
    Undecided(Refusal),
}

impl From<Failure> for Setback {
    fn from(failure: Failure) -> Setback {
        Setback::Refused(Box::new(failure))
    }
}

impl From<Refusal> for Setback {
    fn from(refusal: Refusal) -> Setback {
        Setback::Undecided(refusal)
    }
}

impl Failure {
    fn new(code: &'static Code, detail: Option<&'static str>) -> Failure {
        Failure {
            code,
            detail,
            cause: detail,
            owner: None,
            signal_unknown: false,
            reasons: Vec::new(),
            said: None,
        }
    }
}

/// Either a session on disk, or the state spent and the refusal on record.
pub(crate) async fn finish(attempt: Try<'_>, response: &[u8]) -> Result<SignedIn, Refusal> {
    let parsed = match AuthenticationResponse::from_json(response) {
        Ok(parsed) => parsed,
        Err(error) => {
            let failure = Failure::new(&codes::PASSKEY_REFUSED, Some(error.code()));
            return Err(refuse(&attempt, None, failure).await);
        }
    };
    for _ in 0..DECISIONS {
        let store = &attempt.identity.0.store;
        let owned = store
            .find_credential_with_owner(attempt.identity.0.tenant_id, parsed.credential_id())
            .await?;
        let Some(owned) = owned else {
            let failure = judge_absent(&attempt, &parsed);
            return Err(refuse(&attempt, Some(&parsed), failure).await);
        };
        match judge(&attempt, &parsed, &owned).await {
            Err(Setback::Undecided(refusal)) if refusal.code == &codes::MOVED => continue,
            Err(Setback::Undecided(refusal)) => return Err(refusal),
            Err(Setback::Refused(failure)) => {
                return Err(refuse(&attempt, Some(&parsed), *failure).await);
            }
            Ok((granted, facts)) => {
                match open_session(&attempt, granted, &owned, facts).await {
                    Err(WriteError::Refused(Guard::Moved)) => continue,
                    Err(WriteError::Refused(Guard::Missing)) => {
                        // The session to confirm ended meanwhile.
                        let failure = Failure::new(&codes::NO_SESSION, None);
                        return Err(refuse(&attempt, Some(&parsed), failure).await);
                    }
                    Err(error) => return Err(refuse_write(error)),
                    Ok(signed_in) => return Ok(signed_in),
                }
            }
        }
    }
    Err(refuse(&attempt, Some(&parsed), Failure::new(&codes::MOVED, None)).await)
}

fn expect<'a>(
    attempt: &'a Try<'_>,
    origins: &'a [Origin],
    user_handle: Option<&'a [u8]>,
) -> ExpectedAssertion<'a> {
    ExpectedAssertion {
        challenge: &attempt.opened.state.challenge,
        rp_id: &attempt.identity.0.settings.rp_id,
        origins,
        cross_origin: CrossOrigin::Refused,
        user_verification: UserVerification::Required,
        // The account is bound instead: any of its credentials may answer.
        allowed_credentials: None,
        expected_user_handle: user_handle,
    }
}

/// An id that is not stored: one that we made up looks like a bad signature, any other is unknown.
fn judge_absent(attempt: &Try<'_>, response: &AuthenticationResponse) -> Failure {
    let snapshot = attempt.identity.snapshot();
    let ours = look_alike::is_look_alike(&snapshot.keys.look_alike, response.credential_id());
    let detail = derive_visible_detail(attempt, response);
    if ours || detail != SIGNATURE_INVALID {
        let failure = Failure::new(&codes::PASSKEY_REFUSED, Some(detail));
        return Failure {
            cause: Some("credential.absent"),
            ..failure
        };
    }
    Failure {
        signal_unknown: true,
        ..Failure::new(&codes::PASSKEY_UNKNOWN, None)
    }
}

/// What is wrong with an answer apart from anything stored: verified against nobody's key, with the work of
/// a real verification. What fails only there is told as a bad signature.
fn derive_visible_detail(attempt: &Try<'_>, response: &AuthenticationResponse) -> &'static str {
    let user_handle = response.user_handle().unwrap_or(&[0; 64]);
    let stored = StoredCredential {
        credential_id: response.credential_id(),
        public_key: &NOBODYS_KEY,
        sign_count: 0,
        backup_eligible: false,
        user_handle,
    };
    let origins = attempt.identity.0.settings.assert_origins();
    let named = attempt.is_named().then_some(user_handle);
    match assertion::verify(response, &expect(attempt, &origins, named), &stored) {
        Err(error) if !error.signature_was_valid() => error.code(),
        _ => SIGNATURE_INVALID,
    }
}

/// The stored records and the answer in, the right to a session or the failure out. The policy is asked only about a
/// verified answer (security 20).
async fn judge(
    attempt: &Try<'_>,
    response: &AuthenticationResponse,
    owned: &Owned,
) -> Result<(Granted, Facts), Setback> {
    let credential = &owned.credential;
    let verified = verify(attempt, response, owned)?;
    let counter = verified.counter();
    let facts = SignInFacts {
        passkey: PasskeyFacts {
            account_enabled: owned.person.status == PersonStatus::Enabled,
            active: credential.status == CredentialStatus::Active,
        },
        user_verified: verified.user_verified(),
    };
    let decision = policy::sign_in::decide(&facts);
    if let Some(rule) = decision.refused_by() {
        let owner = Some(owned.person.person_id);
        let reasons = decision.reasons().to_vec();
        let code = derive_code(rule, credential.status);
        return Err(Failure {
            owner,
            reasons,
            ..Failure::new(code, Some(rule.as_str()))
        }
        .into());
    }
    let groups = trust_group::judge(
        &credential.trust_groups,
        verified.trust_group(),
        attempt.identity.0.ambient.now(),
    );
    let accepted =
        match policies::decide_sign_in(attempt.identity, owned, groups.familiarity).await? {
            Ok(accepted) => accepted,
            Err(refused) => {
                let failure = Failure {
                    owner: Some(owned.person.person_id),
                    reasons: decision.reasons().to_vec(),
                    said: Some(Box::new(refused.said)),
                    ..Failure::new(refused.code, None)
                };
                return Err(failure.into());
            }
        };
    let subject = Subject {
        person: &owned.person,
        credential,
        trust_groups: &groups.stored,
        epoch: owned.epoch,
    };
    let granted = complete(attempt, verified, (&decision, &accepted), subject)?;
    let facts = Facts {
        reasons: decision.reasons().to_vec(),
        counter,
        trust_group: groups.familiarity,
        said: accepted.said,
        alerts: accepted.alerts,
    };
    Ok((granted, facts))
}

fn derive_code(rule: Rule, status: CredentialStatus) -> &'static Code {
    match rule {
        Rule::AccountEnabled => &codes::ACCOUNT_DISABLED,
        Rule::PasskeyActive if status == CredentialStatus::Removed => &codes::PASSKEY_REMOVED,
        Rule::PasskeyActive if status == CredentialStatus::Held => &codes::PASSKEY_HELD,
        Rule::PasskeyActive => &codes::PASSKEY_INACTIVE,
        Rule::UserVerified => &codes::PASSKEY_NOT_VERIFIED,
        Rule::PasskeyPolicy(Some(rule)) => policies::code_of(rule),
        Rule::PasskeyPolicy(None) => &codes::POLICY_REFUSED,
    }
}

fn verify(
    attempt: &Try<'_>,
    response: &AuthenticationResponse,
    owned: &Owned,
) -> Result<VerifiedAssertion, Failure> {
    let (identity, credential) = (attempt.identity, &owned.credential);
    let bound = attempt.session.map(|session| session.person_id);
    let state = &attempt.opened.state;
    let is_other = (state.person.is_some() && !state.is_for(owned.person.person_id))
        || bound.is_some_and(|person| person != owned.person.person_id);
    if is_other {
        let detail = derive_visible_detail(attempt, response);
        let failure = Failure::new(&codes::PASSKEY_REFUSED, Some(detail));
        return Err(Failure {
            cause: Some("credential.other_account"),
            ..failure
        });
    }
    let named = attempt.is_named();
    let stored = StoredCredential {
        credential_id: &credential.credential_id,
        public_key: &credential.public_key,
        sign_count: u32::try_from(credential.sign_count).unwrap_or(u32::MAX),
        backup_eligible: credential.backup_eligible,
        user_handle: &owned.person.user_handle,
    };
    let expected_user_handle = named.then_some(owned.person.user_handle.as_slice());
    let origins = identity.0.settings.assert_origins();
    let expected = expect(attempt, &origins, expected_user_handle);
    assertion::verify(response, &expected, &stored).map_err(|error| {
        if !error.signature_was_valid() {
            // What depends on the records is not told before a valid signature.
            let detail = match error {
                AssertionError::CredentialOwnerMismatch
                | AssertionError::UserHandleMismatch
                | AssertionError::StoredKey(_) => derive_visible_detail(attempt, response),
                _ => error.code(),
            };
            let failure = Failure::new(&codes::PASSKEY_REFUSED, Some(detail));
            return Failure {
                cause: Some(error.code()),
                ..failure
            };
        }
        let code = match error {
            AssertionError::UserVerificationMissing => &codes::PASSKEY_NOT_VERIFIED,
            AssertionError::CounterRegressed { .. } => &codes::PASSKEY_CLONED,
            AssertionError::BackupEligibilityChanged { .. } => &codes::PASSKEY_BACKUP_CHANGED,
            _ => &codes::PASSKEY_REFUSED,
        };
        Failure {
            owner: Some(owned.person.person_id),
            ..Failure::new(code, Some(error.code()))
        }
    })
}

/// Passes the flow's steps with the proofs at hand and makes the right to a session of them.
fn complete(
    attempt: &Try<'_>,
    verified: VerifiedAssertion,
    (decision, accepted): (&Decision, &Accepted),
    subject: Subject<'_>,
) -> Result<Granted, Failure> {
    let flow = Flow::start(attempt.purpose);
    let flow = match attempt.session {
        Some(session) => flow.pass(Proof::Session(session.prove())),
        None => Ok(flow),
    };
    let completed = flow
        .and_then(|flow| flow.pass(Proof::Assertion(verified)))
        .and_then(Flow::complete);
    let granted = completed
        .ok()
        .and_then(|completed| grant(completed, decision, accepted, subject));
    granted.ok_or_else(|| Failure::new(&codes::POLICY_REFUSED, Some("flow.out_of_order")))
}

/// ONE unit: state spent, counter and flags, session, record.
async fn open_session(
    attempt: &Try<'_>,
    granted: Granted,
    owned: &Owned,
    facts: Facts,
) -> Result<SignedIn, WriteError> {
    let (identity, opened) = (attempt.identity, &attempt.opened);
    let tenant = identity.0.tenant_id;
    let place = attempt.caller.place();
    let familiar = familiar::judge(identity, owned, &place).await?;
    let mut unit = Unit::new();
    match (granted.membership, attempt.session) {
        // One reading step is all that a unit in one statement may have.
        (None, None) if familiar == Familiar::Same => {
            unit.declare_independent();
        }
        // In one statement all would be read as of its beginning: what an application got through the old session while this
        // waited for it would stay behind there.
        (None, _) => {}
        (Some(version), _) => {
            unit.require_membership(tenant, version);
        }
    }
    unit.spend(tenant, opened.state.state_id(), opened.attempt);
    let (person_id, credential_id) = (granted.person_id, owned.credential.credential_id.clone());
    if let Some(session) = attempt.session {
        // Sessions before credentials, as a removal touches them.
        unit.supersede_session(
            tenant,
            person_id,
            session.session_id,
            identity.0.ambient.now(),
        );
    }
    let (token, session) =
        sessions::open(identity, attempt.caller, &mut unit, granted, &owned.person);
    familiar::note(identity, &mut unit, owned, (familiar, &place));
    if let Some(before) = attempt.session {
        unit.move_refresh_families(tenant, person_id, before.session_id, session.session_id);
        unit.move_session_clients(tenant, before.session_id, session.session_id);
        unit.move_forward_sessions(tenant, person_id, before.session_id, session.session_id);
    }
    let mut entry = Entry::of(attempt.caller, opened.attempt);
    entry
        .say("method", "passkey")
        .say("flow", attempt.purpose.as_str())
        .reasons(&facts.reasons);
    facts.trust_group.record(&mut entry);
    entry
        .confide("user", owned.person.user_name.as_str())
        .confide("passkey", owned.credential.name.as_str());
    if let Counter::Regressed { stored, received } = facts.counter {
        entry
            .say("counterStored", stored)
            .say("counterReceived", received);
    }
    facts.said.record(&mut entry);
    let alerts = facts
        .alerts
        .into_iter()
        .map(|word| alert(attempt, owned, word))
        .collect();
    // Read in the unit itself: a list from before may lack a passkey that was registered meanwhile, which its
    // provider would then hide.
    let read = |unit: &mut Unit| unit.list_accepted(tenant, person_id);
    let about = (Some(person_id), Some(credential_id.as_slice()));
    let sign_in = NewRecord {
        log: Log::SignIn,
        word: "ok",
        about,
        entry,
    };
    let (mut written, reading) =
        audit::commit_and_read(identity, unit, (sign_in, alerts), read).await?;
    // The sign-in stands, so a failure here only means that nothing is told to the provider this time.
    let accepted = written
        .take_accepted(reading)
        .inspect_err(|cause| tracing::warn!(%cause, "no list of accepted passkeys"))
        .ok()
        // The one used is among them; a list without it would hide every passkey of the person.
        .filter(|accepted| accepted.contains(&credential_id));
    let recommend_second = accepted
        .as_ref()
        .is_some_and(|accepted| accepted.len() == 1);
    let signals = accepted.map(|accepted| derive_signals(identity, &owned.person, accepted));
    Ok(SignedIn {
        token,
        session,
        signals,
        recommend_second,
    })
}

/// A record of its own, in the unit of the sign-in: whoever watches for alerts sees it.
fn alert<'a>(attempt: &Try<'_>, owned: &'a Owned, word: &'a str) -> NewRecord<'a> {
    let mut entry = Entry::of(attempt.caller, attempt.opened.attempt);
    entry
        .confide("user", owned.person.user_name.as_str())
        .confide("passkey", owned.credential.name.as_str());
    let person = &owned.person.person_id;
    NewRecord {
        log: Log::Audit,
        word,
        about: (Some(*person), Some(person.0.as_slice())),
        entry,
    }
}

/// Spends the state and writes the record of a failed try, in one unit.
async fn refuse(
    attempt: &Try<'_>,
    response: Option<&AuthenticationResponse>,
    mut failure: Failure,
) -> Refusal {
    let said = failure.said.take().map(|said| *said).unwrap_or_default();
    let mut written = write_refusal(attempt, response, &failure, said).await;
    if failure.signal_unknown && matches!(written, Err(WriteError::Refused(Guard::Moved))) {
        // Registered in this very moment: it is not unknown any more.
        failure.signal_unknown = false;
        written = write_refusal(attempt, response, &failure, Said::default()).await;
    }
    if let Err(error) = written {
        return refuse_write(error);
    }
    let signal_unknown =
        response
            .filter(|_| failure.signal_unknown)
            .map(|response| UnknownCredential {
                rp_id: attempt.identity.0.settings.rp_id.as_str().to_owned(),
                credential_id: response.credential_id().to_vec(),
            });
    Refusal {
        detail: failure.detail,
        reference: derive_reference(attempt.opened.attempt),
        signal_unknown,
        ..Refusal::new(failure.code)
    }
}

async fn write_refusal(
    attempt: &Try<'_>,
    response: Option<&AuthenticationResponse>,
    failure: &Failure,
    said: Said,
) -> Result<(), WriteError> {
    let (identity, opened) = (attempt.identity, &attempt.opened);
    let tenant = identity.0.tenant_id;
    let mut unit = Unit::new();
    unit.spend(tenant, opened.state.state_id(), opened.attempt);
    let credential_id = response.map(AuthenticationResponse::credential_id);
    if let Some(id) = credential_id.filter(|_| failure.signal_unknown) {
        // "Unknown" is told to the provider, who deletes: only when it is absent in this very unit (security 24).
        unit.require_absent(tenant, id);
    }
    let mut entry = Entry::of(attempt.caller, opened.attempt);
    entry
        .say("method", "passkey")
        .say("flow", attempt.purpose.as_str())
        .reasons(&failure.reasons);
    if let Some(cause) = failure.cause {
        entry.say("detail", cause);
    }
    said.record(&mut entry);
    if failure.code == &codes::PASSKEY_CLONED || failure.code == &codes::PASSKEY_BACKUP_CHANGED {
        entry.say("alert", true);
    }
    // An id that nobody registered is a stranger's text: no more of it is kept than a real one needs.
    let kept = credential_id.map(|id| &id[..id.len().min(64)]);
    let about = (failure.owner, kept);
    let written = audit::commit(identity, unit, Log::SignIn, failure.code.id, about, entry).await;
    written.map(drop)
}
