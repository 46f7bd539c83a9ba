//! An id token of ours that comes back, as a hint of whom an application means.

use oidc::jwt;
use store::Id;

use crate::Identity;
use crate::applications::ID_TOKEN_ALGORITHMS;
use crate::issuer::Issuer;

/// What an id token of ours says, however old it is.
pub(crate) struct Hint {
    pub(crate) app_id: Id,
    pub(crate) person: Option<Id>,
}

/// `None` for what isn't one, or whose key is gone: it says nothing then.
pub(crate) fn read(identity: &Identity, token: &str) -> Option<Hint> {
    let parsed = jwt::parse(token).ok()?;
    let kind = parsed.header().token_type.as_deref()?;
    if !kind.eq_ignore_ascii_case("JWT") {
        return None;
    }
    let name = parsed.header().key_id.clone()?;
    let snapshot = identity.snapshot();
    let key = snapshot
        .keys
        .signing
        .find(&name, identity.0.ambient.now())?;
    let claims = parsed.verify(&key.public, &ID_TOKEN_ALGORITHMS).ok()?;
    let issuer = claims.text("iss").ok()?;
    if !Issuer::all(identity).any(|ours| ours.url() == issuer) {
        return None;
    }
    Some(Hint {
        app_id: Id::parse(claims.text("aud").ok()?)?,
        person: claims.text("sub").ok().and_then(Id::parse),
    })
}
