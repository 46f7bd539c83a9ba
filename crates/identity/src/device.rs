//! Signing in on a device that can't show our pages: it shows a code, and somebody types it elsewhere (RFC 8628).
//!
//! Whoever sends people a code wants their account. So it is off for each application until an administrator turns it on,
//! gives nothing that administrators have, says nothing of a level of authentication, asks for a passkey after the code was
//! seen, and shows where the device is before anybody says yes (security 19).

use oidc::token_request::DeviceRequest;
use store::{
    AuthorizationCode, Client, CodeHash, DeviceGrant, DeviceStatus, Guard, Id, Log, Unit,
    WriteError,
};
use webauthn::base64url;

use crate::applications::check_assigned;
use crate::audit::{self, Entry};
use crate::authorize::{ConsentApi, Decision, add_grants, show_api};
use crate::client::{Claimed, Proven};
use crate::issuer::Issuer;
use crate::permissions::Permission;
use crate::policies::decide_one_at_rest;
use crate::resources::{Held, Target, Words, read_words, resolve, sort, write_scopes, write_words};
use crate::seal::derive_mac;
use crate::sign_in::{limit_address, limit_person};
use crate::tenant::refuse_write;
use crate::token::{DEVICE, authenticate, derive_code_hash, spend_alone};
use crate::{
    Caller, Class, Identity, MINUTE, Micros, Place, Refusal, SECOND, Session, codes, marks,
};

/// How long somebody has to type the code.
const LIFETIME: Micros = 15 * MINUTE;
/// Seconds between two questions of a device (section 3.2).
const INTERVAL: i64 = 5;
/// Twenty consonants, of which eight are hard to guess, easy to type, and no word (section 6.1).
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LETTERS: usize = 8;
/// How often a code is drawn anew where another device has it.
const DRAWS: usize = 4;

/// What the device gets.
pub struct Begun {
    pub device_code: String,
    /// As people type it: `BCDF-GHJK`.
    pub user_code: String,
    /// Where they type it.
    pub address: String,
    /// Seconds.
    pub expires_in: i64,
    pub interval: i64,
}

/// Neither code.
impl std::fmt::Debug for Begun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Begun")
    }
}

/// A code as it is compared: without what people put between letters, and without caring for case.
pub(crate) fn normalise(code: &str) -> Option<String> {
    let letters: String = code
        .chars()
        .filter(|letter| !matches!(letter, '-' | ' '))
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    let fits = letters.len() == LETTERS && letters.bytes().all(|it| ALPHABET.contains(&it));
    fits.then_some(letters)
}

pub(crate) fn write_code(letters: &str) -> String {
    let (first, last) = letters.split_at(LETTERS / 2);
    format!("{first}-{last}")
}

fn draw(identity: &Identity) -> String {
    let random: [u8; 32] = identity.0.ambient.random.make();
    derive_letters(&random).unwrap_or_default()
}

/// Eight letters; `None` of bytes that have too few.
pub(crate) fn derive_letters(random: &[u8; 32]) -> Option<String> {
    // 240 is the largest multiple of twenty in a byte: every letter is as likely.
    let mut letters: String = random
        .iter()
        .filter(|byte| **byte < 240)
        .filter_map(|byte| {
            ALPHABET
                .get(usize::from(*byte % 20))
                .copied()
                .map(char::from)
        })
        .collect();
    letters.truncate(LETTERS);
    (letters.len() == LETTERS).then_some(letters)
}

fn derive_user_code_hash(identity: &Identity, letters: &str) -> [u8; 32] {
    let key = &identity.snapshot().keys.mac;
    derive_mac(key, &[b"device user code", letters.as_bytes()])
}

fn not_allowed(detail: &'static str) -> Refusal {
    Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::CLIENT_NOT_ALLOWED)
    }
}

