//! Refresh tokens (RFC 6749 section 6, RFC 9700 section 4.14): each is used once and followed by the next.
//!
//! A token is the family's name, its own number and a MAC over both: nothing that could be stolen from the database. Which
//! number counts is one row, and moves in the unit that records the new tokens. Of what was true at the sign-in, its
//! time is kept and never renewed; person, passkey, policy and consent are asked each time (security 3, 29).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use oidc::token_request::{PresentedToken, Secret};
use store::{AuthorizationCode, FamilyId, Guard, LivePerson, Log, RefreshFamily, Unit, WriteError};
use webauthn::base64url;

use super::{
    Asked, Basis, DEVICE, Failure, Tokens, Void, authenticate, check_proven, check_tier_zero,
    describe, make_tokens, refuse, spend_alone,
};
use crate::applications::check_assigned;
use crate::authorize::list_granted;
use crate::client::{self, Claimed, Proven};
use crate::issuer::Issuer;
use crate::permissions::Permission;
use crate::policies::{AtRest, decide_one_at_rest};
use crate::resources::{Choice, Granted, Held, choose, find_live, read_words};
use crate::seal::derive_mac;
use crate::tenant::refuse_write;
use crate::{Caller, DAY, Identity, Micros, Refusal, SECOND, assurance, audit, codes};

/// How long after the sign-in tokens can be renewed, and how long a token waits to be used.
const LIFETIME: Micros = 90 * DAY;
const IDLE: Micros = 30 * DAY;
/// So many sign-ins of one person to one application can be renewed at a time; the oldest ends for one more.
const MOST: i64 = 50;
/// For so long the client may say that the answer was lost, once.
const GRACE: Micros = 30 * SECOND;
/// The activity in the audit log when a token that was used up comes again.
pub(super) const REUSED: &str = "alert.refresh_reused";
/// Family, number (big endian), MAC.
const LENGTH: usize = 24 + 8 + 32;

fn unusable(detail: &'static str) -> Refusal {
    Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::REFRESH_UNUSABLE)
    }
}

fn derive_proof(identity: &Identity, family: &FamilyId, generation: i64) -> [u8; 32] {
    derive_mac(
        &identity.snapshot().keys.mac,
        &[b"claviger refresh token", family, &generation.to_be_bytes()],
    )
}

fn write(identity: &Identity, family: &FamilyId, generation: i64) -> String {
    let mut bytes = Vec::with_capacity(LENGTH);
    bytes.extend_from_slice(family);
    bytes.extend_from_slice(&generation.to_be_bytes());
    bytes.extend_from_slice(&derive_proof(identity, family, generation));
    base64url::encode(&bytes)
}

/// The family and the number of a token that we made.
pub(super) fn read(identity: &Identity, token: &str) -> Option<(FamilyId, i64)> {
    let bytes: [u8; LENGTH] = base64url::decode(token).ok()?.try_into().ok()?;
    let (family, rest) = bytes.split_first_chunk::<24>()?;
    let (generation, proof) = rest.split_first_chunk::<8>()?;
    let generation = i64::from_be_bytes(*generation);
    verify_slices_are_equal(&derive_proof(identity, family, generation), proof)
        .is_ok()
        .then_some((*family, generation))
}

/// Puts a new family into the unit that redeems the code, and gives its first token; with whether the passkey is kept in
/// hardware, and the key that the tokens are bound to. The unit is refused with [`Guard::Count`] where too many are there, unless
/// some are displaced by it.
pub(super) fn begin(
    identity: &Identity,
    unit: &mut Unit,
    code: &AuthorizationCode,
    with: (bool, Option<&[u8; 32]>),
    displaced: i64,
) -> String {
    let (ambient, tenant) = (&identity.0.ambient, identity.0.tenant_id);
    let now = ambient.now();
    let mut family: FamilyId = ambient.random.make();
    family[..8].copy_from_slice(&now.to_be_bytes());
    let whose = (code.person_id, code.principal_id);
    if displaced > 0 {
        unit.end_oldest_families(tenant, whose, MOST - 1, now);
    }
    unit.bound_refresh_families(tenant, whose, MOST - 1);
    unit.insert_refresh_family(tenant, family, code.code_hash, with, now, LIFETIME);
    write(identity, &family, 0)
}

