//! The first administrator: a one-time link, one claim, then closed for ever (security 18).

use serde::{Deserialize, Serialize};
use store::{Guard, Id, Log, NewPerson, PersonStatus, PrincipalKind, Unit, WriteError};
use webauthn::{base64url, providers};

use crate::audit::{self, Entry};
use crate::ceremony::{self, Binding};
use crate::creation::{self, Account, New, Try};
use crate::flow::{Proof, Purpose};
use crate::link::{self, LinkPurpose};
use crate::passkeys::Creation;
use crate::people;
use crate::proof::Permitted;
use crate::roles::Role;
use crate::sign_in::limit_address;
use crate::tenant::refuse_write;
use crate::{Caller, Identity, Refusal, codes, names};

pub use crate::link::Link;

/// What the set-up page asks for.
#[derive(Debug, Clone)]
pub struct Claim {
    pub organisation: String,
    pub user_name: String,
    pub display_name: String,
}

/// The claim in the sealed state: checked when it went in.
#[derive(Debug, Serialize, Deserialize)]
struct Sealed {
    link: [u8; 16],
    person: [u8; 16],
    user_handle: String,
    organisation: String,
    user_name: String,
    display_name: String,
}

fn bind(caller: &Caller) -> Binding<'_> {
    Binding {
        caller,
        purpose: Purpose::SetUp,
        session: None,
    }
}

/// Whether the first administrator is still to be made.
pub async fn is_open(identity: &Identity) -> Result<bool, Refusal> {
    Ok(identity.organisation().await?.is_none())
}

async fn require_open(identity: &Identity) -> Result<(), Refusal> {
    if is_open(identity).await? {
        Ok(())
    } else {
        Err(Refusal::new(&codes::SETUP_CLOSED))
    }
}

/// Makes a new set-up link and voids older ones. Refused when set-up is closed.
pub async fn make_link(identity: &Identity) -> Result<Link, Refusal> {
    require_open(identity).await?;
    let mut unit = Unit::new();
    unit.void_links_of_purpose(
        identity.0.tenant_id,
        LinkPurpose::SetUp.as_str(),
        identity.0.ambient.now(),
    );
    let link = link::insert(&mut unit, identity, LinkPurpose::SetUp, None, None);
    let mut entry = Entry::default();
    entry.say("link", LinkPurpose::SetUp.as_str());
    let written = audit::commit(identity, unit, Log::Audit, "link.made", (None, None), entry).await;
    written.map_err(refuse_write)?;
    Ok(link)
}

/// Checks the token and the claim, and starts the first passkey.
pub async fn begin(
    identity: &Identity,
    caller: &Caller,
    token: &str,
    claim: &Claim,
) -> Result<Creation, Refusal> {
    require_open(identity).await?;
    limit_address(identity, caller)?;
    let link = link::find(identity, token, &[LinkPurpose::SetUp]).await?;
    let organisation = names::parse_organisation(&claim.organisation)?;
    let user_name = names::parse_user_name(&claim.user_name)?;
    let display_name = names::parse_display_name(&claim.display_name)?;
    let user_handle: [u8; 64] = identity.0.ambient.random.make();
    let person_id = identity.0.ambient.make_id();
    let sealed = Sealed {
        link: link.link_id().0,
        person: person_id.0,
        user_handle: base64url::encode(&user_handle),
        organisation: organisation.clone(),
        user_name: user_name.shown.clone(),
        display_name: display_name.clone(),
    };
    let extra = serde_json::to_value(&sealed).map_err(|_| Refusal::new(&codes::INTERNAL))?;
    let issued = ceremony::issue(identity, bind(caller), Some(person_id), Some(extra))?;
    let account = Account {
        user_handle: &user_handle,
        user_name: &user_name.shown,
        display_name: &display_name,
    };
    let options = creation::make_options(
        identity,
        &issued.challenge,
        &organisation,
        account,
        Vec::new(),
    );
    Ok(Creation {
        state: issued.sealed,
        options,
    })
}

