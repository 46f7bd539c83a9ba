//! Passkeys of a device or maker that is lost: revoked at once, with every session and refresh token of their owner.
//!
//! The one removal that may leave nobody's last passkey standing, that asks for no fresh sign-in, and that a session after a
//! recovery may do (security 17): whoever lost a device may have nothing left to confirm with, and whoever found it has. What a
//! stolen session could do with it is to lock its owner out, itself included: they come back by the recovery page, and are told.
//! Only the last Global Administrator's last passkey stays: another is made first (`claviger admin link`).

use store::{Credential, CredentialStatus, Id, Log, Person, PersonStatus, Unit};
use webauthn::base64url;

use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::audit::{self, Entry};
use crate::creation::DECISIONS;
use crate::notices::{self, Notice};
use crate::passkeys::{end_codes_of, parse_id, read_own};
use crate::people::administrators::{Administrators, Change};
use crate::people::find_existing;
use crate::sign_in::{Signals, derive_signals, limit_person};
use crate::tenant::refuse_write;
use crate::{Caller, Identity, Refusal, Session, codes};

/// What is left afterwards.
#[derive(Debug)]
pub struct Reported {
    /// How many passkeys were revoked.
    pub revoked: usize,
    /// Whether the person has another passkey to sign in with.
    pub has_another: bool,
    /// For the provider: what still counts.
    pub signals: Signals,
}

/// Those that go, of those that there are.
struct Going<'a> {
    person: &'a Person,
    credentials: &'a [Credential],
    ids: &'a [Vec<u8>],
}

impl Going<'_> {
    fn goes(&self, credential: &Credential) -> bool {
        self.ids.contains(&credential.credential_id)
    }

    fn gone(&self) -> impl Iterator<Item = &Credential> {
        self.credentials.iter().filter(|it| self.goes(it))
    }

    fn write_names(&self) -> String {
        let names: Vec<&str> = self.gone().map(|it| it.name.as_str()).collect();
        names.join(", ")
    }

    fn left(&self) -> impl Iterator<Item = &Credential> {
        self.credentials.iter().filter(|it| !self.goes(it))
    }
}

/// Reports one's own passkeys lost: one, or several of one maker. This session ends with every other.
///
/// # Errors
/// [`codes::LOST_UNFIT`] for none, and for several of different makers; [`codes::PASSKEY_MISSING`];
/// [`codes::LAST_ADMINISTRATOR`] when nobody would be left who can do everything.
pub async fn report_own(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    passkey_ids: &[String],
) -> Result<Reported, Refusal> {
    limit_person(identity, session)?;
    // A password takes no passkey away, whatever it is called.
    session.require_passkey()?;
    let ids = read_ids(identity, passkey_ids)?;
    for _ in 0..DECISIONS {
        match report_own_once(identity, caller, session, &ids).await {
            Err(refusal) if refusal.code == &codes::MOVED => continue,
            decided => return decided,
        }
    }
    Err(Refusal::new(&codes::MOVED))
}

/// The most is what a person can have: more are not theirs.
fn read_ids(identity: &Identity, passkey_ids: &[String]) -> Result<Vec<Vec<u8>>, Refusal> {
    if passkey_ids.is_empty() || passkey_ids.len() > identity.0.settings.max_passkeys as usize {
        return Err(Refusal::new(&codes::LOST_UNFIT));
    }
    passkey_ids.iter().map(|id| parse_id(id)).collect()
}

async fn report_own_once(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    ids: &[Vec<u8>],
) -> Result<Reported, Refusal> {
    let (person, credentials) = read_own(identity, session).await?;
    let going = Going {
        person: &person,
        credentials: &credentials,
        ids,
    };
    check_there(&going)?;
    check_one_maker(&going)?;
    let mut unit = Unit::new();
    let administrators = begin(identity, &mut unit, &going).await?;
    let tenant = identity.0.tenant_id;
    unit.bump_methods(tenant, person.person_id, person.method_version);
    unit.require_session(tenant, person.person_id, session.session_id);
    revoke(identity, &mut unit, &going);
    administrators.finish(identity, &mut unit);
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    entry.confide("actor", person.user_name.as_str());
    describe(&mut entry, &going);
    let about = (Some(person.person_id), Some(person.person_id.0.as_slice()));
    let word = "passkey.reported_lost";
    audit::commit(identity, unit, Log::Audit, word, about, entry)
        .await
        .map_err(refuse_write)?;
    Ok(derive_reported(identity, &going))
}

