//! A passkey without signing in: a person's first one by a registration link, or any by a Temporary Access Pass a recovery code, or a recovery
//! that time or somebody else confirmed.

use store::{Credential, CredentialStatus, Guard, Id, Log, Person, PersonStatus, WriteError};
use webauthn::base64url;

use crate::access::{self, Operation};
use crate::access_pass;
use crate::audit::{self, Entry};
use crate::ceremony::{self, Binding};
use crate::creation::{self, Account, New, Try};
use crate::flow::{Proof, Purpose};
use crate::link::{self, LinkPurpose, Presented};
use crate::notices::{self, Notice};
use crate::passkeys::{Creation, check_count, propose_name};
use crate::policies::Accepted;
use crate::proof::{Basis, Permitted};
use crate::recovery;
use crate::recovery_code;
use crate::sign_in::{derive_descriptor, limit_address};
use crate::tenant::refuse_write;
use crate::{Caller, Identity, Refusal, codes};

/// What the page shows to whoever may register.
#[derive(Debug)]
pub struct Invitation {
    pub user_name: String,
    pub display_name: String,
    pub creation: Creation,
}

/// By what somebody registers: what `token` is in the calls below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The token of a link.
    Link,
    /// What [`access_pass::enter`] gave.
    Pass,
    /// What [`recovery_code::enter`] gave.
    Code,
    /// The request of this browser that [`recovery::find_progress`] says is ready.
    Request,
}

impl By {
    fn purpose(self) -> Purpose {
        match self {
            By::Link => Purpose::Enrol,
            By::Pass => Purpose::EnrolByPass,
            By::Code => Purpose::EnrolByCode,
            By::Request => Purpose::EnrolByRequest,
        }
    }
}

const PURPOSES: [LinkPurpose; 2] = [LinkPurpose::Register, LinkPurpose::Recover];

fn bind(caller: &Caller, by: By) -> Binding<'_> {
    Binding {
        caller,
        purpose: by.purpose(),
        session: None,
    }
}

