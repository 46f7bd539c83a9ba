//! What a person sees about their own sign-in methods.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use policy::passkey::{PasskeyFacts, judge};
pub use policy::profiles::Ending;
use store::{Credential, CredentialStatus, Id, Log, LogRecord};
use webauthn::{Aaguid, base64url};

use crate::audit::{read_field, read_personal};
use crate::passkeys::{RECOVERED_FOR, is_last, read_own, recovered_since};
use crate::password;
use crate::policies::{Accepts, Verdicts, code_of, decide_at_rest, find_accepts};
use crate::providers::{self, Provider};
use crate::provisioning::{Planted, find_planted};
use crate::recovery::{self, AskedOfManager, Rung, UnderWay};
use crate::recovery_code::{self, Standing};
use crate::sessions::{self, SessionView};
use crate::sign_in::{Signals, derive_signals};
use crate::{Class, DAY, Identity, Micros, Place, Refusal, Session, codes};

/// Lines of recent activity on the page.
const ACTIVITY: i64 = 20;
/// So long before a passkey ends by time its owner is told.
const SOON: Micros = 30 * DAY;

#[derive(Debug, Clone)]
pub struct SecurityInfo {
    /// Newest first.
    pub passkeys: Vec<PasskeyCard>,
    pub max_passkeys: u32,
    pub sessions: Vec<SessionView>,
    /// Newest first, at most 20.
    pub activity: Vec<Activity>,
    pub signals: Signals,
    pub recommend_second: bool,
    /// Only one passkey, and it can't leave its device.
    pub only_device_bound: bool,
    /// The recovery codes; `None` where the policy gives the person none.
    pub codes: Option<Standing>,
    /// Password and authenticator app; `None` where the policy gives the person none, and they have none.
    pub passwords: Option<password::Standing>,
    /// A password opened this session, which changes less.
    pub by_password: bool,
    /// Recoveries under way: whoever sees them can say no.
    pub under_way: Vec<UnderWay>,
    /// What those ask whose manager they are.
    pub asked: Vec<AskedOfManager>,
    /// Whether there are codes that somebody could type here.
    pub approves: bool,
    /// Until when nothing can be removed in this session, because a recovery led to it.
    pub recovered_until: Option<Micros>,
    /// Which passkeys can be added; the code of what says no when none can.
    pub accepts: Result<Accepts, &'static str>,
}

#[derive(Debug, Clone)]
pub struct PasskeyCard {
    /// The credential id in base64url.
    pub passkey_id: String,
    pub name: String,
    /// Whoever made it, as far as that is known.
    pub provider: Provider,
    /// Synced (BE=1) or this device only.
    pub synced: bool,
    pub created_at: Micros,
    pub created_place: Option<Place>,
    pub last_used: Option<(Micros, Place)>,
    /// `None`: accepted now; otherwise the code of the rule that says no.
    pub refused_by: Option<&'static str>,
    /// When time will say no, if that is soon.
    pub ends: Option<Ending>,
    /// Whether its owner can remove it (the last usable one can't be).
    pub removable: bool,
    /// It opened the session that asks.
    pub current: bool,
    /// When the recovery was that it came of.
    pub recovered_at: Option<Micros>,
    /// Who registered it, where its owner did not and has not confirmed it yet.
    pub held: Option<Planted>,
}

