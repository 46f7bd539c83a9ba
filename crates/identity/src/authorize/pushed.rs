//! Requests that a client pushes before a browser sees them (RFC 9126): what was pushed is what is judged, however often the
//! browser comes back, and one code answers it.

use oidc::form::Parameters;
use oidc::token_request;
use oidc::{ErrorKind, OAuthError};
use store::{CodeHash, Id, PushedRequest, Unit};
use webauthn::base64url;

use super::{read, recognise, step_up};
use crate::client::{self, Claimed, Proven};
use crate::issuer::Issuer;
use crate::sign_in::limit_address;
use crate::tenant::refuse_write;
use crate::token::{authenticate, derive_code_hash, may_be_unproven, spend_alone};
use crate::{Caller, Identity, MINUTE, Micros, Refusal, SECOND, codes};

/// Long enough for somebody who has to sign in first.
const LIFETIME: Micros = 10 * MINUTE;
/// What stands before a request's name (RFC 9126 section 2.2).
const URN: &str = "urn:ietf:params:oauth:request_uri:";

/// What the client gets.
#[derive(Debug, Clone)]
pub struct Pushed {
    pub request_uri: String,
    /// Seconds.
    pub expires_in: i64,
}

/// Why a request can't be pushed.
#[derive(Debug)]
pub enum Unfit {
    Refusal(Refusal),
    /// What the authorization endpoint would say of it.
    Request(OAuthError),
}

impl<R: Into<Refusal>> From<R> for Unfit {
    fn from(refusal: R) -> Unfit {
        Unfit::Refusal(refusal.into())
    }
}

/// Keeps a client's request, judged as far as it can be without a person.
///
/// # Errors
/// [`codes::CLIENT_REFUSED`]; [`codes::REDIRECT_UNKNOWN`] for an address that the client did not register, or the request of
/// another client; what is wrong with the request itself.
pub async fn push(
    identity: &Identity,
    caller: &Caller,
    issuer: &Issuer,
    pushed: &token_request::PushedRequest,
) -> Result<Pushed, Unfit> {
    identity.check_clock()?;
    let claimed = Claimed {
        client_id: pushed.client_id.as_deref(),
        proof: &pushed.proof,
        dpop: pushed
            .dpop
            .as_ref()
            .map(|it| (it, issuer.pushed_request_endpoint())),
    };
    let client = authenticate(identity, caller, issuer, claimed).await?;
    spend_alone(identity, &client).await?;
    if client.proven == Proven::Nothing {
        // Whoever knows the name of the client may come: by where they come from.
        limit_address(identity, caller)?;
    }
    let known = recognise(identity, &pushed.request).await?;
    if known.client.principal_id != client.client.principal_id {
        return Err(Refusal::new(&codes::REDIRECT_UNKNOWN).into());
    }
    if client.proven == Proven::Nothing && !may_be_unproven(known.platform) {
        return Err(Refusal {
            detail: Some("client.unproven"),
            ..Refusal::new(&codes::CLIENT_REFUSED)
        }
        .into());
    }
    let mut asked = read(identity, &known, &pushed.request).map_err(Unfit::Request)?;
    // RFC 9449 section 10.1: the key of the proof is the code's, and may be named besides.
    if let Some(key) = client.key() {
        if asked.request.dpop_jkt.is_some_and(|named| named != *key) {
            return Err(Unfit::Request(OAuthError::new(
                ErrorKind::InvalidDpopProof,
                "dpop_jkt names another key than the proof's",
            )));
        }
        asked.request.dpop_jkt = Some(*key);
    }
    asked.find_apis(identity).await?.map_err(Unfit::Request)?;
    step_up::find_wanted(&asked.request).map_err(Unfit::Request)?;
    let (ambient, tenant) = (&identity.0.ambient, identity.0.tenant_id);
    let now = ambient.now();
    let mut name: CodeHash = ambient.random.make();
    name[..8].copy_from_slice(&now.to_be_bytes());
    let mut unit = Unit::new();
    unit.insert_pushed_request(
        tenant,
        &PushedRequest {
            request_hash: derive_code_hash(&name),
            principal_id: client.client.principal_id,
            principal_version: client.client.principal_version,
            epoch: client.client.epoch,
            request: asked.request.to_query(),
            expires_at: now + LIFETIME,
        },
    );
    identity.write(unit).await.map_err(refuse_write)?;
    Ok(Pushed {
        request_uri: format!("{URN}{}", base64url::encode(&name)),
        expires_in: LIFETIME / SECOND,
    })
}

fn parse(name: &str) -> Option<CodeHash> {
    let bytes = base64url::decode(name.strip_prefix(URN)?).ok()?;
    Some(derive_code_hash(&bytes.try_into().ok()?))
}

/// The request that an address names instead of saying it, and its name; everything else in such an address is passed over
/// (RFC 9126 section 4).
///
/// # Errors
/// [`codes::REQUEST_GONE`], also for another client's; [`codes::REDIRECT_UNKNOWN`] for an unknown client.
pub(super) async fn find(
    identity: &Identity,
    parameters: &Parameters,
) -> Result<Option<(Parameters, String)>, Refusal> {
    let Some(name) = parameters
        .find("request_uri")
        .filter(|name| name.starts_with(URN))
    else {
        return Ok(None);
    };
    let gone = || Refusal::new(&codes::REQUEST_GONE);
    let hash = parse(name).ok_or_else(gone)?;
    let client_id = parameters.find("client_id").ok_or_else(gone)?;
    let client = client::find_for_page(identity, client_id).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let now = identity.0.ambient.now();
    let found = store
        .find_pushed_request(tenant, hash, client.principal_id, now)
        .await?
        .ok_or_else(gone)?;
    let request = Parameters::parse(found.as_bytes()).map_err(|_| gone())?;
    Ok(Some((request, name.to_owned())))
}

/// The code of this unit is its only answer.
pub(super) fn use_up(tenant: Id, unit: &mut Unit, name: &str) -> Result<(), Refusal> {
    let hash = parse(name).ok_or(&codes::REQUEST_GONE)?;
    unit.use_pushed_request(tenant, hash);
    Ok(())
}