/// Who may register, as of now, and by what.
struct Entitled {
    person: Person,
    credentials: Vec<Credential>,
    proof: Proof,
    /// For the record: what it was, and which.
    word: (&'static str, String),
    /// They had a passkey before: it is no first day (security 17).
    recovers: bool,
}

/// Checks the token (by POST; a GET acts on nothing) and starts the ceremony.
pub async fn begin(
    identity: &Identity,
    caller: &Caller,
    by: By,
    token: &str,
) -> Result<Invitation, Refusal> {
    limit_address(identity, caller)?;
    let Entitled {
        person,
        credentials,
        ..
    } = find_entitled(identity, caller, by, token).await?;
    // The token, not its hash, is what proves the right to finish.
    let extra = serde_json::Value::from(token);
    let binding = bind(caller, by);
    let issued = ceremony::issue(identity, binding, Some(person.person_id), Some(extra))?;
    let account = Account {
        user_handle: &person.user_handle,
        user_name: &person.user_name,
        display_name: &person.display_name,
    };
    let exclude = credentials.iter().map(derive_descriptor).collect();
    let organisation = identity.snapshot().tenant.name.clone();
    let options =
        creation::make_options(identity, &issued.challenge, &organisation, account, exclude);
    let creation = Creation {
        state: issued.sealed,
        options,
    };
    Ok(Invitation {
        user_name: person.user_name,
        display_name: person.display_name,
        creation,
    })
}

async fn find_entitled(
    identity: &Identity,
    caller: &Caller,
    by: By,
    token: &str,
) -> Result<Entitled, Refusal> {
    match by {
        By::Link => {
            let link = link::find(identity, token, &PURPOSES).await?;
            let (person, credentials) = read_invited(identity, &link).await?;
            let word = ("link", link.purpose().as_str().to_owned());
            let recovers = person.had_passkey && !are_held(&credentials);
            Ok(Entitled {
                person,
                credentials,
                proof: Proof::Link(link),
                word,
                recovers,
            })
        }
        By::Pass => {
            let pass = access_pass::restore(identity, caller, token).await?;
            let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
            let person = store.find_person(tenant, pass.person_id()).await?;
            let person = person.ok_or(&codes::PASS_UNUSABLE)?;
            let credentials = store.list_credentials(tenant, person.person_id).await?;
            let word = ("pass", pass.pass_id().to_string());
            let recovers = person.had_passkey && is_recovery(&pass, &credentials);
            Ok(Entitled {
                person,
                credentials,
                proof: Proof::Pass(pass),
                word,
                recovers,
            })
        }
        By::Code => {
            let code = recovery_code::restore(identity, caller, token).await?;
            let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
            let person = store.find_person(tenant, code.person_id()).await?;
            let person = person.ok_or(&codes::RECOVERY_UNUSABLE)?;
            let credentials = store.list_credentials(tenant, person.person_id).await?;
            let word = ("recoveryCode", code.code_id().to_string());
            Ok(Entitled {
                person,
                credentials,
                proof: Proof::Code(code),
                word,
                recovers: true,
            })
        }
        By::Request => {
            let request = recovery::restore(identity, caller, token).await?;
            let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
            let person = store.find_person(tenant, request.person_id()).await?;
            let person = person.ok_or(&codes::REQUEST_UNUSABLE)?;
            let credentials = store.list_credentials(tenant, person.person_id).await?;
            let word = ("recoveryRequest", request.request_id().to_string());
            Ok(Entitled {
                person,
                credentials,
                proof: Proof::Request(request),
                word,
                recovers: true,
            })
        }
    }
}

/// Whether a pass for somebody who had a passkey is no first day: several passkeys by one pass belong to one day, and are all
/// marked if the first is.
fn is_recovery(pass: &access_pass::Presented, credentials: &[Credential]) -> bool {
    let by_this_pass = usize::try_from(pass.registrations()).unwrap_or(0);
    let marked = |it: &Credential| it.recovered_at.is_some_and(|at| at >= pass.made_at());
    !are_held(credentials)
        && (credentials.is_empty()
            || credentials.len() > by_this_pass
            || credentials.iter().any(marked))
}

/// All that there are, and there are some, were registered by somebody else and wait: their owner had none of their own.
fn are_held(credentials: &[Credential]) -> bool {
    let is_held = |it: &Credential| it.status == CredentialStatus::Held;
    !credentials.is_empty() && credentials.iter().all(is_held)
}

/// The person a link is for, if the link still stands: the account enabled, the issuer still entitled, and,
/// for a first registration, no usable passkey yet.
async fn read_invited(
    identity: &Identity,
    link: &Presented,
) -> Result<(Person, Vec<Credential>), Refusal> {
    let unusable = || Refusal::new(&codes::LINK_UNUSABLE);
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let person_id = link.person_id().ok_or_else(unusable)?;
    let person = store.find_person(tenant, person_id).await?;
    let person = person
        .filter(|person| person.status == PersonStatus::Enabled)
        .ok_or_else(unusable)?;
    if let Some(issuer) = link.issuer_id() {
        access::check_issuer(identity, Operation::MakeLink, issuer, person_id)
            .await
            .map_err(|_| unusable())?;
    }
    let credentials = store.list_credentials(tenant, person_id).await?;
    let usable = credentials
        .iter()
        .any(|credential| credential.status == CredentialStatus::Active);
    if usable && link.purpose() == LinkPurpose::Register {
        return Err(unusable());
    }
    Ok((person, credentials))
}

/// Uses up link or pass together with the credential. Opens no session. Returns the user name.
pub async fn finish(
    identity: &Identity,
    caller: &Caller,
    by: By,
    state: &str,
    response: &[u8],
) -> Result<String, Refusal> {
    limit_address(identity, caller)?;
    let opened = ceremony::open(identity, bind(caller, by), state).await?;
    let attempt = Try {
        identity,
        caller,
        person: opened.state.person.map(|id| Id(id.0)),
        opened,
        response,
    };
    creation::decide(&attempt, || enrol(&attempt, by)).await
}

async fn enrol(attempt: &Try<'_>, by: By) -> Result<String, Refusal> {
    let unreadable = || Refusal::new(&codes::STATE_UNREADABLE);
    let (identity, state) = (attempt.identity, &attempt.opened.state);
    let token = state
        .extra
        .as_ref()
        .and_then(|extra| extra.as_str())
        .ok_or_else(unreadable)?;
    let Entitled {
        person,
        credentials,
        proof,
        word,
        recovers,
    } = find_entitled(identity, attempt.caller, by, token).await?;
    if !state.is_for(person.person_id) {
        return Err(unreadable());
    }
    check_count(identity, &credentials)?;
    let purpose = by.purpose();
    let permitted =
        creation::permit_registration(attempt, purpose, proof, person.person_id).await?;
    if let Some(basis) = permitted.entitled_by.basis() {
        check_unmoved(basis, &permitted.accepted)?;
    }
    let name = propose_name(identity, &permitted, &credentials).await?;
    let recovered_at = recovers.then(|| identity.0.ambient.now());
    let new = New {
        recovered_at,
        ..New::own(attempt, &name)
    };
    write_enrolled(attempt, &person, (by, word), new, permitted).await?;
    Ok(person.user_name)
}

/// What pass or code rests on was read before the policy's word about the passkey: both of the same policies and groups.
fn check_unmoved(basis: Basis, accepted: &Accepted) -> Result<(), Refusal> {
    let membership = accepted.membership();
    let unmoved = basis.policy_version == accepted.policy_version()
        && membership.is_none_or(|it| it == basis.membership);
    match unmoved {
        true => Ok(()),
        false => Err(Refusal::new(&codes::MOVED)),
    }
}

async fn write_enrolled(
    attempt: &Try<'_>,
    person: &Person,
    (by, (word, named)): (By, (&'static str, String)),
    new: New<'_>,
    permitted: Permitted,
) -> Result<(), Refusal> {
    let (identity, tenant) = (attempt.identity, attempt.identity.0.tenant_id);
    let mut unit = creation::start_storing(attempt, &permitted);
    unit.bump_methods(tenant, person.person_id, person.method_version);
    unit.mark_passkey(tenant, person.person_id);
    let mut entry = Entry::of(attempt.caller, attempt.opened.attempt);
    entry
        .confide("actor", person.user_name.as_str())
        .confide("passkey", new.name);
    let credential_id = base64url::encode(permitted.registration.credential_id());
    entry.say("credential", credential_id).say(word, named);
    let (name, recovers) = (new.name, new.recovered_at.is_some());
    creation::insert(attempt.identity, &mut unit, &mut entry, new, permitted);
    unit.void_links_of_person(tenant, person.person_id, identity.0.ambient.now());
    if by == By::Link && !person.had_passkey {
        // A newcomer's pass, made without a reason: it shall not outlive the first day.
        unit.purge_access_pass_of(tenant, person.person_id);
    }
    match recovers {
        true => notices::tell(
            identity,
            &mut unit,
            person.person_id,
            Notice::RecoveryFinished,
        ),
        false => notices::tell_added(identity, &mut unit, person.person_id, name),
    }
    let about = (Some(person.person_id), Some(person.person_id.0.as_slice()));
    let written = audit::commit(identity, unit, Log::Audit, "passkey.added", about, entry).await;
    match written {
        Ok(_) => Ok(()),
        Err(WriteError::Refused(Guard::Missing | Guard::ProofSpent)) if by == By::Code => {
            Err(Refusal::new(&codes::RECOVERY_UNUSABLE))
        }
        Err(WriteError::Refused(Guard::Missing)) if by == By::Request => {
            Err(Refusal::new(&codes::REQUEST_UNUSABLE))
        }
        Err(WriteError::Refused(Guard::Missing)) if by == By::Pass => {
            Err(Refusal::new(&codes::PASS_UNUSABLE))
        }
        Err(WriteError::Refused(Guard::ProofSpent)) if by == By::Pass => {
            Err(Refusal::new(&codes::PASS_USED))
        }
        Err(WriteError::Refused(guard)) => {
            Err(link::refuse_use(guard).unwrap_or_else(|| Refusal::new(&codes::MOVED)))
        }
        Err(error) => Err(refuse_write(error)),
    }
}