/// One line of recent activity; `what` is a stable word that pages translate.
#[derive(Debug, Clone)]
pub struct Activity {
    pub at: Micros,
    pub what: ActivityKind,
    /// The passkey's name, where one took part.
    pub passkey_name: Option<String>,
    pub place: Option<Place>,
    /// Somebody else did it (an administrator, the command line).
    pub by: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivityKind {
    SignedIn,
    /// With the code of the refusal.
    SignInRefused(&'static str),
    PasskeyAdded,
    PasskeyRefused,
    PasskeyRenamed,
    PasskeyRemoved,
    PasskeyConfirmed,
    /// Somebody else asked for options to create one.
    PasskeyPrepared,
    PasskeyNotPrepared,
    SessionEnded,
    SignedOut,
    LinkMade,
    PassMade,
    PassRemoved,
    PassUsed,
    PassRefused,
    CodesMade,
    RecoveryBegun,
    RecoveryRefused,
    RecoveryWaiting,
    RecoveryApproved,
    RecoveryDenied,
    RecoveryCancelled,
    ReportedLost,
    PasswordSet,
    PasswordRemoved,
    AppAdded,
    AppRemoved,
    Renamed,
    Disabled,
    Enabled,
    Other,
}

/// Everything on the page, read live.
pub async fn view(identity: &Identity, session: &Session) -> Result<SecurityInfo, Refusal> {
    let (person, credentials) = read_own(identity, session).await?;
    let providers = find_providers(identity, &credentials).await?;
    let (_, snapshot) = identity.current().await?;
    let now = identity.0.ambient.now();
    let verdicts = decide_at_rest(identity, &snapshot.policies, person.person_id).await?;
    let mut planted = find_planted(identity, person.person_id, &credentials).await?;
    let passkeys = credentials
        .iter()
        .map(|credential| PasskeyCard {
            held: take_planted(&mut planted, credential),
            provider: providers
                .get(&credential.aaguid)
                .cloned()
                .unwrap_or_default(),
            ..derive_card(&credentials, credential, &verdicts, session, now)
        })
        .collect();
    let accepted = credentials
        .iter()
        .map(|credential| credential.credential_id.clone())
        .collect();
    let accepts = match find_accepts(identity, &snapshot.policies, person.person_id).await {
        Ok(accepts) => Ok(accepts),
        Err(refusal) if refusal.code.class == Class::Forbidden => Err(refusal.code.id),
        Err(refusal) => return Err(refusal),
    };
    Ok(SecurityInfo {
        passkeys,
        max_passkeys: identity.0.settings.max_passkeys,
        sessions: sessions::list(identity, session).await?,
        codes: match session.is_by_password() {
            true => None,
            false => recovery_code::find_standing(identity, person.person_id).await?,
        },
        passwords: password::find_standing(identity, person.person_id).await?,
        by_password: session.is_by_password(),
        under_way: recovery::list_under_way(identity, person.person_id).await?,
        asked: recovery::approval::list_asked(identity, person.person_id).await?,
        approves: recovery::list_on(identity)
            .await?
            .iter()
            .any(|it| *it != Rung::Mail),
        recovered_until: recovered_since(identity, session, &credentials)
            .map(|at| at + RECOVERED_FOR),
        activity: list_activity(identity, session).await?,
        signals: derive_signals(identity, &person, accepted),
        // Nobody is told to do what they may not.
        recommend_second: credentials.len() == 1 && accepts.is_ok(),
        only_device_bound: credentials.len() == 1
            && credentials
                .iter()
                .all(|credential| !credential.backup_eligible),
        accepts,
    })
}

/// The makers of these passkeys, each asked for once.
async fn find_providers(
    identity: &Identity,
    credentials: &[Credential],
) -> Result<HashMap<Id, Provider>, Refusal> {
    let mut found = HashMap::new();
    for credential in credentials {
        if let Entry::Vacant(unasked) = found.entry(credential.aaguid) {
            let aaguid = Aaguid(credential.aaguid.0);
            unasked.insert(providers::describe(identity, aaguid).await?);
        }
    }
    Ok(found)
}

/// Of a held one always something: that nobody knows who registered it is worth saying, too.
fn take_planted(planted: &mut Vec<Planted>, credential: &Credential) -> Option<Planted> {
    if credential.status != CredentialStatus::Held {
        return None;
    }
    let found = planted
        .iter()
        .position(|one| one.credential_id == credential.credential_id);
    Some(match found {
        Some(place) => planted.swap_remove(place),
        None => Planted {
            credential_id: credential.credential_id.clone(),
            by: None,
            at: credential.created_at,
        },
    })
}

fn derive_card(
    credentials: &[Credential],
    credential: &Credential,
    verdicts: &Verdicts,
    session: &Session,
    now: Micros,
) -> PasskeyCard {
    // The account is enabled: its owner is looking at this page.
    let facts = PasskeyFacts {
        account_enabled: true,
        active: credential.status == CredentialStatus::Active,
    };
    let refused_by = judge(&facts).refused_by().map(|rule| rule.as_str());
    let verdict = verdicts.get(&credential.credential_id);
    let by_policy = verdict
        .and_then(|verdict| verdict.refused_by)
        .map(|rule| code_of(rule).id);
    let soon = now.saturating_add(SOON);
    let ends = verdict.and_then(|verdict| verdict.ends);
    let place = |text: &Option<String>| text.as_deref().map(Place::from_json);
    PasskeyCard {
        passkey_id: base64url::encode(&credential.credential_id),
        name: credential.name.clone(),
        provider: Provider::default(),
        synced: credential.backup_eligible,
        created_at: credential.created_at,
        created_place: Some(Place::from_json(&credential.created_place)),
        last_used: credential
            .last_used_at
            .zip(place(&credential.last_used_place)),
        refused_by: refused_by.or(by_policy),
        ends: ends.filter(|ending| ending.at <= soon),
        removable: !is_last(credentials, credential, verdicts),
        current: credential.credential_id == session.credential_id,
        recovered_at: credential.recovered_at,
        held: None,
    }
}

async fn list_activity(identity: &Identity, session: &Session) -> Result<Vec<Activity>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let sign_ins = store
        .list_records_of_person(tenant, Log::SignIn, session.person_id, ACTIVITY)
        .await?;
    let changes = store
        .list_records_of_person(tenant, Log::Audit, session.person_id, ACTIVITY)
        .await?;
    let sign_ins = sign_ins
        .iter()
        .map(|record| derive_activity(record, derive_sign_in_kind(&record.word), session));
    // An alert stands beside the record of what it is about.
    let changes = changes
        .iter()
        .filter(|record| !record.word.starts_with("alert."))
        .map(|record| derive_activity(record, derive_change_kind(&record.word), session));
    let mut lines: Vec<Activity> = sign_ins.chain(changes).collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.at));
    lines.truncate(ACTIVITY as usize);
    Ok(lines)
}