/// How many have to end for one more; told in the record.
pub(super) async fn count_displaced(
    identity: &Identity,
    code: &AuthorizationCode,
) -> Result<i64, Refusal> {
    let whose = (code.person_id, code.principal_id);
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    Ok(store.count_oldest_families(tenant, whose, MOST - 1).await?)
}

/// What a presented token is within its family.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// The one that counts.
    Current,
    /// The one before, in time and for the first time.
    Repeated,
}

fn judge(
    asked: &Asked<'_>,
    family: &RefreshFamily,
    generation: i64,
    now: Micros,
) -> Result<Standing, Failure> {
    // Somebody has a token who should not: it ends for both, and is an alert.
    let void = |detail| Failure {
        refusal: Box::new(unusable(detail)),
        void: Some(Void::Family {
            id: family.family_id,
            person: family.person_id,
            principal: family.principal_id,
        }),
    };
    if family.ended_at.is_some() {
        return Err(unusable("refresh.ended").into());
    }
    if now >= family.expires_at || now - family.rotated_at >= IDLE {
        return Err(unusable("refresh.expired").into());
    }
    if family.principal_id != asked.client.client.principal_id {
        // Who proves nothing, and has no more than an old one out of some log, ends nothing.
        let is_nobody = asked.client.proven == Proven::Nothing;
        return Err(match is_nobody && generation != family.generation {
            true => unusable("refresh.unknown").into(),
            false => void("refresh.other_client"),
        });
    }
    if family.issuer != asked.issuer.url() {
        return Err(unusable("refresh.other_issuer").into());
    }
    check_proven(asked, &family.platform)?;
    let is_same_key = family.key_thumbprint.as_ref() == asked.client.key();
    // RFC 9449 section 5: who proves itself otherwise may come with another key.
    if family.key_thumbprint.is_some() && asked.client.proven == Proven::Nothing && !is_same_key {
        return Err(unusable("refresh.other_key").into());
    }
    if generation == family.generation {
        return Ok(Standing::Current);
    }
    let is_before = generation == family.generation - 1;
    if is_before && is_same_key && !family.repeated && now - family.rotated_at <= GRACE {
        return Ok(Standing::Repeated);
    }
    // A guess at a later one has no MAC; so this was used up, and two have it.
    Err(void("refresh.reused"))
}

/// What was granted at our own API, as far as it still is, and as little as is asked for; `None`: all of it.
fn find_permissions(
    first: Vec<Permission>,
    granted: &[Permission],
    wanted: Option<&[Permission]>,
) -> Result<Vec<Permission>, Refusal> {
    if !granted.contains(&Permission::OfflineAccess) {
        return Err(unusable("refresh.consent_withdrawn"));
    }
    let is_wanted = |it: &Permission| {
        wanted.is_none_or(|wanted| wanted.contains(it)) || *it == Permission::OfflineAccess
    };
    Ok(first
        .into_iter()
        .filter(|it| granted.contains(it) && is_wanted(it))
        .collect())
}

/// How often a renewal is judged anew when another one of the same family came in between.
const TRIES: usize = 3;

/// New tokens for a refresh token.
pub(super) async fn renew(
    asked: &Asked<'_>,
    token: &Secret,
    scopes: &[String],
) -> Result<Tokens, Failure> {
    let identity = asked.identity;
    let (family, generation) =
        read(identity, token.expose()).ok_or_else(|| unusable("refresh.unknown"))?;
    for _ in 0..TRIES {
        match renew_once(asked, family, generation, scopes).await? {
            Some(tokens) => return Ok(tokens),
            None => continue,
        }
    }
    Err(Refusal::new(&codes::MOVED).into())
}

