//! A person's first passkey, by a registration link.

use store::{
    Credential, CredentialStatus, Id, Log, OpenLink, Person, PersonStatus, Unit, WriteError,
};
use webauthn::base64url;

use crate::audit::{self, Entry};
use crate::ceremony::{self, Binding, Opened};
use crate::creation::{self, Account, CreatedUnder};
use crate::flow::{Flow, Purpose, Step};
use crate::link::{self, LinkPurpose};
use crate::passkeys::{Creation, DECISIONS, check_count};
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
    link: &OpenLink,
) -> Result<(Person, Vec<Credential>), Refusal> {
    let unusable = || Refusal::new(&codes::LINK_UNUSABLE);
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let person_id = link.person_id.ok_or_else(unusable)?;
    let person = store.find_person(tenant, person_id).await?;
    let person = person
        .filter(|person| person.status == PersonStatus::Enabled)
        .ok_or_else(unusable)?;
    if let Some(issuer) = link.issuer_id {
        access::check_issuer(identity, issuer, person_id)
            .await
            .map_err(|_| unusable())?;
    }
    let credentials = store.list_credentials(tenant, person_id).await?;
    let usable = credentials
        .iter()
        .any(|credential| credential.status == CredentialStatus::Active);
    if usable && link.purpose == LinkPurpose::Register.as_str() {
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
    let person = opened.state.person.map(|id| Id(id.0));
    for _ in 0..DECISIONS {
        match enrol(identity, caller, &opened, response).await {
            Ok(user_name) => return Ok(user_name),
            Err(refusal) if refusal.code == &codes::MOVED => continue,
            Err(refusal) => {
                return Err(
                    creation::refuse(identity, caller, &opened, person, response, refusal).await,
                );
            }
        }
    }
    Err(creation::refuse(
        identity,
        caller,
        &opened,
        person,
        response,
        Refusal::new(&codes::MOVED),
    )
    .await)
}

async fn enrol(
    identity: &Identity,
    caller: &Caller,
    opened: &Opened,
    response: &[u8],
) -> Result<String, Refusal> {
    let unreadable = || Refusal::new(&codes::STATE_UNREADABLE);
    let token = opened
        .state
        .extra
        .as_ref()
        .and_then(|extra| extra.as_str())
        .ok_or_else(unreadable)?;
    let link = link::find(identity, token, &PURPOSES).await?;
    let (person, credentials) = read_invited(identity, &link).await?;
    if !opened.state.is_for(person.person_id) {
        return Err(unreadable());
    }
    check_count(identity, &credentials)?;
    let registration = creation::verify(identity, opened, response)?;
    let flow = Flow::start(Purpose::Enrol)
        .pass(Step::Link)
        .and_then(|flow| flow.pass(Step::Registration));
    flow.and_then(Flow::complete)
        .map_err(|_| Refusal::new(&codes::INTERNAL))?;
    let taken: Vec<&str> = credentials
        .iter()
        .map(|credential| credential.name.as_str())
        .collect();
    let name = creation::propose_name(&registration, &taken);
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    let mut unit = Unit::new();
    unit.spend(tenant, opened.state.state_id(), opened.attempt);
    unit.bump_methods(tenant, person.person_id, person.method_version);
    // The person's row is locked before any other: two units that meet here wait, and don't deadlock.
    unit.mark_passkey(tenant, person.person_id);
    unit.use_link(tenant, link.link_id, now);
    unit.void_links_of_person(tenant, person.person_id, now);
    let mut entry = Entry::of(caller, opened.attempt);
    entry
        .confide("actor", person.user_name.as_str())
        .confide("passkey", name.as_str());
    entry
        .say(
            "credential",
            base64url::encode(registration.credential_id()),
        )
        .say("link", link.purpose.as_str());
    let recovers = link.purpose == LinkPurpose::Recover.as_str();
    let under = if recovers {
        CreatedUnder::RecoveryLink
    } else {
        CreatedUnder::RegistrationLink
    };
    creation::judge_trust_group(identity, &registration)
        .familiarity
        .record(&mut entry);
    creation::insert(
        &mut unit,
        identity,
        caller,
        person.person_id,
        &name,
        under,
        registration,
    )
    .await?;
    let about = (Some(person.person_id), Some(person.person_id.0.as_slice()));
    let written = audit::commit(identity, unit, Log::Audit, "passkey.added", about, entry).await;
    match written {
        Ok(_) => Ok(person.user_name),
        Err(WriteError::Refused(guard)) => {
            Err(link::refuse_use(guard).unwrap_or_else(|| Refusal::new(&codes::MOVED)))
        }
        Err(error) => Err(refuse_write(error)),
    }
}