fn derive_sign_in_kind(word: &str) -> ActivityKind {
    if word == "ok" {
        return ActivityKind::SignedIn;
    }
    let known = codes::CODES.iter().find(|code| code.id == word);
    known.map_or(ActivityKind::Other, |code| {
        ActivityKind::SignInRefused(code.id)
    })
}

fn derive_change_kind(word: &str) -> ActivityKind {
    match word {
        "passkey.added" | "passkey.provisioned" | "organisation.set_up" => {
            ActivityKind::PasskeyAdded
        }
        "passkey.options_requested" => ActivityKind::PasskeyPrepared,
        "passkey.options_cancelled" => ActivityKind::PasskeyNotPrepared,
        "passkey.confirmed" => ActivityKind::PasskeyConfirmed,
        "passkey.registration_refused" => ActivityKind::PasskeyRefused,
        "passkey.renamed" => ActivityKind::PasskeyRenamed,
        "passkey.removed" => ActivityKind::PasskeyRemoved,
        "session.ended" | "user.sessions_ended" => ActivityKind::SessionEnded,
        "session.signed_out" => ActivityKind::SignedOut,
        "link.made" => ActivityKind::LinkMade,
        "pass.made" => ActivityKind::PassMade,
        "pass.removed" => ActivityKind::PassRemoved,
        "pass.used" => ActivityKind::PassUsed,
        "pass.refused" => ActivityKind::PassRefused,
        "recovery_codes.made" => ActivityKind::CodesMade,
        "recovery.begun" => ActivityKind::RecoveryBegun,
        "recovery.refused" => ActivityKind::RecoveryRefused,
        "recovery.waiting" => ActivityKind::RecoveryWaiting,
        "recovery.approved" => ActivityKind::RecoveryApproved,
        "recovery.denied" => ActivityKind::RecoveryDenied,
        "recovery.cancelled" => ActivityKind::RecoveryCancelled,
        "passkey.reported_lost" => ActivityKind::ReportedLost,
        "password.set" | "password.given" => ActivityKind::PasswordSet,
        "password.removed" | "password.taken" => ActivityKind::PasswordRemoved,
        "authenticator_app.added" => ActivityKind::AppAdded,
        "authenticator_app.removed" => ActivityKind::AppRemoved,
        "user.renamed" => ActivityKind::Renamed,
        "user.disabled" => ActivityKind::Disabled,
        "user.enabled" => ActivityKind::Enabled,
        _ => ActivityKind::Other,
    }
}

fn derive_activity(record: &LogRecord, what: ActivityKind, session: &Session) -> Activity {
    let field = |name| read_field(record, name).unwrap_or_default();
    let network = read_personal(record, "network");
    let place = network.map(|network| Place {
        browser: field("browser"),
        system: field("system"),
        network,
    });
    let actor = read_personal(record, "actor");
    Activity {
        at: record.created_at,
        what,
        passkey_name: read_personal(record, "passkey"),
        place,
        by: actor.filter(|_| record.subject_id != Some(session.person_id)),
    }
}