/// Reports passkeys of somebody else lost, whichever they are; ends their recovery codes as well. Whoever reports their own does so on Security info.
///
/// # Errors
/// [`codes::OWN_METHOD`] for one's own; [`codes::LOST_UNFIT`], [`codes::PASSKEY_MISSING`], [`codes::LAST_ADMINISTRATOR`] as above.
pub async fn report(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    passkey_ids: &[String],
) -> Result<Reported, Refusal> {
    let about = (Operation::DeleteMethod, Some(person));
    access::decide(identity, actor, about, || {
        report_once(identity, actor, person, passkey_ids)
    })
    .await
}

async fn report_once(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    passkey_ids: &[String],
) -> Result<Reported, Refusal> {
    let allowed = access::check(identity, actor, Operation::DeleteMethod, Some(person)).await?;
    if actor.person() == Some(person) {
        return Err(Refusal::new(&codes::OWN_METHOD));
    }
    let person = find_existing(identity, person).await?;
    let ids = read_ids(identity, passkey_ids)?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let credentials = store.list_credentials(tenant, person.person_id).await?;
    let going = Going {
        person: &person,
        credentials: &credentials,
        ids: &ids,
    };
    check_there(&going)?;
    let mut unit = allowed.begin(identity);
    let administrators = begin(identity, &mut unit, &going).await?;
    match person.status {
        PersonStatus::Enabled => unit.bump_methods(tenant, person.person_id, person.method_version),
        PersonStatus::Disabled | PersonStatus::Deleted => {
            unit.hold_person(tenant, person.person_id)
        }
    };
    revoke(identity, &mut unit, &going);
    // They may have been in the same bag, and the help desk has a pass in their place.
    unit.purge_recovery_codes_of(tenant, person.person_id);
    administrators.finish(identity, &mut unit);
    let mut entry = actor.entry(identity);
    entry.confide("user", person.user_name.as_str());
    describe(&mut entry, &going);
    let (word, id) = ("passkey.reported_lost", person.person_id);
    access::write(identity, actor, &allowed, unit, word, id, entry)
        .await
        .map_err(refuse_write)?;
    Ok(derive_reported(identity, &going))
}

fn check_there(going: &Going<'_>) -> Result<(), Refusal> {
    let is_there = |id: &Vec<u8>| going.credentials.iter().any(|it| &it.credential_id == id);
    match going.ids.iter().all(is_there) {
        true => Ok(()),
        false => Err(Refusal::new(&codes::PASSKEY_MISSING)),
    }
}

/// Several at once are those of one maker, which the page shows; whoever does not say who they are has no others.
fn check_one_maker(going: &Going<'_>) -> Result<(), Refusal> {
    let mut gone = going.gone();
    let first = gone.next().map(|credential| credential.aaguid);
    let is_same = |one: &Credential| Some(one.aaguid) == first && one.aaguid != Id([0; 16]);
    match gone.all(is_same) {
        true => Ok(()),
        false => Err(Refusal::new(&codes::LOST_UNFIT)),
    }
}

async fn begin(
    identity: &Identity,
    unit: &mut Unit,
    going: &Going<'_>,
) -> Result<Administrators, Refusal> {
    let change = Change::Passkeys {
        person: going.person.person_id,
        credential_ids: going.ids,
    };
    Administrators::begin(identity, unit, change).await
}

/// The person's row is locked by now; then sessions, then credentials.
fn revoke(identity: &Identity, unit: &mut Unit, going: &Going<'_>) {
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    let person = going.person;
    // The status stays; the version moves, and ends what is under way: passes and recoveries, too.
    unit.change_status(
        tenant,
        person.person_id,
        person.status,
        person.security_version,
    );
    unit.end_sessions_of_person(tenant, person.person_id, now);
    unit.void_links_of_person(tenant, person.person_id, now);
    for credential in going.gone() {
        unit.remove_credential(
            tenant,
            &credential.credential_id,
            person.person_id,
            credential.security_version,
            now,
        );
        end_codes_of(unit, tenant, person.person_id, credential);
    }
    let passkey = going.write_names();
    let notice = Notice::ReportedLost { passkey };
    notices::tell(identity, unit, person.person_id, notice);
}

fn describe(entry: &mut Entry, going: &Going<'_>) {
    let ids: Vec<String> = going
        .gone()
        .map(|credential| base64url::encode(&credential.credential_id))
        .collect();
    entry
        .confide("passkey", going.write_names())
        .say("credentials", ids);
}

fn derive_reported(identity: &Identity, going: &Going<'_>) -> Reported {
    let left = going.left().map(|it| it.credential_id.clone()).collect();
    Reported {
        revoked: going.gone().count(),
        has_another: going
            .left()
            .any(|credential| credential.status == CredentialStatus::Active),
        signals: derive_signals(identity, going.person, left),
    }
}