/// Gives a device the code that it shows.
///
/// # Errors
/// [`codes::CLIENT_REFUSED`]; [`codes::CLIENT_NOT_ALLOWED`] where the application's devices may not; [`codes::SCOPE_UNKNOWN`] for
/// what people can't consent to by themselves; [`codes::RESOURCE_UNKNOWN`] and what else is wrong with a resource.
pub async fn begin(
    identity: &Identity,
    caller: &Caller,
    issuer: &Issuer,
    request: &DeviceRequest,
) -> Result<Begun, Refusal> {
    identity.check_clock()?;
    let claimed = Claimed {
        client_id: request.client_id.as_deref(),
        proof: &request.proof,
        dpop: None,
    };
    let client = authenticate(identity, caller, issuer, claimed).await?;
    spend_alone(identity, &client).await?;
    if client.proven == Proven::Nothing {
        // Whoever knows the name of the client may come: by where they come from.
        limit_address(identity, caller)?;
    }
    if !client.client.device_flow {
        return Err(not_allowed("device.off"));
    }
    let words = sort(identity, &request.scopes, !request.resources.is_empty());
    let apis = find_apis(identity, &request.resources, &words).await?;
    if words.asks_default || !words.named.iter().all(|it| it.is_low()) {
        return Err(Refusal::new(&codes::SCOPE_UNKNOWN));
    }
    let held: Vec<Held> = apis
        .into_iter()
        .map(|api| (api.resource.uri, api.values))
        .collect();
    let (ambient, tenant) = (&identity.0.ambient, identity.0.tenant_id);
    let now = ambient.now();
    let mut device_code: CodeHash = ambient.random.make();
    device_code[..8].copy_from_slice(&now.to_be_bytes());
    for _ in 0..DRAWS {
        let letters = draw(identity);
        if letters.len() < LETTERS {
            continue;
        }
        let grant = DeviceGrant {
            device_hash: derive_code_hash(&device_code),
            user_code_hash: derive_user_code_hash(identity, &letters),
            principal_id: client.client.principal_id,
            principal_version: client.client.principal_version,
            scope: write_words(&words.named, &held),
            issuer: issuer.url(),
            place: caller.place().to_json(),
            epoch: client.client.epoch,
            expires_at: now + LIFETIME,
            status: DeviceStatus::Pending,
            code_hash: None,
        };
        let mut unit = Unit::new();
        unit.insert_device_grant(tenant, &grant);
        match identity.write(unit).await {
            Ok(_) => {
                return Ok(Begun {
                    device_code: base64url::encode(&device_code),
                    user_code: write_code(&letters),
                    address: format!("{}/device", identity.settings().public_origin.as_str()),
                    expires_in: LIFETIME / SECOND,
                    interval: INTERVAL,
                });
            }
            Err(WriteError::Refused(Guard::Taken)) => {}
            Err(error) => return Err(refuse_write(error)),
        }
    }
    Err(Refusal::new(&codes::INTERNAL))
}

/// Nobody knows yet who will type the code: only what anybody may consent to can be asked for, by name.
async fn find_apis(
    identity: &Identity,
    resources: &[String],
    words: &Words<'_>,
) -> Result<Vec<Target>, Refusal> {
    let apis = resolve(identity, resources, words).await?;
    let fits = |api: &Target| !api.asks_default && api.scopes().all(|it| it.is_for_people);
    match apis.iter().all(fits) {
        true => Ok(apis),
        false => Err(Refusal::new(&codes::SCOPE_UNKNOWN)),
    }
}

/// What stands behind a typed code.
#[derive(Debug)]
pub enum Looked {
    /// Nothing that waits for anybody.
    Unknown,
    /// Prove who is there first, then come back to this path.
    Confirm { return_path: String },
    /// Ask the person.
    Ask(Box<Asked>),
}

