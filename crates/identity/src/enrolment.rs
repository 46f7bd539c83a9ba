//! A person's first passkey, by a registration link.

use store::{Credential, CredentialStatus, Id, Log, Person, PersonStatus, WriteError};
use webauthn::base64url;

use crate::audit::{self, Entry};
use crate::ceremony::{self, Binding};
use crate::creation::{self, Account, New, Try};
use crate::flow::{Proof, Purpose};
use crate::link::{self, LinkPurpose, Presented};
use crate::passkeys::{Creation, check_count, propose_name};
use crate::proof::Permitted;
use crate::sign_in::{derive_descriptor, limit_address};
use crate::tenant::refuse_write;
use crate::{Caller, Identity, Refusal, access, codes};

/// What the page shows to whoever opened the link.
#[derive(Debug)]
pub struct Invitation {
    pub user_name: String,
    pub display_name: String,
    pub creation: Creation,
}

const PURPOSES: [LinkPurpose; 2] = [LinkPurpose::Register, LinkPurpose::Recover];

fn bind(caller: &Caller) -> Binding<'_> {
    Binding {
        caller,
        purpose: Purpose::Enrol,
        session: None,
    }
}

/// Checks the token (by POST; a GET acts on nothing) and starts the ceremony.
pub async fn begin(
    identity: &Identity,
    caller: &Caller,
    token: &str,
) -> Result<Invitation, Refusal> {
    limit_address(identity, caller)?;
    let link = link::find(identity, token, &PURPOSES).await?;
    let (person, credentials) = read_invited(identity, &link).await?;
    // The token, not its hash, is what proves the right to finish.
    let extra = serde_json::Value::from(token);
    let issued = ceremony::issue(identity, bind(caller), Some(person.person_id), Some(extra))?;
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
        access::check_issuer(identity, issuer, person_id)
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

/// Uses up the link together with the credential. Opens no session. Returns the user name.
pub async fn finish(
    identity: &Identity,
    caller: &Caller,
    state: &str,
    response: &[u8],
) -> Result<String, Refusal> {
    limit_address(identity, caller)?;
    let opened = ceremony::open(identity, bind(caller), state).await?;
    let attempt = Try {
        identity,
        caller,
        person: opened.state.person.map(|id| Id(id.0)),
        opened,
        response,
    };
    creation::decide(&attempt, || enrol(&attempt)).await
}

async fn enrol(attempt: &Try<'_>) -> Result<String, Refusal> {
    let unreadable = || Refusal::new(&codes::STATE_UNREADABLE);
    let (identity, state) = (attempt.identity, &attempt.opened.state);
    let token = state
        .extra
        .as_ref()
        .and_then(|extra| extra.as_str())
        .ok_or_else(unreadable)?;
    let link = link::find(identity, token, &PURPOSES).await?;
    let (person, credentials) = read_invited(identity, &link).await?;
    if !state.is_for(person.person_id) {
        return Err(unreadable());
    }
    check_count(identity, &credentials)?;
    let purpose = link.purpose();
    let permitted =
        creation::permit_registration(attempt, Purpose::Enrol, Proof::Link(link), person.person_id)
            .await?;
    let name = propose_name(identity, &permitted, &credentials).await?;
    write_enrolled(attempt, &person, purpose, &name, permitted).await?;
    Ok(person.user_name)
}

async fn write_enrolled(
    attempt: &Try<'_>,
    person: &Person,
    purpose: LinkPurpose,
    name: &str,
    permitted: Permitted,
) -> Result<(), Refusal> {
    let (identity, tenant) = (attempt.identity, attempt.identity.0.tenant_id);
    let mut unit = creation::start_storing(attempt, &permitted);
    unit.bump_methods(tenant, person.person_id, person.method_version);
    unit.mark_passkey(tenant, person.person_id);
    let mut entry = Entry::of(attempt.caller, attempt.opened.attempt);
    entry
        .confide("actor", person.user_name.as_str())
        .confide("passkey", name);
    let credential_id = base64url::encode(permitted.registration.credential_id());
    entry
        .say("credential", credential_id)
        .say("link", purpose.as_str());
    let new = New::own(attempt, name);
    creation::insert(attempt.identity, &mut unit, &mut entry, new, permitted);
    unit.void_links_of_person(tenant, person.person_id, identity.0.ambient.now());
    let about = (Some(person.person_id), Some(person.person_id.0.as_slice()));
    let written = audit::commit(identity, unit, Log::Audit, "passkey.added", about, entry).await;
    match written {
        Ok(_) => Ok(()),
        Err(WriteError::Refused(guard)) => {
            Err(link::refuse_use(guard).unwrap_or_else(|| Refusal::new(&codes::MOVED)))
        }
        Err(error) => Err(refuse_write(error)),
    }
}