/// What a renewal rests on, all of it asked now.
pub(super) struct Renewable {
    pub(super) family: RefreshFamily,
    pub(super) standing: Standing,
    pub(super) live: LivePerson,
    pub(super) permissions: Vec<Permission>,
    /// Of other applications' APIs, as at first.
    pub(super) apis: Vec<Held>,
    pub(super) granted: Granted,
    at_rest: AtRest,
}

/// What a renewal asks for: never more than was granted at first (RFC 6749 section 6).
#[derive(Clone, Copy)]
pub(super) enum Wanted<'a> {
    /// Everything. Nothing is made for it: somebody only looks.
    All,
    Of(&'a [String]),
}

/// Whether this token would be renewed now. A renewal asks this and nothing else, and introspection tells no more (past
/// mistake 44).
pub(super) async fn check(
    asked: &Asked<'_>,
    (family, generation): (FamilyId, i64),
    wanted: Wanted<'_>,
    now: Micros,
) -> Result<(Renewable, Option<Held>), Failure> {
    let (identity, client) = (asked.identity, asked.client);
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_refresh_family(tenant, family).await?;
    let family = found.ok_or_else(|| unusable("refresh.unknown"))?;
    let standing = judge(asked, &family, generation, now)?;
    let principal = (client.client.principal_id, client.client.principal_version);
    let live = store
        .find_live_person_of_family(tenant, family.family_id, family.person_id, principal, now)
        .await?
        .ok_or_else(|| unusable("refresh.revoked"))?;
    // The passkey that signed in must still be one that signs in.
    let at_rest = decide_one_at_rest(identity, family.person_id, &family.credential_id).await?;
    if let Some(code) = at_rest.refused_by {
        return Err(unusable(code.id).into());
    }
    check_assigned(identity, &client.client, family.person_id).await?;
    let (first, apis) = read_words(&family.scope);
    let choice = match wanted {
        Wanted::All => Choice {
            permissions: None,
            target: None,
        },
        Wanted::Of(scopes) => choose(identity, (&first, &apis), asked.resource, scopes)?,
    };
    let granted = list_granted(identity, &client.client, family.person_id).await?;
    let wanted = choice.permissions.as_deref();
    let permissions = find_permissions(first, &granted.permissions, wanted)?;
    check_tier_zero(client, &permissions)?;
    let renewable = Renewable {
        family,
        standing,
        live,
        permissions,
        apis,
        granted,
        at_rest,
    };
    Ok((renewable, choice.target))
}