/// What the page shows.
#[derive(Debug)]
pub struct Asked {
    /// The application's, by which its logo is found.
    pub object_id: Id,
    pub application: String,
    /// Where the device asked from.
    pub place: Place,
    /// As people type it.
    pub user_code: String,
    pub permissions: Vec<Permission>,
    /// What is asked of applications' own APIs.
    pub apis: Vec<ConsentApi>,
    /// Since when the proof of who is there counts; to be sent back with the decision.
    pub since: String,
    grant: DeviceGrant,
    client: Client,
    targets: Vec<Target>,
}

async fn find_waiting(
    identity: &Identity,
    letters: &str,
) -> Result<Option<(DeviceGrant, Client)>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let hash = derive_user_code_hash(identity, letters);
    let found = store.find_device_grant_by_user_code(tenant, hash).await?;
    let now = identity.0.ambient.now();
    let waits = |it: &DeviceGrant| it.status == DeviceStatus::Pending && now < it.expires_at;
    let Some(grant) = found.filter(waits) else {
        return Ok(None);
    };
    let Some(principal) = store.find_principal(tenant, grant.principal_id).await? else {
        return Ok(None);
    };
    let client = store.find_client(tenant, principal.app_id).await?;
    let stands = |it: &Client| it.principal_version == grant.principal_version && it.device_flow;
    Ok(client.filter(stands).map(|client| (grant, client)))
}

/// What a code that somebody typed stands for; `since` is what this function gave before, if it did.
pub async fn look(
    identity: &Identity,
    session: &Session,
    code: &str,
    since: Option<&str>,
) -> Result<Looked, Refusal> {
    identity.check_clock()?;
    // Whoever is signed in may guess so often and no more.
    limit_person(identity, session)?;
    let Some(letters) = normalise(code) else {
        return Ok(Looked::Unknown);
    };
    let Some((grant, client)) = find_waiting(identity, &letters).await? else {
        return Ok(Looked::Unknown);
    };
    let (permissions, held) = read_words(&grant.scope);
    let scopes: Vec<String> = held
        .iter()
        .flat_map(|(uri, values)| write_scopes(uri, values))
        .collect();
    let words = sort(identity, &scopes, false);
    let targets = match find_apis(identity, &[], &words).await {
        Ok(targets) => targets,
        // What was asked for is not there any more, or not for people.
        Err(refusal) if refusal.code.class == Class::Bad => return Ok(Looked::Unknown),
        Err(refusal) => return Err(refusal),
    };
    let person = session.person_id;
    let of: [&[u8]; 3] = [b"device since", letters.as_bytes(), &person.0];
    let given = since.and_then(|mark| marks::read(identity, &of, mark));
    let since = given.unwrap_or_else(|| identity.0.ambient.now());
    let mark = marks::write(identity, &of, since);
    let user_code = write_code(&letters);
    if given.is_none() || session.auth_time < since {
        return Ok(Looked::Confirm {
            return_path: format!("/device?user_code={user_code}&since={mark}"),
        });
    }
    Ok(Looked::Ask(Box::new(Asked {
        object_id: client.object_id,
        application: client.display_name.clone(),
        place: Place::from_json(&grant.place),
        user_code,
        permissions,
        apis: targets.iter().map(show_api).collect(),
        since: mark,
        grant,
        client,
        targets,
    })))
}