/// Makes tenant, person, role and passkey in one unit. Opens no session (security 1).
/// Returns the user name to sign in with.
pub async fn finish(
    identity: &Identity,
    caller: &Caller,
    state: &str,
    response: &[u8],
) -> Result<String, Refusal> {
    limit_address(identity, caller)?;
    let attempt = Try {
        identity,
        caller,
        opened: ceremony::open(identity, bind(caller), state).await?,
        person: None,
        response,
    };
    let user_name = creation::decide(&attempt, || claim(&attempt)).await?;
    identity.refresh().await?;
    Ok(user_name)
}

async fn claim(attempt: &Try<'_>) -> Result<String, Refusal> {
    let unreadable = || Refusal::new(&codes::STATE_UNREADABLE);
    let (identity, opened) = (attempt.identity, &attempt.opened);
    let extra = opened.state.extra.clone().ok_or_else(unreadable)?;
    let sealed: Sealed = serde_json::from_value(extra).map_err(|_| unreadable())?;
    let user_handle = base64url::decode(&sealed.user_handle)
        .ok()
        .and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
    let person = NewPerson {
        person_id: Id(sealed.person),
        user_handle: user_handle.ok_or_else(unreadable)?,
        fields: people::derive_first_fields(
            names::parse_user_name(&sealed.user_name)?,
            sealed.display_name,
        ),
        status: PersonStatus::Enabled,
        created_at: identity.0.ambient.now(),
    };
    let link = Proof::Link(link::restore(opened, Id(sealed.link)));
    let permitted =
        creation::permit_registration(attempt, Purpose::SetUp, link, person.person_id).await?;
    match write_claim(attempt, &sealed.organisation, &person, permitted).await {
        Ok(_) => Ok(person.fields.user_name.shown),
        Err(WriteError::Refused(Guard::Missing)) if !is_open(identity).await? => {
            Err(Refusal::new(&codes::SETUP_CLOSED))
        }
        Err(WriteError::Refused(guard)) => {
            Err(link::refuse_use(guard).unwrap_or_else(|| Refusal::new(&codes::MOVED)))
        }
        Err(error) => Err(refuse_write(error)),
    }
}

/// ONE unit: state spent, tenant claimed, person, role, link used up, passkey, record.
async fn write_claim(
    attempt: &Try<'_>,
    organisation: &str,
    person: &NewPerson,
    permitted: Permitted,
) -> Result<store::Written, WriteError> {
    let (identity, settings) = (attempt.identity, &attempt.identity.0.settings);
    let (tenant, now) = (identity.0.tenant_id, person.created_at);
    let mut unit = creation::start_storing(attempt, &permitted);
    unit.claim_tenant(
        tenant,
        organisation,
        settings.rp_id.as_str(),
        settings.public_origin.as_str(),
        now,
    );
    unit.insert_person(tenant, person);
    unit.insert_role(
        tenant,
        Role::GlobalAdministrator.template_id(),
        (person.person_id, PrincipalKind::Person),
        now,
    );
    unit.mark_passkey(tenant, person.person_id);
    // There is no metadata before there is an organisation.
    let provider = providers::find(permitted.registration.aaguid(), None, &settings.providers);
    let provider = provider.map(|it| it.name);
    let name = creation::propose_name(provider, &permitted.registration, &[]);
    let mut entry = Entry::of(attempt.caller, attempt.opened.attempt);
    entry
        .confide("actor", person.fields.user_name.shown.as_str())
        .confide("passkey", name.as_str());
    entry
        .say("organisation", organisation)
        .say("rpId", settings.rp_id.as_str());
    let new = New::own(attempt, &name);
    creation::insert(attempt.identity, &mut unit, &mut entry, new, permitted);
    unit.void_links_of_purpose(tenant, LinkPurpose::SetUp.as_str(), now);
    let about = (Some(person.person_id), Some(person.person_id.0.as_slice()));
    let word = "organisation.set_up";
    audit::commit(identity, unit, Log::Audit, word, about, entry).await
}