/// `None` when the family moved meanwhile.
async fn renew_once(
    asked: &Asked<'_>,
    family: FamilyId,
    generation: i64,
    scopes: &[String],
) -> Result<Option<Tokens>, Failure> {
    let (identity, client) = (asked.identity, asked.client);
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let now = identity.0.ambient.now();
    let revoked = || unusable("refresh.revoked");
    let wanted = Wanted::Of(scopes);
    let (renewable, target) = check(asked, (family, generation), wanted, now).await?;
    let Renewable {
        family,
        standing,
        live,
        permissions,
        granted,
        at_rest,
        ..
    } = renewable;
    let api = match &target {
        Some(held) => Some(find_live(identity, held, &granted, family.person_id).await?),
        None => None,
    };
    let person = store.find_person(tenant, family.person_id).await?;
    let person = person.ok_or_else(revoked)?;
    let assurance = assurance::judge(identity, &at_rest)
        .await?
        .at_most(family.in_hardware);
    let basis = Basis {
        person: &person,
        session_id: family.session_id,
        sid: family.sid,
        auth_time: live.auth_time,
        assurance: match family.platform == DEVICE {
            true => assurance.elsewhere(),
            false => assurance,
        },
        nonce: None,
        rests_on: ("fam", base64url::encode(&family.family_id)),
        grant: "refresh_token",
        live: api.as_ref(),
    };
    let (mut tokens, activity, mut entry) = make_tokens(asked, &basis, &permissions).await?;
    let mut unit = Unit::new();
    client.spend(identity, &mut unit);
    unit.require_refresh_family(tenant, family.family_id);
    let next = match standing {
        Standing::Current => {
            let policy = at_rest.policy_version;
            let key = client.key();
            unit.rotate_refresh_family(tenant, family.family_id, generation, now, policy, key);
            generation + 1
        }
        Standing::Repeated => {
            entry.say("repeated", true);
            let since = now - GRACE;
            let (policy, current) = (at_rest.policy_version, family.generation);
            unit.repeat_refresh_family(tenant, family.family_id, current, since, policy);
            current
        }
    };
    tokens.refresh_token = Some(write(identity, &family.family_id, next));
    let about = (
        Some(family.person_id),
        Some(family.principal_id.0.as_slice()),
    );
    match audit::commit(identity, unit, Log::Audit, activity, about, entry).await {
        Ok(_) => Ok(Some(tokens)),
        Err(WriteError::Refused(Guard::Moved)) => Ok(None),
        Err(WriteError::Refused(Guard::Spent)) => Err(client::replayed().into()),
        Err(WriteError::Refused(Guard::SessionOver)) => Err(revoked().into()),
        Err(error) => Err(refuse_write(error).into()),
    }
}

/// Takes a client's refresh token back, with all that came and would come of it (RFC 7009). What is no token of this
/// client's is nothing to take back, and no error: the client has what it wanted.
///
/// # Errors
/// [`codes::CLIENT_REFUSED`]; [`codes::REVOCATION_UNFIT`] for an access token.
pub async fn revoke(
    identity: &Identity,
    caller: &Caller,
    issuer: &Issuer,
    request: &PresentedToken,
) -> Result<(), Refusal> {
    identity.check_clock()?;
    let claimed = Claimed {
        client_id: request.client_id.as_deref(),
        proof: &request.proof,
        dpop: None,
    };
    let client = authenticate(identity, caller, issuer, claimed).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let asked = Asked {
        identity,
        caller,
        issuer,
        client: &client,
        resource: None,
    };
    let token = request.token.expose();
    if token.split('.').count() == 3 {
        let refusal = Refusal::new(&codes::REVOCATION_UNFIT);
        return Err(refuse(&asked, refusal.into()).await);
    }
    let found = match read(identity, token) {
        Some((family, _)) => store.find_refresh_family(tenant, family).await?,
        None => None,
    };
    let principal = client.client.principal_id;
    let found = found.filter(|it| it.principal_id == principal && it.ended_at.is_none());
    let Some(family) = found else {
        return spend_alone(identity, &client).await;
    };
    if let Err(refusal) = check_proven(&asked, &family.platform) {
        return Err(refuse(&asked, refusal.into()).await);
    }
    let mut unit = Unit::new();
    client.spend(identity, &mut unit);
    unit.end_refresh_family(tenant, family.family_id, identity.0.ambient.now());
    let about = (
        Some(family.person_id),
        Some(family.principal_id.0.as_slice()),
    );
    let entry = describe(&asked);
    match audit::commit(identity, unit, Log::Audit, "token.revoked", about, entry).await {
        Ok(_) => Ok(()),
        Err(WriteError::Refused(Guard::Spent)) => Err(client::replayed()),
        Err(error) => Err(refuse_write(error)),
    }
}

/// Deletes families that no token can be renewed by any more.
pub(crate) fn purge(identity: &Identity, unit: &mut Unit) {
    let begun_before = identity.0.ambient.now() - LIFETIME - DAY;
    unit.purge_refresh_families(identity.0.tenant_id, begun_before);
}