/// The person's decision about a device.
///
/// # Errors
/// [`codes::DEVICE_CODE_UNKNOWN`], also when somebody else decided first; [`codes::NOT_FRESH`] without a proof since the code
/// was seen; [`codes::DEVICE_PRIVILEGED`] for whoever holds a directory role; [`codes::NOT_ASSIGNED`]; what the policy says.
pub async fn decide(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    (code, since): (&str, &str),
    decision: Decision,
) -> Result<(), Refusal> {
    let asked = match look(identity, session, code, Some(since)).await? {
        Looked::Ask(asked) => asked,
        Looked::Unknown => return Err(Refusal::new(&codes::DEVICE_CODE_UNKNOWN)),
        Looked::Confirm { .. } => return Err(Refusal::new(&codes::NOT_FRESH)),
    };
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    let mut unit = Unit::new();
    unit.require_session(tenant, session.person_id, session.session_id);
    let device = asked.grant.device_hash;
    let activity = match decision {
        Decision::Deny => {
            unit.decide_device_grant(tenant, device, now, None);
            "device.denied"
        }
        Decision::Allow => {
            let code = allow(identity, session, &asked, &mut unit).await?;
            unit.decide_device_grant(tenant, device, now, Some(code));
            "device.allowed"
        }
    };
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    entry
        .confide("actor", session.user_name.as_str())
        .say("application", asked.client.display_name.as_str())
        .say("appId", asked.client.app_id.to_string())
        .say("permissions", asked.grant.scope.as_str())
        .confide("device", asked.grant.place.as_str());
    let principal = asked.client.principal_id;
    let about = (Some(session.person_id), Some(principal.0.as_slice()));
    match audit::commit(identity, unit, Log::Audit, activity, about, entry).await {
        Ok(_) => Ok(()),
        Err(WriteError::Refused(Guard::Missing)) => Err(Refusal::new(&codes::DEVICE_CODE_UNKNOWN)),
        Err(error) => Err(refuse_write(error)),
    }
}

/// Puts the code that the device redeems into the unit, with the consent that this decision is.
async fn allow(
    identity: &Identity,
    session: &Session,
    asked: &Asked,
    unit: &mut Unit,
) -> Result<CodeHash, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let (client, person) = (&asked.client, session.person_id);
    if !store.list_roles(tenant, person).await?.is_empty() {
        return Err(Refusal::new(&codes::DEVICE_PRIVILEGED));
    }
    check_assigned(identity, client, person).await?;
    // It would go on as a sign-in of its own elsewhere.
    session.require_passkey()?;
    let at_rest = decide_one_at_rest(identity, person, &session.credential_id).await?;
    if let Some(code) = at_rest.refused_by {
        return Err(Refusal::new(code));
    }
    unit.require_client(tenant, client.principal_id, client.principal_version);
    for target in &asked.targets {
        if !target.resource.is_open_to(identity, person).await? {
            return Err(Refusal::new(&codes::NOT_ASSIGNED));
        }
    }
    let whom = (client, person);
    add_grants(identity, unit, whom, &asked.permissions, &asked.targets).await?;
    let (ambient, now) = (&identity.0.ambient, identity.0.ambient.now());
    let mut code: CodeHash = ambient.random.make();
    code[..8].copy_from_slice(&now.to_be_bytes());
    unit.insert_code(
        tenant,
        &AuthorizationCode {
            code_hash: code,
            principal_id: client.principal_id,
            principal_version: client.principal_version,
            person_id: person,
            session_id: session.session_id,
            // Nobody redeems it by an address: its name is never given out.
            redirect_uri: String::new(),
            platform: DEVICE.to_owned(),
            challenge: Some(ambient.random.make()),
            scope: asked.grant.scope.clone(),
            nonce: None,
            issuer: asked.grant.issuer.clone(),
            epoch: client.epoch,
            is_acr_plain: true,
            key_thumbprint: None,
            expires_at: asked.grant.expires_at,
            used_at: None,
            revoked_at: None,
        },
        at_rest.policy_version,
    );
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::{normalise, write_code};

    #[test]
    fn codes_are_read_as_people_type_them() {
        for typed in ["BCDF-GHJK", "bcdfghjk", " bcdf ghjk ", "B-C-D-F-G-H-J-K"] {
            assert_eq!(normalise(typed).as_deref(), Some("BCDFGHJK"));
        }
        for typed in [
            "",
            "BCDF-GHJ",
            "BCDF-GHJKL",
            "ABCD-EFGH",
            "BCDF_GHJK",
            "\u{0411}CDFGHJK",
        ] {
            assert_eq!(normalise(typed), None, "{typed}");
        }
        assert_eq!(write_code("BCDFGHJK"), "BCDF-GHJK");
    }
}
